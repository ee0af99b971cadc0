//! What holds for any stock, any supply and any demand.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{ConfirmationRule, Overcommitted, PegSource, PromiseMethod, PromisePlan, PromiseRequest, PromiseScope, promise};
use super::model::{self, Demand, Supply};
use crate::inventory::{Inventory, InventoryDef, compile};
use crate::quantity::Quantity;
use crate::report::{Diagnostics, Path};
use crate::time::Date;

const LAST: u32 = 9;
const PLACES: [&str; 2] = ["a", "b"];

/// A line: a place or any, a day, a quantity, a group.
type Line = (Option<usize>, u32, u32, u8);

#[derive(Debug, Clone)]
struct Case {
    supplies: Vec<Supply>,
    demands: Vec<Demand>,
    lines: Vec<Line>,
    method: PromiseMethod,
    overcommitted: Overcommitted,
    confirm: ConfirmationRule,
    together: PromiseScope,
    horizon: Option<u32>,
}

fn cases() -> impl Strategy<Value = Case> {
    let place = || prop_oneof![2 => Just(None), 1 => (0_usize..2).prop_map(Some)];
    let supplies = prop::collection::vec((0_usize..2, 0..LAST, 1_u32..7), 0..6);
    let demands = prop::collection::vec((place(), 0..LAST, 1_u32..5), 0..4);
    let lines = prop::collection::vec((place(), 0..LAST, 1_u32..9, 0_u8..2), 1..4);
    let methods = prop::sample::select(vec![PromiseMethod::CumulativeLookahead, PromiseMethod::Discrete]);
    let backlog = prop::sample::select(vec![Overcommitted::CarryForward, Overcommitted::Resell]);
    let rules = prop::sample::select(vec![ConfirmationRule::Schedule, ConfirmationRule::OneDate, ConfirmationRule::Complete]);
    let scopes = prop::sample::select(vec![PromiseScope::Line, PromiseScope::ShipGroup, PromiseScope::Order]);
    let horizon = prop_oneof![3 => Just(None), 1 => (3..LAST).prop_map(Some)];
    (supplies, demands, lines, methods, backlog, rules, scopes, horizon).prop_map(
        |(supplies, demands, lines, method, overcommitted, confirm, together, horizon)| Case {
            supplies,
            demands,
            lines,
            method,
            overcommitted,
            confirm,
            together,
            horizon,
        },
    )
}

fn day(number: u32) -> Date {
    "2026-12-01".parse::<Date>().unwrap().add_days(i32::try_from(number).unwrap()).unwrap()
}

fn number(day: Date) -> u32 {
    u32::try_from(i32::from(day.day()) - 1).unwrap()
}

fn whole(quantity: Quantity) -> u32 {
    quantity.to_string().parse().unwrap()
}

impl Case {
    fn inventory(&self) -> Inventory {
        let mut def: Value = json!({"locations": [{"id": "a", "priority": 1}, {"id": "b", "priority": 2}], "promise": {
            "method": self.method, "overcommitted": self.overcommitted, "confirm": self.confirm, "together": self.together}});
        if let Some(horizon) = self.horizon {
            def["promise"]["infinite_supply_after"] = json!(horizon);
        }
        let def: InventoryDef = serde_json::from_value(def).unwrap();
        let mut diagnostics = Diagnostics::new();
        let inventory = compile(&def, &Path::ROOT, &mut diagnostics);
        diagnostics.finish().unwrap();
        inventory
    }

