//! Holds and approvals.

use super::super::fact::OrderFact;
use super::super::refuse;
use super::super::state::{Hold, HoldKind, OrderHeader};
use super::Judgement;
use crate::id::{CaseId, HoldId};
use crate::report::{Diagnostic, Error, OrderCode, Path};
use crate::rulebook::OrderStep;

/// The states of an order that is under way.
const UNDER_WAY: [OrderHeader; 2] = [OrderHeader::Submitted, OrderHeader::Confirmed];
/// The states of an order that was placed, whatever became of it.
const PLACED: [OrderHeader; 5] =
    [OrderHeader::Submitted, OrderHeader::Confirmed, OrderHeader::Closed, OrderHeader::Cancelled, OrderHeader::Rejected];

impl Judgement<'_> {
    pub(super) fn place_hold(&mut self, id: &HoldId, kind: HoldKind, blocks: &[OrderStep], reason: &str) -> Result<(), Error> {
        if blocks.is_empty() {
            let message = "a hold must block at least one step; name some, or leave `blocks` out to block all";
            return Err(Diagnostic::error(OrderCode::BlocksNothing, &Path::ROOT.field("place_hold").field("blocks"), message).into());
        }
        if !self.in_state("be held", &UNDER_WAY) {
            return Ok(());
        }
        if self.state.holds.iter().any(|hold| hold.id == *id) {
            self.refusals.push(refuse::hold_exists(id));
        }
        let blocks = OrderStep::ALL.into_iter().filter(|step| blocks.contains(step)).collect();
        let (placed_by, placed_at) = (self.command.actor.clone(), self.command.at);
        self.facts.push(OrderFact::HoldPlaced(Hold { id: id.clone(), kind, blocks, reason: reason.to_owned(), placed_by, placed_at }));
        Ok(())
    }

    pub(super) fn release_hold(&mut self, id: &HoldId, reason: &str) {
        if !self.in_state("have a hold released", &PLACED) {
            return;
        }
        match self.state.holds.iter().find(|hold| hold.id == *id) {
            None => self.refusals.push(refuse::unknown_hold(id, self.state)),
            // No approval can come any more to an order that has ended.
            Some(hold) if hold.kind == HoldKind::Approval && UNDER_WAY.contains(&self.state.header) => {
                self.refusals.push(refuse::hold_kind(hold));
            }
            Some(hold) => self.facts.push(released(hold, Some(reason.to_owned()))),
        }
    }

    pub(super) fn approval_granted(&mut self, case: Option<&CaseId>) {
        if !self.in_state("be approved", &UNDER_WAY) || !self.waits_for(case) {
            return;
        }
        self.facts.push(OrderFact::ApprovalGranted { case: case.cloned() });
        let holds = self.state.holds.iter().filter(|hold| hold.kind == HoldKind::Approval);
        self.facts.extend(holds.map(|hold| released(hold, None)));
    }

    pub(super) fn approval_denied(&mut self, case: Option<&CaseId>, reason: Option<&String>) {
        if !self.in_state("be denied", &UNDER_WAY) || !self.waits_for(case) {
            return;
        }
        self.facts.push(OrderFact::ApprovalDenied { case: case.cloned(), reason: reason.cloned() });
        if self.state.header == OrderHeader::Submitted {
            self.cancel_quantities();
            self.facts.push(OrderFact::Rejected { reason: reason.cloned() });
        }
    }

    /// Whether the order waits for an approval, and for that of this case; refuses when not.
    fn waits_for(&mut self, case: Option<&CaseId>) -> bool {
        if !self.state.holds.iter().any(|hold| hold.kind == HoldKind::Approval) {
            self.refusals.push(refuse::no_approval_hold());
            return false;
        }
        let expected = self.state.approval.as_ref().and_then(|approval| approval.case.as_ref());
        if let (Some(given), Some(expected)) = (case, expected)
            && given != expected
        {
            self.refusals.push(refuse::other_case(given, expected));
            return false;
        }
        true
    }
}

fn released(hold: &Hold, reason: Option<String>) -> OrderFact {
    OrderFact::HoldReleased { id: hold.id.clone(), kind: hold.kind, reason }
}
