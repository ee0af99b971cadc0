//! A slow and plain second implementation: two lists, every question answered by going through both.

use super::super::{CommitRemainder, FillOrder, ReservationKind, ReserveAllow, StockAction, SupplyRemainder};
use super::story::{location, product, three_warehouses};
use crate::id::LocationId;
use crate::quantity::Quantity;
use crate::time::{Date, Timestamp};

/// Whole quantities only.
#[derive(Debug, Clone, Default)]
pub struct Model {
    stock: Vec<(String, String, i64)>,
    holds: Vec<Hold>,
    /// How many commands there were.
    turn: usize,
    pub supplies: Vec<Coming>,
}

/// What is on its way.
#[derive(Debug, Clone)]
pub struct Coming {
    pub id: String,
    pub product: String,
    pub due: Date,
    /// Every change of what is still expected.
    pub changes: Vec<i64>,
}

impl Coming {
    pub fn open(&self) -> i64 {
        self.changes.iter().sum()
    }
}

#[derive(Debug, Clone)]
struct Hold {
    id: String,
    demand: String,
    product: String,
    kind: ReservationKind,
    end: Option<Timestamp>,
    /// Where stock for it may come from.
    scope: Option<String>,
    wanted_on: Option<Date>,
    priority: u32,
    parts: Vec<Part>,
    waiting: i64,
    /// The turn at which it began to wait.
    since: usize,
    state: &'static str,
}

#[derive(Debug, Clone)]
struct Part {
    place: String,
    open: i64,
    committed: i64,
}

/// Quantities by place, in order.
type Places = Vec<(String, i64)>;

const ROUTE: [&str; 3] = ["north", "south", "west"];

fn whole(quantity: Quantity) -> i64 {
    quantity.to_string().parse().unwrap()
}

/// Takes a quantity from a list of what there is, the first first.
fn take_from(there: &mut [(String, i64)], quantity: i64) -> Vec<(String, i64)> {
    let mut missing = quantity;
    let mut taken = Vec::new();
    for (place, free) in there {
        let part = missing.min(*free);
        missing -= part;
        *free -= part;
        if part > 0 {
            taken.push((place.clone(), part));
        }
    }
    taken
}

impl Hold {
    fn open(&self) -> i64 {
        self.parts.iter().map(|part| part.open).sum()
    }

    fn committed(&self) -> i64 {
        self.parts.iter().map(|part| part.committed).sum()
    }

    fn at<'h>(&'h mut self, place: &'h Option<LocationId>) -> impl DoubleEndedIterator<Item = &'h mut Part> {
        self.parts.iter_mut().filter(move |part| place.as_ref().is_none_or(|only| only.as_str() == part.place))
    }

    fn hold(&mut self, more: Vec<(String, i64)>) {
        for (place, open) in more {
            match self.parts.iter_mut().find(|part| part.place == place) {
                Some(part) => part.open += open,
                None => self.parts.push(Part { place, open, committed: 0 }),
            }
        }
    }

    /// What waits goes first, then the parts, the last first.
    fn give_back(&mut self, quantity: i64, place: &Option<LocationId>) {
        let waiting = if place.is_none() { self.waiting.min(quantity) } else { 0 };
        self.waiting -= waiting;
        let mut missing = quantity - waiting;
        for part in self.at(place).rev() {
            let back = part.open.min(missing);
            missing -= back;
            part.open -= back;
        }
        self.settle("released");
    }

    fn settle(&mut self, resolved: &'static str) {
        if self.open() + self.waiting == 0 {
            self.state = resolved;
        }
    }
}

impl Model {
    pub fn on_hand(&self, product: &str, location: &str) -> i64 {
        self.stock.iter().filter(|row| row.0 == product && row.1 == location).map(|row| row.2).sum()
    }

    pub fn held(&self, product: &str, location: &str, kind: ReservationKind) -> i64 {
        let holds = self.holds.iter().filter(|hold| hold.product == product && hold.kind == kind && hold.state == "open");
        holds.flat_map(|hold| &hold.parts).filter(|part| part.place == location).map(|part| part.open).sum()
    }

    fn free(&self, product: &str, location: &str) -> i64 {
        let held = self.held(product, location, ReservationKind::Hard) + self.held(product, location, ReservationKind::Soft);
        let safety = if product == "S" && location == "north" { 2 } else { 0 };
        self.on_hand(product, location) - held - safety
    }

    /// Who waits for a product, in the order in which they began to.
    fn queue(&self, product: &str) -> Vec<&Hold> {
        let mut queue: Vec<&Hold> =
            self.holds.iter().filter(|hold| hold.product == product && hold.state == "open" && hold.waiting > 0).collect();
        queue.sort_by_key(|hold| hold.since);
        queue
    }

