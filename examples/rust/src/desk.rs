//! The desk: folds what is stored into states, asks the engine, and stores the events that it answers with.
//!
//! This is all that a host has to do around a decider. Who sends a command twice gets the first answer and no second event.

use dealdesk::approval::{self, ApprovalAction, ApprovalEvent, CaseState};
use dealdesk::id::ReservationId;
use dealdesk::inventory::{self, DecideStockRequest, StockAction, StockDecision, StockState};
use dealdesk::order::{self, Bucket, OrderAction, OrderFact, OrderState};
use dealdesk::receivable::Invoice;
use dealdesk::report::{Command, Decision, Event};
use dealdesk::time::Timestamp;

use crate::Result;
use crate::company::Company;
use crate::store::Store;

/// The company and its storage.
pub struct Desk {
    pub company: Company,
    pub store: Store,
}

/// Who does something, and when.
#[derive(Clone, Copy)]
pub struct By<'a> {
    pub actor: &'a str,
    pub at: Timestamp,
}

impl By<'_> {
    /// A command. Its id is made from what it is about, so that it is the same when it is sent again.
    pub fn command<A>(self, id: String, action: A) -> Result<Command<A>> {
        Ok(Command { id: id.parse()?, at: self.at, actor: self.actor.parse()?, on_behalf_of: None, expected_version: None, action })
    }
}

const STOCK: &str = "stock";

fn order_stream(id: &str) -> String {
    format!("order/{id}")
}

fn case_stream(id: &str) -> String {
    format!("case/{id}")
}

impl Desk {
    /// An order as its events have made it.
    pub fn order(&self, id: &str) -> Result<OrderState> {
        Ok(self.store.events(&order_stream(id))?.iter().fold(OrderState::default(), order::evolve))
    }

    /// Gives an order a command.
    pub fn tell_order(&mut self, id: &str, command: &Command<OrderAction>) -> Result<Decision<OrderFact>> {
        let decision = order::decide(&(&self.company.rulebook).into(), &self.order(id)?, command)?;
        self.store.append(&order_stream(id), &decision.events)?;
        Ok(decision)
    }

    /// The approval case of an order as its events have made it.
    pub fn case(&self, id: &str) -> Result<CaseState> {
        Ok(self.store.events(&case_stream(id))?.iter().fold(CaseState::default(), approval::evolve))
    }

    /// Gives an approval case a command.
    pub fn tell_case(&mut self, id: &str, command: &Command<ApprovalAction>) -> Result<Decision<ApprovalEvent>> {
        let decision = self.company.rulebook.decide_approval(&self.case(id)?, command)?;
        self.store.append(&case_stream(id), &decision.events)?;
        Ok(decision)
    }

    /// The invoices of an order: they are among its events.
    pub fn invoices(&self, id: &str) -> Result<Vec<Invoice>> {
        let events: Vec<Event<OrderFact>> = self.store.events(&order_stream(id))?;
        Ok(events
            .into_iter()
            .filter_map(|event| if let OrderFact::Invoiced(invoice) = event.what { Some(*invoice) } else { None })
            .collect())
    }

    /// The reservations that an order no longer wants, by its events.
    pub fn abandoned(&self, id: &str) -> Result<Vec<ReservationId>> {
        let events: Vec<Event<OrderFact>> = self.store.events(&order_stream(id))?;
        let mut abandoned: Vec<_> = events
            .into_iter()
            .filter_map(|event| match event.what {
                OrderFact::QuantityMoved(moved) if moved.to == Bucket::Cancelled => moved.reservation,
                _ => None,
            })
            .collect();
        abandoned.dedup();
        Ok(abandoned)
    }

    /// The stock as its events have made it.
    pub fn stock(&self) -> Result<StockState> {
        Ok(self.store.events(STOCK)?.iter().fold(StockState::default(), inventory::evolve))
    }

    /// Gives the stock a command.
    pub fn tell_stock(&mut self, command: Command<StockAction>) -> Result<StockDecision> {
        let request = DecideStockRequest { state: self.stock()?, command, expected: Vec::new() };
        let decision = self.company.rulebook.decide_inventory(&request)?;
        self.store.append(STOCK, &decision.events)?;
        Ok(decision)
    }
}
