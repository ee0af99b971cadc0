//! Quotes: price, adjust, tax and total a document, with the waterfall of every line.
//!
//! Invariants: what the waterfall's steps change adds up, from zero to the line's amount; the lines' amounts add up to the
//! totals; a line without a price is never worth zero, it makes the quote incomplete; the order of rules in the file changes
//! nothing.
//!
//! How it stays quick: over many lines loops count, which stand in functions of their own, so that what they need stays in registers. A
//! quote of one line runs nearly every instruction once, and its time is that of fetching code: so what few documents need is never
//! inlined into the way that all take, and what few documents have stands apart (`extras.rs`).
//!
//! | item | what it is |
//! |---|---|
//! | [`QuoteRequest`], [`QuoteLineRequest`] | what is asked: customer, date, lines |
//! | [`crate::Rulebook::quote`] | the answer |
//! | [`Quote`] | lines, totals, tax breakdown, findings; kept in flat arrays |
//! | [`QuoteLine`] | a line: its figures one by one |
//! | [`LineView`], [`StepView`], [`RejectedView`] | a line, a step of its waterfall, a rule that did not apply, as they are read |
//! | [`UnitPart`] | what units of a line bear of an order's discount |
//! | [`RoundingView`] | what rounding did to the lines |
//! | [`TierView`], [`CounterView`] | the tiers in which lines lie, and what hosts add to their counters |
//! | [`ComparisonView`] | what a line costs beside another price |
//! | [`OverrideRequest`], [`OverrideView`] | what persons set by hand, and what was computed beside it |
//! | [`FigureView`], [`MarginView`] | figures beside the price, and what is left over the cost |
//! | [`PriceLadder`] | what a line costs at every quantity where its price changes |
//! | [`PromotionView`], [`ProposedLineView`] | the promotions that applied, and the gifts that they propose |
//! | [`UsageReading`], [`RedemptionView`] | what was used before, and what the document uses: coupons, limits, budgets |
//! | [`AppliedView`] | a rule that applied, read without the waterfall |
//! | [`QuoteScratch`] | buffers for callers that quote again and again |

mod allocation;
mod approval;
mod better;
mod charge;
mod charge_tax;
mod charge_view;
mod choice;
mod comparison;
mod document;
mod ending;
mod engine;
mod extras;
mod facts;
mod failure;
mod frame;
mod frozen;
mod frozen_view;
mod gift;
mod guard;
mod ladder;
mod ledger;
mod line;
mod lines;
mod list_price;
mod manual;
mod manual_view;
mod outcome;
mod prices;
mod procedure;
mod promotion;
mod promotion_view;
mod redemption;
mod request;
mod result;
mod returns;
mod rounding;
mod seek;
mod stage;
mod statistic;
mod tax;
mod tax_view;
mod terms;
mod unit_parts;
mod unrounded;
mod view;

pub use approval::ApprovalFactsView;
pub use charge_view::{CashRoundingView, ChargeList, ChargeView};
pub use comparison::{Against, ComparisonView};
pub use frame::QuoteScratch;
pub use frozen::{FrozenCharge, FrozenLine, FrozenPrices};
pub use frozen_view::{FrozenChargeView, FrozenCharges, FrozenLineView, FrozenLines, FrozenView};
pub use ladder::{LadderStep, NearMiss, PriceLadder};
pub use line::{LineView, QuoteLine};
pub use manual_view::{OverrideList, OverrideView};
pub use prices::{CounterView, TierView};
pub use promotion_view::{PromotionLineView, PromotionSearchView, PromotionView, ProposedLineView};
pub use redemption::{ExpectedUsage, RedemptionView, UsageOf, UsageReading};
pub use request::{Explain, OverrideRequest, QuoteLineRequest, QuoteRequest};
pub use result::{Quote, RejectionReason, Totals};
pub use rounding::{RoundingReport, RoundingView};
pub use seek::{SeekTarget, SeekTargetRequest, Sought, Target, TargetFigure, Vary, VaryBy};
pub use statistic::{FigureList, FigureView, MarginView};
pub use tax_view::{LineTaxView, LineTaxes, TaxGroupView, TaxRoundingView};
pub use unit_parts::{UnitPart, UnitParts};
pub use view::{AppliedView, QuoteView, RejectedView, RulebookView, StepView};
