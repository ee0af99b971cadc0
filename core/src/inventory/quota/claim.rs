//! Quotas of reservations: what a reservation consumes, and what it gives back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::action::{ReserveAllow, ReserveStock};
use super::super::decide::{Ground, refuse};
use super::super::reservation::{Reservation, ReservationStatus};
use super::book::Book;
use super::plan::{Draw, Want, allowed, check_want, draws_of_claims, exceeded, find_draws, product_down, serve};
use super::request::QuotaUse;
use crate::id::{QuotaGroupId, QuotaId, ReservationId};
use crate::quantity::Quantity;
use crate::report::{Diagnostics, Error, InventoryCode, Path, Refusal};
use crate::time::Date;

/// What a reservation has consumed of a quota.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotaClaim {
    /// The quota.
    pub quota: QuotaId,
    /// The group; absent for everybody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<QuotaGroupId>,
    /// How much one unit consumes.
    pub factor: Quantity,
    /// How much was consumed in which period, in the order in which it was drawn.
    pub periods: Vec<QuotaClaimPeriod>,
}

/// What was consumed of a quota in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotaClaimPeriod {
    /// The first day of the period.
    pub on: Date,
    /// How much.
    pub quantity: Quantity,
}

impl QuotaClaim {
    /// What has been consumed, as the state counts it.
    pub(in super::super) fn uses(&self) -> impl Iterator<Item = QuotaUse> + '_ {
        self.periods.iter().map(|period| self.used(period.on, period.quantity))
    }

    fn used(&self, on: Date, quantity: Quantity) -> QuotaUse {
        QuotaUse { quota: self.quota.clone(), group: self.group.clone(), on, quantity }
    }

    /// Gives back what so many units have consumed, the last drawn first, as uses below zero; or all, when nothing is left that consumes.
    pub(in super::super) fn give_back(&mut self, units: Quantity, all: bool) -> Vec<QuotaUse> {
        // What a fraction of a unit consumes below a millionth stays consumed until the last unit goes.
        let mut surplus = if all { Quantity::MAX } else { product_down(units, self.factor) };
        let mut back = Vec::new();
        while let Some(period) = self.periods.last().copied().filter(|_| surplus.is_positive()) {
            let quantity = period.quantity.min(surplus);
            back.push(self.used(period.on, quantity.negated()));
            surplus = surplus.saturating_sub(quantity);
            self.periods.pop();
            if quantity < period.quantity {
                self.periods.push(QuotaClaimPeriod { quantity: period.quantity.saturating_sub(quantity), ..period });
            }
        }
        back
    }

    /// Consumes more.
    pub(in super::super) fn merge(claims: &mut Vec<Self>, more: &[Self]) {
        for claim in more {
            match claims.iter_mut().find(|known| (&known.quota, &known.group) == (&claim.quota, &claim.group)) {
                Some(known) => {
                    known.factor = claim.factor;
                    known.periods.extend(&claim.periods);
                }
                None => claims.push(claim.clone()),
            }
        }
    }
}

/// What the quotas of a product leave for a reservation, or for more of one.
pub(in super::super) struct Allowance<'g> {
    book: Book<'g>,
    draws: Vec<Draw>,
    on: Date,
}

impl<'g> Allowance<'g> {
    /// What a new reservation may draw, in the place of those that it replaces; `None` when no quota limits it.
    ///
    /// # Errors
    /// [`Error`] for a characteristic that no quota asks for, and for a quantity that consumes a fraction below a millionth.
    pub fn of_new(ground: &Ground<'g>, reserve: &ReserveStock, replaced: &[ReservationId], path: &Path<'_>) -> Result<Option<Self>, Error> {
        let quotas = ground.inventory.quotas();
        if quotas.is_empty() && reserve.characteristics.is_empty() {
            return Ok(None);
        }
        let want = want(ground, reserve);
        let mut problems = Diagnostics::new();
        check_want(quotas, &want, path, &mut problems);
        problems.finish()?;
        let draws = find_draws(quotas, &want, |quota| quota.by_reservations);
        if draws.is_empty() {
            return Ok(None);
        }
        let mut book = book(ground);
        let replaced = replaced.iter().filter_map(|id| ground.state.reservation(id));
        for hold in replaced.filter(|hold| hold.status_at(ground.at) == ReservationStatus::Open) {
            enter_back(&mut book, hold);
        }
        Ok(Some(Self { book, draws, on: want.on }))
    }

