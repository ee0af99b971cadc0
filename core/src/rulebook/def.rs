//! What an author writes: the whole rulebook.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::order::OrderDef;
use crate::adjust::promotion::{PromotionDef, PromotionStepDef};
use crate::adjust::{AdjustmentDef, BetterOfDef, CouponsDef, EndingDef, GuardDef, OverrideDef, StageDef, StatisticalDef, SubtotalDef};
use crate::approval::ApprovalDef;
use crate::catalog::{CategoryDef, ProductDef, UnitDef};
use crate::charge::{CashRoundingDef, ChargeDef, ChargeStepDef};
use crate::credit::CreditDef;
use crate::fact::Fact;
use crate::id::{AttributeId, RulebookId, StepId};
use crate::inventory::InventoryDef;
use crate::limits::Limits;
use crate::money::Currency;
use crate::pricing::{ExchangeRateDef, PriceListDef, PriceStepDef};
use crate::receivable::ReceivableDef;
use crate::report::{Error, from_json};
use crate::tax::{TaxDef, TaxStepDef};

/// A rulebook as its author writes it. Only its shape is checked; [`super::Rulebook::compile`] checks its meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RulebookDef {
    /// The version of this form; 1.
    pub schema_version: u32,
    /// Names the rulebook.
    pub id: RulebookId,
    /// The currency of prices that name none, and of documents that name none.
    pub currency: Currency,
    /// Other currencies in which documents may be. Prices are in them by their lists, or converted; rules say with `currencies` for which
    /// documents their amounts are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub currencies: Vec<Currency>,
    /// What hosts tell about customers, documents, lines and products, beyond the vocabulary. Facts of products need no declaration
    /// unless they have a default, or values of which each must be one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<AttributeDef>,
    /// Units of measure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<UnitDef>,
    /// Categories of products.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<CategoryDef>,
    /// Products.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<ProductDef>,
    /// The name of a CSV file with more products: columns `id`, `unit`, and as needed `name`, `category`, `status`, `successor`,
    /// `min_order_quantity`, `order_multiple`, `tax`, `packaging` (`box:10 pallet:400`), and `fact.<name>` for declared attributes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub products_csv: Option<String>,
    /// Rates of exchange for price lists that are converted, where a request gives none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchange_rates: Vec<ExchangeRateDef>,
    /// Price lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub price_lists: Vec<PriceListDef>,
    /// The steps of the price waterfall, in order. When absent: one price step over all lists, one stage `discount` when there
    /// are adjustments (line scope, compound), one step `promotion` when there are promotions (by priority), one step `charges` when there
    /// are charges, and tax when there are rates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub procedure: Vec<StepDef>,
    /// What becomes of lines whose quantity is below zero.
    #[serde(default, skip_serializing_if = "NegativeQuantities::is_refused")]
    pub negative_quantities: NegativeQuantities,
    /// Discounts, surcharges and promotions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<AdjustmentDef>,
    /// What is said of coupons that take nothing off; a warning when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupons: Option<CouponsDef>,
    /// Offers that count units: buy two, get one; three for 5.00.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promotions: Vec<PromotionDef>,
    /// What documents cost beside their goods: freight, fees, duty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<ChargeDef>,
    /// Tax.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<TaxDef>,
    /// Credit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit: Option<CreditDef>,
    /// Approvals: who must approve what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<ApprovalDef>,
    /// Stock: locations, safety stock, holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inventory: Option<InventoryDef>,
    /// Receivables: terms of payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receivable: Option<ReceivableDef>,
    /// The life of an order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderDef>,
}

impl RulebookDef {
    /// Reads the JSON of a rulebook.
    ///
    /// # Errors
    /// [`Error`] with every shape problem: unknown fields and kinds, wrong types, fractional numbers, each with its path.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        from_json(text, Limits::default().text_bytes)
    }
}

/// An attribute that hosts may give, with its type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeDef {
    /// Its name with its scope: `customer.level`, `document.incoterm`, `line.rush`, `product.brand`.
    pub id: AttributeId,
    /// The type of its values.
    #[serde(rename = "type")]
    pub kind: AttributeType,
    /// The value when a host gives none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Fact>,
    /// Whether it may be absent; then conditions must test it with `has()`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

