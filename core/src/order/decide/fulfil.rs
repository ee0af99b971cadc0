//! Reserving and shipping.

use super::super::action::{QuantityOfLine, ReservedLine, ShippedLine};
use super::super::fact::OrderFact;
use super::super::refuse;
use super::super::state::{Bucket, HoldKind, OrderHeader};
use super::{Judgement, add, check_quantities};
use crate::money::Decimal;
use crate::report::{Error, Path};
use crate::rulebook::OrderStep;

impl Judgement<'_> {
    pub(super) fn reserved(&mut self, lines: &[ReservedLine]) -> Result<(), Error> {
        check_quantities(lines.iter().map(|line| &line.quantity), &Path::ROOT.field("reserved").field("lines"))?;
        if !self.in_state("be given stock", &[OrderHeader::Submitted, OrderHeader::Confirmed]) {
            return Ok(());
        }
        self.not_held(OrderStep::Reserve);
        for reserved in lines {
            let Some(index) = self.find_line(&reserved.line) else { continue };
            let missing = self.take(index, reserved.quantity, Bucket::Open, Bucket::Reserved, Some(&reserved.reservation));
            if !missing.is_zero() {
                let most = reserved.quantity.checked_sub(missing).unwrap_or_default();
                self.refusals.push(refuse::exceeds_open(&reserved.line, reserved.quantity, most, "reserved"));
            }
        }
        Ok(())
    }

    pub(super) fn unreserved(&mut self, lines: &[ReservedLine]) -> Result<(), Error> {
        check_quantities(lines.iter().map(|line| &line.quantity), &Path::ROOT.field("unreserved").field("lines"))?;
        if !self.in_state("give stock back", &[OrderHeader::Submitted, OrderHeader::Confirmed]) {
            return Ok(());
        }
        for freed in lines {
            let Some(index) = self.find_line(&freed.line) else { continue };
            let Some(line) = self.lines.get(index) else { continue };
            if !line.reservations.iter().any(|held| held.reservation == freed.reservation) {
                self.refusals.push(refuse::unknown_reservation(line, &freed.reservation));
                continue;
            }
            let missing = self.take(index, freed.quantity, Bucket::Reserved, Bucket::Open, Some(&freed.reservation));
            if !missing.is_zero() {
                let most = freed.quantity.checked_sub(missing).unwrap_or_default();
                self.refusals.push(refuse::exceeds_open(&freed.line, freed.quantity, most, "given back"));
            }
        }
        Ok(())
    }

    pub(super) fn ship(&mut self, lines: &[ShippedLine]) -> Result<(), Error> {
        check_quantities(lines.iter().map(|line| &line.quantity), &Path::ROOT.field("ship").field("lines"))?;
        let after_the_end = [OrderHeader::Confirmed, OrderHeader::Closed, OrderHeader::Cancelled, OrderHeader::Rejected];
        if !self.in_state("be shipped", &after_the_end) {
            return Ok(());
        }
        // 1. A hold stops goods that have not left. What leaves an order that has ended has left already.
        if self.state.header == OrderHeader::Confirmed {
            self.not_held(OrderStep::Ship);
        }
        // 2. Take from reservations, then from what is open, then from what was cancelled.
        let mut late: Vec<QuantityOfLine> = Vec::new();
        for shipped in lines {
            let Some(index) = self.find_line(&shipped.line) else { continue };
            let missing = self.ship_in_time(index, shipped);
            let beyond = self.take(index, missing, Bucket::Cancelled, Bucket::Shipped, None);
            if !beyond.is_zero() {
                let most = shipped.quantity.checked_sub(beyond).unwrap_or_default();
                self.refusals.push(refuse::exceeds_open(&shipped.line, shipped.quantity, most, "shipped"));
            } else if !missing.is_zero() {
                record(&mut late, shipped, missing)?;
            }
        }
        // 3. Goods that left although they were cancelled are recorded, and are not invoiced until someone has looked.
        if !late.is_empty() {
            self.facts.push(OrderFact::ShippedAfterCancel { lines: late });
            let reason = "goods left although they had been cancelled".to_owned();
            self.place_own_hold("shipped_after_cancel", HoldKind::Exception, &[OrderStep::Invoice], reason);
        }
        Ok(())
    }

    /// Takes what is shipped from reservations and from what is open; returns what is still missing.
    fn ship_in_time(&mut self, index: usize, shipped: &ShippedLine) -> Decimal {
        let missing = match &shipped.reservation {
            Some(id) => self.take(index, shipped.quantity, Bucket::Reserved, Bucket::Shipped, Some(id)),
            None => self.take_reserved(index, shipped.quantity, Bucket::Shipped),
        };
        self.take(index, missing, Bucket::Open, Bucket::Shipped, None)
    }
}

fn record(late: &mut Vec<QuantityOfLine>, shipped: &ShippedLine, quantity: Decimal) -> Result<(), Error> {
    match late.iter_mut().find(|known| known.line == shipped.line) {
        Some(known) => known.quantity = add(known.quantity, quantity, &Path::ROOT.field("ship").field("lines"))?,
        None => late.push(QuantityOfLine { line: shipped.line.clone(), quantity }),
    }
    Ok(())
}
