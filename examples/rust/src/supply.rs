//! What stock cannot give: what is made and bought for it, what fills the stock up again, and what is low.

use dealdesk::inventory::{ProposeReordersRequest, ProposeSupplyRequest, ReorderDemand, StockLevelsRequest, SupplyDemand, SupplyLine};
use dealdesk::order::OrderHeader;
use dealdesk::time::{Date, WorkCalendarDef};

use crate::Result;
use crate::clerk;
use crate::desk::{By, Desk};

/// Makes and buys for the lines that could not be reserved, then for the stock; what is proposed is expected from then on.
pub fn plan(desk: &mut Desk, by: By<'_>, wanted_on: Date, until: Date) -> Result<()> {
    let date = by.at.date();
    let calendar = WorkCalendarDef::default();
    let (supplies, started) = (Vec::new(), Vec::new());
    let lines = missing(desk, wanted_on)?;
    let demand = SupplyDemand { id: format!("{date}/make").parse()?, at: by.at, lines, supplies, started, calendar: calendar.clone() };
    let plan = desk.company.rulebook.propose_supply(&ProposeSupplyRequest { state: desk.stock()?, demand })?;
    for proposal in plan.proposals {
        clerk::proposal(&proposal);
        desk.tell_stock(by.command(proposal.id.to_string(), proposal.action)?)?;
    }

    let (products, demands, supplies, started) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let demand = ReorderDemand { id: format!("{date}/stock").parse()?, at: by.at, until, products, demands, supplies, started, calendar };
    let plan = desk.company.rulebook.propose_reorders(&ProposeReordersRequest { state: desk.stock()?, demand })?;
    for proposal in plan.proposals {
        clerk::reorder(&proposal);
        desk.tell_stock(by.command(proposal.id.to_string(), proposal.action)?)?;
    }

    let levels = desk.company.rulebook.check_stock_levels(&StockLevelsRequest { state: desk.stock()?, at: by.at });
    clerk::low(&levels.findings);
    Ok(())
}

/// The lines of entered orders that warehouses carry and could not give.
fn missing(desk: &Desk, wanted_on: Date) -> Result<Vec<SupplyLine>> {
    let mut missing = Vec::new();
    for order in desk.company.orders.iter() {
        let state = desk.order(&order.id)?;
        if !matches!(state.header, OrderHeader::Submitted | OrderHeader::Confirmed) {
            continue;
        }
        for (line, progress) in state.document.iter().flat_map(|document| &document.lines).zip(&state.lines) {
            if !progress.open.is_zero() && desk.company.carries(&line.product) {
                let demand = format!("{}/{}", order.id, line.id).parse()?;
                missing.push(SupplyLine { demand, product: line.product.clone(), quantity: progress.open.try_into()?, wanted_on });
            }
        }
    }
    Ok(missing)
}
