//! Laws over random histories, and the same histories in the naive model.

use proptest::prelude::*;

use super::super::*;
use super::model::Model;
use super::story::{Story, command, location, minute, product, three_warehouses};
use crate::id::{LocationId, ReservationId};
use crate::quantity::Quantity;
use crate::report::{Code, Outcome};

const PLACES: [&str; 4] = ["north", "south", "west", "old"];
const PRODUCTS: [&str; 4] = ["P", "S", "B", "U"];

/// An order of a wave that takes from where it likes, perhaps in the place of earlier holds.
fn wave_order() -> impl Strategy<Value = WaveOrder> {
    let route = prop::option::of(prop::sample::subsequence(PLACES.to_vec(), 0..4).prop_shuffle());
    let line = (prop::sample::select(PRODUCTS.to_vec()), 1_u32..15);
    let replaces = prop::collection::vec(0_u8..6, 0..3);
    (0_i32..3, route, replaces, prop::collection::vec(line, 1..5)).prop_map(|(priority, route, replaces, lines)| WaveOrder {
        id: "O".parse().unwrap(),
        priority,
        locations: route.map(|route| route.into_iter().map(location).collect()),
        replaces: replaces.into_iter().map(|number| format!("R-{number}").parse().unwrap()).collect(),
        lines: (0..).zip(lines).map(|(id, (goods, quantity))| demand_line(id, goods, quantity)).collect(),
    })
}

fn demand_line(id: u32, goods: &str, quantity: u32) -> DemandLine {
    DemandLine { id: id.to_string().parse().unwrap(), product: product(goods), quantity: quantity.into(), removal: None }
}

/// One command in the language of stories; times go on by up to ten minutes from one to the next.
pub(super) fn commands() -> impl Strategy<Value = Vec<(String, i64)>> {
    let place = prop::sample::select(PLACES.to_vec());
    let active = prop::sample::select(PLACES[..3].to_vec());
    let goods = prop::sample::select(PRODUCTS.to_vec());
    let id = (0_u8..6).prop_map(|number| format!("R-{number}"));
    let quantity = 1_u8..12;
    let at = prop_oneof![3 => Just(String::new()), 1 => active.clone().prop_map(|place| format!(" at {place}"))];
    let movement = (prop::sample::select(vec!["receive", "receive", "count", "issue"]), goods.clone(), place, quantity.clone())
        .prop_map(|(verb, goods, place, quantity)| format!("{verb} {goods} {place} {quantity}"));
    let how = prop::sample::select(vec![
        "",
        "",
        " soft",
        " partial",
        " soft partial",
        " replacing R-0",
        " soft replacing R-1",
        " for D",
        " soft for D",
        " backorder",
        " backorder urgent 2",
        " backorder urgent 2 on 2026-12-01",
        " soft backorder for D",
        " partial min 4 multiple 3",
    ]);
    let reserve = (id.clone(), goods.clone(), quantity.clone(), at.clone(), how)
        .prop_map(|(id, goods, quantity, at, how)| format!("reserve {id} {goods} {quantity}{at}{how}"));
    let part = prop_oneof![Just(String::new()), quantity.clone().prop_map(|quantity| format!(" {quantity}"))];
    let rest = prop::sample::select(vec!["", " release"]);
    let commit = (id.clone(), part.clone(), at.clone(), rest).prop_map(|(id, part, at, rest)| format!("commit {id}{part}{at}{rest}"));
    let release = (id.clone(), part.clone(), at).prop_map(|(id, part, at)| format!("release {id}{part}{at}"));
    let supply = (0_u8..4).prop_map(|number| format!("S-{number}"));
    let date = 1_u8..28;
    let expect = (supply.clone(), prop::sample::select(PRODUCTS.to_vec()), prop::sample::select(PLACES.to_vec()), 1_u8..12, date.clone())
        .prop_map(|(id, goods, place, quantity, date)| format!("expect {id} {goods} {place} {quantity} on {date}"));
    let arrive = (prop::sample::select(PRODUCTS.to_vec()), 1_u8..12, supply.clone(), prop::sample::select(vec!["", " close"]))
        .prop_map(|(goods, quantity, id, rest)| format!("receive {goods} west {quantity} of {id}{rest}"));
    let moved = (supply.clone(), date).prop_map(|(id, date)| format!("reschedule {id} on {date}"));
    let cancel = (supply, part.clone()).prop_map(|(id, part)| format!("cancel {id}{part}"));
    let supplies = prop_oneof![3 => expect, 2 => arrive, 1 => moved, 1 => cancel];
    let change = (id.clone(), quantity.clone(), active.clone(), prop::sample::select((0..13).collect::<Vec<u8>>())).prop_map(
        |(id, quantity, place, verb)| match verb {
            0 => format!("firm {id}"),
            1 => format!("transfer {id} at {place}"),
            2 => format!("transfer {id} for D"),
            3 => format!("update {id} to {quantity}"),
            4 => format!("update {id} to {quantity} backorder urgent 3"),
            5 => format!("update {id} to {quantity} partial"),
            6 => format!("uncommit {id}"),
            7 => format!("uncommit {id} {quantity}"),
            8 => format!("uncommit {id} at {place}"),
            9 => format!("fill U by {id}"),
            10 => format!("update {id} on 2026-12-{quantity:02}"),
            11 => format!("update {id} to {quantity} on 2026-11-2{}", quantity % 10),
            _ => format!("batch release {id}; reserve {id}-{quantity} B {quantity} backorder at {place}; fill B; commit {id}-{quantity} 1"),
        },
    );
    let fill =
        (goods.clone(), prop::sample::select(vec!["", " by priority", " at south"])).prop_map(|(goods, how)| format!("fill {goods}{how}"));
    let extend = id.prop_map(|id| format!("extend {id} until 400"));
    let one = prop_oneof![4 => movement, 4 => reserve, 2 => commit, 1 => release, 1 => extend, 1 => Just("expire".to_owned()), 3 => supplies,
            4 => change, 2 => fill];
    prop::collection::vec((one, 0_i64..10), 1..40)
}

