//! The totals of all orders and the dates of late lines: what the programs in the other languages must print too, byte for byte.

use dealdesk::inventory::{PromisedLine, SuppliedLine};
use dealdesk::quote::{Quote, Totals};
use dealdesk::report::Error;
use serde_json::Value;

use crate::Result;
use crate::ask;
use crate::company::{Company, Order};

/// Prints the summary.
pub fn print(company: &Company) -> Result<()> {
    for order in company.orders.iter() {
        let quoted = quoted(company, order)?;
        println!("{} {}", order.id, verdict(&quoted));
        if let Ok(quote) = quoted {
            late(company, &order.id, &quote)?;
        }
    }
    Ok(())
}

/// Prints the lines of an order that cannot be had the same day, each with the earliest date of all of it: when it is there, or made.
fn late(company: &Company, order: &str, quote: &Quote) -> Result<()> {
    let plan = company.rulebook.promise(&ask::promise_request(company, quote)?)?;
    let made = company.rulebook.propose_supply(&ask::supply_request(company, quote, &plan)?)?.lines;
    let made_on = |id: &str| made.iter().find(|line| line.demand.as_str() == id).and_then(|line: &SuppliedLine| line.available_on);
    for PromisedLine { id, product, date, wanted_on, .. } in plan.lines {
        let date = date.or_else(|| made_on(id.as_str()));
        if date != Some(wanted_on) {
            println!("{order}/{id} {product} {}", date.map_or("no date".to_owned(), |date| date.to_string()));
        }
    }
    Ok(())
}

/// Prints the totals of an order, if it were for another customer and with another quantity.
pub fn what_if(company: &Company, order: &str, customer: &str, line: &str, quantity: &str) -> Result<()> {
    let known = company.orders.iter().find(|known| known.id == order).ok_or_else(|| format!("there is no order {order}"))?;
    let mut changed = Order { customer: customer.to_owned(), ..known.clone() };
    for entry in changed.lines.as_array_mut().into_iter().flatten().filter(|entry| entry["id"] == line) {
        entry["quantity"] = Value::from(quantity);
    }
    println!("{}", verdict(&quoted(company, &changed)?).trim_start_matches("ok "));
    Ok(())
}

/// The prices of an order, or why it has none.
fn quoted(company: &Company, order: &Order) -> Result<std::result::Result<Quote, Error>> {
    let request = ask::quote_request(order, company.customer(order)?);
    Ok(request.and_then(|request| company.rulebook.quote(&request)))
}

fn verdict(quoted: &std::result::Result<Quote, Error>) -> String {
    match quoted {
        Ok(quote) => {
            let Totals { net, tax, gross, .. } = quote.totals();
            format!("{} net {net} tax {tax} gross {gross}", if quote.is_complete() { "ok" } else { "incomplete" })
        }
        Err(refusal) => format!("refused {}", refusal.diagnostics().first().map_or("", |problem| problem.code.as_str())),
    }
}
