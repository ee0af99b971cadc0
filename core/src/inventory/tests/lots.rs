//! Laws of lots, and a slow and plain second ledger of them: a list of positions and a list of holds, each question answered by going
//! through both.

use proptest::prelude::*;

use super::super::*;
use super::story::{Story, inventory, location, minute, product};
use crate::quantity::Quantity;
use crate::report::Outcome;

/// Lots by the day of December 2026 until which they may be used; D has no date. It is 21 November.
const LOTS: [(&str, &str); 4] = [("A", "20"), ("B", "5"), ("C", "30"), ("D", "")];
const PLACES: [&str; 2] = ["north", "south"];

fn first_expired_first_out() -> Inventory {
    inventory(
        r#"{"locations": [{"id": "north", "priority": 1}, {"id": "south", "priority": 2}], "backorder": "unlimited",
            "safety_stock": [{"location": "south", "quantity": "2"}],
            "products": [{"product": "L", "tracking": "lot", "removal": {"strategy": "fefo", "min_shelf_life_days": 3}}]}"#,
    )
}

#[derive(Debug, Clone, Default)]
struct Model {
    /// Place, lot, status, how much.
    stock: Vec<(String, String, String, i64)>,
    /// Reservation, place, lot, how much.
    holds: Vec<(String, String, String, i64)>,
    /// The lots that came in, so that their dates are known; what was only counted has none.
    known: Vec<String>,
}

impl Model {
    fn on_hand(&self, place: &str, lot: &str, status: &str) -> i64 {
        self.stock
            .iter()
            .filter(|(at, of, is, _)| (at.as_str(), of.as_str(), is.as_str()) == (place, lot, status))
            .map(|entry| entry.3)
            .sum()
    }

    fn held(&self, place: &str, lot: &str) -> i64 {
        self.holds.iter().filter(|(_, at, of, _)| (at.as_str(), of.as_str()) == (place, lot)).map(|entry| entry.3).sum()
    }

    fn free(&self, place: &str, lot: &str) -> i64 {
        (self.on_hand(place, lot, "usable") - self.held(place, lot)).max(0)
    }

    fn add(&mut self, place: &str, lot: &str, status: &str, quantity: i64) {
        self.stock.push((place.into(), lot.into(), status.into(), quantity));
    }

    /// How many days after 30 November a lot lasts; what has no date lasts for ever.
    fn lasts(&self, lot: &str) -> i64 {
        let known = self.known.iter().any(|known| known == lot);
        LOTS.iter().find(|(id, _)| known && *id == lot).and_then(|(_, day)| day.parse().ok()).unwrap_or(i64::MAX)
    }

    /// What fits, in the order in which it is taken; all of it, or `None`.
    fn take(&self, wanted: i64, ships: i64, life: i64) -> Option<Vec<(String, String, i64)>> {
        let (mut parts, mut missing) = (Vec::new(), wanted);
        for place in PLACES {
            let safety = if place == "south" { 2 } else { 0 };
            // What is available to anyone: today is nine days before 30 November, and the product must last three days.
            let anyone = |lot: &&str| self.lasts(lot) >= -9 + 3 || self.lasts(lot) >= ships + life;
            let mut room = LOTS.iter().map(|(lot, _)| *lot).filter(anyone).map(|lot| self.free(place, lot)).sum::<i64>() - safety;
            let mut lots: Vec<&str> = LOTS.iter().map(|(lot, _)| *lot).filter(|lot| self.lasts(lot) >= ships + life).collect();
            // Of those without a date what has come in goes before what was only counted.
            lots.sort_by_key(|lot| (self.lasts(lot), !self.known.iter().any(|known| known == lot), *lot));
            for lot in lots {
                let quantity = self.free(place, lot).min(missing).min(room.max(0));
                if quantity > 0 {
                    missing -= quantity;
                    room -= quantity;
                    parts.push((place.to_owned(), lot.to_owned(), quantity));
                }
            }
        }
        (missing == 0).then_some(parts)
    }

