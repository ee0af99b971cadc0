//! What the engine is asked about an order, from what the ERP knows.

use dealdesk::Money;
use dealdesk::credit::{BucketAmounts, CreditAccount, CreditBucket, CreditDocument, CreditRequest, CreditStatus, OpenItem};
use dealdesk::inventory::{PromisePlan, PromiseRequest, ProposeSupplyRequest, ReceiveStock};
use dealdesk::order::{OrderDocument, OrderHeader, OrderLine};
use dealdesk::quote::{ChargeView, LineTaxes, LineView, Quote, QuoteRequest, Totals};
use dealdesk::receivable::{Amounts, InvoiceCharge};
use dealdesk::report::{Error, from_json};
use dealdesk::rulebook::{ApprovalRequest, SubjectTotals};
use serde_json::{Value, json};

use crate::Result;
use crate::company::{Company, Customer, OpeningStock, Order};
use crate::desk::{By, Desk};

/// The request for an order's prices. An order that cannot be read is refused with every place that is wrong.
pub fn quote_request(order: &Order, customer: &Customer) -> std::result::Result<QuoteRequest, Error> {
    let request = json!({
        "date": order.date,
        "customer": {"id": customer.id, "level": customer.level, "contract": customer.contract},
        "destination": {"country": customer.country},
        "channel": order.channel,
        "document": order.document,
        "coupons": order.coupons,
        "lines": order.lines,
    });
    from_json(&request.to_string(), 1_000_000)
}

/// When the lines of a quote that lie in warehouses can be had, from the opening stock.
pub fn promise_request(company: &Company, quote: &Quote) -> std::result::Result<PromiseRequest, Error> {
    let views = quote.lines().map(|line| line.view());
    let carried = views.filter(|line| line.product.parse().is_ok_and(|product| company.carries(&product)));
    let lines = carried.filter_map(|line| Some(json!({"id": line.id, "product": line.product, "quantity": line.base_quantity?})));
    let request = json!({
        "state": opening_state(&company.stock),
        "supplies": company.stock.supplies,
        "at": morning(quote),
        "lines": lines.collect::<Vec<_>>(),
    });
    from_json(&request.to_string(), 1_000_000)
}

/// What would be made and bought for the lines of a quote for which there is no date.
pub fn supply_request(company: &Company, quote: &Quote, promised: &PromisePlan) -> std::result::Result<ProposeSupplyRequest, Error> {
    let undated = promised.lines.iter().filter(|line| line.date.is_none());
    let lines =
        undated.map(|line| json!({"demand": line.id, "product": line.product, "quantity": line.requested, "wanted_on": line.wanted_on}));
    let (supplies, lines) = (&company.stock.supplies, lines.collect::<Vec<_>>());
    let demand = json!({"id": "made", "at": morning(quote), "supplies": supplies, "lines": lines});
    from_json(&json!({"state": opening_state(&company.stock), "demand": demand}).to_string(), 1_000_000)
}

fn opening_state(stock: &OpeningStock) -> Value {
    let position =
        |level: &ReceiveStock| json!({"location": level.location, "product": level.product, "on_hand": level.quantity, "lot": level.lot});
    let lot = |level: &ReceiveStock| Some(json!({"product": level.product, "lot": level.lot.as_ref()?, "facts": level.facts}));
    json!({
        "positions": stock.on_hand.iter().map(position).collect::<Vec<_>>(),
        "lots": stock.on_hand.iter().filter_map(lot).collect::<Vec<_>>(),
    })
}

fn morning(quote: &Quote) -> String {
    format!("{}T08:00:00Z", quote.date())
}

/// The credit check of an order that is to be placed: the customer's account with all that the desk has sold since the morning.
pub fn credit_request(desk: &Desk, customer: &Customer, by: By<'_>, value: Money) -> Result<CreditRequest> {
    let mut account = customer.account.clone();
    for order in desk.company.orders.iter().filter(|order| order.customer == customer.id) {
        add_to_account(&mut account, desk, &order.id)?;
    }
    let document = CreditDocument {
        value: value.to_decimal(),
        currency: Some(value.currency()),
        bucket: CreditBucket::OpenOrders,
        already_counted: BucketAmounts::default(),
    };
    Ok(CreditRequest { date: by.at.date(), account, document })
}

