//! A small language for stories about stock: `given(events).when(command).then(events or refusal)`.

use super::super::*;
use crate::id::{LocationId, LotId, OwnerId, ProductId, SerialId};
use crate::quantity::Quantity;
use crate::report::{Command, Diagnostics, Error, Event, Fingerprint, Outcome, Path};
use crate::time::{Date, Timestamp};

/// north, south and west in this order, and `old`, which is not active; north keeps 2 of `S` back; soft holds last 15 minutes. Of `B`
/// 1 is kept back and up to 10 may wait, of `U` any quantity.
pub fn three_warehouses() -> Inventory {
    inventory(
        r#"{"locations": [{"id": "west", "priority": 3}, {"id": "old", "active": false}, {"id": "north", "priority": 1},
            {"id": "south", "priority": 2}],
        "safety_stock": [{"location": "north", "product": "S", "quantity": "2"}], "hold_ttl_seconds": 900,
        "products": [{"product": "B", "sku_threshold": "1", "backorder": {"limit": "10"}}, {"product": "U", "backorder": "unlimited"}]}"#,
    )
}

pub fn inventory(json: &str) -> Inventory {
    let def: InventoryDef = serde_json::from_str(json).unwrap();
    let mut diagnostics = Diagnostics::new();
    let inventory = compile(&def, &Path::ROOT.field("inventory"), &mut diagnostics);
    assert_eq!(diagnostics.finish().unwrap(), []);
    inventory
}

/// So many minutes after the start.
pub fn minute(minutes: i64) -> Timestamp {
    "2026-11-21T09:00:00Z".parse::<Timestamp>().unwrap().add_seconds(60 * minutes).unwrap()
}

pub fn product(id: &str) -> ProductId {
    ProductId::new(id).unwrap()
}

pub fn location(id: &str) -> LocationId {
    LocationId::new(id).unwrap()
}

/// A day of December 2026.
pub fn day(number: &str) -> Date {
    Date::new(2026, 12, number.parse().unwrap()).unwrap()
}

/// Stock with a history.
pub struct Story {
    pub inventory: Inventory,
    pub state: StockState,
    pub events: Vec<Event<StockEvent>>,
    commands: u32,
}

/// What a command has led to.
pub struct Chapter {
    pub story: Story,
    pub decision: Result<StockDecision, Error>,
}

/// Begins with commands that must be accepted.
pub fn given(commands: &[&str]) -> Story {
    Story::new(three_warehouses()).and(commands)
}

impl Story {
    pub fn new(inventory: Inventory) -> Self {
        Self { inventory, state: StockState::default(), events: Vec::new(), commands: 0 }
    }

    pub fn and(mut self, commands: &[&str]) -> Self {
        for text in commands {
            let decision = self.tell(text).unwrap();
            assert_eq!(decision.outcome, Outcome::Accepted, "{text}");
        }
        self
    }

    pub fn when(mut self, text: &str) -> Chapter {
        let decision = self.tell(text);
        Chapter { story: self, decision }
    }

    /// Decides a command under a new id, and folds its events.
    pub fn tell(&mut self, text: &str) -> Result<StockDecision, Error> {
        self.commands += 1;
        let command = command(&format!("c-{}", self.commands), text);
        self.handle(&command)
    }

    pub fn handle(&mut self, command: &Command<StockAction>) -> Result<StockDecision, Error> {
        let decision = decide(&self.inventory, &Fingerprint("f".into()), &self.state, command)?;
        self.state = decision.events.iter().fold(self.state.clone(), evolve);
        self.events.extend(decision.events.iter().cloned());
        Ok(decision)
    }

    pub fn available(&self, id: &str, minutes: i64) -> String {
        availability(&self.inventory, &self.state, &product(id), minute(minutes)).available.to_string()
    }
}

impl Chapter {
    /// These events, in short.
    #[track_caller]
    pub fn then(self, expected: &[&str]) -> Story {
        let decision = self.decision.unwrap();
        let told: Vec<String> = decision.events.iter().map(|event| tell(&event.what)).collect();
        assert_eq!(told, expected);
        self.story
    }

