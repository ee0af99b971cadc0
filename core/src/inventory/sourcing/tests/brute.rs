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
}

#[derive(Debug, Clone)]
pub struct Line {
    pub quantity: i64,
    pub multiple: i64,
    /// In how many days it is wanted.
    pub wanted_in: Option<i64>,
}

pub fn cases() -> impl Strategy<Value = Case> {
    let place = (prop::array::uniform2(0_i64..5), 0_i64..3, 0_i64..3, 0_i64..2, 0_i64..4, 0_i64..3, 0_i64..2).prop_map(
        |(stock, per_shipment, per_unit, per_distance, distance, priority, lead_days)| Place {
            stock,
            per_shipment,
            per_unit,
            per_distance,
            distance,
            priority,
            lead_days,
        },
    );
    let line = (1_i64..6, prop_oneof![3 => Just(1_i64), 1 => Just(2)], prop::option::of(0_i64..2))
        .prop_map(|(quantity, multiple, wanted_in)| Line { quantity, multiple, wanted_in });
    let rest = Just(vec!["shipments", "late_lines", "cost", "distance", "priority"]).prop_shuffle();
    let objectives = (rest, 0_usize..6).prop_map(|(rest, count)| [&["unfilled"], &rest[..count]].concat());
    (
        prop::collection::vec(place, 1..4),
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

impl Case {
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
        json!({"locations": locations, "sourcing": [
            {"id": "p", "hard": hard, "objectives": self.objectives, "split": split, "max_evaluations": max_evaluations}]})
    }

    pub fn stock(&self) -> Vec<(&'static str, &'static str, i64)> {
        let names = ["w0", "w1", "w2"];
        let of = |(index, place): (usize, &Place)| [("P", names[index], place.stock[0]), ("Q", names[index], place.stock[1])];
        self.places.iter().enumerate().flat_map(of).collect()
    }

    pub fn demand(&self) -> Value {
        let line = |(index, line): (usize, &Line)| {
            let mut demand = json!({"id": index.to_string(), "product": if index == 0 { "P" } else { "Q" }, "quantity": line.quantity, "multiple": line.multiple});
            if let Some(days) = line.wanted_in {
                demand["wanted_on"] = json!(if days == 0 { "2026-11-21" } else { "2026-11-22" });
            }
            demand
        };
        json!({"lines": self.lines.iter().enumerate().map(line).collect::<Vec<_>>()})
    }

    /// What the best of all plans is worth.
    pub fn best(&self) -> Vec<i64> {
        let mut gives = vec![0; self.lines.len() * self.places.len()];
        let mut best: Option<Vec<i64>> = None;
        loop {
            if self.is_allowed(&gives) {
                let worth = self.worth(&gives);
                best = Some(best.map_or(worth.clone(), |best| best.min(worth)));
            }
            if !self.next(&mut gives) {
                return best.unwrap();
            }
        }
    }

    /// The next plan; false after the last.
    fn next(&self, gives: &mut [i64]) -> bool {
        for (at, give) in gives.iter_mut().enumerate() {
            let (line, place) = (at / self.places.len(), at % self.places.len());
            if *give < self.places[place].stock[line].min(self.lines[line].quantity) {
                *give += 1;
                return true;
            }
            *give = 0;
        }
        false
    }

    fn is_late(&self, line: usize, place: usize) -> bool {
        self.lines[line].wanted_in.is_some_and(|days| self.places[place].lead_days > days)
    }

    fn is_allowed(&self, gives: &[i64]) -> bool {
        let lines = gives.chunks(self.places.len()).enumerate().all(|(index, parts)| {
            let given: Vec<(usize, i64)> = parts.iter().copied().enumerate().filter(|(_, part)| *part > 0).collect();
            let several = given.len() > 1;
            parts.iter().sum::<i64>() <= self.lines[index].quantity
                && parts.iter().all(|part| part % self.lines[index].multiple == 0)
                && (self.line_split || !several)
                && self.least.is_none_or(|least| !several || given.iter().all(|(_, part)| *part >= least))
                && (!self.on_time || given.iter().all(|(place, _)| !self.is_late(index, *place)))
        });
        lines && self.most_shipments.is_none_or(|most| self.shipping(gives).count() <= most)
    }

    fn shipping<'c>(&'c self, gives: &'c [i64]) -> impl Iterator<Item = usize> + 'c {
        (0..self.places.len()).filter(|place| gives.iter().skip(*place).step_by(self.places.len()).any(|give| *give > 0))
    }

    fn worth(&self, gives: &[i64]) -> Vec<i64> {
        let of = |objective: &&str| {
            let sum = |worth: &dyn Fn(&Place) -> i64| self.shipping(gives).map(|place| worth(&self.places[place])).sum::<i64>();
            let each = || gives.iter().enumerate().map(|(at, give)| (at / self.places.len(), at % self.places.len(), *give));
            match *objective {
                "unfilled" => self.lines.iter().map(|line| line.quantity).sum::<i64>() - gives.iter().sum::<i64>(),
                "shipments" => sum(&|_| 1),
                "distance" => sum(&|place| place.distance),
                "priority" => sum(&|place| place.priority),
                "cost" => {
                    let units: i64 = each().map(|(_, place, give)| self.places[place].per_unit * give).sum();
                    units + sum(&|place| place.per_shipment + place.per_distance * place.distance)
                }
                _ => {
                    let late = |line: usize| each().any(|(of, place, give)| of == line && give > 0 && self.is_late(line, place));
                    (0..self.lines.len()).map(|line| i64::from(late(line))).sum()
                }
            }
        };
        self.objectives.iter().map(of).collect()
    }

    /// What our plan is worth, if it is a plan at all.
    pub fn judged(&self, plan: &SourcingPlan) -> Vec<i64> {
        let mut gives = vec![0; self.lines.len() * self.places.len()];
        for shipment in &plan.shipments {
            let place: usize = shipment.location.as_str()[1..].parse().unwrap();
            for line in &shipment.lines {
                let index: usize = line.line.as_str().parse().unwrap();
                gives[index * self.places.len() + place] += line.quantity.to_string().parse::<i64>().unwrap();
            }
        }
        for (at, give) in gives.iter().enumerate() {
            let (line, place) = (at / self.places.len(), at % self.places.len());
            assert!(*give <= self.places[place].stock[line], "{line} takes {give} from {place}");
        }
        assert!(self.is_allowed(&gives), "{gives:?}");
        let worth = self.worth(&gives);
        let said: Vec<i64> = plan.objectives.iter().map(|objective| objective.value.to_string().parse().unwrap()).collect();
        assert_eq!(said, worth);
        worth
    }
}
