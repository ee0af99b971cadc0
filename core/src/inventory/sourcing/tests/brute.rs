//! Small orders, and every plan that there is for them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::super::*;

/// An order of one or two products over up to three locations.
#[derive(Debug, Clone)]
pub struct Case {
    pub places: Vec<Place>,
    pub lines: Vec<Line>,
    pub objectives: Vec<&'static str>,
    pub line_split: bool,
    pub most_shipments: Option<usize>,
    pub least: Option<i64>,
    pub on_time: bool,
}

#[derive(Debug, Clone)]
pub struct Place {
    pub stock: [i64; 2],
    pub per_shipment: i64,
    pub per_unit: i64,
    pub per_distance: i64,
    pub distance: i64,
    pub priority: i64,
    pub lead_days: i64,
    /// What comes of the products, and in how many days.
    pub comes: Option<([i64; 2], i64)>,
}

#[derive(Debug, Clone)]
pub struct Line {
    pub quantity: i64,
    pub multiple: i64,
    /// In how many days it is wanted.
    pub wanted_in: Option<i64>,
    /// In how many days it must arrive.
    pub latest_in: Option<i64>,
}

pub fn cases() -> impl Strategy<Value = Case> {
    orders(5, 3, Just(None).boxed(), Just(None).boxed())
}

/// Orders of which something is on its way.
pub fn cases_with_supply() -> impl Strategy<Value = Case> {
    let comes = prop::option::weighted(0.7, (prop::array::uniform2(0_i64..4), 0_i64..3)).boxed();
    orders(3, 2, comes, prop::option::of(0_i64..4).boxed())
}

fn orders(
    stock: i64,
    most_places: usize,
    comes: BoxedStrategy<Option<([i64; 2], i64)>>,
    latest_in: BoxedStrategy<Option<i64>>,
) -> impl Strategy<Value = Case> {
    let place = (prop::array::uniform2(0..stock), 0_i64..3, 0_i64..3, 0_i64..2, 0_i64..4, 0_i64..3, 0_i64..2, comes).prop_map(
        |(stock, per_shipment, per_unit, per_distance, distance, priority, lead_days, comes)| Place {
            stock,
            per_shipment,
            per_unit,
            per_distance,
            distance,
            priority,
            lead_days,
            comes,
        },
    );
    let line = (1..stock + 1, prop_oneof![3 => Just(1_i64), 1 => Just(2)], prop::option::of(0_i64..3), latest_in).prop_map(
        |(quantity, multiple, wanted_in, latest_in)| {
            let latest_in = latest_in.map(|days: i64| days.max(wanted_in.unwrap_or(0)));
            Line { quantity, multiple, wanted_in, latest_in }
        },
    );
    let rest = Just(vec!["shipments", "late_lines", "cost", "distance", "priority"]).prop_shuffle();
    let objectives = (rest, 0_usize..6).prop_map(|(rest, count)| [&["unfilled"], &rest[..count]].concat());
    (
        prop::collection::vec(place, 1..most_places + 1),
        prop::collection::vec(line, 1..3),
        objectives,
        any::<bool>(),
        prop::option::of(1_usize..3),
        prop::option::of(1_i64..4),
        any::<bool>(),
    )
        .prop_map(|(places, lines, objectives, line_split, most_shipments, least, on_time)| {
            let least = least.filter(|_| line_split && most_shipments != Some(1));
            Case { places, lines, objectives, line_split, most_shipments, least, on_time }
        })
}

/// A shipment that a place could make: at once, or on the day on which something comes.
#[derive(Clone, Copy)]
struct Shipment {
    place: usize,
    later: bool,
}

fn day(days: i64) -> String {
    format!("2026-11-{}", 21 + days)
}

impl Case {
    fn shipments(&self) -> Vec<Shipment> {
        let of = |(place, known): (usize, &Place)| [(place, false), (place, true)].into_iter().take(1 + usize::from(known.comes.is_some()));
        self.places.iter().enumerate().flat_map(of).map(|(place, later)| Shipment { place, later }).collect()
    }

    /// How much of what a line asks for there is.
    fn there(&self, line: usize, shipment: Shipment) -> i64 {
        let place = &self.places[shipment.place];
        place.stock[line] + place.comes.filter(|_| shipment.later).map_or(0, |(quantities, _)| quantities[line])
    }