    /// This refusal: its code and its message.
    #[track_caller]
    pub fn refused(self, code: &str, message: &str) -> Story {
        let Outcome::Refused(refusals) = self.decision.unwrap().outcome else { panic!("not refused") };
        assert_eq!((refusals[0].code.as_str(), refusals[0].message.as_str()), (code, message));
        self.story
    }

    /// Cannot be judged: code, path and message.
    #[track_caller]
    pub fn fails(self, expected: &str) {
        let error = self.decision.unwrap_err();
        let problem = &error.diagnostics()[0];
        assert_eq!(format!("{} {}: {}", problem.code, problem.path, problem.message), expected);
    }
}

/// `@20 reserve R-1 P 5 at north soft partial until 30 replacing R-0`, and so on.
pub fn command(id: &str, text: &str) -> Command<StockAction> {
    let (at, text) = match text.strip_prefix('@') {
        Some(rest) => rest.split_once(' ').map(|(minutes, rest)| (minute(minutes.parse().unwrap()), rest)).unwrap(),
        None => (minute(0), text),
    };
    let words: Vec<&str> = text.split(' ').collect();
    let after = |word: &str| words.iter().position(|known| *known == word).map(|index| words[index + 1]);
    let has = |word: &str| words.contains(&word);
    let until = || after("until").map(|minutes| minute(minutes.parse().unwrap()));
    let place = || after("at").map(location);
    let lot = || after("lot").map(|lot| lot.parse().unwrap());
    let serials = || after("serials").map(|list| list.split(',').map(|one| one.parse().unwrap()).collect()).unwrap_or_default();
    let owner = || after("owned").map(|owner| owner.parse().unwrap());
    let status = |word: &str| match after(word) {
        Some("quarantine") => StockStatus::Quarantine,
        Some("damaged") => StockStatus::Damaged,
        _ => StockStatus::Usable,
    };
    let movement = || StockMovement {
        product: product(words[1]),
        location: location(words[2]),
        quantity: words[3].parse().unwrap(),
        lot: lot(),
        serials: serials(),
        status: status("as"),
        owner: owner(),
    };
    let facts = || LotFacts {
        received_on: after("came").map(day),
        expires_on: after("expires").map(day),
        unit_cost: after("cost").map(|cost| cost.parse().unwrap()),
        package: after("packed").map(|package| package.parse().unwrap()),
    };
    let removal = || removal(&words);
    let reservation = |text: &str| text.parse().unwrap();
    let quantity = || words.get(2).and_then(|text| text.parse().ok());
    let action = match words[0] {
        "receive" => {
            let StockMovement { product, location, quantity, lot, serials, status, owner } = movement();
            let facts = Some(Box::new(facts())).filter(|facts| **facts != LotFacts::default());
            let remainder = if has("close") { SupplyRemainder::Close } else { SupplyRemainder::Keep };
            let supply = after("of").map(|text| text.parse().unwrap());
            StockAction::Receive(ReceiveStock { product, location, quantity, supply, remainder, lot, serials, status, owner, facts })
        }
        "expect" => StockAction::Expect(ExpectSupply {
            id: words[1].parse().unwrap(),
            product: product(words[2]),
            location: location(words[3]),
            quantity: words[4].parse().unwrap(),
            due: day(after("on").unwrap()),
            kind: if has("planned") { SupplyKind::Planned } else { SupplyKind::Firm },
            pegged_to: after("for").map(|demand| SupplyPeg { demand: demand.parse().unwrap(), needed_on: after("needed").map(day) }),
        }),
        "reschedule" => StockAction::Reschedule(RescheduleSupply {
            id: words[1].parse().unwrap(),
            due: day(after("on").unwrap()),
            kind: has("firm").then_some(SupplyKind::Firm),
        }),
        "cancel" => StockAction::CancelExpected(CancelSupply { id: words[1].parse().unwrap(), quantity: quantity() }),
        "count" => StockAction::Count(movement()),
        "issue" => StockAction::Issue(movement()),
        "move" => {
            let StockMovement { product, location: from, quantity, lot, serials, status, owner } = movement();
            StockAction::Move(MoveStock {
                product,
                location: from,
                to: location(after("to").unwrap()),
                quantity,
                lot,
                serials,
                status,
                owner,
            })
        }
        "regrade" => {
            let StockMovement { product, location, quantity, lot, serials, status: from, owner } = movement();
            StockAction::Regrade(RegradeStock { product, location, quantity, to: status("to"), lot, serials, status: from, owner })
        }
        "hand" => {
            let StockMovement { product, location, quantity, lot, serials, status, owner } = movement();
            StockAction::ChangeOwner(ChangeOwner {
                product,
                location,
                quantity,
                owner,
                to: after("to").map(|to| to.parse().unwrap()),
                lot,
                serials,
                status,
            })
        }
        "describe" => StockAction::DescribeLot(DescribeLot { product: product(words[1]), lot: lot(), serial: None, facts: facts() }),
        "reserve" => StockAction::Reserve(ReserveStock {
            id: reservation(words[1]),
            demand: after("for").map_or_else(|| format!("order of {}", words[1]), str::to_owned).parse().unwrap(),
            product: product(words[2]),
            quantity: words[3].parse().unwrap(),
            location: place(),
            kind: if has("soft") { ReservationKind::Soft } else { ReservationKind::Hard },
            expires_at: until(),
            wanted_on: after("on").map(|day| day.parse().unwrap()),
            priority: after("urgent").map_or(0, |number| number.parse().unwrap()),
            allow: allow(&words),
            characteristics: std::collections::BTreeMap::new(),
            instead_of: None,
            replaces: after("replacing").map(reservation).into_iter().collect(),
            removal: removal(),
            components_from: Vec::new(),
        }),
        "commit" => StockAction::Commit(CommitStock {
            id: reservation(words[1]),
            quantity: quantity(),
            location: place(),
            remainder: if has("release") { CommitRemainder::Release } else { CommitRemainder::Keep },
            lot: lot(),
            serials: serials(),
            confirm_expired: has("confirmed"),
        }),
        "release" => StockAction::Release(ReleaseStock {
            id: reservation(words[1]),
            quantity: quantity(),
            location: place(),
            lot: lot(),
            serials: serials(),
        }),
        "extend" => StockAction::Extend(ExtendReservation { id: reservation(words[1]), expires_at: until().unwrap() }),
        "firm" => StockAction::Firm(FirmReservation { id: reservation(words[1]), expires_at: until() }),
        "transfer" => StockAction::Transfer(TransferReservation {
            id: reservation(words[1]),
            location: place(),
            demand: after("for").map(|demand| demand.parse().unwrap()),
            removal: removal(),
        }),
        "update" => StockAction::Update(UpdateReservation {
            id: reservation(words[1]),
            quantity: after("to").map(|quantity| quantity.parse().unwrap()),
            allow: allow(&words),
            wanted_on: after("on").map(|day| day.parse().unwrap()),
            priority: after("urgent").map(|number| number.parse().unwrap()),
        }),
        "uncommit" => StockAction::Uncommit(UncommitStock {
            id: reservation(words[1]),
            quantity: quantity(),
            location: place(),
            lot: lot(),
            serials: serials(),
        }),
        "reconcile" => StockAction::Reconcile { all_reservations: has("all") },
        "batch" => {
            let rest = text.strip_prefix("batch ").unwrap();
            StockAction::Batch(rest.split("; ").map(|one| command(id, one).action).collect())
        }
        "fill" => StockAction::Fill(FillBackorders {
            product: product(words[1]),
            location: place(),
            order: match after("by") {
                None => FillOrder::FirstCome,
                Some("priority") => FillOrder::Priority,
                Some(listed) => FillOrder::Listed(listed.split(',').map(reservation).collect()),
            },
        }),
        "expire" => StockAction::Expire {},
        other => panic!("no such command: {other}"),
    };
    let id = id.parse().unwrap();
    Command { id, at, actor: "ann".parse().unwrap(), on_behalf_of: None, expected_version: None, action }
}

