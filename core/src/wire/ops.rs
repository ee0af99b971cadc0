//! The table of operations, and what follows from it.

use serde::{Deserializer, Serialize, Serializer};

use super::allocate::{self, AllocateRequest, Allocation};
use super::schema::OpSchema;
use crate::approval::{self, ApprovalEvent, CaseState, DecideApprovalRequest, EvolveApprovalRequest};
use crate::credit::{CreditDecision, CreditRequest};
use crate::inventory::{
    self, Availability, AvailabilityRequest, CheckQuotaRequest, DecideStockRequest, EvolveStockRequest, ListReservationsRequest,
    PlanReservationRequest, PlanSourcingRequest, PlanSubstitutesRequest, PlanWaveRequest, Projection, ProjectionRequest, PromisePlan,
    PromiseRequest, ProposeReordersRequest, ProposeSupplyRequest, QuotaPlan, ReconcileStockRequest, Reconciliation, ReorderPlan,
    ReplanPlan, ReplanRequest, ReservationList, ReservationPlan, ShareOutRequest, SharePlan, SourcingPlan, StockDecision, StockLevels,
    StockLevelsRequest, StockState, SubstitutePlan, SupplyPlan, WavePlan,
};
use crate::limits::Limits;
use crate::order::{self, DecideOrderRequest, EvolveOrderRequest, OrderFact, OrderState};
use crate::pricing::{PriceExamples, PriceExamplesRequest};
use crate::quote::{Quote, QuoteRequest, SeekTarget, SeekTargetRequest};
use crate::receivable::{Invoice, InvoiceRequest};
use crate::report::{Decision, Diagnostic, Error, Path, RulebookCode, ShapeCode, did_you_mean, from_json, read, to_json};
use crate::rulebook::{ApprovalRequest, RouteDecision, Rulebook};

