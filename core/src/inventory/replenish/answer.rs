//! From a finished plan to what the caller reads.

use super::super::action::StockAction;
use super::super::compile::Inventory;
use super::super::expected::{ExpectSupply, SupplyKind, SupplyPeg};
use super::super::state::StockState;
use super::compile::Rule;
use super::def::SupplyMethod;
use super::explode::Planner;
use super::net::{Need, NeedOf, Order, Source};
use super::plan::{
    PhantomUse, ProposalComponent, ProposalPeg, SuppliedLine, SupplyOrigin, SupplyPegTo, SupplyPlan, SupplyProposal, SupplySource,
};
use super::request::{ProposeSupplyRequest, SupplyDemand, check};
use crate::id::{DemandId, LocationId, Map, ProductId, SupplyId};
use crate::quantity::Quantity;
use crate::report::{Diagnostic, Error, Finding, InventoryCode, Path, Severity, ShapeCode};
use crate::sort;

/// Plans what to make and to buy for lines that stock cannot give.
///
/// The lines take, the earliest wanted first and of equal days by the id of the demand: what is reserved or on its way for them, what is
/// available, what is on its way for anyone, and for the rest new orders, level by level through the bills. Supply that comes too late is
/// used when a new order would not surely be there sooner. An order starts as late as it may, or as early as it can when that
/// day is over. Nothing is held or ordered: each proposal has the command that makes it expected.
///
/// # Errors
/// [`Error`] for lines that cannot be judged: a quantity of zero or below, a demand or a supply that stands there twice, a location that
/// the rulebook does not declare, dates beyond the calendar, more orders than the limit.
///
/// ```
/// use dealdesk::inventory::{InventoryDef, StockState, SupplyDemand, compile, propose_supply};
/// use dealdesk::report::{Diagnostics, Path};
/// let def: InventoryDef = serde_json::from_str(r#"{"locations": [{"id": "north"}],
///     "bills": [{"product": "pump", "components": [{"product": "motor", "quantity": "1"}]}],
///     "replenish": [{"product": "pump", "method": "make_to_order", "lead_time": {"days": 2}},
///                   {"product": "motor", "method": "buy", "lead_time": {"days": 5}}]}"#)?;
/// let inventory = compile(&def, &Path::ROOT, &mut Diagnostics::new());
/// let demand: SupplyDemand = serde_json::from_str(r#"{"id": "plan-1", "at": "2026-11-23T09:00:00Z",
///     "lines": [{"demand": "O-1/1", "product": "pump", "quantity": "3", "wanted_on": "2026-12-10"}]}"#)?;
/// let plan = propose_supply(&inventory, &StockState::default(), &demand)?;
/// let orders: Vec<_> = plan.proposals.iter().map(|order| format!("{} {} on {}", order.quantity, order.product, order.start)).collect();
/// assert_eq!(orders, ["3 pump on 2026-12-08", "3 motor on 2026-12-03"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn propose_supply(inventory: &Inventory, state: &StockState, demand: &SupplyDemand) -> Result<SupplyPlan, Error> {
    let calendar = check(inventory, state, demand)?;
    let planner = Planner::plan(inventory, state, demand, calendar)?;
    Writer::new(&planner, inventory)?.write()
}

/// As [`propose_supply`], with paths from the whole request.
///
/// # Errors
/// As [`propose_supply`].
pub fn propose_supply_request(inventory: &Inventory, request: &ProposeSupplyRequest) -> Result<SupplyPlan, Error> {
    propose_supply(inventory, &request.state, &request.demand).map_err(|error| error.below(&Path::ROOT.field("demand")))
}

struct Writer<'p, 'a> {
    planner: &'p Planner<'a>,
    /// The names of the orders and phantoms.
    names: Vec<SupplyId>,
    /// Where goods arrive whose rule says nothing.
    place: Option<&'a LocationId>,
}

