//! Laws of supply planning over random bills, stock and lines.

mod reorders;

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::*;
use crate::quantity::Quantity;
use crate::report::{Diagnostics, Fingerprint, Path};

/// What a random world is made of: products `P0` to `P5`, of which each may be made of those after it.
#[derive(Debug, Clone)]
struct World {
    methods: Vec<u8>,
    leads: Vec<(bool, u8)>,
    lots: Vec<(u8, u8, u8)>,
    /// By product: by component: the quantity (zero for none) and whether some is scrap.
    bills: Vec<Vec<(u8, bool)>>,
    stock: Vec<u8>,
    lines: Vec<(u8, u8, u8)>,
    supplies: Vec<(u8, u8, u8, Option<u8>)>,
}

const PRODUCTS: usize = 6;
const TODAY: &str = "2026-11-23";

fn worlds() -> impl Strategy<Value = World> {
    (
        prop::collection::vec(0_u8..5, PRODUCTS),
        prop::collection::vec((any::<bool>(), 0_u8..8), PRODUCTS),
        prop::collection::vec((0_u8..6, 0_u8..4, 0_u8..2), PRODUCTS),
        prop::collection::vec(prop::collection::vec((0_u8..4, any::<bool>()), PRODUCTS), PRODUCTS),
        prop::collection::vec(0_u8..8, PRODUCTS),
        prop::collection::vec((0_u8..6, 1_u8..20, 0_u8..30), 1..6),
        prop::collection::vec((0_u8..6, 1_u8..10, 0_u8..30, prop::option::of(0_u8..8)), 0..5),
    )
        .prop_map(|(methods, leads, lots, bills, stock, lines, supplies)| World {
            methods,
            leads,
            lots,
            bills,
            stock,
            lines,
            supplies,
        })
}

fn day(offset: u8) -> String {
    let today: crate::time::Date = TODAY.parse().unwrap();
    today.add_days(i32::from(offset) - 3).unwrap().to_string()
}

impl World {
    fn components(&self, product: usize) -> Vec<serde_json::Value> {
        let later = self.bills[product].iter().enumerate().skip(product + 1).filter(|(_, (quantity, _))| *quantity > 0);
        let component = |(number, (quantity, scrap)): (usize, &(u8, bool))| {
            let mut def = serde_json::json!({"product": format!("P{number}"), "quantity": quantity});
            if *scrap {
                def["scrap_percent"] = "2.5".into();
                def["round_up_to"] = "1".into();
            }
            def
        };
        later.map(component).collect()
    }

    fn method(&self, product: usize) -> Option<&'static str> {
        match (self.components(product).is_empty(), self.methods[product]) {
            (true, 0) => None,
            (true, _) | (false, 0) => Some("buy"),
            (false, 1) => Some("phantom"),
            (false, 2) => Some("assemble_to_order"),
            (false, _) => Some("make_to_order"),
        }
    }

    fn def(&self) -> serde_json::Value {
        let made = |product: &usize| self.method(*product).is_some_and(|method| method != "buy");
        let bills: Vec<_> = (0..PRODUCTS)
            .filter(made)
            .map(|product| serde_json::json!({"product": format!("P{product}"), "makes": 1 + product % 2, "components": self.components(product)}))
            .collect();
        let rule = |product: usize| {
            let method = self.method(product)?;
            let mut rule = serde_json::json!({"product": format!("P{product}"), "method": method});
            if method != "phantom" {
                let (working, days) = self.leads[product];
                rule["lead_time"] = if working { serde_json::json!({"working_days": days}) } else { serde_json::json!({"days": days}) };
                let (minimum, multiple, maximum) = self.lots[product];
                for (name, size) in [("minimum", minimum), ("multiple", multiple), ("maximum", maximum * 12)] {
                    if size > 0 {
                        rule["lot"][name] = size.into();
                    }
                }
            }
            Some(rule)
        };
        let rules: Vec<_> = (0..PRODUCTS).filter_map(rule).collect();
        serde_json::json!({"locations": [{"id": "north"}], "bills": bills, "replenish": rules})
    }

    fn inventory(&self, def: &serde_json::Value) -> Inventory {
        let mut diagnostics = Diagnostics::new();
        let inventory = compile(&serde_json::from_value(def.clone()).unwrap(), &Path::ROOT, &mut diagnostics);
        assert!(!diagnostics.has_errors(), "{:?}", diagnostics.finish());
        inventory
    }

    fn state(&self) -> StockState {
        let positions: Vec<_> = self
            .stock
            .iter()
            .enumerate()
            .map(|(product, quantity)| serde_json::json!({"product": format!("P{product}"), "location": "north", "on_hand": quantity}))
            .collect();
        let supply = |(number, (product, quantity, due, peg)): (usize, &(u8, u8, u8, Option<u8>))| {
            let mut supply = serde_json::json!({"id": format!("S{number}"), "product": format!("P{product}"), "location": "north",
                "due": day(*due), "open": quantity});
            if let Some(peg) = peg {
                supply["pegged_to"] = serde_json::json!({"demand": format!("D{peg}")});
            }
            supply
        };
        let supplies: Vec<_> = self.supplies.iter().enumerate().map(supply).collect();
        serde_json::from_value(serde_json::json!({"positions": positions, "supplies": supplies})).unwrap()
    }

    fn demand(&self) -> SupplyDemand {
        let line = |(number, (product, quantity, on)): (usize, &(u8, u8, u8))| serde_json::json!({"demand": format!("D{number}"), "product": format!("P{product}"), "quantity": quantity, "wanted_on": day(*on)});
        let lines: Vec<_> = self.lines.iter().enumerate().map(line).collect();
        serde_json::from_value(serde_json::json!({"id": "plan", "at": format!("{TODAY}T08:00:00Z"), "lines": lines})).unwrap()
    }
}