/// The table: meaning, variant, name, whether it is `free` or `on_rulebook`, request, response, function.
macro_rules! ops {
    ($($(#[doc = $meaning:literal])+ $variant:ident $name:literal $kind:ident: $request:ty => $response:ty, $function:expr;)*) => {
        /// The name of an operation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Op {
            $($(#[doc = $meaning])+ $variant,)*
        }

        /// Every operation there is.
        pub const OPS: &[Op] = &[$(Op::$variant),*];

        impl Op {
            /// The name by which it is called.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What it does, in one sentence or two.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($meaning,)+).trim(),)*
                }
            }

            /// Whether it is called on a rulebook; the others stand for themselves.
            #[must_use]
            pub fn needs_rulebook(self) -> bool {
                match self {
                    $(Self::$variant => stringify!($kind) == "on_rulebook",)*
                }
            }

            pub(super) fn schema(self, input: &mut schemars::SchemaGenerator, output: &mut schemars::SchemaGenerator) -> OpSchema {
                match self {
                    $(Self::$variant => OpSchema {
                        name: self.as_str(),
                        meaning: self.meaning(),
                        needs_rulebook: self.needs_rulebook(),
                        request: input.subschema_for::<$request>(),
                        response: output.subschema_for::<$response>(),
                    },)*
                }
            }
        }

        /// What an operation takes, read and ready to run.
        #[derive(Debug, Clone)]
        #[non_exhaustive]
        pub enum Request {
            $($(#[doc = $meaning])+ $variant(Box<$request>),)*
        }

        impl Request {
            /// Reads the request of an operation; `make` is called again when the first reading fails, to find every problem.
            ///
            /// # Errors
            /// [`Error`] with the shape problems of the request, each with its path.
            pub fn read<'de, D: Deserializer<'de>>(op: Op, make: impl Fn() -> D) -> Result<Self, Error> {
                match op {
                    $(Op::$variant => read::<$request, D>(make).map(|request| Self::$variant(Box::new(request))),)*
                }
            }

            /// Reads the request of an operation from JSON text.
            ///
            /// # Errors
            /// As [`Request::read`].
            pub fn from_json(op: Op, text: &str) -> Result<Self, Error> {
                let max_bytes = Limits::default().text_bytes;
                match op {
                    $(Op::$variant => from_json::<$request>(text, max_bytes).map(|request| Self::$variant(Box::new(request))),)*
                }
            }

            /// Runs the operation. This is where the work is done: no binding has to hold a lock meanwhile.
            ///
            /// # Errors
            /// [`Error`] when the request cannot be judged, or needs a rulebook and there is none.
            pub fn run(self, rulebook: Option<&Rulebook>) -> Result<Response, Error> {
                match self {
                    $(Self::$variant(request) => {
                        $kind(Op::$variant, $function, rulebook, *request).map(|response| Response::$variant(Box::new(response)))
                    })*
                }
            }
        }

        /// What an operation gives.
        #[derive(Debug, Clone)]
        #[non_exhaustive]
        pub enum Response {
            $($(#[doc = $meaning])+ $variant(Box<$response>),)*
        }

        impl Serialize for Response {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(response) => response.serialize(serializer),)*
                }
            }
        }
    };
}

ops! {
    /// Splits an amount over weights so that the parts sum to the whole.
    Allocate "allocate" free: AllocateRequest => Allocation, allocate::allocate;
    /// Prices a document: price, adjustments, tax, totals, with the waterfall of every line.
    Quote "quote" on_rulebook: QuoteRequest => Quote, |rulebook, request| rulebook.quote(&request);
    /// Finds which discount reaches a target: a total, a margin, a price per unit; or the nearest on either side.
    SeekTarget "seek_target" on_rulebook: SeekTargetRequest => SeekTarget, |rulebook, request| rulebook.seek_target(&request);
    /// Makes worked examples of a price list: what one less, the bound and one more cost, at every bound of its tiers.
    PriceExamples "price_examples" on_rulebook: PriceExamplesRequest => PriceExamples, |rulebook, request| rulebook.price_examples(&request);
    /// Judges whether one more document may be added to what an account owes.
    CheckCredit "check_credit" on_rulebook: CreditRequest => CreditDecision, |rulebook, request| rulebook.check_credit(&request);
    /// Finds who must approve a document, and why.
    RouteApproval "route_approval" on_rulebook: ApprovalRequest => RouteDecision, |rulebook, request| rulebook.route_approval(&request);
    /// Judges a command to an approval case: accepted or refused, and the events that make the new state.
    DecideApproval "decide_approval" on_rulebook: DecideApprovalRequest => Decision<ApprovalEvent>,
        |rulebook, request| {
            let decided = rulebook.decide_approval(&request.state, &request.command);
            decided.map_err(|error| error.below(&Path::ROOT.field("command")))
        };
    /// Folds events into the state of an approval case.
    EvolveApproval "evolve_approval" free: EvolveApprovalRequest => CaseState, |request| Ok(approval::evolve_all(request));
    /// Plans which location gives what to a demand, and what is short.
    PlanReservation "plan_reservation" on_rulebook: PlanReservationRequest => ReservationPlan, |rulebook, request| rulebook.plan_reservation(&request);
    /// Plans the reservations of many orders from the same stock, the highest priority first.
    PlanWave "plan_wave" on_rulebook: PlanWaveRequest => WavePlan, |rulebook, request| rulebook.plan_wave(&request);
    /// Plans what to make and to buy for lines that stock cannot give, how much and when, through the levels of their bills.
    ProposeSupply "propose_supply" on_rulebook: ProposeSupplyRequest => SupplyPlan, |rulebook, request| rulebook.propose_supply(&request);
    /// Plans what to order so that products stay in stock, by their reorder policies, with the projected stock of each day.
    ProposeReorders "propose_reorders" on_rulebook: ProposeReordersRequest => ReorderPlan, |rulebook, request| rulebook.propose_reorders(&request);
    /// Finds the products of which less is available than their alerts say.
    CheckStockLevels "check_stock_levels" on_rulebook: StockLevelsRequest => StockLevels,
        |rulebook, request| Ok(rulebook.check_stock_levels(&request));
    /// Plans which locations ship what of an order: constraints, objectives, split limits, and why.
    PlanSourcing "plan_sourcing" on_rulebook: PlanSourcingRequest => SourcingPlan, |rulebook, request| rulebook.plan_sourcing(&request);
    /// Says how much of a product is available, and where.
    CheckAvailability "check_availability" on_rulebook: AvailabilityRequest => Availability,
        |rulebook, request| Ok(rulebook.availability(&request));
    /// Shares out a scarce quantity over those who ask for it: first come, by priority, equally, in proportion.
    ShareOut "share_out" on_rulebook: ShareOutRequest => SharePlan, |rulebook, request| rulebook.share_out(&request);
    /// Says how much of each line its quotas allow, and what that consumes of them.
    CheckQuota "check_quota" on_rulebook: CheckQuotaRequest => QuotaPlan, |rulebook, request| rulebook.check_quota(&request);
    /// Plans anew who holds how much when there is less, or more, than was promised: the difference, and the command that makes it so.
    Replan "replan" on_rulebook: ReplanRequest => ReplanPlan, |rulebook, request| rulebook.replan(&request);
    /// Plans what each line gets of its own product, and what is delivered in the place of the rest.
    PlanSubstitutes "plan_substitutes" on_rulebook: PlanSubstitutesRequest => SubstitutePlan, |rulebook, request| rulebook.plan_substitutes(&request);
    /// Says when each line of a document can be had, from what is there and what is on its way.
    Promise "promise" on_rulebook: PromiseRequest => PromisePlan, |rulebook, request| rulebook.promise(&request);
    /// Says what of a product can be promised, day by day.
    ProjectAvailability "project_availability" on_rulebook: ProjectionRequest => Projection,
        |rulebook, request| rulebook.project_availability(&request);
    /// Judges a command to the stock: accepted or refused, and the events that make the new state.
    DecideInventory "decide_inventory" on_rulebook: DecideStockRequest => StockDecision,
        |rulebook, request| rulebook.decide_inventory(&request);
    /// Folds events into the state of the stock.
    EvolveInventory "evolve_inventory" free: EvolveStockRequest => StockState, |request| Ok(inventory::evolve_all(request));
    /// Proves that the counters of a stock are the sums of its ledger.
    ReconcileInventory "reconcile_inventory" free: ReconcileStockRequest => Reconciliation, |request| Ok(inventory::reconcile_request(&request));
    /// Says what has become of reservations: how much is held, waits and was delivered, and what that is called.
    ListReservations "list_reservations" free: ListReservationsRequest => ReservationList, |request| Ok(inventory::list_reservations(&request));
    /// Judges a command to an order: accepted or refused, and the events that make the new state.
    DecideOrder "decide_order" on_rulebook: DecideOrderRequest => Decision<OrderFact>,
        |rulebook, request| order::decide(&rulebook.into(), &request.state, &request.command);
    /// Folds events into the state of an order.
    EvolveOrder "evolve_order" free: EvolveOrderRequest => OrderState, |request| Ok(order::evolve_all(request));
    /// Makes an invoice: amounts, tax breakdown, due dates.
    IssueInvoice "issue_invoice" on_rulebook: InvoiceRequest => Invoice, |rulebook, request| rulebook.issue_invoice(&request);
}

/// Runs an operation on a rulebook.
fn on_rulebook<Q, R>(op: Op, function: fn(&Rulebook, Q) -> Result<R, Error>, rulebook: Option<&Rulebook>, request: Q) -> Result<R, Error> {
    let Some(rulebook) = rulebook else {
        let message = format!("the operation `{}` is called on a rulebook, and there is none", op.as_str());
        return Err(Diagnostic::error(RulebookCode::NotDeclared, &Path::ROOT, message).into());
    };
    function(rulebook, request)
}

/// Runs an operation that stands for itself.
fn free<Q, R>(_: Op, function: fn(Q) -> Result<R, Error>, _: Option<&Rulebook>, request: Q) -> Result<R, Error> {
    function(request)
}

impl Op {
    /// The operation of that name.
    ///
    /// # Errors
    /// `shape.unknown_operation` with the name that was probably meant.
    pub fn find(name: &str) -> Result<Self, Error> {
        OPS.iter().copied().find(|op| op.as_str() == name).ok_or_else(|| {
            let message = format!("there is no operation `{name}`");
            let help = did_you_mean(name, OPS.iter().map(|op| op.as_str()));
            Diagnostic::error(ShapeCode::UnknownOperation, &Path::ROOT, message).maybe_help(help).into()
        })
    }
}

/// Calls an operation by name with a request from any serde deserializer; the response serializes to any serde serializer.
///
/// A binding whose language has a lock takes the three steps itself, to let go of the lock for the second: [`Request::read`],
/// [`Request::run`], serialize the [`Response`].
///
/// # Errors
/// [`Error`] when there is no such operation, when the request has shape problems or cannot be judged.
pub fn call<'de, D: Deserializer<'de>>(rulebook: Option<&Rulebook>, op: &str, request: impl Fn() -> D) -> Result<Response, Error> {
    Request::read(Op::find(op)?, request)?.run(rulebook)
}

/// Calls an operation by name, from JSON text to JSON text. Equal requests give equal bytes in every runtime.
///
/// # Errors
/// As [`call`].
pub fn answer_json(rulebook: Option<&Rulebook>, op: &str, request: &str) -> Result<String, Error> {
    Request::from_json(Op::find(op)?, request)?.run(rulebook).map(|response| json(&response))
}

/// Calls an operation by name with everything as JSON text, the error too.
///
/// # Errors
/// The error as JSON: `{"diagnostics": [{"code", "severity", "path", "message", ...}]}`.
pub fn call_json(rulebook: Option<&Rulebook>, op: &str, request: &str) -> Result<String, String> {
    answer_json(rulebook, op, request).map_err(|error| json(&error))
}

/// The JSON text of a response, an error or diagnostics: the bytes that every runtime gives.
#[must_use]
pub fn json(content: &impl Serialize) -> String {
    to_json(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_operation_is_refused_with_the_name_that_was_meant() {
        let error = call_json(None, "alocate", "{}").unwrap_err();
        insta::assert_snapshot!(error, @r#"{"diagnostics":[{"code":"shape.unknown_operation","severity":"error","path":"","message":"there is no operation `alocate`","help":"did you mean `allocate`?"}]}"#);
    }

    #[test]
    fn names_are_unique_snake_case_and_explained() {
        let mut names: Vec<&str> = OPS.iter().map(|op| op.as_str()).collect();
        assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')), "{names:?}");
        assert!(OPS.iter().all(|op| op.meaning().ends_with('.') && Op::find(op.as_str()).unwrap() == *op));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), OPS.len());
    }

    #[test]
    fn text_and_any_other_deserializer_find_the_same_problems() {
        let text = r#"{"total": 1.5, "currency": "EUR", "shares": [{"weight": "x"}, {"wait": "1"}, {"weight": true}]}"#;
        let tree: serde_json::Value = serde_json::from_str(text).unwrap();
        let from_text = Request::from_json(Op::Allocate, text).unwrap_err();
        let from_tree = Request::read(Op::Allocate, || &tree).unwrap_err();
        let places = |error: &Error| error.diagnostics().iter().map(|d| (d.code.as_str(), d.path.clone())).collect::<Vec<_>>();
        assert_eq!(places(&from_text), places(&from_tree));
        assert_eq!(
            places(&from_text).iter().map(|(code, path)| format!("{code} {path}")).collect::<Vec<_>>(),
            [
                "shape.invalid_value /shares/0/weight",
                "shape.missing_field /shares/1",
                "shape.unknown_field /shares/1/wait",
                "shape.wrong_type /shares/2/weight",
                "shape.fractional_number /total",
            ]
        );
    }
}
