//! Kits that ship apart, and every plan that there is for them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{inventory, plan, state, told};
use crate::inventory::{SourcingPlan, StockAction, decide};
use crate::report::{Command, Fingerprint, Outcome};

/// An order of kits of bolts and seals, and of rods, over up to three locations.
#[derive(Debug, Clone)]
struct Case {
    places: Vec<Place>,
    /// How many bolts and seals a kit holds.
    holds: [i64; 2],
    kits: i64,
    multiple: i64,
    rods: i64,
    objectives: Vec<&'static str>,
    most_shipments: Option<usize>,
    wanted_in: Option<i64>,
    on_time: bool,
}

#[derive(Debug, Clone)]
struct Place {
    /// Bolts, seals and rods.
    stock: [i64; 3],
    per_shipment: i64,
    per_unit: i64,
    distance: i64,
    lead_days: i64,
}

const PRODUCTS: [&str; 3] = ["bolt", "seal", "rod"];

fn cases() -> impl Strategy<Value = Case> {
    let place = (0_i64..4, 0_i64..3, 0_i64..2, 0_i64..3, 0_i64..3, 0_i64..4, 0_i64..2).prop_map(
        |(bolts, seals, rods, per_shipment, per_unit, distance, lead_days)| Place {
            stock: [bolts, seals, rods],
            per_shipment,
            per_unit,
            distance,
            lead_days,
        },
    );
    let rest = Just(vec!["shipments", "late_lines", "cost", "distance"]).prop_shuffle();
    let objectives = (rest, 0_usize..5).prop_map(|(rest, count)| [&["unfilled"], &rest[..count]].concat());
    let asked = ((1_i64..3, 1_i64..2), 1_i64..5, prop_oneof![3 => Just(1_i64), 1 => Just(2)], 0_i64..2);
    let limits = (prop::option::weighted(0.3, 1_usize..3), prop::option::of(0_i64..2), any::<bool>());
    (prop::collection::vec(place, 1..4), asked, objectives, limits).prop_map(
        |(places, ((bolts, seals), kits, multiple, rods), objectives, (most_shipments, wanted_in, on_time))| Case {
            places,
            holds: [bolts, seals],
            kits,
            multiple,
            rods,
            objectives,
            most_shipments,
            wanted_in,
            on_time,
        },
    )
}

impl Case {
    fn def(&self, max_evaluations: u32) -> Value {
        let location = |(index, place): (usize, &Place)| {
            json!({"id": format!("w{index}"), "priority": 1, "sourcing": {"distance": place.distance, "lead_days": place.lead_days,
                "cost_per_shipment": place.per_shipment, "cost_per_unit": place.per_unit}})
        };
        let split = self.most_shipments.map_or(json!({}), |most| json!({"max_splits": most - 1}));
        let hard = if self.on_time { json!(["on_time"]) } else { json!([]) };
        json!({"locations": self.places.iter().enumerate().map(location).collect::<Vec<_>>(),
            "bills": [{"product": "SET", "components": [{"product": "bolt", "quantity": self.holds[0]}, {"product": "seal", "quantity": self.holds[1]}]}],
            "kits": [{"product": "SET", "ships": "apart"}],
            "sourcing": [{"id": "p", "hard": hard, "objectives": self.objectives, "split": split, "max_evaluations": max_evaluations}]})
    }

    fn stock(&self) -> Vec<(&'static str, &'static str, i64)> {
        let names = ["w0", "w1", "w2"];
        let of = |(index, place): (usize, &Place)| [0, 1, 2].map(|at| (PRODUCTS[at], names[index], place.stock[at]));
        self.places.iter().enumerate().flat_map(of).collect()
    }

    fn demand(&self) -> Value {
        let wanted = self.wanted_in.map(|days| format!("2026-11-{}", 21 + days));
        let mut lines =
            vec![json!({"id": "kits", "product": "SET", "quantity": self.kits, "multiple": self.multiple, "wanted_on": wanted})];
        if self.rods > 0 {
            lines.push(json!({"id": "rods", "product": "rod", "quantity": self.rods, "wanted_on": wanted}));
        }
        json!({"lines": lines, "reserve": {"order": "O"}})
    }