fn sum<'q>(quantities: impl Iterator<Item = &'q Quantity>) -> Quantity {
    quantities.copied().sum()
}

/// The state with every proposal expected.
fn with_proposals(inventory: &Inventory, state: StockState, plan: &SupplyPlan) -> StockState {
    plan.proposals.iter().enumerate().fold(state, |state, (number, proposal)| {
        let action = serde_json::to_value(&proposal.action).unwrap();
        let command =
            serde_json::json!({"id": format!("c-{number}"), "at": format!("{TODAY}T08:00:00Z"), "actor": "planner", "action": action});
        let decision = decide(inventory, &Fingerprint::default(), &state, &serde_json::from_value(command).unwrap()).unwrap();
        assert_eq!(decision.outcome, crate::report::Outcome::Accepted);
        decision.events.iter().fold(state, evolve)
    })
}

/// The least and the multiple that every order of a product keeps to.
fn keeps_to_lot(rule: &serde_json::Value, ordered: Quantity) -> bool {
    let size = |name: &str| rule["lot"][name].as_u64().map(|size| Quantity::from(u32::try_from(size).unwrap()));
    let whole = |multiple: Quantity| {
        let multiples = (0_u32..200).map(|times| (0..times).map(|_| multiple).sum::<Quantity>());
        multiples.into_iter().any(|multiple| multiple == ordered)
    };
    size("maximum").is_none_or(|most| ordered <= most)
        && size("multiple").is_none_or(|multiple| whole(multiple) || ordered > Quantity::from(190))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn orders_cover_what_is_missing_and_explosion_conserves(world in worlds()) {
        let def = world.def();
        let inventory = world.inventory(&def);
        let plan = propose_supply(&inventory, &world.state(), &world.demand()).unwrap();
        let today: crate::time::Date = TODAY.parse().unwrap();
        // Lines and components: what they take and what is missing is what they need.
        for line in &plan.lines {
            prop_assert_eq!(sum(line.sources.iter().map(|source| &source.quantity)).saturating_add(line.missing), line.quantity);
            prop_assert!(line.sources.iter().all(|source| source.quantity.is_positive() && source.on >= today));
        }
        let bill_of = |product: &str| def["bills"].as_array().unwrap().iter().find(|bill| bill["product"] == product).cloned();
        let rule_of = |product: &str| def["replenish"].as_array().unwrap().iter().find(|rule| rule["product"] == product).cloned().unwrap();
        let orders = plan.proposals.iter().map(|order| (order.product.as_str(), order.quantity, &order.components));
        let phantoms = plan.phantoms.iter().map(|phantom| (phantom.product.as_str(), phantom.quantity, &phantom.components));
        for (product, ordered, components) in orders.chain(phantoms) {
            for component in components {
                prop_assert_eq!(sum(component.sources.iter().map(|source| &source.quantity)).saturating_add(component.missing), component.quantity);
                // The bill's own arithmetic, in fractions of 1000 x makes.
                let bill = bill_of(product).unwrap();
                let of = bill["components"].as_array().unwrap().iter().find(|def| def["product"] == component.product.as_str()).unwrap().clone();
                let millionths = |quantity: Quantity| i128::from(quantity.to_decimal().mantissa_at(6).unwrap());
                let clean = millionths(ordered) * i128::from(of["quantity"].as_u64().unwrap()) * 1000;
                let makes = i128::from(bill["makes"].as_u64().unwrap()) * 1000;
                let (need, step) = if of["scrap_percent"].is_null() { (clean, 1) } else { (clean * 1025 / 1000, 1_000_000) };
                let expected = (need + makes * step - 1) / (makes * step) * step;
                prop_assert_eq!(millionths(component.quantity), expected, "{} of {}", component.product, product);
            }
        }
        // Orders: not negative, within lot sizes, as much as is needed, not before today, and by no more than one lot too much.
        let mut pegged: BTreeMap<&str, Quantity> = BTreeMap::new();
        for order in &plan.proposals {
            prop_assert!(order.quantity.is_positive() && order.needed <= order.quantity);
            prop_assert!(order.start >= today && order.due >= order.start, "{:?}", order);
            prop_assert_eq!(order.in_time, order.due <= order.needed_on && !order.blocked);
            prop_assert_eq!(sum(order.pegs.iter().map(|peg| &peg.quantity)), order.needed);
            prop_assert!(keeps_to_lot(&rule_of(order.product.as_str()), order.quantity), "{:?}", order);
            pegged.insert(order.id.as_str(), order.needed);
            for component in &order.components {
                prop_assert!(component.sources.iter().all(|source| source.on <= order.start), "a component comes after the start: {:?}", order);
            }
        }
        // Nothing is used twice: what is taken from a proposal is what it is pegged for, and no more is taken of stock than there is.
        let taken = plan.lines.iter().flat_map(|line| &line.sources);
        let taken = taken.chain(plan.proposals.iter().flat_map(|order| order.components.iter().flat_map(|component| &component.sources)));
        let taken = taken.chain(plan.phantoms.iter().flat_map(|phantom| phantom.components.iter().flat_map(|component| &component.sources)));
        let mut of_proposals: BTreeMap<&str, Quantity> = BTreeMap::new();
        for source in taken {
            if let SupplyOrigin::Proposal(id) = &source.from {
                let sum = of_proposals.entry(id.as_str()).or_default();
                *sum = sum.saturating_add(source.quantity);
            }
        }
        for (id, quantity) in of_proposals {
            prop_assert!(quantity <= pegged[id]);
        }
    }

    #[test]
    fn without_lot_sizes_orders_are_exactly_what_is_missing(mut world in worlds()) {
        world.lots = vec![(0, 0, 0); PRODUCTS];
        let plan = propose_supply(&world.inventory(&world.def()), &world.state(), &world.demand()).unwrap();
        for order in &plan.proposals {
            prop_assert_eq!(order.quantity, order.needed, "{:?}", order);
        }
    }

    #[test]
    fn the_order_of_bills_rules_and_lines_does_not_matter(world in worlds(), turn in 0_usize..7) {
        let def = world.def();
        let mut turned = def.clone();
        for list in ["bills", "replenish"] {
            let list = turned[list].as_array_mut().unwrap();
            let by = turn % list.len().max(1);
            list.rotate_left(by);
            if turn % 2 == 1 {
                list.reverse();
            }
        }
        let mut demand = world.demand();
        let plan = propose_supply(&world.inventory(&def), &world.state(), &demand).unwrap();
        demand.lines.reverse();
        let mut other = propose_supply(&world.inventory(&turned), &world.state(), &demand).unwrap();
        other.lines.reverse();
        let by_component = |plan: &SupplyPlan| {
            let mut plan = plan.clone();
            plan.findings.sort_by_key(|finding| finding.message.clone());
            plan
        };
        prop_assert_eq!(by_component(&plan), by_component(&other));
    }

    #[test]
    fn what_is_proposed_and_expected_is_not_proposed_again(mut world in worlds()) {
        // Supply that was late for its demand, and phantoms in stock, may go to another demand when there is more on its way.
        world.supplies.clear();
        for product in 0..PRODUCTS {
            if world.method(product) == Some("phantom") {
                world.stock[product] = 0;
            }
        }
        let inventory = world.inventory(&world.def());
        let mut demand = world.demand();
        let plan = propose_supply(&inventory, &world.state(), &demand).unwrap();
        let state = with_proposals(&inventory, world.state(), &plan);
        demand.id = "again".parse().unwrap();
        let again = propose_supply(&inventory, &state, &demand).unwrap();
        prop_assert!(again.proposals.is_empty(), "{:#?}\nthen {:#?}", plan, again);
    }
}