    fn run(&self) -> PromisePlan {
        let supplies = self.supplies.iter().enumerate().map(|(index, (place, due, quantity))| {
            json!({"id": format!("S-{index}"), "product": "P", "location": PLACES[*place], "due": day(*due), "open": quantity})
        });
        let supplies: Vec<Value> = supplies.collect();
        let demands: Vec<Value> = self
            .demands
            .iter()
            .enumerate()
            .map(|(index, (place, on, quantity))| {
                json!({"id": format!("D-{index}"), "product": "P", "quantity": quantity, "wanted_on": day(*on),
                    "location": place.map(|place| PLACES[place])})
            })
            .collect();
        let lines: Vec<Value> = self
            .lines
            .iter()
            .enumerate()
            .map(|(index, (place, on, quantity, group))| {
                json!({"id": index.to_string(), "product": "P", "quantity": quantity, "wanted_on": day(*on),
                    "location": place.map(|place| PLACES[place]), "group": group.to_string()})
            })
            .collect();
        let request: PromiseRequest = serde_json::from_value(json!({
            "state": {"supplies": supplies}, "at": "2026-12-01T09:00:00Z", "lines": lines, "demands": demands, "pegging": true}))
        .unwrap();
        promise(&self.inventory(), &request).unwrap()
    }

    /// Without what lies beyond the horizon, where everything can be had.
    fn known(&self) -> (Vec<Supply>, Vec<Demand>) {
        let before = |day: u32| self.horizon.is_none_or(|horizon| day < horizon);
        let supplies = self.supplies.iter().copied().filter(|supply| before(supply.1)).collect();
        let demands = self.demands.iter().copied().filter(|demand| before(demand.1)).collect();
        (supplies, demands)
    }

    /// What the lines take from known supply.
    fn taken(&self, plan: &PromisePlan) -> Vec<Demand> {
        let parts = self.lines.iter().zip(&plan.lines).flat_map(|(line, promised)| {
            let known = promised.schedule_lines.iter().filter(|part| part.from != PegSource::Replenishment);
            known.map(|part| (line.0, number(part.date), whole(part.quantity)))
        });
        parts.collect()
    }
}