    /// In how many days it arrives.
    fn arrives_in(&self, shipment: Shipment) -> i64 {
        let place = &self.places[shipment.place];
        place.lead_days + place.comes.filter(|_| shipment.later).map_or(0, |(_, days)| days)
    }

    fn serves(&self, line: usize, shipment: Shipment) -> bool {
        let Line { wanted_in, latest_in, .. } = self.lines[line];
        let latest = if shipment.later { latest_in.or(wanted_in).unwrap_or(-1) } else { latest_in.unwrap_or(i64::MAX) };
        self.arrives_in(shipment) <= latest
    }

    pub fn def(&self, max_evaluations: u32) -> Value {
        let mut split = json!({"allow_line_split": self.line_split});
        match self.most_shipments {
            Some(1) => split["allow_order_split"] = json!(false),
            Some(most) => split["max_splits"] = json!(most - 1),
            None => {}
        }
        if let Some(least) = self.least {
            split["min_split_qty"] = json!(least);
        }
        let locations: Vec<Value> = self
            .places
            .iter()
            .enumerate()
            .map(|(index, place)| {
                json!({"id": format!("w{index}"), "priority": place.priority, "sourcing": {
                    "distance": place.distance, "lead_days": place.lead_days, "cost_per_shipment": place.per_shipment,
                    "cost_per_unit": place.per_unit, "cost_per_distance": place.per_distance}})
            })
            .collect();
        let hard = if self.on_time { json!(["on_time"]) } else { json!([]) };
        json!({"locations": locations, "backorder": "unlimited", "sourcing": [
            {"id": "p", "supply": ["firm"], "hard": hard, "objectives": self.objectives, "split": split, "max_evaluations": max_evaluations}]})
    }

    pub fn stock(&self) -> Vec<(&'static str, &'static str, i64)> {
        let names = ["w0", "w1", "w2"];
        let of = |(index, place): (usize, &Place)| [("P", names[index], place.stock[0]), ("Q", names[index], place.stock[1])];
        self.places.iter().enumerate().flat_map(of).collect()
    }

    pub fn supplies(&self) -> Vec<Value> {
        let each = self.places.iter().enumerate().filter_map(|(index, place)| Some((index, place.comes?)));
        let of = |(index, (quantities, days)): (usize, ([i64; 2], i64))| {
            let supply = move |(product, quantity): (&str, i64)| json!({"id": format!("{product}{index}"), "product": product, "location": format!("w{index}"), "due": day(days), "open": quantity});
            ["P", "Q"].into_iter().zip(quantities).filter(|(_, quantity)| *quantity > 0).map(supply)
        };
        each.flat_map(of).collect()
    }

    pub fn demand(&self) -> Value {
        let line = |(index, line): (usize, &Line)| {
            let mut demand = json!({"id": index.to_string(), "product": if index == 0 { "P" } else { "Q" }, "quantity": line.quantity, "multiple": line.multiple});
            if let Some(days) = line.wanted_in {
                demand["wanted_on"] = json!(day(days));
            }
            if let Some(days) = line.latest_in {
                demand["latest_on"] = json!(day(days));
            }
            demand
        };
        json!({"lines": self.lines.iter().enumerate().map(line).collect::<Vec<_>>()})
    }

    /// What the best of all plans is worth.
    pub fn best(&self) -> Vec<i64> {
        let shipments = self.shipments();
        let mut gives = vec![0; self.lines.len() * shipments.len()];
        let mut best: Option<Vec<i64>> = None;
        loop {
            if self.is_allowed(&gives, &shipments) {
                let worth = self.worth(&gives, &shipments);
                best = Some(best.map_or(worth.clone(), |best| best.min(worth)));
            }
            if !self.next(&mut gives, &shipments) {
                return best.unwrap();
            }
        }
    }

    /// The next plan; false after the last.
    fn next(&self, gives: &mut [i64], shipments: &[Shipment]) -> bool {
        for (at, give) in gives.iter_mut().enumerate() {
            let (line, shipment) = (at / shipments.len(), shipments[at % shipments.len()]);
            if self.serves(line, shipment) && *give < self.there(line, shipment).min(self.lines[line].quantity) {
                *give += 1;
                return true;
            }
            *give = 0;
        }
        false
    }