/// What is invoiced is an open item; what is ordered beyond that is in the bucket of open orders.
fn add_to_account(account: &mut CreditAccount, desk: &Desk, order: &str) -> Result<()> {
    let state = desk.order(order)?;
    let Some(document) = state.document.filter(|_| matches!(state.header, OrderHeader::Submitted | OrderHeader::Confirmed)) else {
        return Ok(());
    };
    let mut open = document.totals.gross.to_decimal();
    for invoice in desk.invoices(order)? {
        for part in invoice.instalments {
            account.open_items.push(OpenItem { id: invoice.id.as_str().parse()?, due: part.due, amount: part.amount.to_decimal() });
        }
        open = open.checked_sub(invoice.totals.gross.to_decimal())?;
    }
    account.buckets.open_orders = account.buckets.open_orders.checked_add(open)?;
    Ok(())
}

/// Who must approve: the facts that the prices were asked with, the totals that came of them, and what credit says.
pub fn approval_request(request: QuoteRequest, quote: &Quote, credit: CreditStatus) -> Result<ApprovalRequest> {
    let Totals { list, discount, net, tax, gross, charges, payable } = *quote.totals();
    let [list, discount, net, tax, gross] = [list, discount, net, tax, gross].map(Money::to_decimal);
    let [charges, payable] = [charges, payable].map(|amount| amount.map(Money::to_decimal));
    Ok(ApprovalRequest {
        date: request.date,
        currency: request.currency,
        exchange_rates: request.exchange_rates,
        customer: request.customer,
        destination: request.destination,
        channel: request.channel,
        document: request.document,
        totals: SubjectTotals { list, discount, net, tax, gross, charges, payable },
        line_count: u32::try_from(request.lines.len())?,
        approval_facts: Some(quote.approval_facts()),
        credit_status: Some(credit),
        explain: false,
    })
}

/// The quote, frozen, in the products' base units, in which the warehouses count. The order is never priced again.
pub fn frozen(order: &Order, customer: &Customer, quote: &Quote) -> Result<OrderDocument> {
    let lines = quote.lines().map(|line| frozen_line(&line.view())).collect::<Result<_>>()?;
    let charges = quote.charges().filter(|charge| charge.waived.is_none()).map(|charge| frozen_charge(&charge)).collect::<Result<_>>()?;
    let Totals { net, tax, gross, .. } = *quote.totals();
    Ok(OrderDocument {
        id: order.id.parse()?,
        customer: customer.id.parse()?,
        date: quote.date(),
        currency: quote.currency(),
        rulebook: quote.fingerprint().clone(),
        complete: quote.is_complete(),
        lines,
        charges,
        totals: Amounts { net, tax, gross },
    })
}

fn frozen_line(line: &LineView<'_>) -> Result<OrderLine> {
    let missing = || format!("line {} has no amounts", line.id);
    let (quantity, unit) = line.base_quantity.zip(line.base_unit).ok_or_else(missing)?;
    Ok(OrderLine {
        id: line.id.parse()?,
        product: line.product.parse()?,
        quantity,
        unit: unit.parse()?,
        net: line.net.ok_or_else(missing)?,
        tax: line.tax.ok_or_else(missing)?,
        gross: line.gross.ok_or_else(missing)?,
        tax_category: line.tax_category.map(str::parse).transpose()?,
        tax_percent: line.tax_percent,
        taxes: line.taxes.map(LineTaxes::to_invoice).unwrap_or_default(),
    })
}

fn frozen_charge(charge: &ChargeView<'_>) -> Result<InvoiceCharge> {
    let missing = || format!("charge {} has no amounts", charge.id);
    Ok(InvoiceCharge {
        charge: charge.id.parse()?,
        net: charge.net.ok_or_else(missing)?,
        tax: charge.tax.ok_or_else(missing)?,
        gross: charge.gross.ok_or_else(missing)?,
        tax_category: charge.tax_category.map(str::parse).transpose()?,
        tax_percent: charge.tax_percent,
        taxes: charge.taxes.map(LineTaxes::to_invoice).unwrap_or_default(),
    })
}
