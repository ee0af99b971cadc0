//! Telling what is taken of the components of kits that ship apart.

use super::super::action::ComponentFrom;
use super::super::kit::PlannedComponent;
use super::super::part::StockPart;
use super::answer::parts;
use super::eval::{Order, Pass};
use super::problem::most_from;
use super::stock::KIT;
use crate::id::{LocationId, ProductId};
use crate::quantity::Quantity;

/// How much of a line is filled: of kits whose components come from here and there, as many as the components make.
pub(super) fn filled(order: &Order<'_>, pass: &Pass, line: usize) -> Quantity {
    let whole: Quantity = parts(pass, |part| part.line == line && part.component.is_none()).map(|(_, quantity)| quantity).sum();
    whole.saturating_add(put_together(order, pass, line))
}

/// The kits whose components come from here and there.
pub(super) fn put_together(order: &Order<'_>, pass: &Pass, line: usize) -> Quantity {
    let of_first: Quantity = parts(pass, |part| part.line == line && part.component == Some(0)).map(|(_, quantity)| quantity).sum();
    let each = order.stock.needs.get(line).and_then(|needs| needs.first()).map_or(KIT, |(_, each)| *each);
    Quantity::from_millionths(of_first.millionths().checked_div(each).unwrap_or(0).saturating_mul(KIT))
}

/// What is taken of each component, and where.
pub(super) fn components(order: &Order<'_>, pass: &Pass, line: usize) -> Vec<PlannedComponent> {
    if put_together(order, pass, line).is_zero() {
        return Vec::new();
    }
    let component = |(at, product): (usize, &ProductId)| {
        let untracked =
            order.stock.needs.get(line).and_then(|needs| needs.get(at)).is_some_and(|(pool, _)| order.stock.is_untracked(*pool));
        let given = parts(pass, |part| part.line == line && part.component == Some(at));
        let part = |(part, quantity): (&super::fill::Part, Quantity)| {
            let location = order.candidate(part.place)?.location.clone();
            Some(StockPart { untracked, ..StockPart::plain(location, quantity) })
        };
        let parts: Vec<StockPart> = given.filter_map(part).collect();
        PlannedComponent { product: product.clone(), quantity: parts.iter().map(|part| part.quantity).sum(), parts }
    };
    order.stock.apart.get(line).into_iter().flatten().enumerate().map(component).collect()
}

/// Where a reservation takes the components: at one location, or here and there.
pub(super) fn places(components: &[PlannedComponent]) -> (Option<LocationId>, Vec<ComponentFrom>) {
    let all = || components.iter().flat_map(|component| &component.parts);
    let first = all().next().map(|part| &part.location);
    if let Some(only) = first.filter(|first| all().all(|part| part.location == **first)) {
        return (Some(only.clone()), Vec::new());
    }
    let from = |component: &PlannedComponent| {
        let from = |part: &StockPart| ComponentFrom {
            product: component.product.clone(),
            location: part.location.clone(),
            quantity: part.quantity,
        };
        component.parts.iter().map(from).collect::<Vec<_>>()
    };
    (None, components.iter().flat_map(from).collect())
}

/// For how many kits, in millionths, the slots have enough at once, where the components come from here and there; `left` says what of a
/// pool there is at a slot.
pub(super) fn kits_together(order: &Order<'_>, line: usize, slots: &[usize], left: impl Fn(usize, usize) -> i64) -> i64 {
    let (Some(pool), Some(needs)) = (order.stock.pools.get(line), order.stock.needs.get(line)) else { return 0 };
    let now = |slot: &usize| order.stock.slots.get(*slot).is_some_and(|slot| slot.leaves_on.is_none());
    let sum = |pool: usize| slots.iter().copied().filter(now).map(|slot| left(pool, slot).max(0)).fold(0, i64::saturating_add);
    most_from(*pool, KIT, needs, sum)
}