fn config() -> ProptestConfig {
    let cases = std::env::var("DEALDESK_MODEL_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    ProptestConfig { cases, max_global_rejects: cases.saturating_mul(20), ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    /// What was promised before a promise can be kept after it, and what a promise gives can be had: unit by unit.
    #[test]
    fn a_promise_never_breaks_an_earlier_one(case in cases()) {
        let (supplies, mut demands) = case.known();
        prop_assume!(model::feasible(&supplies, &demands));
        demands.extend(case.taken(&case.run()));
        prop_assert!(model::feasible(&supplies, &demands), "{demands:?}");
    }

    /// The closed form gives as much as there is: one more unit would break a promise.
    #[test]
    fn as_much_is_promised_as_can_be_matched(mut case in cases()) {
        case.method = PromiseMethod::CumulativeLookahead;
        case.horizon = None;
        prop_assume!(model::feasible(&case.supplies, &case.demands));
        case.lines.truncate(1);
        let plan = case.run();
        let place = case.lines[0].0;
        let mut said = 0;
        for on in 0..=LAST {
            said = plan.lines[0].promisable.iter().rfind(|row| row.date <= day(on)).map_or(said, |row| whole(row.quantity.unwrap()));
            prop_assert_eq!(said, model::promisable(&case.supplies, &case.demands, place, on), "{} at {:?}", on, place);
        }
    }

    /// With one place the closed form is what backward pegging to the nearest receipts leaves, in any order of the demands.
    #[test]
    fn the_closed_form_is_backward_pegging(mut case in cases()) {
        case.method = PromiseMethod::CumulativeLookahead;
        case.horizon = None;
        case.lines.truncate(1);
        case.lines[0].0 = None;
        case.supplies.iter_mut().for_each(|supply| supply.0 = 0);
        case.demands.iter_mut().for_each(|demand| demand.0 = None);
        let plan = case.run();
        let feasible = model::feasible(&case.supplies, &case.demands);
        for on in 0..=LAST {
            let row = plan.lines[0].promisable.iter().rfind(|row| row.date <= day(on)).unwrap();
            let said = whole(row.quantity.unwrap());
            if feasible {
                prop_assert_eq!(said, model::pegging_leaves(&case.supplies, &case.demands, on));
            }
            let formula = match case.overcommitted {
                Overcommitted::CarryForward => model::least_from(&case.supplies, &case.demands, on, LAST),
                Overcommitted::Resell => model::least_when_resold(&case.supplies, &case.demands, on, LAST),
            };
            prop_assert_eq!(i64::from(said), formula);
        }
    }

    /// Whatever was promised has a place and a supply; no supply gives more than it has, and none before it is there.
    #[test]
    fn every_unit_comes_from_somewhere_and_no_unit_twice(case in cases()) {
        let plan = case.run();
        let mut given = vec![0; case.supplies.len()];
        for (line, promised) in case.lines.iter().zip(&plan.lines) {
            let sum: Quantity = promised.schedule_lines.iter().map(|part| part.quantity).sum();
            prop_assert_eq!(sum, promised.confirmed);
            prop_assert_eq!(promised.confirmed.saturating_add(promised.unconfirmed), promised.requested);
            for part in &promised.schedule_lines {
                prop_assert!(part.date >= promised.wanted_on);
                if part.from == PegSource::Replenishment {
                    prop_assert!(number(part.date) >= case.horizon.unwrap());
                    continue;
                }
                let supply: usize = part.supply.as_ref().unwrap().as_str()[2..].parse().unwrap();
                prop_assert!(case.supplies[supply].1 <= number(part.date));
                prop_assert_eq!(part.location.as_ref().unwrap().as_str(), PLACES[case.supplies[supply].0]);
                prop_assert!(line.0.is_none_or(|place| place == case.supplies[supply].0));
            }
        }
        for peg in plan.pegging.iter().flatten().filter(|peg| peg.from == PegSource::Supply) {
            given[peg.supply.as_ref().unwrap().as_str()[2..].parse::<usize>().unwrap()] += whole(peg.quantity);
        }
        for (given, supply) in given.iter().zip(&case.supplies) {
            prop_assert!(*given <= supply.2, "{given} of {supply:?}");
        }
    }

    #[test]
    fn the_rules_of_confirmation_hold(case in cases()) {
        let plan = case.run();
        for promised in &plan.lines {
            prop_assert_eq!(promised.reason.is_none(), promised.unconfirmed.is_zero());
            let days: Vec<Date> = promised.schedule_lines.iter().map(|part| part.date).collect();
            let one_day = days.windows(2).all(|pair| pair[0] == pair[1]);
            match case.confirm {
                ConfirmationRule::Schedule => prop_assert!(days.is_sorted()),
                ConfirmationRule::OneDate if case.together == PromiseScope::Line => {
                    prop_assert!(days.iter().all(|day| *day == promised.wanted_on));
                }
                ConfirmationRule::OneDate => prop_assert!(one_day),
                ConfirmationRule::Complete => prop_assert!(one_day && (promised.confirmed.is_zero() || promised.reason.is_none())),
            }
        }
        for group in 0..2 {
            let member = |line: &Line| case.together == PromiseScope::Order || (case.together == PromiseScope::ShipGroup && line.3 == group);
            let of_group: Vec<_> = case.lines.iter().zip(&plan.lines).filter(|(line, _)| member(line)).map(|(_, promised)| promised).collect();
            let confirmed = of_group.iter().filter(|promised| promised.confirmed.is_positive()).count();
            prop_assert!(confirmed == 0 || of_group.iter().all(|promised| promised.reason.is_none()) || of_group.len() == 1);
            if case.confirm == ConfirmationRule::Complete {
                prop_assert!(of_group.windows(2).all(|pair| pair[0].date == pair[1].date));
            }
        }
    }

    /// With the cumulative method, one more supply makes no promise of a first line smaller or later.
    #[test]
    fn more_supply_never_makes_a_promise_later(mut case in cases(), more in (0_usize..2, 0..LAST, 1_u32..7)) {
        case.method = PromiseMethod::CumulativeLookahead;
        case.lines.truncate(1);
        let before = case.run();
        case.supplies.push(more);
        let after = case.run();
        prop_assert!(after.lines[0].confirmed >= before.lines[0].confirmed);
        prop_assert!(after.lines[0].nearest.quantity >= before.lines[0].nearest.quantity);
        if let Some(date) = before.lines[0].date {
            prop_assert!(after.lines[0].date.is_some_and(|sooner| sooner <= date));
        }
    }
}

proptest! {
    /// A projection says of each day what a promise for that day would be, of lots that expire too.
    #[test]
    fn a_projection_of_lots_agrees_with_promises(
        lots in prop::collection::vec((1_i64..9, prop::option::of(0_i64..9), 0_usize..2), 0..5),
        supplies in prop::collection::vec((1_i64..9, 0_i64..9), 0..3),
        needs in prop::collection::vec((1_i64..6, 0_i64..9), 0..3),
        shelf_life in 0_u32..3, named in any::<bool>(),
    ) {
        let day = |days: i64| format!("2026-11-{:02}", 20 + days);
        let places = ["north", "south"];
        let def = serde_json::json!({"locations": [{"id": "north"}, {"id": "south"}], "promise": {"confirm": "one_date"},
            "products": [{"product": "P", "tracking": "lot", "removal": {"min_shelf_life_days": shelf_life}}]});
        let inventory = super::super::super::compile(&serde_json::from_value(def).unwrap(), &crate::report::Path::ROOT, &mut crate::report::Diagnostics::new());
        let positions: Vec<_> = lots.iter().enumerate().map(|(number, (quantity, _, place))|
            serde_json::json!({"product": "P", "location": places[*place], "lot": format!("L{number}"), "on_hand": quantity})).collect();
        let known: Vec<_> = lots.iter().enumerate().filter_map(|(number, (_, expires, _))|
            expires.map(|days| serde_json::json!({"product": "P", "lot": format!("L{number}"), "facts": {"expires_on": day(days)}}))).collect();
        let supplies: Vec<_> = supplies.iter().enumerate().map(|(number, (quantity, days))|
            serde_json::json!({"id": format!("S{number}"), "product": "P", "location": "south", "due": day(*days), "quantity": quantity})).collect();
        let demands: Vec<_> = needs.iter().enumerate().map(|(number, (quantity, days))|
            serde_json::json!({"id": format!("D{number}"), "product": "P", "quantity": quantity, "wanted_on": day(*days)})).collect();
        let location = named.then_some("south");
        let state = serde_json::json!({"positions": positions, "lots": known});
        let request = serde_json::json!({"at": "2026-11-21T09:00:00Z", "product": "P", "location": location, "state": state, "supplies": supplies, "demands": demands});
        let projection = super::super::project(&inventory, &serde_json::from_value(request).unwrap()).unwrap();
        for on in &projection.days {
            let request = serde_json::json!({"at": "2026-11-21T09:00:00Z", "state": state, "supplies": supplies, "demands": demands,
                "lines": [{"id": "1", "product": "P", "quantity": 1000, "wanted_on": on.date, "location": location}]});
            let promised = promise(&inventory, &serde_json::from_value(request).unwrap()).unwrap();
            let confirmed: crate::quantity::Quantity = promised.lines[0].schedule_lines.iter().map(|part| part.quantity).sum();
            prop_assert_eq!(confirmed, on.promisable, "{}", on.date);
        }
        // What expires is what stood in the lots that had not expired.
        let expired: crate::quantity::Quantity = projection.days.iter().map(|day| day.expired).sum();
        let dated: i64 = lots.iter().filter(|(_, expires, place)| expires.is_some_and(|days| days - i64::from(shelf_life) >= 1) && (!named || *place == 1))
            .map(|(quantity, _, _)| quantity).sum();
        prop_assert_eq!(expired.to_string(), dated.to_string());
    }
}