/// `lot L-1 by fefo life 30 ships 5 owned ACME confirmed`.
fn removal(words: &[&str]) -> Option<Box<RemovalTerms>> {
    let after = |word: &str| words.iter().position(|known| *known == word).map(|index| words[index + 1]);
    let terms = RemovalTerms {
        lot: after("lot").map(|lot| lot.parse().unwrap()),
        serials: after("serials").map(|list| list.split(',').map(|one| one.parse().unwrap()).collect()).unwrap_or_default(),
        owner: after("owned").map(|owner| owner.parse().unwrap()),
        strategy: after("taking").map(|strategy| serde_json::from_value(strategy.into()).unwrap()),
        min_shelf_life_days: after("life").map(|days| days.parse().unwrap()),
        ships_on: after("ships").map(day),
        confirm_expired: words.contains(&"confirmed"),
    };
    Some(Box::new(terms)).filter(|terms| **terms != RemovalTerms::default())
}

fn allow(words: &[&str]) -> ReserveAllow {
    let after = |word: &str| words.iter().position(|known| *known == word).map(|index| words[index + 1].parse().unwrap());
    if words.contains(&"backorder") {
        ReserveAllow::Backorder
    } else if words.contains(&"partial") {
        ReserveAllow::Partial { min: after("min"), multiple: after("multiple") }
    } else {
        ReserveAllow::FullOnly
    }
}