    /// Whether the command is accepted.
    fn run(&mut self, text: &str) -> bool {
        let words: Vec<&str> = text.split(' ').collect();
        let after = |word: &str| words.iter().position(|known| *known == word).map(|index| words[index + 1]);
        let quantity: i64 = words.get(3).and_then(|text| text.parse().ok()).unwrap_or_default();
        let (place, lot) = (words.get(2).copied().unwrap_or_default(), after("lot").unwrap_or_default());
        let from = after("as").unwrap_or("usable");
        match words[0] {
            "receive" => {
                self.add(place, lot, "usable", quantity);
                self.known.push(lot.to_owned());
            }
            "count" => self.add(place, lot, "usable", quantity - self.on_hand(place, lot, "usable")),
            "issue" | "move" if quantity > self.free(place, lot) => return false,
            "issue" => self.add(place, lot, "usable", -quantity),
            "move" => {
                self.add(place, lot, "usable", -quantity);
                self.add(after("to").unwrap(), lot, "usable", quantity);
            }
            "regrade" if quantity > self.on_hand(place, lot, from).max(0) => return false,
            "regrade" => {
                self.add(place, lot, from, -quantity);
                self.add(place, lot, after("to").unwrap(), quantity);
            }
            "reserve" => {
                let number = |word: &str| after(word).map(|text| text.parse::<i64>().unwrap());
                let known = self.holds.iter().any(|(id, ..)| id == words[1]);
                let parts = self.take(quantity, number("ships").unwrap_or(-9), number("life").unwrap_or(3)).filter(|_| !known);
                let Some(parts) = parts else { return false };
                self.holds.extend(parts.into_iter().map(|(place, lot, quantity)| (words[1].to_owned(), place, lot, quantity)));
            }
            verb => {
                let own: Vec<_> = self.holds.iter().filter(|(id, .., open)| id == words[1] && *open > 0).cloned().collect();
                let there = own.iter().all(|(_, place, lot, open)| *open <= self.on_hand(place, lot, "usable"));
                if own.is_empty() || verb == "commit" && !there {
                    return false;
                }
                for (_, place, lot, open) in own.iter().filter(|_| verb == "commit") {
                    self.add(place, lot, "usable", -open);
                }
                self.holds.iter_mut().filter(|(id, ..)| id == words[1]).for_each(|hold| hold.3 = 0);
            }
        }
        true
    }
}

fn histories() -> impl Strategy<Value = Vec<String>> {
    let lot = || prop::sample::select(LOTS.to_vec());
    let place = || prop::sample::select(PLACES.to_vec());
    let quantity = || 1_u8..9;
    let receive = (place(), quantity(), lot()).prop_map(|(place, quantity, (lot, day))| {
        let expires = if day.is_empty() { String::new() } else { format!(" expires {day}") };
        format!("receive L {place} {quantity} lot {lot}{expires}")
    });
    let goods = (prop::sample::select(vec!["count", "issue"]), place(), quantity(), lot())
        .prop_map(|(verb, place, quantity, (lot, _))| format!("{verb} L {place} {quantity} lot {lot}"));
    let moved = (quantity(), lot(), any::<bool>()).prop_map(|(quantity, (lot, _), back)| {
        let (from, to) = if back { ("south", "north") } else { ("north", "south") };
        format!("move L {from} {quantity} lot {lot} to {to}")
    });
    let regrade = (place(), quantity(), lot(), any::<bool>()).prop_map(|(place, quantity, (lot, _), back)| {
        let (from, to) = if back { ("quarantine", "usable") } else { ("usable", "quarantine") };
        format!("regrade L {place} {quantity} lot {lot} as {from} to {to}")
    });
    let terms = prop::sample::select(vec!["", " life 0", " life 10", " ships 8", " ships 15 life 5"]);
    let reserve = (0_u8..8, 1_u8..15, terms).prop_map(|(id, quantity, terms)| format!("reserve R-{id} L {quantity}{terms}"));
    let resolve = (prop::sample::select(vec!["commit", "release"]), 0_u8..8).prop_map(|(verb, id)| format!("{verb} R-{id}"));
    let one = prop_oneof![4 => receive, 2 => goods, 1 => moved, 1 => regrade, 4 => reserve, 2 => resolve];
    prop::collection::vec(one, 1..40)
}

