//! From an order as it came in to one that is placed: prices, credit, approval, stock, confirmation.

use dealdesk::approval::{ApprovalAction, Requirement, Route, Subject};
use dealdesk::credit::CreditDecision;
use dealdesk::inventory::{ReservationKind, ReserveAllow, ReserveStock, StockAction};
use dealdesk::order::{ApprovalRoute, CreditVerdict, OrderAction, OrderHeader, OrderStep, ReservedLine, SubmitOrder};
use dealdesk::quote::{Quote, QuoteRequest};
use dealdesk::report::Error;

use crate::Result;
use crate::company::{Customer, Order};
use crate::desk::{By, Desk};
use crate::{ask, clerk};

/// Takes an order as far as it comes by itself. Who was interrupted calls it again: what was done is not done twice.
pub fn place(desk: &mut Desk, order: &Order, by: By<'_>) -> Result<()> {
    let customer = desk.company.customer(order)?.clone();
    clerk::heading(order, &customer);
    if desk.order(&order.id)?.header == OrderHeader::Draft && !enter(desk, order, &customer, by)? {
        return Ok(());
    }

    // Stock, whether the order is held or not: it keeps its place in the queue.
    reserve(desk, &order.id, by, "reserve")?;

    // Confirmation, unless a hold blocks it.
    confirm(desk, &order.id, by)
}

/// Prices the order, checks credit, asks for approval and submits it; says whether it was entered.
fn enter(desk: &mut Desk, order: &Order, customer: &Customer, by: By<'_>) -> Result<bool> {
    // 1. Prices. What cannot be judged, or lacks a price, does not become an order.
    let (request, quote) = match priced(desk, order, customer) {
        Ok(priced) => priced,
        Err(refusal) => {
            clerk::unreadable(&refusal);
            return Ok(false);
        }
    };
    clerk::quote(&quote);
    if !quote.is_complete() {
        println!("  not entered: the customer is asked");
        return Ok(false);
    }

    // 2. Credit, and who must approve.
    let credit = desk.company.rulebook.check_credit(&ask::credit_request(desk, customer, by, quote.totals().gross)?)?;
    clerk::credit(&credit);
    let route = desk.company.rulebook.route_approval(&ask::approval_request(request, &quote, credit.status)?)?;
    clerk::route(&route.requirements);

    // 3. The case that decides, and the order with its holds.
    open_case(desk, &order.id, &route.requirements, by)?;
    let submission = submission(order, customer, &quote, &credit, &route.requirements)?;
    tell(desk, &order.id, by, "submit", OrderAction::Submit(Box::new(submission)))?;
    Ok(true)
}

fn priced(desk: &Desk, order: &Order, customer: &Customer) -> std::result::Result<(QuoteRequest, Quote), Error> {
    let request = ask::quote_request(order, customer)?;
    let quote = desk.company.rulebook.quote(&request)?;
    Ok((request, quote))
}

/// Asks those who must approve.
fn open_case(desk: &mut Desk, id: &str, requirements: &[Requirement], by: By<'_>) -> Result<()> {
    if requirements.is_empty() {
        return Ok(());
    }
    let route = Route { requirements: requirements.to_vec() };
    let open = ApprovalAction::Open { subject: Subject { document: id.parse()?, content: None }, requester: by.actor.parse()?, route };
    desk.tell_case(id, &by.command(format!("{id}/open"), open)?)?;
    Ok(())
}

/// What is placed: the frozen quote with what was decided about it.
fn submission(
    order: &Order,
    customer: &Customer,
    quote: &Quote,
    credit: &CreditDecision,
    requirements: &[Requirement],
) -> Result<SubmitOrder> {
    let codes = credit.checks.iter().filter(|check| !check.passed).map(|check| check.code).collect();
    let approval = match u32::try_from(requirements.len())? {
        0 => None,
        requirements => Some(ApprovalRoute { requirements, case: Some(order.id.parse()?) }),
    };
    Ok(SubmitOrder {
        order: ask::frozen(order, customer, quote)?,
        terms: Some(customer.payment_terms.parse()?),
        credit: Some(CreditVerdict { status: credit.status, codes }),
        approval,
    })
}

/// Reserves what is open of each line that lies in warehouses, as much as there is.
pub fn reserve(desk: &mut Desk, id: &str, by: By<'_>, occasion: &str) -> Result<()> {
    let state = desk.order(id)?;
    let mut held = Vec::new();
    for (line, progress) in state.document.iter().flat_map(|document| &document.lines).zip(&state.lines) {
        if progress.open.is_zero() || !desk.company.carries(&line.product) {
            continue;
        }
        let reservation = format!("{id}/{}/{occasion}", line.id);
        let reserve = ReserveStock {
            id: reservation.parse()?,
            demand: format!("{id}/{}", line.id).parse()?,
            product: line.product.clone(),
            quantity: progress.open.try_into()?,
            location: None,
            kind: ReservationKind::Hard,
            expires_at: None,
            allow: ReserveAllow::Partial { min: None, multiple: None },
            wanted_on: None,
            priority: 0,
            characteristics: std::collections::BTreeMap::new(),
            instead_of: None,
            replaces: Vec::new(),
            removal: None,
            components_from: Vec::new(),
        };
        let decision = desk.tell_stock(by.command(reservation.clone(), StockAction::Reserve(reserve))?)?;
        clerk::stock(&decision);
        let reserved = desk.stock()?;
        for part in reserved.reservation(&reservation.parse()?).into_iter().flat_map(|reservation| &reservation.parts) {
            held.push(ReservedLine { line: line.id.clone(), quantity: part.open.into(), reservation: reservation.parse()? });
        }
    }
    if !held.is_empty() {
        tell(desk, id, by, occasion, OrderAction::Reserved { lines: held })?;
    }
    Ok(())
}

/// Confirms an order that nothing holds.
pub fn confirm(desk: &mut Desk, id: &str, by: By<'_>) -> Result<()> {
    if desk.order(id)?.status.blocked.contains(&OrderStep::Confirm) {
        return Ok(());
    }
    tell(desk, id, by, "confirm", OrderAction::Confirm {})
}

/// Gives an order a command and shows what came of it.
pub fn tell(desk: &mut Desk, id: &str, by: By<'_>, occasion: &str, action: OrderAction) -> Result<()> {
    let decision = desk.tell_order(id, &by.command(format!("{id}/{occasion}"), action)?)?;
    let state = desk.order(id)?;
    clerk::order(&decision, &state);
    Ok(())
}