    /// What a reservation may draw besides what it has consumed already, from the same groups.
    pub fn of_more(ground: &Ground<'g>, hold: &Reservation) -> Option<Self> {
        let draws = draws_of_claims(ground.inventory.quotas(), &hold.product, &hold.quota);
        let on = hold.wanted_on.unwrap_or_else(|| ground.at.date());
        if draws.is_empty() { None } else { Some(Self { book: book(ground), draws, on }) }
    }

    /// What a reservation may draw for another day, when it gives back what it consumed for what has not left.
    pub fn of_other_day(ground: &Ground<'g>, hold: &Reservation, on: Option<Date>) -> Option<Self> {
        let mut allowance = Self::of_more(ground, hold)?;
        enter_back(&mut allowance.book, hold);
        Some(Self { on: on.unwrap_or(allowance.on), ..allowance })
    }

    /// How much of a reservation may be made: all of it, or as many whole multiples as there is enough for.
    pub fn granted(&mut self, reserve: &ReserveStock) -> Quantity {
        let want = Want { on: self.on, ..want_of(reserve, self.on) };
        let mut granted = want.quantity;
        for draw in &mut self.draws {
            draw.drawn = self.book.draw(draw.pot, want.on, product_down(want.quantity, draw.factor));
            granted = granted.min(allowed(&want, draw));
            self.book.give_back(draw.pot, &mut draw.drawn);
        }
        granted
    }

    /// What so many units consume.
    pub fn claims(&mut self, reserve: &ReserveStock, quantity: Quantity) -> Vec<QuotaClaim> {
        let want = Want { quantity, ..want_of(reserve, self.on) };
        let served = serve(&mut self.book, &want, std::mem::take(&mut self.draws));
        let period = |used: QuotaUse| QuotaClaimPeriod { on: used.on, quantity: used.quantity };
        let claims = served.draws.into_iter().map(|draw| QuotaClaim {
            quota: draw.quota,
            group: draw.group,
            factor: draw.factor,
            periods: draw.uses.into_iter().map(period).collect(),
        });
        claims.collect()
    }

    /// Why a reservation cannot be made, when so much could be had but for the quotas: it names the quantity that passes both, and the
    /// day on which all of it does.
    pub fn refusal(&mut self, reserve: &ReserveStock, sellable: Quantity) -> Refusal {
        let want = want_of(reserve, self.on);
        let mut served = serve(&mut self.book, &want, std::mem::take(&mut self.draws));
        let passes = served.granted.min(sellable);
        if sellable < want.quantity {
            served.next_on = None;
        }
        let Some((message, details)) = exceeded(&want, &served) else {
            return refuse(InventoryCode::QuotaExceeded, format!("`{}`: no quota allows it", want.product));
        };
        let advice = if passes.is_positive() { format!("; ask for {passes}") } else { String::new() };
        let refusal = refuse(InventoryCode::QuotaExceeded, format!("{message}{advice}")).detail("available", passes.to_decimal());
        details.into_iter().fold(refusal, |refusal, (name, value)| refusal.detail(name, value))
    }
}

fn want<'r>(ground: &Ground<'_>, reserve: &'r ReserveStock) -> Want<'r> {
    want_of(reserve, reserve.wanted_on.unwrap_or_else(|| ground.at.date()))
}

fn want_of(reserve: &ReserveStock, on: Date) -> Want<'_> {
    let multiple = match reserve.allow {
        ReserveAllow::Partial { multiple: Some(multiple), .. } => multiple,
        ReserveAllow::Partial { multiple: None, .. } | ReserveAllow::FullOnly | ReserveAllow::Backorder => Quantity::from(1),
    };
    Want { product: &reserve.product, quantity: reserve.quantity, on, multiple, characteristics: &reserve.characteristics }
}

/// What is consumed already, without the holds that are over.
fn book<'g>(ground: &Ground<'g>) -> Book<'g> {
    let mut book = Book::new(ground.inventory.quotas());
    for used in ground.state.quotas.uses() {
        book.enter(&used);
    }
    for hold in ground.state.due(ground.at) {
        enter_back(&mut book, hold);
    }
    book
}

/// What a hold gives back that ends now.
fn enter_back(book: &mut Book<'_>, hold: &Reservation) {
    for claim in &mut hold.quota.clone() {
        for back in claim.give_back(hold.outstanding(), hold.committed().is_zero()) {
            book.enter(&back);
        }
    }
}