/// What the ledger has of a lot: usable, held, in quarantine.
fn counted(story: &Story, place: &str, lot: &str) -> [Quantity; 3] {
    let of = |status: StockStatus| {
        let is = |one: &&StockPosition| {
            one.location == location(place) && one.status == status && one.lot.as_ref().is_some_and(|known| known.as_str() == lot)
        };
        story.state.positions().iter().find(is).map_or((Quantity::ZERO, Quantity::ZERO), |one| (one.on_hand, one.reserved_hard))
    };
    let ((usable, held), (quarantine, _)) = (of(StockStatus::Usable), of(StockStatus::Quarantine));
    [usable, held, quarantine]
}

fn model_cases() -> u32 {
    std::env::var("DEALDESK_MODEL_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(300)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(model_cases()) })]

    #[test]
    fn lots_are_what_the_naive_model_says(history in histories()) {
        let (mut story, mut model) = (Story::new(first_expired_first_out()), Model::default());
        for text in &history {
            let decision = story.tell(text).unwrap();
            prop_assert_eq!(decision.outcome == Outcome::Accepted, model.run(text), "{} {:?}", text, decision.outcome);
            for place in PLACES {
                for (lot, _) in LOTS {
                    let whole = |quantity: i64| quantity.to_string().parse::<Quantity>().unwrap();
                    let expected = [model.on_hand(place, lot, "usable"), model.held(place, lot), model.on_hand(place, lot, "quarantine")];
                    prop_assert_eq!(counted(&story, place, lot), expected.map(whole), "{} {} after {}", lot, place, text);
                }
            }
        }
        prop_assert!(reconcile(&story.state, Some(&story.events), true).balanced);
        let folded = evolve_all(EvolveStockRequest { state: StockState::default(), events: story.events.clone() });
        prop_assert_eq!(&folded, &story.state);
        let text = serde_json::to_string(&folded).unwrap();
        let read: StockState = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), text);
    }

    /// What a refusal says would pass, passes.
    #[test]
    fn the_nearest_terms_pass(history in histories(), wanted in 1_u32..30, days in 0_u32..40, ships in 1_u8..28) {
        let mut story = Story::new(first_expired_first_out());
        history.iter().for_each(|text| drop(story.tell(text).unwrap()));
        let decision = story.tell(&format!("reserve new L {wanted} life {days} ships {ships}")).unwrap();
        let Outcome::Refused(refusals) = decision.outcome else { return Ok(()) };
        let detail = |name: &str| refusals[0].details.get(name).map(|value| serde_json::to_value(value).unwrap());
        if let Some(day) = detail("ships_by") {
            let day = day.as_str().unwrap();
            let terms = serde_json::json!({"min_shelf_life_days": days, "ships_on": day});
            prop_assert!(available(&story, terms) >= wanted.into(), "ships by {}", day);
        }
        if let Some(left) = detail("min_shelf_life_days") {
            let left: u32 = left.as_str().unwrap().parse().unwrap();
            let outcome = story.tell(&format!("reserve less L {wanted} life {left} ships {ships}")).unwrap().outcome;
            prop_assert_eq!(outcome, Outcome::Accepted);
        }
    }

    /// No way of taking a quantity touches fewer packages.
    #[test]
    fn the_fewest_packages_are_taken(lots in prop::collection::vec((1_i64..20, 1_i64..8), 1..4), share in 1_i64..=10) {
        let inventory = inventory(r#"{"locations": [{"id": "north"}], "products": [{"product": "L", "tracking": "lot", "removal": {"strategy": "least_packages"}}]}"#);
        let mut story = Story::new(inventory);
        for (number, (quantity, package)) in lots.iter().enumerate() {
            story.tell(&format!("receive L north {quantity} lot L-{number} packed {package}")).unwrap();
        }
        let wanted = (lots.iter().map(|(quantity, _)| quantity).sum::<i64>() * share / 10).max(1);
        story.tell(&format!("reserve R L {wanted}")).unwrap();
        let taken = |number: usize| {
            let lot = format!("L-{number}");
            let parts = story.state.reservation(&"R".parse().unwrap()).unwrap().parts.clone();
            let of_lot = parts.iter().filter(|part| part.lot.as_ref().is_some_and(|known| known.as_str() == lot)).map(|part| part.open);
            of_lot.sum::<Quantity>().to_string().parse::<i64>().unwrap()
        };
        let touched: i64 = lots.iter().enumerate().map(|(number, lot)| packages(*lot, taken(number))).sum();
        prop_assert_eq!((0..lots.len()).map(taken).sum::<i64>(), wanted);
        prop_assert_eq!(Some(touched), fewest(&lots, wanted));
    }
}

