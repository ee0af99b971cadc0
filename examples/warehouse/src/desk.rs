//! A command, from the first reading to the last retry.

use dealdesk::id::ProductId;
use dealdesk::inventory::{DecideStockRequest, StockAction, StockDecision, evolve};
use dealdesk::report::{Code, Command, Outcome, Sources};
use dealdesk::time::Timestamp;
use dealdesk::{Rulebook, RulebookDef};
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::store::{Change, Saved, Shelves, Store};

/// What somebody wants done: one action for each of some products, all of them or none.
#[derive(Debug, Clone)]
pub struct Order {
    /// Names it: who sends it again gets the same answer again.
    pub id: String,
    /// Who wants it.
    pub actor: String,
    /// What to do, by the shelf on which the product lies; no shelf twice.
    pub actions: Vec<(ProductId, StockAction)>,
}

/// What became of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Its id.
    pub order: String,
    /// Why it was refused; empty when it was done.
    pub refused: Vec<String>,
    /// How often somebody else was faster.
    pub retries: u32,
}

/// This example's rulebook.
///
/// # Errors
/// When it has mistakes.
pub fn rulebook() -> Result<Rulebook> {
    let def = RulebookDef::from_json(include_str!("rulebook.json"))?;
    Ok(Rulebook::compile(def, &Sources::default())?.rulebook)
}

/// The engine beside the store.
pub struct Desk {
    rulebook: Rulebook,
    store: Box<dyn Store>,
}

impl Desk {
    /// A desk over a store, with this example's rulebook.
    ///
    /// # Errors
    /// When the rulebook has mistakes.
    pub fn new(store: Box<dyn Store>) -> Result<Self> {
        Ok(Self { rulebook: rulebook()?, store })
    }

    /// Decides an order and writes what was decided, however many others do the same at this moment.
    ///
    /// # Errors
    /// What the database says, and what cannot be judged.
    pub fn give(&mut self, order: &Order, clock: impl Fn() -> Result<Timestamp>) -> Result<Answer> {
        let products: Vec<ProductId> = order.actions.iter().map(|(product, _)| product.clone()).collect();
        for retries in 0.. {
            let shelves = self.store.read(&products)?;
            let decisions = self.decide(order, &shelves, clock()?)?;
            let answer = |refused| Ok(Answer { order: order.id.clone(), refused, retries });
            if let Some(refused) = answered_before(&decisions) {
                return answer(refused);
            }
            let refused: Vec<String> = decisions.iter().flat_map(|(_, decision)| refusals(&decision.outcome)).collect();
            if self.store.write(&changes(&shelves, decisions, refused.is_empty()))? == Saved::Written {
                return answer(refused);
            }
        }
        Err("nobody retries that often".into())
    }

    fn decide(&self, order: &Order, shelves: &Shelves, at: Timestamp) -> Result<Vec<(ProductId, StockDecision)>> {
        let decide = |(product, action): &(ProductId, StockAction)| {
            let command = Command {
                id: order.id.parse()?,
                at,
                actor: order.actor.parse()?,
                on_behalf_of: None,
                expected_version: None,
                action: action.clone(),
            };
            let state = shelves.get(product).cloned().unwrap_or_default();
            Ok((product.clone(), self.rulebook.decide_inventory(&DecideStockRequest { state, command, expected: Vec::new() })?))
        };
        order.actions.iter().map(decide).collect()
    }
}

/// What the order was told before, if it was. One shelf that remembers it is enough: those that would have accepted what others refused
/// were never told.
fn answered_before(decisions: &[(ProductId, StockDecision)]) -> Option<Vec<String>> {
    let handled = |outcome: &&Outcome| matches!(outcome, Outcome::AlreadyHandled { .. });
    let known: Vec<&Outcome> = decisions.iter().map(|(_, decision)| &decision.outcome).filter(handled).collect();
    if known.is_empty() { None } else { Some(known.into_iter().flat_map(refusals).collect()) }
}

fn refusals(outcome: &Outcome) -> Vec<String> {
    match outcome {
        Outcome::Accepted | Outcome::AlreadyHandled { refused: None } => Vec::new(),
        Outcome::Refused(refusals) => refusals.iter().map(|refusal| refusal.code.to_string()).collect(),
        Outcome::AlreadyHandled { refused: Some(code) } => vec![Code::to_string(code)],
    }
}

/// What is to be written. Of an order that is refused, only the shelves that refuse it remember it; the others have not heard of it.
fn changes(shelves: &Shelves, decisions: Vec<(ProductId, StockDecision)>, accepted: bool) -> Vec<Change> {
    let told = decisions.into_iter().filter(|(_, decision)| accepted || !refusals(&decision.outcome).is_empty());
    let mut changes: Vec<Change> = told
        .map(|(product, decision)| {
            let before = shelves.get(&product).cloned().unwrap_or_default();
            let read = before.version();
            Change { product, read, shelf: decision.events.iter().fold(before, evolve), events: decision.events }
        })
        .collect();
    changes.sort_by(|a, b| a.product.cmp(&b.product));
    changes
}