    pub fn waiting(&self, product: &str) -> i64 {
        self.queue(product).iter().map(|hold| hold.waiting).sum()
    }

    /// What each place within the scope has, and how much of that may be taken in all.
    fn there(&self, product: &str, scopes: &[&Option<String>], behind_queue: bool) -> (Vec<(String, i64)>, i64) {
        let mut there: Vec<(String, i64)> = ROUTE.iter().map(|place| ((*place).to_owned(), self.free(product, place).max(0))).collect();
        let mut anywhere = if product == "B" { 1 } else { 0 };
        for hold in self.queue(product).into_iter().filter(|_| behind_queue) {
            match &hold.scope {
                None => anywhere += hold.waiting,
                Some(scope) => {
                    let mut place: Vec<(String, i64)> = there.iter().filter(|(place, _)| place == scope).cloned().collect();
                    take_from(&mut place, hold.waiting);
                    let left = place[0].1;
                    there.iter_mut().filter(|(place, _)| place == scope).for_each(|(_, free)| *free = left);
                }
            }
        }
        let all = (there.iter().map(|(_, free)| free).sum::<i64>() - anywhere).max(0);
        there.retain(|(place, _)| scopes.iter().all(|scope| scope.as_ref().is_none_or(|scope| scope == place)));
        let here = there.iter().map(|(_, free)| free).sum::<i64>();
        (there, here.min(all))
    }

    pub fn available(&self, product: &str) -> i64 {
        self.there(product, &[], true).1
    }

