//! From a confirmed order to the money: ship what is reserved, invoice what is shipped, close what is done.

use dealdesk::inventory::{CommitStock, ReleaseStock, StockAction};
use dealdesk::order::{BillingStatus, FulfillmentStatus, OrderAction, OrderFact, OrderHeader, OrderState, ShippedLine};

use crate::Result;
use crate::clerk;
use crate::desk::{By, Desk};
use crate::place::tell;

/// Ships and invoices what can be, and closes the order when nothing is left.
pub fn fulfil(desk: &mut Desk, id: &str, by: By<'_>, occasion: &str) -> Result<()> {
    let state = desk.order(id)?;
    if state.header != OrderHeader::Confirmed {
        return Ok(());
    }
    let lines = shippable(desk, &state);
    if lines.is_empty() {
        return Ok(());
    }

    // 1. The goods leave: the warehouses first, since they may find that something is missing.
    for line in lines.iter().filter_map(|line| line.reservation.as_ref()) {
        let commit = CommitStock::all(line.clone());
        let decision = desk.tell_stock(by.command(format!("{line}/commit"), StockAction::Commit(commit))?)?;
        clerk::stock(&decision);
    }
    tell(desk, id, by, &format!("ship-{occasion}"), OrderAction::Ship { lines })?;

    // 2. The invoice.
    invoice(desk, id, by, occasion)?;

    // 3. The end.
    let status = desk.order(id)?.status;
    if (status.fulfillment, status.billing) == (FulfillmentStatus::Shipped, BillingStatus::Invoiced) {
        tell(desk, id, by, "close", OrderAction::Close {})?;
    }
    Ok(())
}

/// What is reserved, and the services, which no warehouse holds.
fn shippable(desk: &Desk, state: &OrderState) -> Vec<ShippedLine> {
    let mut lines = Vec::new();
    for (line, progress) in state.document.iter().flat_map(|document| &document.lines).zip(&state.lines) {
        let reserved = progress.reservations.iter();
        lines.extend(reserved.map(|held| ShippedLine {
            line: line.id.clone(),
            quantity: held.quantity,
            reservation: Some(held.reservation.clone()),
        }));
        if !progress.open.is_zero() && !desk.company.carries(&line.product) {
            lines.push(ShippedLine { line: line.id.clone(), quantity: progress.open, reservation: None });
        }
    }
    lines
}

fn invoice(desk: &mut Desk, id: &str, by: By<'_>, occasion: &str) -> Result<()> {
    let number = format!("R-{}-{occasion}", id.trim_start_matches("O-"));
    let action = OrderAction::Invoice { id: number.parse()?, date: by.at.date(), lines: None, terms: None };
    let decision = desk.tell_order(id, &by.command(format!("{id}/invoice-{occasion}"), action)?)?;
    for event in &decision.events {
        if let OrderFact::Invoiced(invoice) = &event.what {
            clerk::invoice(invoice);
        }
    }
    Ok(())
}

/// Cancels an order, and gives back what was reserved for it.
pub fn cancel(desk: &mut Desk, id: &str, by: By<'_>, reason: &str) -> Result<()> {
    tell(desk, id, by, "cancel", OrderAction::Cancel { reason: Some(reason.to_owned()) })?;
    give_back(desk, id, by)
}

/// Releases the reservations that an order no longer wants.
pub fn give_back(desk: &mut Desk, id: &str, by: By<'_>) -> Result<()> {
    for reservation in desk.abandoned(id)? {
        let command = by.command(format!("{reservation}/release"), StockAction::Release(ReleaseStock::all(reservation)))?;
        clerk::stock(&desk.tell_stock(command)?);
    }
    Ok(())
}