/// The type of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttributeType {
    /// Yes or no.
    Bool,
    /// A decimal number.
    Number,
    /// What something costs, a decimal number: of a `product.` in the rulebook's own currency, else in the document's. As a number, but never
    /// taken for an amount in another currency.
    Amount,
    /// Any text.
    Text,
    /// A day.
    Date,
    /// One of these texts.
    OneOf(Vec<String>),
    /// Several values of a simple type.
    List(ListItem),
}

/// The type of a list's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListItem {
    /// Decimal numbers.
    Number,
    /// Texts.
    Text,
}

/// What becomes of lines whose quantity is below zero: goods that come back.
///
/// Such a line is the mirror of one that orders as much: its price and all that is done to a line by itself follow from the quantity
/// without its sign, and its amounts and taxes are below zero. No document discount, promotion or charge touches it, and no rule does that
/// asks for a coupon or is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NegativeQuantities {
    /// They are refused: a finding makes the quote incomplete.
    #[default]
    Refuse,
    /// They are priced, and count in nothing that conditions ask of the document.
    Apart,
    /// They are priced, and are taken off the sums that conditions ask for: `document.amount` and its like, and `lines.sum`.
    Netted,
}

impl NegativeQuantities {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
    fn is_refused(&self) -> bool {
        *self == Self::Refuse
    }
}

/// A step of the price waterfall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepDef {
    /// Finds the price.
    Price(PriceStepDef),
    /// Applies adjustments.
    Stage(StageDef),
    /// Names what the lines cost there.
    Subtotal(SubtotalDef),
    /// Computes a figure of each line that is no part of its price, such as its cost.
    Statistical(StatisticalDef),
    /// Takes prices that a person sets by hand.
    Override(OverrideDef),
    /// Guards what the steps before have done by a floor.
    Guard(GuardDef),
    /// Rounds what lines cost to an increment or an ending.
    Ending(EndingDef),
    /// Applies promotions.
    Promotion(PromotionStepDef),
    /// Of two runs of stages and promotions, which stand behind it, the one counts that takes off more.
    BetterOf(BetterOfDef),
    /// Adds charges.
    Charge(ChargeStepDef),
    /// Computes tax.
    Tax(TaxStepDef),
    /// Rounds what is to be paid to the smallest coin.
    CashRounding(CashRoundingDef),
}

impl StepDef {
    /// Names the step.
    #[must_use]
    pub fn id(&self) -> &StepId {
        match self {
            Self::Price(step) => &step.id,
            Self::Stage(step) => &step.id,
            Self::Promotion(step) => &step.id,
            Self::BetterOf(step) => &step.id,
            Self::Subtotal(step) => &step.id,
            Self::Statistical(step) => &step.id,
            Self::Override(step) => &step.id,
            Self::Guard(step) => &step.id,
            Self::Ending(step) => &step.id,
            Self::Charge(step) => &step.id,
            Self::Tax(step) => &step.id,
            Self::CashRounding(step) => &step.id,
        }
    }

    /// The name of its kind, under which it is written.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Price(_) => "price",
            Self::Stage(_) => "stage",
            Self::Promotion(_) => "promotion",
            Self::BetterOf(_) => "better_of",
            Self::Subtotal(_) => "subtotal",
            Self::Statistical(_) => "statistical",
            Self::Override(_) => "override",
            Self::Guard(_) => "guard",
            Self::Ending(_) => "ending",
            Self::Charge(_) => "charge",
            Self::Tax(_) => "tax",
            Self::CashRounding(_) => "cash_rounding",
        }
    }

    /// Whether it may change what lines cost, once they have a price.
    pub(super) fn changes_prices(&self) -> bool {
        match self {
            Self::Stage(_) | Self::Promotion(_) | Self::Override(_) | Self::Guard(_) | Self::Ending(_) | Self::Charge(_) => true,
            Self::Price(_) | Self::BetterOf(_) | Self::Subtotal(_) | Self::Statistical(_) | Self::Tax(_) | Self::CashRounding(_) => false,
        }
    }
}
