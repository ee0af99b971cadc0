//! What the order clerk reads.

use dealdesk::approval::{ApprovalEvent, Requirement};
use dealdesk::credit::CreditDecision;
use dealdesk::id::RuleId;
use dealdesk::inventory::{ReorderProposal, StockDecision, StockEvent, StockPart, SupplyMethod, SupplyProposal};
use dealdesk::order::{OrderFact, OrderState};
use dealdesk::quote::{LineView, Quote};
use dealdesk::receivable::Invoice;
use dealdesk::report::{Decision, Detail, Event, Finding, Outcome};
use serde::Serialize;
use serde_json::Value;

use crate::company::{Customer, Order};

/// The order and who placed it.
pub fn heading(order: &Order, customer: &Customer) {
    let contract = if customer.contract { ", contract" } else { "" };
    println!("\n{}  {}, {}, {}, {}{contract}", order.id, customer.name, customer.city, customer.country, customer.level);
    println!("  {}", order.story);
}

/// An order that cannot be read: every place that is wrong.
pub fn unreadable(error: &dealdesk::report::Error) {
    for problem in error.diagnostics() {
        println!("  refused: {} at {}: {}", problem.code, problem.path, problem.message);
        if let Some(help) = &problem.help {
            println!("    {help}");
        }
    }
}

/// Prices, each with the way it came about, and the totals.
pub fn quote(quote: &Quote) {
    for line in quote.lines() {
        quoted_line(&line.view());
    }
    let totals = quote.totals();
    println!("  list {}, discount {}, net {}, VAT {}, gross {}", totals.list, totals.discount, totals.net, totals.tax, totals.gross);
    for group in quote.tax_breakdown() {
        if let (Some(rate), Some(percent)) = (group.rate, group.percent) {
            println!("    {rate}: {} % of {} is {}", percent.to_decimal(), group.net, group.tax);
        }
    }
    findings(quote.findings());
}

fn quoted_line(line: &LineView<'_>) {
    let (unit, name) = (line.unit.unwrap_or("?"), line.name.unwrap_or("unknown product"));
    println!("  {:<3} {} {unit} {}, {name}", line.id, line.quantity, line.product);
    for step in line.waterfall.into_iter().flatten() {
        let rule = step.rule.unwrap_or("");
        println!("      {:<10} {:<20} {:>10} {:>10}", step.step, rule, step.delta.to_string(), step.after.to_string());
    }
}

fn findings(findings: &[Finding]) {
    for finding in findings {
        let line = finding.line.as_ref().map(|line| format!(" on line {line}")).unwrap_or_default();
        println!("  {} {}{line}: {}", word(&finding.severity), finding.code, finding.message);
        if let Some(help) = finding.details.get("help") {
            println!("    {}", plain(help));
        }
    }
}

/// The credit verdict with every check.
pub fn credit(credit: &CreditDecision) {
    let limit = credit.limit.map_or("no limit".to_owned(), |limit| format!("limit {limit}"));
    println!("  credit {}: {} before, {} with this order, {limit}", word(&credit.status), credit.exposure_before, credit.exposure_after);
    for check in &credit.checks {
        let figure = |figure: &Option<Detail>| figure.as_ref().map_or("none".to_owned(), plain);
        let mark = if check.passed { "passed" } else { "failed" };
        println!("    {mark} {}: {} of at most {}", check.id, figure(&check.actual), figure(&check.threshold));
    }
    if let Some(most) = credit.max_document_value {
        println!("    up to {most} would pass");
    }
}

/// Who must approve, and the rows of the matrix that say so.
pub fn route(requirements: &[Requirement]) {
    for needed in requirements {
        let rows: Vec<&str> = needed.rows.iter().map(RuleId::as_str).collect();
        println!("  approval, level {}: {}, because of {}", needed.level, needed.role, rows.join(", "));
    }
}

/// Where stock was taken from, or why not.
pub fn stock(decision: &StockDecision) {
    if let Outcome::Refused(refusals) = &decision.outcome {
        for refusal in refusals {
            println!("  stock: {}: {}", refusal.code, refusal.message);
        }
    }
    for event in &decision.events {
        let (verb, product, parts) = match &event.what {
            StockEvent::Reserved { product, parts, .. } => ("reserved", product, parts),
            StockEvent::Committed { product, parts, .. } => ("shipped", product, parts),
            StockEvent::Released { product, parts, .. } => ("released", product, parts),
            _ => continue,
        };
        let lot = |part: &StockPart| part.lot.as_ref().map(|lot| format!(" of lot {lot}")).unwrap_or_default();
        let places: Vec<String> = parts.iter().map(|part| format!("{}{} in {}", part.quantity, lot(part), part.location)).collect();
        println!("  {verb} {product}: {}", places.join(", "));
    }
}