    fn is_late(&self, line: usize, shipment: Shipment) -> bool {
        self.lines[line].wanted_in.is_some_and(|days| self.arrives_in(shipment) > days)
    }

    fn is_allowed(&self, gives: &[i64], shipments: &[Shipment]) -> bool {
        let lines = gives.chunks(shipments.len()).enumerate().all(|(index, parts)| {
            let given: Vec<(Shipment, i64)> = shipments.iter().copied().zip(parts.iter().copied()).filter(|(_, part)| *part > 0).collect();
            let several = given.len() > 1;
            let of_place = |place: usize| given.iter().filter(|(shipment, _)| shipment.place == place).map(|(_, part)| part).sum::<i64>();
            parts.iter().sum::<i64>() <= self.lines[index].quantity
                && parts.iter().all(|part| part % self.lines[index].multiple == 0)
                && (self.line_split || !several)
                && self.least.is_none_or(|least| !several || given.iter().all(|(_, part)| *part >= least))
                && given.iter().all(|(shipment, part)| self.serves(index, *shipment) && *part <= self.there(index, *shipment))
                && (0..self.places.len()).all(|place| of_place(place) <= self.there(index, Shipment { place, later: true }))
                && (!self.on_time || given.iter().all(|(shipment, _)| !self.is_late(index, *shipment)))
        });
        lines && self.most_shipments.is_none_or(|most| self.shipping(gives, shipments).len() <= most)
    }

    fn shipping(&self, gives: &[i64], shipments: &[Shipment]) -> Vec<usize> {
        let used = |at: &usize| gives.iter().skip(*at).step_by(shipments.len()).any(|give| *give > 0);
        (0..shipments.len()).filter(used).map(|at| shipments[at].place).collect()
    }

    fn worth(&self, gives: &[i64], shipments: &[Shipment]) -> Vec<i64> {
        let of = |objective: &&str| {
            let sum = |worth: &dyn Fn(&Place) -> i64| {
                self.shipping(gives, shipments).iter().map(|place| worth(&self.places[*place])).sum::<i64>()
            };
            let each = || gives.iter().enumerate().map(|(at, give)| (at / shipments.len(), shipments[at % shipments.len()], *give));
            match *objective {
                "unfilled" => self.lines.iter().map(|line| line.quantity).sum::<i64>() - gives.iter().sum::<i64>(),
                "shipments" => sum(&|_| 1),
                "distance" => sum(&|place| place.distance),
                "priority" => sum(&|place| place.priority),
                "cost" => {
                    let units: i64 = each().map(|(_, shipment, give)| self.places[shipment.place].per_unit * give).sum();
                    units + sum(&|place| place.per_shipment + place.per_distance * place.distance)
                }
                _ => {
                    let late = |line: usize| each().any(|(of, shipment, give)| of == line && give > 0 && self.is_late(line, shipment));
                    (0..self.lines.len()).map(|line| i64::from(late(line))).sum()
                }
            }
        };
        self.objectives.iter().map(of).collect()
    }

    /// What our plan is worth, if it is a plan at all.
    pub fn judged(&self, plan: &SourcingPlan) -> Vec<i64> {
        let shipments = self.shipments();
        let mut gives = vec![0; self.lines.len() * shipments.len()];
        for shipment in &plan.shipments {
            let place: usize = shipment.location.as_str()[1..].parse().unwrap();
            let later = shipment.leaves_on.is_some();
            let at = shipments.iter().position(|known| known.place == place && known.later == later).unwrap();
            for line in &shipment.lines {
                let index: usize = line.line.as_str().parse().unwrap();
                gives[index * shipments.len() + at] += line.quantity.to_string().parse::<i64>().unwrap();
            }
        }
        assert!(self.is_allowed(&gives, &shipments), "{gives:?}");
        let worth = self.worth(&gives, &shipments);
        let said: Vec<i64> = plan.objectives.iter().map(|objective| objective.value.to_string().parse().unwrap()).collect();
        assert_eq!(said, worth);
        worth
    }
}
