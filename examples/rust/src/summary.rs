//! The totals of all orders, one line each: what the programs in the other languages must print too, byte for byte.

use dealdesk::quote::Totals;
use serde_json::Value;

use crate::Result;
use crate::ask;
use crate::company::{Company, Order};

/// Prints the summary.
pub fn print(company: &Company) -> Result<()> {
    for order in company.orders.iter() {
        println!("{} {}", order.id, verdict(company, order)?);
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
    println!("{}", verdict(company, &changed)?.trim_start_matches("ok "));
    Ok(())
}

fn verdict(company: &Company, order: &Order) -> Result<String> {
    let request = ask::quote_request(order, company.customer(order)?);
    Ok(match request.and_then(|request| company.rulebook.quote(&request)) {
        Ok(quote) => {
            let Totals { net, tax, gross, .. } = quote.totals();
            format!("{} net {net} tax {tax} gross {gross}", if quote.is_complete() { "ok" } else { "incomplete" })
        }
        Err(refusal) => format!("refused {}", refusal.diagnostics().first().map_or("", |problem| problem.code.as_str())),
    })
}
