//! What a rulebook decides by one slice alone; quotes and orders are flows of their own.

use super::compile::Rulebook;
use crate::approval::{ApprovalAction, ApprovalEvent, CaseState};
use crate::credit::{CreditDecision, CreditRequest};
use crate::inventory::{
    self, Availability, AvailabilityRequest, CheckQuotaRequest, DecideStockRequest, PlanReservationRequest, PlanSourcingRequest,
    PlanSubstitutesRequest, PlanWaveRequest, Projection, ProjectionRequest, PromisePlan, PromiseRequest, ProposeReordersRequest,
    ProposeSupplyRequest, QuotaPlan, ReorderPlan, ReplanPlan, ReplanRequest, ReservationPlan, ShareOutRequest, SharePlan, SourcingPlan,
    StockDecision, StockLevels, StockLevelsRequest, SubstitutePlan, SupplyPlan, WavePlan,
};
use crate::pricing::{PriceExamples, PriceExamplesRequest};
use crate::receivable::{Invoice, InvoiceRequest};
use crate::report::{Command, Decision, Error};

impl Rulebook {
    /// Judges whether one more document may be added to what an account owes.
    ///
    /// # Errors
    /// [`Error`] for input that cannot be judged, as [`crate::credit::check`].
    pub fn check_credit(&self, request: &CreditRequest) -> Result<CreditDecision, Error> {
        crate::credit::check(&self.parts().credit, self.fingerprint(), request)
    }

    /// Makes worked examples of a price list: what one less, the bound and one more cost, at every bound of its tiers.
    ///
    /// # Errors
    /// [`Error`] when there is no such list, as [`crate::pricing::Pricing::examples`].
    pub fn price_examples(&self, request: &PriceExamplesRequest) -> Result<PriceExamples, Error> {
        let parts = self.parts();
        parts.pricing.examples(request, &parts.symbols)
    }

    /// Judges a command to an approval case.
    ///
    /// # Errors
    /// [`Error`] for a command that cannot be judged, as [`crate::approval::decide`].
    pub fn decide_approval(&self, state: &CaseState, command: &Command<ApprovalAction>) -> Result<Decision<ApprovalEvent>, Error> {
        let parts = self.parts();
        let undeclared = crate::approval::Approval::default();
        crate::approval::decide(parts.approval.as_ref().unwrap_or(&undeclared), &parts.fingerprint, state, command)
    }

    /// Plans which location gives what to a demand, and what is short.
    ///
    /// # Errors
    /// [`Error`] for a demand that cannot be judged, as [`crate::inventory::plan_reservation`].
    pub fn plan_reservation(&self, request: &PlanReservationRequest) -> Result<ReservationPlan, Error> {
        inventory::plan_request(&self.parts().inventory, request)
    }

    /// Plans the reservations of many orders from the same stock, the highest priority first.
    ///
    /// # Errors
    /// [`Error`] for a wave that cannot be judged, as [`crate::inventory::plan_wave`].
    pub fn plan_wave(&self, request: &PlanWaveRequest) -> Result<WavePlan, Error> {
        inventory::wave_request(&self.parts().inventory, request)
    }

    /// Plans what to make and to buy for lines that stock cannot give, how much and when.
    ///
    /// # Errors
    /// [`Error`] for lines that cannot be judged, as [`crate::inventory::propose_supply`].
    pub fn propose_supply(&self, request: &ProposeSupplyRequest) -> Result<SupplyPlan, Error> {
        inventory::propose_supply_request(&self.parts().inventory, request)
    }

    /// Plans what to order so that products stay in stock, by their reorder policies.
    ///
    /// # Errors
    /// [`Error`] for a request that cannot be judged, as [`crate::inventory::propose_reorders`].
    pub fn propose_reorders(&self, request: &ProposeReordersRequest) -> Result<ReorderPlan, Error> {
        inventory::propose_reorders_request(&self.parts().inventory, request)
    }

    /// Finds the products of which less is available than their alerts say.
    #[must_use]
    pub fn check_stock_levels(&self, request: &StockLevelsRequest) -> StockLevels {
        inventory::check_stock_levels(&self.parts().inventory, request)
    }

    /// Plans which locations ship what of an order, by one of the sourcing policies.
    ///
    /// # Errors
    /// [`Error`] for a demand that cannot be judged, as [`crate::inventory::plan_sourcing`].
    pub fn plan_sourcing(&self, request: &PlanSourcingRequest) -> Result<SourcingPlan, Error> {
        inventory::plan_sourcing_request(&self.parts().inventory, request)
    }

    /// Says how much of a product is available, and where.
    #[must_use]
    pub fn availability(&self, request: &AvailabilityRequest) -> Availability {
        inventory::availability_request(&self.parts().inventory, request)
    }

    /// Shares out a scarce quantity over those who ask for it.
    ///
    /// # Errors
    /// [`Error`] for a request that cannot be judged, as [`crate::inventory::share_out`].
    pub fn share_out(&self, request: &ShareOutRequest) -> Result<SharePlan, Error> {
        inventory::share_out(&self.parts().inventory, request)
    }

    /// Says how much of each line its quotas allow, and what that consumes.
    ///
    /// # Errors
    /// [`Error`] for a request that cannot be judged, as [`crate::inventory::check_quota`].
    pub fn check_quota(&self, request: &CheckQuotaRequest) -> Result<QuotaPlan, Error> {
        inventory::check_quota(&self.parts().inventory, request)
    }

    /// Plans anew who holds how much.
    ///
    /// # Errors
    /// [`Error`] for a request that cannot be judged, as [`crate::inventory::replan`].
    pub fn replan(&self, request: &ReplanRequest) -> Result<ReplanPlan, Error> {
        inventory::replan(&self.parts().inventory, request)
    }

    /// Plans what is delivered in the place of what is not there.
    ///
    /// # Errors
    /// [`Error`] for a request that cannot be judged, as [`crate::inventory::plan_substitutes`].
    pub fn plan_substitutes(&self, request: &PlanSubstitutesRequest) -> Result<SubstitutePlan, Error> {
        inventory::plan_substitutes(&self.parts().inventory, request)
    }

    /// Says when each line can be had.
    ///
    /// # Errors
    /// [`Error`] for a request that cannot be judged, as [`crate::inventory::promise()`].
    pub fn promise(&self, request: &PromiseRequest) -> Result<PromisePlan, Error> {
        inventory::promise(&self.parts().inventory, request)
    }

    /// Says what of a product can be promised, day by day.
    ///
    /// # Errors
    /// As [`Self::promise`].
    pub fn project_availability(&self, request: &ProjectionRequest) -> Result<Projection, Error> {
        inventory::project(&self.parts().inventory, request)
    }

    /// Judges a command to the stock.
    ///
    /// # Errors
    /// [`Error`] for a command that cannot be judged, as [`crate::inventory::decide`].
    pub fn decide_inventory(&self, request: &DecideStockRequest) -> Result<StockDecision, Error> {
        inventory::decide_request(&self.parts().inventory, self.fingerprint(), request)
    }

    /// Makes an invoice: amounts, tax breakdown, due dates.
    ///
    /// # Errors
    /// [`Error`] for input that cannot be judged, as [`crate::receivable::issue`].
    pub fn issue_invoice(&self, request: &InvoiceRequest) -> Result<Invoice, Error> {
        crate::receivable::issue(&self.parts().receivables, request)
    }
}