    /// What the best of all plans is worth: whatever each place gives of bolts, seals and rods.
    fn best(&self) -> Vec<i64> {
        let most = |at: usize, place: &Place| {
            if at == 2 { self.rods.min(place.stock[2]) } else { (self.kits * self.holds[at]).min(place.stock[at]) }
        };
        let mut gives = vec![[0_i64; 3]; self.places.len()];
        let mut best: Option<Vec<i64>> = None;
        loop {
            if self.is_allowed(&gives) {
                let worth = self.worth(&gives);
                best = Some(best.map_or(worth.clone(), |best| best.min(worth)));
            }
            let cells = self
                .places
                .iter()
                .zip(&mut gives)
                .flat_map(|(place, gives)| gives.iter_mut().enumerate().map(move |(at, give)| (at, place, give)));
            let mut carried = true;
            for (at, place, give) in cells {
                if *give < most(at, place) {
                    *give += 1;
                    carried = false;
                    break;
                }
                *give = 0;
            }
            if carried {
                return best.unwrap();
            }
        }
    }

    fn of(gives: &[[i64; 3]], at: usize) -> i64 {
        gives.iter().map(|gives| gives[at]).sum()
    }

    fn is_late(&self, place: &Place) -> bool {
        self.wanted_in.is_some_and(|days| place.lead_days > days)
    }

    fn is_allowed(&self, gives: &[[i64; 3]]) -> bool {
        let kits = Self::of(gives, 0) / self.holds[0];
        let shipping = gives.iter().filter(|gives| **gives != [0; 3]).count();
        (0..2).all(|at| Self::of(gives, at) == kits * self.holds[at])
            && kits <= self.kits
            && kits % self.multiple == 0
            && Self::of(gives, 2) <= self.rods
            && self.most_shipments.is_none_or(|most| shipping <= most)
            && !(self.on_time && gives.iter().zip(&self.places).any(|(gives, place)| *gives != [0; 3] && self.is_late(place)))
    }

    fn worth(&self, gives: &[[i64; 3]]) -> Vec<i64> {
        let ships = || gives.iter().zip(&self.places).filter(|(gives, _)| **gives != [0; 3]);
        let late = |which: &dyn Fn(&[i64; 3]) -> bool| i64::from(ships().any(|(gives, place)| which(gives) && self.is_late(place)));
        let of = |objective: &&str| match *objective {
            "unfilled" => self.kits - Self::of(gives, 0) / self.holds[0] + self.rods - Self::of(gives, 2),
            "shipments" => ships().count() as i64,
            "distance" => ships().map(|(_, place)| place.distance).sum(),
            "cost" => ships().map(|(gives, place)| place.per_shipment + place.per_unit * gives.iter().sum::<i64>()).sum(),
            _ => late(&|gives| gives[0] + gives[1] > 0) + late(&|gives| gives[2] > 0),
        };
        self.objectives.iter().map(of).collect()
    }

    /// What our plan is worth, if it is a plan at all.
    fn judged(&self, plan: &SourcingPlan) -> Vec<i64> {
        let mut gives = vec![[0_i64; 3]; self.places.len()];
        for shipment in &plan.shipments {
            let place: usize = shipment.location.as_str()[1..].parse().unwrap();
            for line in &shipment.lines {
                let at = PRODUCTS.iter().position(|product| *product == line.product.as_str()).unwrap();
                gives[place][at] += line.quantity.to_string().parse::<i64>().unwrap();
            }
        }
        assert!(self.is_allowed(&gives), "{gives:?}");
        let worth = self.worth(&gives);
        let said: Vec<i64> = plan.objectives.iter().map(|objective| objective.value.to_string().parse().unwrap()).collect();
        assert_eq!(said, worth);
        worth
    }
}