    /// What is held where and what waits, when so much is asked for.
    fn claim(&self, product: &str, scope: &Option<String>, asked: i64, allow: ReserveAllow) -> Result<(Places, i64), &'static str> {
        let (mut there, available) = self.there(product, &[scope], true);
        let missing = (asked - available).max(0);
        let (held, waiting) = match allow {
            ReserveAllow::FullOnly if missing > 0 => return Err("insufficient"),
            ReserveAllow::FullOnly => (asked, 0),
            ReserveAllow::Partial { min, multiple } => {
                let multiple = multiple.map_or(1, whole);
                let part = if missing == 0 { asked } else { available / multiple * multiple };
                if part == 0 || (missing > 0 && min.is_some_and(|min| part < whole(min))) {
                    return Err("insufficient");
                }
                (part, 0)
            }
            ReserveAllow::Backorder => {
                let room = match product {
                    "B" => 10 - self.waiting(product),
                    "U" => i64::MAX,
                    _ => 0,
                };
                if missing > room {
                    return Err("insufficient");
                }
                (asked - missing, missing)
            }
        };
        Ok((take_from(&mut there, held), waiting))
    }

    pub fn end_what_is_due(&mut self, at: Timestamp) {
        for hold in &mut self.holds {
            if hold.state == "open" && hold.end.is_some_and(|end| end <= at) {
                hold.state = "expired";
            }
        }
    }

    fn open_hold(&mut self, id: &str) -> Result<&mut Hold, &'static str> {
        let hold = self.holds.iter_mut().find(|hold| hold.id == id).ok_or("unknown_reservation")?;
        match hold.state {
            "open" => Ok(hold),
            "committed" => Err("already_committed"),
            "released" => Err("already_released"),
            other => Err(other),
        }
    }

    fn open_supply(&mut self, id: &str) -> Result<&mut Coming, &'static str> {
        let coming = self.supplies.iter_mut().find(|coming| coming.id == id).ok_or("unknown_supply")?;
        if coming.open() > 0 { Ok(coming) } else { Err("supply_closed") }
    }

    /// Does what the action says, or says why not.
    pub fn run(&mut self, action: &StockAction, at: Timestamp) -> Result<(), &'static str> {
        self.end_what_is_due(at);
        self.turn += 1;
        match action {
            StockAction::Batch(actions) => {
                let mut after = self.clone();
                let verdicts: Vec<_> = actions.iter().map(|action| after.run(action, at)).collect();
                verdicts.into_iter().collect::<Result<(), _>>()?;
                *self = after;
            }
            StockAction::Receive(m) => {
                if let Some(id) = &m.supply {
                    let coming = self.supplies.iter_mut().find(|coming| coming.id == id.as_str()).ok_or("unknown_supply")?;
                    if coming.product != m.product.as_str() {
                        return Err("supply_mismatch");
                    }
                    coming.changes.push(-whole(m.quantity).min(coming.open()));
                    if m.remainder == SupplyRemainder::Close {
                        coming.changes.push(-coming.open());
                    }
                }
                self.stock.push((m.product.to_string(), m.location.to_string(), whole(m.quantity)));
            }
            StockAction::Expect(expect) => {
                if self.supplies.iter().any(|coming| coming.id == expect.id.as_str()) {
                    return Err("supply_exists");
                }
                let (id, product) = (expect.id.to_string(), expect.product.to_string());
                self.supplies.push(Coming { id, product, due: expect.due, changes: vec![whole(expect.quantity)] });
            }
            StockAction::Reschedule(reschedule) => self.open_supply(reschedule.id.as_str())?.due = reschedule.due,
            StockAction::CancelExpected(cancel) => {
                let coming = self.open_supply(cancel.id.as_str())?;
                let quantity = cancel.quantity.map_or(coming.open(), whole);
                if quantity > coming.open() {
                    return Err("exceeds_supply");
                }
                coming.changes.push(-quantity);
            }
            StockAction::Count(m) => {
                let difference = whole(m.quantity) - self.on_hand(m.product.as_str(), m.location.as_str());
                self.stock.push((m.product.to_string(), m.location.to_string(), difference));
            }
            StockAction::Issue(m) => {
                let safety = whole(three_warehouses().safety_stock(&product(m.product.as_str()), &location(m.location.as_str())));
                if whole(m.quantity) > (self.free(m.product.as_str(), m.location.as_str()) + safety).max(0) {
                    return Err("insufficient");
                }
                self.stock.push((m.product.to_string(), m.location.to_string(), -whole(m.quantity)));
            }
            StockAction::Reserve(reserve) => {
                if self.holds.iter().any(|hold| hold.id == reserve.id.as_str()) {
                    return Err("reservation_exists");
                }
                let mut after = self.clone();
                for id in &reserve.replaces {
                    let hold = after.holds.iter_mut().find(|hold| hold.id == id.as_str()).ok_or("unknown_reservation")?;
                    if hold.state == "open" {
                        hold.state = "released";
                    }
                }
                for hold in &mut after.holds {
                    let own = hold.demand == reserve.demand.as_str() && hold.product == reserve.product.as_str();
                    if own && hold.kind == ReservationKind::Soft && hold.state == "open" {
                        hold.state = "released";
                    }
                }
                let scope = reserve.location.as_ref().map(ToString::to_string);
                let (parts, waiting) = after.claim(reserve.product.as_str(), &scope, whole(reserve.quantity), reserve.allow)?;
                let ttl = (reserve.kind == ReservationKind::Soft).then(|| at.add_seconds(900).unwrap());
                let mut hold = Hold {
                    id: reserve.id.to_string(),
                    demand: reserve.demand.to_string(),
                    product: reserve.product.to_string(),
                    kind: reserve.kind,
                    end: reserve.expires_at.or(ttl),
                    scope,
                    wanted_on: reserve.wanted_on,
                    priority: reserve.priority,
                    parts: Vec::new(),
                    waiting,
                    since: self.turn,
                    state: "open",
                };
                hold.hold(parts);
                after.holds.push(hold);
                *self = after;
            }
            StockAction::Commit(commit) => {
                let mut hold = self.open_hold(commit.id.as_str())?.clone();
                let open: i64 = hold.at(&commit.location).map(|part| part.open).sum();
                let mut missing = commit.quantity.map_or(open, whole);
                let waiting = if commit.location.is_none() { hold.waiting } else { 0 };
                if waiting > 0 && (missing == 0 || (missing > open && missing <= open + waiting)) {
                    return Err("backordered");
                }
                if missing > open || missing == 0 {
                    return Err("exceeds_reservation");
                }
                let release = commit.remainder == CommitRemainder::Release;
                let mut gone = Vec::new();
                for part in hold.at(&commit.location) {
                    let take = part.open.min(missing);
                    missing -= take;
                    part.open = if release { 0 } else { part.open - take };
                    part.committed += take;
                    gone.push((part.place.clone(), take));
                }
                if gone.iter().any(|(place, take)| *take > self.on_hand(&hold.product, place)) {
                    return Err("insufficient");
                }
                hold.waiting -= if release { waiting } else { 0 };
                hold.settle("committed");
                self.stock.extend(gone.into_iter().map(|(place, take)| (hold.product.clone(), place, -take)));
                *self.open_hold(commit.id.as_str())? = hold;
            }
            StockAction::Release(release) => {
                let hold = self.open_hold(release.id.as_str())?;
                let waiting = if release.location.is_none() { hold.waiting } else { 0 };
                let open = hold.at(&release.location).map(|part| part.open).sum::<i64>() + waiting;
                let quantity = release.quantity.map_or(open, whole);
                if quantity > open || quantity == 0 {
                    return Err("exceeds_reservation");
                }
                hold.give_back(quantity, &release.location);
            }
            StockAction::Fill(fill) => {
                let mut queue: Vec<(String, u32, Option<Date>)> =
                    self.queue(fill.product.as_str()).iter().map(|hold| (hold.id.clone(), hold.priority, hold.wanted_on)).collect();
                match &fill.order {
                    FillOrder::FirstCome => {}
                    FillOrder::Priority => queue.sort_by_key(|(_, priority, day)| (u32::MAX - priority, day.is_none(), *day)),
                    FillOrder::Listed(ids) => {
                        queue.clear();
                        for id in ids {
                            let hold = self.open_hold(id.as_str())?;
                            if hold.product != fill.product.as_str() || hold.waiting == 0 {
                                return Err("exceeds_reservation");
                            }
                            queue.push((id.to_string(), 0, None));
                        }
                    }
                }
                let scope = fill.location.as_ref().map(ToString::to_string);
                for (id, ..) in queue {
                    let hold = self.open_hold(&id)?.clone();
                    let (mut there, available) = self.there(&hold.product, &[&scope, &hold.scope], false);
                    let filled = available.min(hold.waiting);
                    let hold = self.open_hold(&id)?;
                    hold.hold(take_from(&mut there, filled));
                    hold.waiting -= filled;
                }
            }
            StockAction::Firm(firm) => {
                let hold = self.open_hold(firm.id.as_str())?;
                if hold.kind == ReservationKind::Hard {
                    return Err("already_firm");
                }
                (hold.kind, hold.end) = (ReservationKind::Hard, firm.expires_at);
            }
            StockAction::Transfer(transfer) => {
                let mut after = self.clone();
                let mut hold = self.open_hold(transfer.id.as_str())?.clone();
                if let Some(place) = &transfer.location {
                    hold.scope = Some(place.to_string());
                    after.open_hold(&hold.id)?.state = "elsewhere";
                    let held = hold.open();
                    let (parts, _) = after.claim(&hold.product, &hold.scope, held, ReserveAllow::FullOnly)?;
                    hold.parts.iter_mut().for_each(|part| part.open = 0);
                    hold.hold(parts);
                }
                hold.demand = transfer.demand.as_ref().map_or(hold.demand, ToString::to_string);
                *self.open_hold(transfer.id.as_str())? = hold;
            }
            StockAction::Update(update) => {
                let turn = self.turn;
                let mut hold = self.open_hold(update.id.as_str())?.clone();
                let outstanding = hold.open() + hold.waiting;
                let wanted = update.quantity.map_or(outstanding, |total| whole(total) - hold.committed());
                if wanted <= 0 {
                    return Err("exceeds_reservation");
                }
                if wanted > outstanding {
                    let (parts, waiting) = self.claim(&hold.product, &hold.scope, wanted - outstanding, update.allow)?;
                    hold.hold(parts);
                    hold.since = if hold.waiting == 0 { turn } else { hold.since };
                    hold.waiting += waiting;
                } else {
                    hold.give_back(outstanding - wanted, &None);
                }
                (hold.wanted_on, hold.priority) = (update.wanted_on.or(hold.wanted_on), update.priority.unwrap_or(hold.priority));
                *self.open_hold(update.id.as_str())? = hold;
            }
            StockAction::Uncommit(uncommit) => {
                let found = self.holds.iter().position(|hold| hold.id == uncommit.id.as_str() && hold.state == "committed");
                let mut hold = match found {
                    Some(found) => self.holds[found].clone(),
                    None => self.open_hold(uncommit.id.as_str())?.clone(),
                };
                let gone: i64 = hold.at(&uncommit.location).map(|part| part.committed).sum();
                let mut missing = uncommit.quantity.map_or(gone, whole);
                if missing > gone || missing == 0 {
                    return Err("exceeds_reservation");
                }
                let product = hold.product.clone();
                for part in hold.at(&uncommit.location).rev() {
                    let back = part.committed.min(missing);
                    missing -= back;
                    part.committed -= back;
                    part.open += back;
                    self.stock.push((product.clone(), part.place.clone(), back));
                }
                (hold.state, hold.end) = ("open", None);
                let slot = self.holds.iter().position(|known| known.id == hold.id).unwrap();
                self.holds[slot] = hold;
            }
            StockAction::Extend(extend) => self.open_hold(extend.id.as_str())?.end = Some(extend.expires_at),
            StockAction::Expire {} | StockAction::Reconcile { .. } => {}
            StockAction::Move(_) | StockAction::Regrade(_) | StockAction::ChangeOwner(_) | StockAction::DescribeLot(_) => {
                unreachable!("these histories have no lots")
            }
            StockAction::Reallocate(_) => unreachable!("these histories plan nothing anew"),
        }
        Ok(())
    }
}