fn available(story: &Story, terms: serde_json::Value) -> Quantity {
    let terms: RemovalTerms = serde_json::from_value(terms).unwrap();
    let goods = product("L");
    let query = AvailabilityQuery { product: &goods, at: minute(0), removal: Some(&terms), lots: false };
    availability_of(&story.inventory, &story.state, query).available
}

/// How many packages of a lot have to be touched for a quantity: the broken one, or only full ones.
fn packages((quantity, package): (i64, i64), taken: i64) -> i64 {
    let (full, broken) = (quantity / package, quantity % package);
    let only_full = (taken + package - 1) / package;
    let with_broken = 1 + ((taken - broken).max(0) + package - 1) / package;
    if taken == 0 {
        0
    } else if broken > 0 && (only_full > full || with_broken < only_full) {
        with_broken
    } else {
        only_full
    }
}

/// The fewest packages by trying every way of taking a quantity.
fn fewest(lots: &[(i64, i64)], wanted: i64) -> Option<i64> {
    let Some((lot, rest)) = lots.split_first() else { return (wanted == 0).then_some(0) };
    let ways = (0..=lot.0.min(wanted)).filter_map(|taken| Some(packages(*lot, taken) + fewest(rest, wanted - taken)?));
    ways.min()
}

proptest! {
    /// Goods that change hands are there as before: nothing appears and nothing is lost, what is held stays, and the events make the state.
    #[test]
    fn goods_change_hands_where_they_lie(
        history in prop::collection::vec((0_u8..5, 1_u8..6, 0_u8..3, 0_u8..3, any::<bool>()), 1..25),
    ) {
        let mut story = Story::new(inventory(r#"{"locations": [{"id": "north"}], "products": [{"product": "L", "tracking": "lot"}], "removal": {"consigned": "last"}}"#));
        let owners = ["", " owned ACME", " owned BETA"];
        let to = ["", " to ACME", " to BETA"];
        for (turn, (verb, quantity, one, other, first)) in history.into_iter().enumerate() {
            let (one, to) = (owners[usize::from(one)], to[usize::from(other)]);
            let lot = if first { "A" } else { "B" };
            let before: Quantity = story.state.positions().iter().map(|position| position.on_hand).sum();
            let held: Quantity = story.state.positions().iter().map(|position| position.reserved_hard).sum();
            let text = match verb {
                0 => format!("receive L north {quantity} lot {lot}{one}"),
                1 => format!("reserve R-{turn} L {quantity} partial"),
                _ => format!("hand L north {quantity} lot {lot}{one}{to}"),
            };
            let Ok(decision) = story.tell(&text) else { continue };
            let after: Quantity = story.state.positions().iter().map(|position| position.on_hand).sum();
            if verb > 1 {
                prop_assert_eq!(before, after, "{}", text);
                let still: Quantity = story.state.positions().iter().map(|position| position.reserved_hard).sum();
                prop_assert_eq!(held, still);
                prop_assert!(story.state.positions().iter().all(|position| position.on_hand >= position.reserved_hard), "{}: {:?}", text, decision.outcome);
            }
            prop_assert!(reconcile(&story.state, Some(&story.events), true).balanced);
        }
    }
}