/// What tells stock apart, in short.
fn words<'s>(lot: Option<&LotId>, serials: impl IntoIterator<Item = &'s SerialId>, status: StockStatus, owner: Option<&OwnerId>) -> String {
    let lot = lot.map(|lot| format!(" {lot}")).unwrap_or_default();
    let serials: String = serials.into_iter().map(|serial| format!(" #{serial}")).collect();
    let status = if status == StockStatus::Usable { String::new() } else { format!(" {status:?}").to_lowercase() };
    let owner = owner.map(|owner| format!(" of {owner}")).unwrap_or_default();
    format!("{lot}{serials}{status}{owner}")
}

/// An event in short.
pub fn tell(event: &StockEvent) -> String {
    let list = |parts: &[StockPart], waiting: &Quantity| {
        let place = |part: &StockPart| {
            let stock = words(part.lot.as_ref(), part.serial.as_ref(), StockStatus::Usable, part.owner.as_ref());
            format!("{} {}{stock}{}", part.location, part.quantity, if part.untracked { " untracked" } else { "" })
        };
        let waiting = Some(format!("waiting {waiting}")).filter(|_| !waiting.is_zero());
        parts.iter().map(place).chain(waiting).collect::<Vec<String>>().join(", ")
    };
    match event {
        StockEvent::Received { product, location, quantity, lot, serials, status, owner } => {
            let stock = words(lot.as_ref(), serials, *status, owner.as_ref());
            format!("received {product} {location} {quantity}{stock}")
        }
        StockEvent::Counted { product, location, before, counted, lot, serial, status, owner } => {
            let stock = words(lot.as_ref(), serial, *status, owner.as_ref());
            format!("counted {product} {location} {before} -> {counted}{stock}")
        }
        StockEvent::Issued { product, location, quantity, lot, serials, status, owner } => {
            let stock = words(lot.as_ref(), serials, *status, owner.as_ref());
            format!("issued {product} {location} {quantity}{stock}")
        }
        StockEvent::Moved { product, location, to, quantity, lot, serials, status, owner } => {
            let stock = words(lot.as_ref(), serials, *status, owner.as_ref());
            format!("moved {product} {location} -> {to} {quantity}{stock}")
        }
        StockEvent::Regraded { product, location, quantity, to, lot, serials, status, owner } => {
            let stock = words(lot.as_ref(), serials, *status, owner.as_ref());
            format!("regraded {product} {location} {quantity}{stock} -> {to:?}")
        }
        StockEvent::OwnerChanged { product, location, quantity, owner, to, lot, serials, status } => {
            let stock = words(lot.as_ref(), serials, *status, owner.as_ref());
            format!("handed {product} {location} {quantity}{stock} -> {}", to.as_ref().map_or("us", |to| to.as_str()))
        }
        StockEvent::LotDescribed { lot, serial, facts, .. } => {
            let day = |day: Option<Date>| day.map_or_else(|| "-".to_owned(), |day| day.day().to_string());
            format!("lot{} {} {}", words(lot.as_ref(), serial, StockStatus::Usable, None), day(facts.received_on), day(facts.expires_on))
        }
        StockEvent::ShortageFound { location, on_hand, held, short, lot, serial, owner, .. } => {
            let stock = words(lot.as_ref(), serial, StockStatus::Usable, owner.as_ref());
            format!("shortage {location}{stock}: {held} held, {on_hand} there, {short} short")
        }
        StockEvent::Reserved { id, parts, backordered, .. } => format!("reserved {id} {}", list(parts, backordered)),
        StockEvent::Firmed { id, parts, .. } => format!("firmed {id} {}", list(parts, &Quantity::ZERO)),
        StockEvent::Transferred { id, demand, from, parts, .. } => {
            let demand = demand.as_ref().map(|demand| format!(" for {demand}")).unwrap_or_default();
            format!("transferred {id} {} to {}{demand}", list(from, &Quantity::ZERO), list(parts, &Quantity::ZERO))
        }
        StockEvent::Updated { id, parts, backordered, priority, .. } => {
            format!("updated {id} {} urgent {priority}", list(parts, backordered))
        }
        StockEvent::Uncommitted { id, parts, .. } => format!("uncommitted {id} {}", list(parts, &Quantity::ZERO)),
        StockEvent::Filled { id, parts, .. } => format!("filled {id} {}", list(parts, &Quantity::ZERO)),
        StockEvent::Unfilled { id, parts, .. } => format!("unfilled {id} {}", list(parts, &Quantity::ZERO)),
        StockEvent::BackordersFilled { product, filled, backordered } => format!("given of {product}: {filled}, {backordered} waiting"),
        StockEvent::Committed { id, parts, released, backordered, .. } => match list(released, backordered) {
            free if free.is_empty() => format!("committed {id} {}", list(parts, &Quantity::ZERO)),
            free => format!("committed {id} {}; free {free}", list(parts, &Quantity::ZERO)),
        },
        StockEvent::Released { id, parts, backordered, replaced_by: None, .. } => format!("released {id} {}", list(parts, backordered)),
        StockEvent::Released { id, parts, backordered, replaced_by: Some(by), .. } => {
            format!("released {id} {} for {by}", list(parts, backordered))
        }
        StockEvent::Expired { id, parts, backordered, .. } => format!("expired {id} {}", list(parts, backordered)),
        StockEvent::Extended { id, expires_at } => format!("extended {id} to {expires_at}"),
        StockEvent::Expected(supply) => format!("expected {} {} {} on {}", supply.id, supply.location, supply.quantity, supply.due.day()),
        StockEvent::Rescheduled { id, before, due, kind, .. } => format!("rescheduled {id} {} -> {} {kind:?}", before.day(), due.day()),
        StockEvent::ExpectedCancelled { id, quantity, .. } => format!("cancelled {id} {quantity}"),
        StockEvent::SupplyReceived { id, quantity, before, open, .. } => format!("came {id} {quantity}: {before} -> {open}"),
        StockEvent::ShortageExpected { supply, demand, short, until, .. } => {
            let until = until.map(|day| format!(" until {}", day.day())).unwrap_or_default();
            format!("{demand} misses {short} of {supply}{until}")
        }
        StockEvent::Corrected(one) => format!("corrected {:?} {} -> {}", one.counter, one.before, one.after),
        StockEvent::QuotaCorrected(one) => format!("corrected {} {} {} -> {}", one.quota, one.on, one.before, one.after),
        StockEvent::Reconciled { corrected } => format!("reconciled {corrected}"),
        StockEvent::Swept { expired } => format!("swept {expired}"),
        StockEvent::Refused { codes } => format!("refused {}", codes[0]),
    }
}
