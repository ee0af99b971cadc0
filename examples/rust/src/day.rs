//! The story, day by day.

use dealdesk::approval::{ApprovalAction, CaseStatus, Vote};
use dealdesk::inventory::{ReceiveStock, StockAction, StockMovement};
use dealdesk::order::{HoldKind, OrderAction, OrderHeader};
use dealdesk::time::Timestamp;

use crate::Result;
use crate::clerk;
use crate::company::Order;
use crate::desk::{By, Desk};
use crate::fulfil::{cancel, fulfil, give_back};
use crate::place::{confirm, place, reserve, tell};
use crate::supply;

/// Runs the first day that has not been run.
pub fn next(desk: &mut Desk) -> Result<()> {
    let rulebook = &desk.company.rulebook;
    let (id, fingerprint) = (rulebook.id().clone(), rulebook.fingerprint().0.clone());
    for date in ["2026-11-23", "2026-11-24"] {
        if desk.store.document::<bool>("day", date)?.is_none() {
            println!("{date}, rulebook {id} {fingerprint}");
            if date == "2026-11-23" { first(desk) } else { second(desk) }?;
            return desk.store.keep("day", date, &true);
        }
    }
    println!("nothing is left to do; delete the state file to begin again");
    Ok(())
}

/// Orders come in. What arrived by phone ships in the afternoon, the web shop's the next morning.
fn first(desk: &mut Desk) -> Result<()> {
    open_stock(desk, By { actor: "warehouse", at: at("2026-11-23T07:00:00Z")? })?;
    let orders = desk.company.orders.clone();
    for order in orders.iter() {
        place(desk, order, By { actor: &order.requested_by, at: at("2026-11-23T09:00:00Z")? })?;
    }
    println!("\nafternoon: what was ordered by phone is shipped");
    for order in orders.iter().filter(|order| order.channel == "phone") {
        ship(desk, order, By { actor: "warehouse", at: at("2026-11-23T15:00:00Z")? }, "1")?;
    }
    println!("\nevening: what stock cannot give is made and bought");
    let planner = By { actor: "planner", at: at("2026-11-23T17:00:00Z")? };
    supply::plan(desk, planner, "2026-11-24".parse()?, "2026-12-31".parse()?)
}

/// What lies in the warehouses, and what is on its way to them.
fn open_stock(desk: &mut Desk, by: By<'_>) -> Result<()> {
    let stock = desk.company.stock.clone();
    for (number, level) in stock.on_hand.iter().enumerate() {
        desk.tell_stock(by.command(format!("opening/{number}"), StockAction::Receive(level.clone()))?)?;
    }
    for supply in &stock.supplies {
        desk.tell_stock(by.command(format!("expected/{}", supply.id), StockAction::Expect(supply.clone()))?)?;
    }
    Ok(())
}

/// A repeated command, a cancellation, a delivery from the factory, decisions; then everything that can be is shipped.
fn second(desk: &mut Desk) -> Result<()> {
    let orders = desk.company.orders.clone();
    let clerk = By { actor: "lang", at: at("2026-11-24T07:30:00Z")? };

    println!("\nthe clerk's browser sends an old confirmation again");
    confirm_again(desk, &orders, clerk)?;

    println!("\ncancelled by customers");
    for order in orders.iter().filter(|order| order.cancelled) {
        println!("{}", order.id);
        cancel(desk, &order.id, clerk, "the customer has changed their mind")?;
    }

    println!("\nfrom the factory: 12 D-40 for Lyon");
    let goods = StockMovement::plain("D-40".parse()?, "LYO".parse()?, "12".parse()?);
    let received = ReceiveStock { supply: Some("MO-118".parse()?), ..goods.into() };
    let factory = By { actor: "warehouse", at: at("2026-11-24T08:00:00Z")? };
    desk.tell_stock(factory.command("factory/D-40".to_owned(), StockAction::Receive(received))?)?;

    println!("\ndecisions");
    for order in orders.iter() {
        decide(desk, order)?;
    }

    println!("\nthe rest is reserved, shipped and invoiced");
    for order in orders.iter() {
        finish(desk, order)?;
    }
    Ok(())
}

