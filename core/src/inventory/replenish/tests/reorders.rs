//! Laws of reordering over random policies, stock and demands.

use proptest::prelude::*;

use super::super::super::*;
use super::TODAY;
use crate::quantity::Quantity;
use crate::report::{Diagnostics, Path};
use crate::time::Date;

#[derive(Debug, Clone)]
struct Shop {
    policies: Vec<(u8, u8, u8)>,
    leads: Vec<(bool, u8, u8)>,
    multiples: Vec<u8>,
    made: bool,
    stock: Vec<u8>,
    demands: Vec<(u8, u8, u8)>,
    supplies: Vec<(u8, u8, u8)>,
}

const PRODUCTS: usize = 4;

fn shops() -> impl Strategy<Value = Shop> {
    (
        prop::collection::vec((0_u8..4, 1_u8..10, 0_u8..10), PRODUCTS),
        prop::collection::vec((any::<bool>(), 0_u8..8, 0_u8..3), PRODUCTS),
        prop::collection::vec(0_u8..5, PRODUCTS),
        any::<bool>(),
        prop::collection::vec(0_u8..15, PRODUCTS),
        prop::collection::vec((0_u8..4, 1_u8..10, 0_u8..40), 0..12),
        prop::collection::vec((0_u8..4, 1_u8..10, 0_u8..40), 0..4),
    )
        .prop_map(|(policies, leads, multiples, made, stock, demands, supplies)| Shop {
            policies,
            leads,
            multiples,
            made,
            stock,
            demands,
            supplies,
        })
}

fn day(offset: u8) -> String {
    TODAY.parse::<Date>().unwrap().add_days(i32::from(offset) - 2).unwrap().to_string()
}

impl Shop {
    fn inventory(&self, turned: bool) -> Inventory {
        let rule = |product: usize| {
            let (kind, low, more) = self.policies[product];
            let (working, days, safety) = self.leads[product];
            let reorder = match kind {
                0 => serde_json::json!({"min_max": {"minimum": low, "maximum": low + more}}),
                1 => serde_json::json!({"reorder_point": {"point": low, "quantity": more + 1}}),
                2 => serde_json::json!({"lot_for_lot": {}}),
                _ => serde_json::json!({"periodic": {"days": low}}),
            };
            let lead = if working { serde_json::json!({"working_days": days}) } else { serde_json::json!({"days": days}) };
            let method = if product == 0 && self.made { "make_to_order" } else { "buy" };
            let mut rule = serde_json::json!({"product": format!("P{product}"), "method": method, "lead_time": lead, "safety_days": safety, "reorder": reorder});
            if self.multiples[product] > 0 {
                rule["lot"] = serde_json::json!({"multiple": self.multiples[product]});
            }
            rule
        };
        let mut rules: Vec<_> = (0..PRODUCTS).map(rule).collect();
        if turned {
            rules.reverse();
        }
        let bills = if self.made {
            serde_json::json!([{"product": "P0", "components": [{"product": "P1", "quantity": 2}, {"product": "P3", "quantity": 1}]}])
        } else {
            serde_json::json!([])
        };
        let def = serde_json::json!({"locations": [{"id": "north"}], "bills": bills, "replenish": rules});
        let mut diagnostics = Diagnostics::new();
        let inventory = compile(&serde_json::from_value(def).unwrap(), &Path::ROOT, &mut diagnostics);
        assert!(!diagnostics.has_errors(), "{:?}", diagnostics.finish());
        inventory
    }

    fn state(&self) -> StockState {
        let at = |(product, quantity): (usize, &u8)| serde_json::json!({"product": format!("P{product}"), "location": "north", "on_hand": quantity});
        let positions: Vec<_> = self.stock.iter().enumerate().map(at).collect();
        serde_json::from_value(serde_json::json!({"positions": positions})).unwrap()
    }

    fn request(&self, turned: bool) -> ReorderDemand {
        let demand = |(product, quantity, on): &(u8, u8, u8)| serde_json::json!({"product": format!("P{product}"), "quantity": quantity, "on": day(*on)});
        let supply = |(number, (product, quantity, due)): (usize, &(u8, u8, u8))| serde_json::json!({"id": format!("S{number}"), "product": format!("P{product}"), "location": "north", "quantity": quantity, "due": day(*due)});
        let mut demands: Vec<_> = self.demands.iter().map(demand).collect();
        let mut supplies: Vec<_> = self.supplies.iter().enumerate().map(supply).collect();
        if turned {
            demands.reverse();
            supplies.reverse();
        }
        let request = serde_json::json!({"id": "plan", "at": format!("{TODAY}T08:00:00Z"), "until": day(60), "demands": demands, "supplies": supplies});
        serde_json::from_value(request).unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn reorders_keep_the_stock_up_and_are_not_proposed_again(shop in shops()) {
        let (inventory, state, mut request) = (shop.inventory(false), shop.state(), shop.request(false));
        let plan = propose_reorders(&inventory, &state, &request).unwrap();
        let today: Date = TODAY.parse().unwrap();
        for order in &plan.proposals {
            prop_assert!(order.needed.is_positive() && order.needed <= order.quantity, "{:?}", order);
            prop_assert!(order.start >= today && order.due >= order.start && order.in_time == (order.due <= order.needed_on), "{:?}", order);
            prop_assert!(order.because.projected < order.because.threshold, "{:?}", order);
        }
        for stock in &plan.products {
            // The rows add up, and where every order comes in time the stock never falls below what the policy keeps.
            let mut balance = stock.available;
            for row in &stock.rows {
                balance = balance.saturating_add(row.supply).saturating_add(row.proposed).saturating_sub(row.demand);
                prop_assert_eq!(row.projected, balance);
            }
            let mut orders = plan.proposals.iter().filter(|order| order.product == stock.product);
            let by_point = matches!(stock.reorder, ReorderDef::ReorderPoint(_));
            if !by_point && shop.supplies.is_empty() && orders.all(|order| order.in_time) {
                let least = if let ReorderDef::MinMax(levels) = stock.reorder { levels.minimum } else { Quantity::ZERO };
                prop_assert!(stock.rows.iter().all(|row| row.projected >= least), "{:#?}", stock);
            }
        }
        request.supplies.extend(plan.proposals.iter().filter_map(|order| match &order.action {
            StockAction::Expect(supply) => Some(supply.clone()),
            _ => None,
        }));
        request.id = "again".parse().unwrap();
        let again = propose_reorders(&inventory, &state, &request).unwrap();
        prop_assert!(again.proposals.is_empty(), "{:#?}\nthen {:#?}", plan, again);
    }

    #[test]
    fn the_order_of_rules_and_demands_does_not_matter(shop in shops()) {
        let plan = propose_reorders(&shop.inventory(false), &shop.state(), &shop.request(false)).unwrap();
        prop_assert_eq!(plan, propose_reorders(&shop.inventory(true), &shop.state(), &shop.request(true)).unwrap());
    }
}