/// Whether all that a plan says can be held at once.
fn can_be_reserved(def: &Value, positions: &[(&str, &str, i64)], supplies: &[Value], plan: &SourcingPlan) -> bool {
    let Some(action) = &plan.action else { return true };
    let command: Command<StockAction> =
        serde_json::from_value(json!({"id": "r", "at": "2026-11-21T09:00:00Z", "actor": "x", "action": action})).unwrap();
    let decision = decide(&inventory(def), &Fingerprint::default(), &state(positions, supplies), &command).unwrap();
    matches!(decision.outcome, Outcome::Accepted) && !decision.events.is_empty()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_plan_of_kits_that_ship_apart_is_better_than_the_optimal_one(case in cases()) {
        let (def, stock) = (case.def(100_000), case.stock());
        let exact = plan(&def, &stock, &case.demand());
        prop_assert!(exact.search.as_ref().is_some_and(|search| search.optimal));
        let worth = case.judged(&exact);
        prop_assert_eq!(&worth, &case.best());
        let greedy = plan(&case.def(0), &stock, &case.demand());
        prop_assert!(worth <= case.judged(&greedy));
        let bound = greedy.search.as_ref().and_then(|search| search.bound.as_ref()).unwrap().unfilled.to_decimal();
        prop_assert!(bound <= exact.objectives[0].value);
        for plan in [&exact, &greedy] {
            prop_assert!(can_be_reserved(&def, &stock, &[], plan), "{:?}", plan.action);
        }
    }

    /// Whether something is on its way or not, and whichever strategy takes the locations in turn.
    #[test]
    fn kits_that_ship_apart_can_be_reserved_as_they_are_sourced(case in cases(), comes in prop::array::uniform2(0_i64..4), strategy in 0_usize..4) {
        let mut def = case.def(1_000);
        def["backorder"] = json!("unlimited");
        def["sourcing"][0]["supply"] = json!(["firm"]);
        if strategy > 0 {
            def["sourcing"][0]["strategy"] = json!(["location_sort_order", "highest_stock_first", "on_hand_first_then_backorder"][strategy - 1]);
            let policy = def["sourcing"][0].as_object_mut().unwrap();
            policy.retain(|field, _| field != "objectives" && field != "max_evaluations");
        }
        let supplies: Vec<Value> = comes.iter().enumerate().filter(|(_, quantity)| **quantity > 0)
            .map(|(at, quantity)| json!({"id": format!("s{at}"), "product": PRODUCTS[at], "location": "w0", "due": "2026-11-22", "open": quantity}))
            .collect();
        let found = super::plan_with(&def, (&case.stock(), &supplies), &case.demand());
        prop_assert!(can_be_reserved(&def, &case.stock(), &supplies, &found), "{:?}", found.action);
        // Kits are whole, whatever their components come from.
        let line = &found.lines[0];
        for (component, each) in line.components.iter().zip(case.holds) {
            let kits = line.sourced.saturating_sub(line.parts.iter().map(|part| part.quantity).sum());
            prop_assert_eq!(component.quantity.millionths(), kits.millionths() * each);
        }
    }
}

#[test]
fn bolts_come_from_one_place_and_seals_from_another() {
    let def = json!({"locations": [{"id": "a", "priority": 1}, {"id": "b", "priority": 2}],
        "bills": [{"product": "SET", "components": [{"product": "bolt", "quantity": 2}, {"product": "seal", "quantity": 1}]}],
        "kits": [{"product": "SET", "ships": "apart"}], "sourcing": [{"id": "p"}]});
    let stock = [("bolt", "a", 7), ("seal", "a", 2), ("bolt", "b", 3), ("seal", "b", 5)];
    let found = plan(&def, &stock, &json!({"lines": [{"id": "1", "product": "SET", "quantity": 6}]}));
    assert_eq!(told(&found), "a: 1 x 7, 1 x 2; b: 1 x 3, 1 x 3");
    assert_eq!(found.lines[0].sourced.to_string(), "5");
}