fn at(text: &str) -> Result<Timestamp> {
    Ok(text.parse()?)
}

/// Ships an order under its number, when it is confirmed.
fn ship(desk: &mut Desk, order: &Order, by: By<'_>, occasion: &str) -> Result<()> {
    if desk.order(&order.id)?.header == OrderHeader::Confirmed {
        println!("{}", order.id);
        fulfil(desk, &order.id, by, occasion)?;
    }
    Ok(())
}

/// The same command, word for word: the answer is the one of yesterday, and nothing happens.
fn confirm_again(desk: &mut Desk, orders: &[Order], by: By<'_>) -> Result<()> {
    let Some(order) = orders.first() else { return Ok(()) };
    println!("{}", order.id);
    confirm(desk, &order.id, By { actor: &order.requested_by, ..by })
}

/// Everybody who is asked approves what is a matter of price; the credit manager lets nobody pass whose invoices are months overdue.
fn decide(desk: &mut Desk, order: &Order) -> Result<()> {
    let noon = at("2026-11-24T11:00:00Z")?;
    while let Some(pending) = desk.case(&order.id)?.current().and_then(|round| round.pending().next().cloned()) {
        let role = pending.role.as_str();
        let overdue =
            desk.order(&order.id)?.credit.is_some_and(|credit| credit.codes.iter().any(|code| code.as_str() == "credit.oldest_item"));
        let by = By { actor: person(role), at: noon };
        let action = if role == "credit_manager" && overdue {
            ApprovalAction::Reject { level: None, roles: vec![pending.role.clone()], reason: "pay the old invoice first".to_owned() }
        } else {
            ApprovalAction::Approve(Vote { level: None, roles: vec![pending.role.clone()], comment: None })
        };
        let decision = desk.tell_case(&order.id, &by.command(format!("{}/{}-{role}", order.id, pending.level), action)?)?;
        clerk::decided(&order.id, by.actor, &decision);
    }
    Ok(())
}

/// Who has a role.
fn person(role: &str) -> &'static str {
    match role {
        "sales_lead" => "adler",
        "sales_director" => "brandt",
        _ => "cassel",
    }
}

/// Lets an order feel what was decided, and takes it to the end.
fn finish(desk: &mut Desk, order: &Order) -> Result<()> {
    let by = By { actor: "lang", at: at("2026-11-24T13:00:00Z")? };
    let id = order.id.as_str();
    let before = desk.order(id)?;
    if matches!(before.header, OrderHeader::Submitted | OrderHeader::Confirmed) {
        println!("{id}");
    }
    match desk.case(id)?.status() {
        Some(CaseStatus::Approved) if before.header == OrderHeader::Submitted => {
            tell(desk, id, by, "granted", OrderAction::ApprovalGranted { case: Some(id.parse()?) })?;
            for hold in before.holds.iter().filter(|hold| hold.kind == HoldKind::Credit) {
                let reason = "the credit manager has approved".to_owned();
                tell(desk, id, by, "release", OrderAction::ReleaseHold { id: hold.id.clone(), reason })?;
            }
            confirm(desk, id, by)?;
        }
        Some(CaseStatus::Rejected) if before.header == OrderHeader::Submitted => {
            let reason = Some("the credit manager has refused".to_owned());
            tell(desk, id, by, "denied", OrderAction::ApprovalDenied { case: Some(id.parse()?), reason })?;
            give_back(desk, id, by)?;
        }
        _ => {}
    }
    if desk.order(id)?.header == OrderHeader::Confirmed {
        reserve(desk, id, by, "reserve-2")?;
        fulfil(desk, id, By { actor: "warehouse", at: at("2026-11-24T15:00:00Z")? }, "2")?;
    }
    Ok(())
}