/// Tells a history; hands over each command with what it led to.
fn tell(history: &[(String, i64)], mut each: impl FnMut(&Story, &str, i64, &Outcome)) -> Story {
    let mut story = Story::new(three_warehouses());
    let mut now = 0;
    for (text, pause) in history {
        now += pause;
        let decision = story.tell(&format!("@{now} {text}")).unwrap();
        each(&story, text, now, &decision.outcome);
    }
    story
}

fn refused(outcome: &Outcome) -> Option<Code> {
    if let Outcome::Refused(refusals) = outcome { Some(refusals[0].code) } else { None }
}

fn quantity(whole: i64) -> Quantity {
    whole.to_string().parse().unwrap()
}

/// How many histories the model is compared on: `DEALDESK_MODEL_CASES`, or a few hundred.
fn model_cases() -> u32 {
    std::env::var("DEALDESK_MODEL_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(300)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(model_cases()) })]

    #[test]
    fn the_ledger_is_what_the_naive_model_says(history in commands()) {
        let mut model = Model::default();
        tell(&history, |story, text, now, outcome| {
            let verdict = model.run(&command("any", text).action, minute(now));
            assert_eq!(refused(outcome).map(|code| code.as_str().replace("inventory.", "")), verdict.err().map(str::to_owned), "{text}");
            for coming in &model.supplies {
                let supply = story.state.supply(&coming.id.parse().unwrap()).unwrap();
                assert_eq!((supply.open, supply.due), (quantity(coming.open()), coming.due), "{} after {text}", coming.id);
            }
            for goods in PRODUCTS {
                assert_eq!(waiting(story, goods), quantity(model.waiting(goods)), "{goods} waiting after {text}");
                let mut coming: Vec<_> = model.supplies.iter().filter(|coming| coming.product == goods && coming.open() > 0).collect();
                coming.sort_by_key(|coming| (coming.due, &coming.id));
                let expected: Vec<_> = story.state.expected(&product(goods)).map(|supply| supply.id.as_str()).collect();
                assert_eq!(expected, coming.iter().map(|coming| coming.id.as_str()).collect::<Vec<_>>(), "{goods} after {text}");
                assert_eq!(story.available(goods, now), model.available(goods).to_string(), "{goods} after {text}");
                for place in PLACES {
                    let position = story.state.position(&product(goods), &location(place));
                    assert_eq!(position.on_hand, quantity(model.on_hand(goods, place)), "{goods} {place} after {text}");
                    assert_eq!(position.reserved_hard, quantity(model.held(goods, place, ReservationKind::Hard)), "{goods} {place} after {text}");
                    assert_eq!(position.reserved_soft, quantity(model.held(goods, place, ReservationKind::Soft)), "{goods} {place} after {text}");
                }
            }
        });
    }
}

/// What a reservation was ever given at a location.
fn taken(story: &Story, id: &ReservationId, place: &LocationId) -> Quantity {
    let given = story.events.iter().filter_map(|event| match &event.what {
        StockEvent::Reserved { id: of, parts, .. }
        | StockEvent::Filled { id: of, parts, .. }
        | StockEvent::Updated { id: of, parts, .. }
        | StockEvent::Transferred { id: of, parts, .. } => Some((of, parts)),
        _ => None,
    });
    given.filter(|(of, _)| *of == id).flat_map(|(_, parts)| parts).filter(|part| part.location == *place).map(|part| part.quantity).sum()
}

/// What reservations of a product wait for, as the state counts it.
fn waiting(story: &Story, goods: &str) -> Quantity {
    story.state.products().into_iter().find(|known| known.product.as_str() == goods).map_or(Quantity::ZERO, |known| known.backordered)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn folding_the_events_gives_the_state_and_the_counters_are_the_ledger(history in commands()) {
        let story = tell(&history, |story, _, _, _| assert!(reconcile(&story.state, Some(&story.events), true).balanced));
        let folded = evolve_all(EvolveStockRequest { state: StockState::default(), events: story.events.clone() });
        prop_assert_eq!(&folded, &story.state);
        let text = serde_json::to_string(&story.state).unwrap();
        prop_assert_eq!(&serde_json::to_string(&folded).unwrap(), &text);
        let read: StockState = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), text);
        let seqs: Vec<u64> = story.events.iter().map(|event| event.seq).collect();
        prop_assert_eq!(seqs, (1..=story.state.version()).collect::<Vec<_>>());
    }

    /// A state that was written and read in the middle goes on as the one that was not.
    #[test]
    fn a_stored_state_goes_on_as_the_live_one(history in commands(), at in 0_usize..40) {
        let live = tell(&history, |_, _, _, _| {});
        let mut stored = Story::new(three_warehouses());
        let mut now = 0;
        for (index, (text, pause)) in history.iter().enumerate() {
            now += pause;
            if index == at {
                stored.state = serde_json::from_str(&serde_json::to_string(&stored.state).unwrap()).unwrap();
            }
            stored.tell(&format!("@{now} {text}")).unwrap();
        }
        prop_assert_eq!(serde_json::to_string(&stored.state).unwrap(), serde_json::to_string(&live.state).unwrap());
    }

    /// What is held exceeds what is there only where a count has said so, and only until it does not any more.
    #[test]
    fn held_never_exceeds_what_is_there_unless_a_shortage_stands(history in commands()) {
        let mut short: Vec<(String, String)> = Vec::new();
        let mut heard = 0;
        tell(&history, |story, text, _, _| {
            for event in &story.events[heard..] {
                if let StockEvent::ShortageFound { product, location, .. } = &event.what {
                    short.push((product.to_string(), location.to_string()));
                }
            }
            heard = story.events.len();
            assert!(waiting(story, "B") <= 10.into() && waiting(story, "P").is_zero(), "more waits than may after {text}");
            for goods in PRODUCTS {
                for place in PLACES {
                    let position = story.state.position(&product(goods), &location(place));
                    let held = position.reserved_hard.saturating_add(position.reserved_soft);
                    let stands = short.contains(&(goods.to_owned(), place.to_owned()));
                    assert!(held <= position.on_hand || stands, "{goods} {place} after {text}");
                    assert!(!position.on_hand.is_negative());
                    if held <= position.on_hand {
                        short.retain(|(short_goods, short_place)| (short_goods.as_str(), short_place.as_str()) != (goods, place));
                    }
                }
            }
        });
    }

    /// Once resolved, a reservation never changes again; its parts always add up to what was reserved.
    #[test]
    fn a_reservation_is_resolved_once_and_its_parts_add_up(history in commands()) {
        let mut resolved: Vec<Reservation> = Vec::new();
        let story = tell(&history, |story, text, _, _| {
            // A fulfilment that is cancelled opens its reservation again, and nothing else does.
            for before in resolved.iter().filter(|before| !text.starts_with(&format!("uncommit {}", before.id))) {
                assert_eq!(story.state.reservation(&before.id), Some(before), "{text}");
            }
            resolved = story.state.reservations().filter(|known| known.status != ReservationStatus::Open).cloned().collect();
            assert!(resolved.iter().all(|known| known.open().is_zero()));
        });
        for reservation in story.state.reservations() {
            for part in &reservation.parts {
                let sum = part.open.saturating_add(part.committed).saturating_add(part.released);
                prop_assert_eq!(sum, taken(&story, &reservation.id, &part.location), "{} at {}", reservation.id, part.location);
            }
        }
    }

    #[test]
    fn a_command_twice_is_the_same_as_once(history in commands()) {
        let mut story = Story::new(three_warehouses());
        let mut now = 0;
        for (index, (text, pause)) in history.iter().enumerate() {
            now += pause;
            let id = format!("mine-{index}");
            let first = story.handle(&command(&id, &format!("@{now} {text}"))).unwrap();
            let once = story.state.clone();
            let second = story.handle(&command(&id, &format!("@{} {text}", now + 1))).unwrap();
            prop_assert_eq!(second.events, vec![]);
            prop_assert_eq!(second.outcome, Outcome::AlreadyHandled { refused: refused(&first.outcome) });
            prop_assert_eq!(&story.state, &once);
        }
    }

    /// As time goes on and nothing else happens, more and more is available.
    #[test]
    fn time_alone_never_holds_anything(history in commands()) {
        let story = tell(&history, |_, _, _, _| {});
        for goods in PRODUCTS {
            let over_time: Vec<_> = (0..500).step_by(7).map(|minutes| {
                let found = availability(&story.inventory, &story.state, &product(goods), minute(minutes));
                (found.available, found.locations.iter().map(|location| location.held.negated()).sum::<Quantity>())
            }).collect();
            prop_assert!(over_time.is_sorted_by(|a, b| a.0 <= b.0 && a.1 <= b.1));
        }
    }

    /// What a plan promises, a reservation of the same lines gets.
    #[test]
    fn a_plan_is_what_reserving_gives(history in commands(), asked in prop::collection::vec((0_usize..4, 1_u32..15), 1..6)) {
        let mut story = tell(&history, |_, _, _, _| {});
        let line = |(index, (goods, quantity)): (usize, &(usize, u32))| DemandLine {
            id: index.to_string().parse().unwrap(),
            product: product(PRODUCTS[*goods]),
            quantity: (*quantity).into(),
            removal: None,
        };
        let lines: Vec<DemandLine> = asked.iter().enumerate().map(line).collect();
        let demand = Demand { at: minute(400), locations: None, replaces: vec![], demands: vec![], backorder: false, lines: lines.clone() };
        let plan = plan_reservation(&story.inventory, &story.state, &demand).unwrap();
        for (line, planned) in lines.iter().zip(plan.lines()) {
            prop_assert_eq!(story.available(line.product.as_str(), 400), planned.available().to_string());
            let decision = story.tell(&format!("@400 reserve plan-{} {} {} partial", line.id, line.product, line.quantity)).unwrap();
            let held: Vec<_> = decision.events.iter().filter_map(|event| match &event.what {
                StockEvent::Reserved { parts, .. } => Some(parts.clone()),
                _ => None,
            }).flatten().collect();
            let promised: Vec<_> = planned.stock_parts().collect();
            prop_assert_eq!(held, promised);
        }
        prop_assert_eq!(plan.complete(), plan.lines().all(|line| line.short().is_zero()));
    }
    /// In a wave each order is planned as if those before it had taken their goods.
    #[test]
    fn a_wave_is_one_plan_after_another(history in commands(), orders in prop::collection::vec(wave_order(), 1..5)) {
        let mut story = tell(&history, |_, _, _, _| {});
        let name = |(number, order): (usize, WaveOrder)| WaveOrder { id: format!("O-{number}").parse().unwrap(), ..order };
        let wave = Wave { at: minute(400), orders: orders.into_iter().enumerate().map(name).collect() };
        let plan = plan_wave(&story.inventory, &story.state, &wave).unwrap();
        let mut replaces = Vec::new();
        for planned in plan.orders {
            let order = wave.orders.iter().find(|order| order.id == planned.id).unwrap();
            replaces.extend(order.replaces.clone());
            let (locations, lines) = (order.locations.clone(), order.lines.clone());
            let alone = plan_reservation(&story.inventory, &story.state, &Demand { at: wave.at, locations, replaces: replaces.clone(), demands: vec![], backorder: false, lines }).unwrap();
            prop_assert_eq!(planned.plan, alone.clone());
            for (line, taken) in order.lines.iter().zip(alone.lines()) {
                if !story.inventory.is_tracked(&line.product) {
                    continue;
                }
                for (place, quantity) in taken.parts() {
                    let left = story.state.position(&line.product, place).on_hand.saturating_sub(quantity);
                    story.tell(&format!("@400 count {} {place} {left}", line.product)).unwrap();
                }
            }
        }
    }
}