/// An order to make or to buy, whom it is for, and what goes into it.
pub fn proposal(proposal: &SupplyProposal) {
    let SupplyProposal { product, quantity, location, start, due, .. } = proposal;
    let whom: Vec<&str> = proposal.pegs.iter().filter_map(|peg| peg.demand.as_ref()).map(|demand| demand.as_str()).collect();
    println!("  {} {quantity} {product} in {location}, start {start}, due {due}, for {}", verb(proposal.method), whom.join(", "));
    for component in &proposal.components {
        println!("    takes {} {}", component.quantity, component.product);
    }
}

/// An order that fills the stock up, and why.
pub fn reorder(proposal: &ReorderProposal) {
    let ReorderProposal { product, quantity, location, start, due, because, .. } = proposal;
    let why = format!("{} left on {}, at least {} are kept", because.projected, because.on, because.threshold);
    println!("  {} {quantity} {product} in {location}, start {start}, due {due}: {why}", verb(proposal.method));
}

fn verb(method: SupplyMethod) -> &'static str {
    if method == SupplyMethod::Buy { "buy" } else { "make" }
}

/// Products of which there is little.
pub fn low(findings: &[Finding]) {
    for finding in findings {
        println!("  {}: {}", finding.code, finding.message);
    }
}

/// What happened to the order, and where it stands now.
pub fn order(decision: &Decision<OrderFact>, state: &OrderState) {
    match &decision.outcome {
        Outcome::Accepted => {}
        Outcome::Refused(refusals) => {
            for refusal in refusals {
                println!("  order refused, {}: {}", refusal.code, refusal.message);
            }
            return;
        }
        Outcome::AlreadyHandled { .. } => {
            println!("  nothing new: the command was handled before");
            return;
        }
    }
    let status = &state.status;
    let blocked: Vec<&str> = status.blocked.iter().map(|step| step.as_str()).collect();
    let held = if blocked.is_empty() { String::new() } else { format!(", may not {}", blocked.join(" or ")) };
    println!("  {}: the order is {}, {}{held}", happened(&decision.events), state.header.as_str(), word(&status.fulfillment));
}

/// What was decided about a case, and by whom.
pub fn decided(id: &str, actor: &str, decision: &Decision<ApprovalEvent>) {
    for event in &decision.events {
        match &event.what {
            ApprovalEvent::Approved { level, role, .. } => println!("{id}: {actor} approves as {role}, level {level}"),
            ApprovalEvent::Rejected { level, role, reason } => println!("{id}: {actor} rejects as {role}, level {level}: {reason}"),
            _ => {}
        }
    }
}

/// The names of events, each once, in order.
fn happened<K: Serialize>(events: &[Event<K>]) -> String {
    let mut names: Vec<String> = events.iter().map(|event| word(&event.what)).collect();
    names.dedup();
    names.join(", ")
}

/// The invoice with its due dates.
pub fn invoice(invoice: &Invoice) {
    println!(
        "  invoice {} of {}: net {}, VAT {}, gross {}",
        invoice.id, invoice.date, invoice.totals.net, invoice.totals.tax, invoice.totals.gross
    );
    for part in &invoice.instalments {
        println!("    {} due on {}", part.amount, part.due);
    }
    if let Some(discount) = &invoice.cash_discount {
        println!("    {} % cash discount until {}: {} off", discount.percent.to_decimal(), discount.last_day, discount.amount);
    }
}

/// The name of a state or an event: as it is on the wire, with spaces.
fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(name)) => name.replace('_', " "),
        Ok(Value::Object(fields)) => fields.keys().next().map(|name| name.replace('_', " ")).unwrap_or_default(),
        _ => String::new(),
    }
}

/// A figure without the quotes of JSON.
fn plain(figure: &Detail) -> String {
    match serde_json::to_value(figure) {
        Ok(Value::String(text)) => text,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}
