//! A slow and plain second implementation: two lists, every question answered by going through both.

use super::super::{CommitRemainder, ReservationKind, ReserveAllow, StockAction, SupplyRemainder};
use super::story::{location, product, three_warehouses};
use crate::quantity::Quantity;
use crate::time::{Date, Timestamp};

/// Whole quantities only.
#[derive(Debug, Clone, Default)]
pub struct Model {
    stock: Vec<(String, String, i64)>,
    holds: Vec<Hold>,
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
    product: String,
    kind: ReservationKind,
    end: Option<Timestamp>,
    parts: Vec<(String, i64)>,
    state: &'static str,
}

const ROUTE: [&str; 3] = ["north", "south", "west"];

fn whole(quantity: Quantity) -> i64 {
    quantity.to_string().parse().unwrap()
}

impl Hold {
    fn open(&self) -> i64 {
        self.parts.iter().map(|part| part.1).sum()
    }
}

impl Model {
    pub fn on_hand(&self, product: &str, location: &str) -> i64 {
        self.stock.iter().filter(|row| row.0 == product && row.1 == location).map(|row| row.2).sum()
    }

    pub fn held(&self, product: &str, location: &str, kind: ReservationKind) -> i64 {
        let holds = self.holds.iter().filter(|hold| hold.product == product && hold.kind == kind && hold.state == "open");
        holds.flat_map(|hold| &hold.parts).filter(|part| part.0 == location).map(|part| part.1).sum()
    }

    fn free(&self, product: &str, location: &str) -> i64 {
        let held = self.held(product, location, ReservationKind::Hard) + self.held(product, location, ReservationKind::Soft);
        let safety = if product == "S" && location == "north" { 2 } else { 0 };
        self.on_hand(product, location) - held - safety
    }

    pub fn available(&self, product: &str) -> i64 {
        ROUTE.iter().map(|location| self.free(product, location).max(0)).sum()
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
        match action {
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
                let mut missing = whole(reserve.quantity);
                let mut parts = Vec::new();
                for place in ROUTE.iter().filter(|place| reserve.location.as_ref().is_none_or(|only| only.as_str() == **place)) {
                    let part = after.free(reserve.product.as_str(), place).max(0).min(missing);
                    missing -= part;
                    if part > 0 {
                        parts.push(((*place).to_owned(), part));
                    }
                }
                if parts.is_empty() || (missing > 0 && reserve.allow == ReserveAllow::FullOnly) {
                    return Err("insufficient");
                }
                let ttl = (reserve.kind == ReservationKind::Soft).then(|| at.add_seconds(900).unwrap());
                let end = reserve.expires_at.or(ttl);
                let (id, product) = (reserve.id.to_string(), reserve.product.to_string());
                after.holds.push(Hold { id, product, kind: reserve.kind, end, parts, state: "open" });
                *self = after;
            }
            StockAction::Commit(commit) => {
                let at_place = |part: &(String, i64)| commit.location.as_ref().is_none_or(|only| only.as_str() == part.0);
                let hold = self.open_hold(commit.id.as_str())?.clone();
                let open: i64 = hold.parts.iter().filter(|part| at_place(part)).map(|part| part.1).sum();
                let mut missing = commit.quantity.map_or(open, whole);
                if missing > open || missing == 0 {
                    return Err("exceeds_reservation");
                }
                let mut after = hold.clone();
                let mut gone = Vec::new();
                for part in after.parts.iter_mut().filter(|part| at_place(part)) {
                    let take = part.1.min(missing);
                    missing -= take;
                    part.1 = if commit.remainder == CommitRemainder::Release { 0 } else { part.1 - take };
                    if take > self.on_hand(&hold.product, &part.0) {
                        return Err("insufficient");
                    }
                    gone.push((hold.product.clone(), part.0.clone(), -take));
                }
                after.state = if after.open() == 0 { "committed" } else { "open" };
                self.stock.extend(gone);
                *self.open_hold(commit.id.as_str())? = after;
            }
            StockAction::Release(release) => {
                let hold = self.open_hold(release.id.as_str())?;
                let at_place = |part: &(String, i64)| release.location.as_ref().is_none_or(|only| only.as_str() == part.0);
                let open: i64 = hold.parts.iter().filter(|part| at_place(part)).map(|part| part.1).sum();
                let mut missing = release.quantity.map_or(open, whole);
                if missing > open || missing == 0 {
                    return Err("exceeds_reservation");
                }
                for part in hold.parts.iter_mut().rev().filter(|part| at_place(part)) {
                    let take = part.1.min(missing);
                    missing -= take;
                    part.1 -= take;
                }
                if hold.open() == 0 {
                    hold.state = "released";
                }
            }
            StockAction::Extend(extend) => self.open_hold(extend.id.as_str())?.end = Some(extend.expires_at),
            StockAction::Expire {} => {}
            StockAction::Fill(_)
            | StockAction::Firm(_)
            | StockAction::Transfer(_)
            | StockAction::Update(_)
            | StockAction::Uncommit(_)
            | StockAction::Reallocate(_)
            | StockAction::Batch(_) => unreachable!("stories of the model wait for nothing"),
        }
        Ok(())
    }
}
