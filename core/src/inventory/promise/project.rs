//! What of a product can be promised, day by day.

use super::answer::{Projection, ProjectionDay};
use super::calendar;
use super::ground::{Beside, Ground};
use super::request::ProjectionRequest;
use super::timeline::{Delta, Drawing, Origin, Timeline};
use crate::inventory::compile::Inventory;
use crate::quantity::Quantity;
use crate::report::{Diagnostics, Error, InventoryCode, Path};
use crate::time::Date;

/// Says what of a product can be promised, day by day.
///
/// # Errors
/// As [`super::promise`].
pub fn project(inventory: &Inventory, request: &ProjectionRequest) -> Result<Projection, Error> {
    // 1. Refuse what cannot be judged.
    let mut problems = Diagnostics::new();
    let calendar = request.calendar.as_ref().map(|def| calendar::compile(def, &Path::ROOT.field("calendar"), &mut problems));
    let ground = Ground::lay(inventory, beside(request), calendar.as_ref())?;
    ground.check(&mut problems);
    ground.check_location(request.location.as_ref(), &Path::ROOT, &mut problems);
    if inventory.kit(&request.product).is_some() {
        let message = format!("`{}` is a kit and has no stock of its own; look at its components, or promise it", request.product);
        problems.error(InventoryCode::Kit, &Path::ROOT.field("product"), message);
    }
    problems.finish()?;
    // 2. Draw a timeline for each span of days in which the same lots count.
    let spans = spans(&ground, request);
    // 3. Say what comes and goes.
    let mut days = Vec::new();
    let (mut projected, mut before) = (Quantity::ZERO, None);
    for (span, next) in spans.iter().zip(spans.iter().skip(1).map(|next| Some(next.from)).chain([None])) {
        let expired = before.map_or(Quantity::ZERO, |before: Quantity| before.saturating_sub(span.there()));
        before = Some(span.there());
        for (date, promisable) in span.days(next) {
            let (supply, demand) = span.comes_and_goes(date, days.is_empty());
            let expired = if date == span.from { expired } else { Quantity::ZERO };
            projected = projected.saturating_add(supply).saturating_sub(demand).saturating_sub(expired);
            days.push(ProjectionDay { date, supply, demand, expired, projected, promisable });
        }
    }
    Ok(Projection { product: request.product.clone(), days, unlimited_from: ground.horizon })
}

fn beside(request: &ProjectionRequest) -> Beside<'_> {
    Beside {
        state: &request.state,
        at: request.at,
        today: request.today,
        replaces: &[],
        supplies: &request.supplies,
        demands: &request.demands,
        anew: crate::id::Set::default(),
    }
}

/// The days from one on which the same lots count.
struct Span {
    from: Date,
    /// What comes and goes at the place that was asked for, or anywhere.
    deltas: Vec<Delta>,
    timeline: Timeline,
}

fn spans(ground: &Ground<'_>, request: &ProjectionRequest) -> Vec<Span> {
    let place = request.location.as_ref().map(|location| ground.whole(location));
    let (overcommitted, method) = (ground.policy.overcommitted, ground.policy.method);
    let drawing = Drawing { today: ground.today, places: ground.places(), place: place.flatten(), overcommitted, method };
    let span = |from: Date| {
        let mut deltas = ground.deltas(&request.product, from);
        if place == Some(None) {
            deltas.clear();
        }
        let timeline = Timeline::draw(&deltas, drawing);
        deltas.retain(|delta| drawing.place.is_none() || delta.place() == drawing.place);
        Span { from, deltas, timeline }
    };
    std::iter::once(ground.today).chain(ground.days_of_expiry(&request.product)).map(span).collect()
}

impl Span {
    /// What is there and free, less what is kept back.
    fn there(&self) -> Quantity {
        self.deltas.iter().filter(|delta| delta.origin == Origin::Stock).map(|delta| delta.quantity).sum()
    }

    /// The days of the span on which something changes, and what can be promised for each.
    fn days(&self, until: Option<Date>) -> impl Iterator<Item = (Date, Quantity)> {
        let Timeline { days, promisable, .. } = &self.timeline;
        let known = days.partition_point(|day| *day <= self.from).checked_sub(1);
        let first = known.and_then(|known| promisable.get(known)).map(|promisable| (self.from, *promisable));
        let later = days.iter().copied().zip(promisable.iter().copied());
        first.into_iter().chain(later.filter(move |(day, _)| *day > self.from && until.is_none_or(|until| *day < until)))
    }

    /// What comes and what goes on a day; what is there counts on the first.
    fn comes_and_goes(&self, day: Date, first: bool) -> (Quantity, Quantity) {
        let of_day = self.deltas.iter().filter(|delta| delta.day == day && (first || delta.origin != Origin::Stock));
        of_day.fold((Quantity::ZERO, Quantity::ZERO), |(supply, demand), delta| {
            (supply.saturating_add(delta.quantity.or_zero()), demand.saturating_add(delta.quantity.negated().or_zero()))
        })
    }
}