impl<'p, 'a> Writer<'p, 'a> {
    fn new(planner: &'p Planner<'a>, inventory: &'a Inventory) -> Result<Self, Error> {
        let mut counts: Map<bool, usize> = Map::default();
        let names = planner.orders.iter().map(|order| {
            let phantom = planner.rule(order.product).is_some_and(|rule| rule.method == SupplyMethod::Phantom);
            let count = counts.entry(phantom).or_default();
            *count = count.saturating_add(1);
            let kind = if phantom { "phantom-" } else { "" };
            SupplyId::new(format!("{}/{kind}{count}", planner.demand.id))
        });
        let names = names.collect::<Result<Vec<_>, _>>().map_err(|error| {
            let message = format!("the id `{}` is too long to name proposals after it: {error}", planner.demand.id);
            Diagnostic::error(ShapeCode::InvalidValue, &Path::ROOT.field("id"), message)
        })?;
        let place = inventory.locations().find(|(_, active)| *active).map(|(location, _)| location);
        Ok(Self { planner, names, place })
    }

    fn write(&self) -> Result<SupplyPlan, Error> {
        let mut lines: Vec<(usize, SuppliedLine)> = self.planner.needs.iter().filter_map(|need| self.line(need)).collect();
        sort::by(&mut lines, |one, other| one.0.cmp(&other.0));
        let lines: Vec<SuppliedLine> = lines.into_iter().map(|(_, line)| line).collect();
        let mut findings: Vec<Finding> = lines.iter().filter_map(late).collect();
        findings.extend(self.missing());
        let orders = || {
            self.planner.orders.iter().enumerate().filter_map(|(number, order)| Some((number, order, self.planner.rule(order.product)?)))
        };
        Ok(SupplyPlan {
            complete: lines.iter().all(|line| line.in_time),
            lines,
            proposals: orders().filter_map(|(number, order, rule)| self.proposal(number, order, rule)).collect(),
            phantoms: orders().filter_map(|(number, order, rule)| self.phantom(number, order, rule)).collect(),
            findings,
        })
    }

    fn line(&self, need: &Need) -> Option<(usize, SuppliedLine)> {
        let NeedOf::Line(number) = need.of else { return None };
        let line = self.planner.demand.lines.get(number)?;
        let on = need.takes.iter().map(|take| self.planner.date_of(take)).max();
        let available_on = on.filter(|_| !self.planner.is_blocked(need));
        let line = SuppliedLine {
            demand: line.demand.clone(),
            product: line.product.clone(),
            quantity: line.quantity,
            wanted_on: line.wanted_on,
            available_on,
            in_time: available_on.is_some_and(|on| on <= line.wanted_on),
            missing: need.missing,
            sources: self.sources(need),
        };
        Some((number, line))
    }

    fn sources(&self, need: &Need) -> Vec<SupplySource> {
        let source = |take: &super::net::Take| {
            let from = match take.from {
                Source::Reserved => SupplyOrigin::Reserved,
                Source::Stock => SupplyOrigin::Stock,
                Source::Expected(number) => SupplyOrigin::Expected(self.planner.incoming.get(number)?.id.clone()),
                Source::Order(number) if self.is_phantom(number) => SupplyOrigin::Phantom(self.names.get(number)?.clone()),
                Source::Order(number) => SupplyOrigin::Proposal(self.names.get(number)?.clone()),
            };
            Some(SupplySource { from, quantity: take.quantity, on: self.planner.date_of(take) })
        };
        need.takes.iter().filter_map(source).collect()
    }

    fn is_phantom(&self, order: usize) -> bool {
        let rule = self.planner.orders.get(order).and_then(|order| self.planner.rule(order.product));
        rule.is_some_and(|rule| rule.method == SupplyMethod::Phantom)
    }

    fn proposal(&self, number: usize, order: &Order, rule: &Rule) -> Option<SupplyProposal> {
        if rule.method == SupplyMethod::Phantom {
            return None;
        }
        let id = self.names.get(number)?.clone();
        let product = self.product(order.product)?;
        let location = rule.location.as_ref().or(self.place)?.clone();
        let pegged_to = self.root(order.root).map(|demand| SupplyPeg { demand, needed_on: Some(order.needed_on) });
        let action = StockAction::Expect(ExpectSupply {
            id: id.clone(),
            product: product.clone(),
            location: location.clone(),
            due: order.due,
            quantity: order.quantity,
            kind: SupplyKind::Planned,
            pegged_to,
        });
        Some(SupplyProposal {
            id,
            product,
            method: rule.method,
            level: self.planner.item(order.product).map(|item| item.level).unwrap_or_default(),
            quantity: order.quantity,
            needed: order.needed,
            location,
            start: order.start,
            due: order.due,
            needed_on: order.needed_on,
            in_time: order.due <= order.needed_on && !order.blocked,
            blocked: order.blocked,
            pegs: self.pegs(order),
            components: self.components(order),
            action,
        })
    }

