//! Placing and confirming an order.

use super::super::action::{ApprovalRoute, CreditVerdict, SubmitOrder};
use super::super::fact::OrderFact;
use super::super::refuse;
use super::super::state::{Hold, HoldKind, OrderHeader};
use super::Judgement;
use crate::credit::CreditStatus;
use crate::id::HoldId;
use crate::report::{Code, Diagnostics, Error, Path};
use crate::rulebook::OrderStep;

impl Judgement<'_> {
    pub(super) fn submit(&mut self, submitted: &SubmitOrder) -> Result<(), Error> {
        // 1. What cannot be an order is an error, not a refusal.
        let path = Path::ROOT.field("submit");
        let mut problems = Diagnostics::new();
        submitted.order.check(self.rules.limits.lines, &path.field("order"), &mut problems);
        if let Some(problem) = submitted.terms.as_ref().and_then(|id| self.rules.receivables.unknown(id, &path.field("terms"))) {
            problems.push(problem);
        }
        problems.finish()?;

        // 2. What speaks against it.
        if !self.in_state("be submitted", &[OrderHeader::Draft]) {
            return Ok(());
        }
        if !submitted.order.complete {
            self.refusals.push(refuse::incomplete_quote());
        }
        if submitted.order.rulebook != *self.rules.fingerprint {
            self.refusals.push(refuse::rulebook_mismatch(&submitted.order.rulebook, self.rules.fingerprint));
        }
        if let Some(verdict) = submitted.credit.as_ref().filter(|verdict| verdict.status == CreditStatus::Reject) {
            self.refusals.push(refuse::credit_rejected(&verdict.codes));
        }

        // 3. The order, and the holds under which it begins.
        self.facts.push(OrderFact::Submitted(Box::new(submitted.clone())));
        if let Some(verdict) = submitted.credit.as_ref().filter(|verdict| verdict.status == CreditStatus::Hold) {
            self.place_own_hold("credit", HoldKind::Credit, &self.rules.policy.credit_hold_blocks, credit_reason(verdict));
        }
        if let Some(route) = submitted.approval.as_ref().filter(|route| route.requirements > 0) {
            self.place_own_hold("approval", HoldKind::Approval, &self.rules.policy.approval_hold_blocks, approval_reason(route));
        }
        Ok(())
    }

    /// Places a hold that the engine wants itself, unless one of that name is in force.
    pub(super) fn place_own_hold(&mut self, id: &str, kind: HoldKind, blocks: &[OrderStep], reason: String) {
        if self.state.holds.iter().any(|hold| hold.id.as_str() == id) {
            return;
        }
        let placed_by = self.command.actor.clone();
        let hold = HoldId::new(id).map(|id| Hold { id, kind, blocks: blocks.to_vec(), reason, placed_by, placed_at: self.command.at });
        self.facts.extend(hold.ok().map(OrderFact::HoldPlaced));
    }

    pub(super) fn confirm(&mut self) {
        if self.in_state("be confirmed", &[OrderHeader::Submitted]) {
            self.not_held(OrderStep::Confirm);
            self.facts.push(OrderFact::Confirmed {});
        }
    }
}

fn credit_reason(verdict: &CreditVerdict) -> String {
    let codes: Vec<&str> = verdict.codes.iter().map(|code: &Code| code.as_str()).collect();
    if codes.is_empty() { "the credit check holds it".to_owned() } else { format!("the credit check holds it: {}", codes.join(", ")) }
}

fn approval_reason(route: &ApprovalRoute) -> String {
    match route.requirements {
        1 => "it needs an approval".to_owned(),
        several => format!("it needs {several} approvals"),
    }
}