    fn phantom(&self, number: usize, order: &Order, rule: &Rule) -> Option<PhantomUse> {
        if rule.method != SupplyMethod::Phantom {
            return None;
        }
        Some(PhantomUse {
            id: self.names.get(number)?.clone(),
            product: self.product(order.product)?,
            quantity: order.quantity,
            needed_on: order.needed_on,
            pegs: self.pegs(order),
            components: self.components(order),
        })
    }

    fn pegs(&self, order: &Order) -> Vec<ProposalPeg> {
        let peg = |(number, quantity): &(usize, Quantity)| {
            let need = self.planner.needs.get(*number)?;
            let to = match need.of {
                NeedOf::Line(line) => SupplyPegTo::Demand(self.planner.demand.lines.get(line)?.demand.clone()),
                NeedOf::Expected(supply) => SupplyPegTo::Expected(self.planner.incoming.get(supply)?.id.clone()),
                NeedOf::Order(order) if self.is_phantom(order) => SupplyPegTo::Phantom(self.names.get(order)?.clone()),
                NeedOf::Order(order) => SupplyPegTo::Proposal(self.names.get(order)?.clone()),
            };
            Some(ProposalPeg { to, demand: self.root(need.root), quantity: *quantity })
        };
        order.pegs.iter().filter_map(peg).collect()
    }

    fn components(&self, order: &Order) -> Vec<ProposalComponent> {
        let needs = self.planner.needs.get(order.components.clone()).unwrap_or_default();
        let component = |need: &Need| {
            Some(ProposalComponent {
                product: self.product(need.product)?,
                quantity: need.quantity,
                needed_on: need.on,
                missing: need.missing,
                sources: self.sources(need),
            })
        };
        needs.iter().filter_map(component).collect()
    }

    fn product(&self, number: usize) -> Option<ProductId> {
        self.planner.products.get_index(number).map(|product| (*product).clone())
    }

    fn root(&self, root: Option<usize>) -> Option<DemandId> {
        root.and_then(|root| self.planner.roots.get_index(root)).map(|demand| (*demand).clone())
    }

    /// One remark for each product that is missing and that nothing supplies.
    fn missing(&self) -> Vec<Finding> {
        let mut missing: Map<&ProductId, Quantity> = Map::default();
        for need in self.planner.needs.iter().filter(|need| need.missing.is_positive()) {
            if let Some(product) = self.planner.products.get_index(need.product) {
                let sum = missing.entry(product).or_default();
                *sum = sum.saturating_add(need.missing);
            }
        }
        missing.sort_unstable_keys();
        let finding = |(product, quantity): (&ProductId, Quantity)| {
            let message = format!(
                "`{product}`: {quantity} are missing, and nothing in `replenish` says how it is obtained; add it, or receive stock"
            );
            Finding::new(InventoryCode::NoSupply, Severity::Error, message)
                .detail("product", product.as_str())
                .detail("missing", quantity.to_decimal())
        };
        missing.into_iter().map(finding).collect()
    }
}

fn late(line: &SuppliedLine) -> Option<Finding> {
    let available_on = line.available_on.filter(|_| !line.in_time)?;
    let days = available_on.day_number().saturating_sub(line.wanted_on.day_number());
    let message =
        format!("`{}` of `{}` is wanted on {}, and there on {available_on} at the earliest", line.product, line.demand, line.wanted_on);
    let finding = Finding::new(InventoryCode::SupplyLate, Severity::Warning, message)
        .detail("demand", line.demand.as_str())
        .detail("product", line.product.as_str())
        .detail("wanted_on", line.wanted_on)
        .detail("available_on", available_on)
        .detail("days_late", i64::from(days));
    Some(finding)
}
