//! Levels: a product stands above all that goes into it. What would go into itself is refused.

use super::compile::Item;
use super::def::BillDef;
use crate::id::{Map, ProductId, Set};
use crate::report::{Diagnostic, Diagnostics, Path, RulebookCode};
use crate::sort;

/// How many circles are reported; the others show when these are gone.
const MAX_CIRCLES: usize = 20;

/// Gives every product its level and returns their numbers by level and id. Components that close a circle are reported.
pub(super) fn by_level(items: &mut Map<ProductId, Item>, bills: &[BillDef], path: &Path<'_>, diagnostics: &mut Diagnostics) -> Vec<usize> {
    let mut levels = levels(items);
    for _ in 0..MAX_CIRCLES {
        let Some(circle) = levels.iter().position(Option::is_none).map(|_| find_circle(items, &levels)) else { break };
        diagnostics.push(circle_problem(items, bills, &circle, path));
        open_circle(items, &circle);
        levels = self::levels(items);
    }
    for (item, level) in items.values_mut().zip(&levels) {
        item.level = level.unwrap_or_default();
    }
    let mut order: Vec<usize> = (0..items.len()).collect();
    let key = |index: &usize| items.get_index(*index).map(|(product, item)| (item.level, product));
    sort::by(&mut order, |one, other| key(one).cmp(&key(other)));
    order
}

/// The numbers of what goes into a product.
fn components(items: &Map<ProductId, Item>, number: usize) -> impl Iterator<Item = usize> {
    let bill = items.get_index(number).and_then(|(_, item)| item.bill.as_ref());
    bill.into_iter().flat_map(|bill| &bill.components).map(|component| component.item)
}

/// The level of each product; none for what goes, over others, into itself, and for all below that.
fn levels(items: &Map<ProductId, Item>) -> Vec<Option<u32>> {
    let mut parents: Vec<usize> = vec![0; items.len()];
    for component in (0..items.len()).flat_map(|number| components(items, number)) {
        if let Some(count) = parents.get_mut(component) {
            *count = count.saturating_add(1);
        }
    }
    let mut level: Vec<u32> = vec![0; items.len()];
    let mut settled: Vec<Option<u32>> = vec![None; items.len()];
    let mut ready: Vec<usize> = parents.iter().enumerate().filter(|(_, count)| **count == 0).map(|(number, _)| number).collect();
    while let Some(number) = ready.pop() {
        let own = level.get(number).copied().unwrap_or_default();
        if let Some(slot) = settled.get_mut(number) {
            *slot = Some(own);
        }
        for component in components(items, number) {
            if let (Some(count), Some(level)) = (parents.get_mut(component), level.get_mut(component)) {
                *level = (*level).max(own.saturating_add(1));
                *count = count.saturating_sub(1);
                if *count == 0 {
                    ready.push(component);
                }
            }
        }
    }
    settled
}

/// A circle among the products without a level: each goes into the one after it, and the last into the first.
fn find_circle(items: &Map<ProductId, Item>, levels: &[Option<u32>]) -> Vec<usize> {
    let left = |number: &usize| levels.get(*number).is_some_and(Option::is_none);
    let id = |number: &usize| items.get_index(*number).map(|(product, _)| product);
    let mut parent: Map<usize, usize> = Map::default();
    for number in (0..items.len()).filter(left) {
        for component in components(items, number) {
            let known = parent.entry(component).or_insert(number);
            if id(&number) < id(known) {
                *known = number;
            }
        }
    }
    // Every product that is left goes into another one that is left, so that the way up ends in a circle.
    let mut way: Set<usize> = (0..items.len()).filter(left).min_by_key(id).into_iter().collect();
    while let Some(next) = way.last().and_then(|last| parent.get(last)) {
        let (start, is_new) = way.insert_full(*next);
        if !is_new {
            return way.into_iter().skip(start).collect();
        }
    }
    way.into_iter().collect()
}

fn circle_problem(items: &Map<ProductId, Item>, bills: &[BillDef], circle: &[usize], path: &Path<'_>) -> Diagnostic {
    let names: Vec<&str> = circle
        .iter()
        .rev()
        .chain(circle.last())
        .filter_map(|number| items.get_index(*number))
        .map(|(product, _)| product.as_str())
        .collect();
    let first = names.first().copied().unwrap_or_default();
    let index = bills.iter().position(|bill| bill.product.as_str() == first).unwrap_or_default();
    let message = format!("`{first}` goes into itself: {}; take one of them out", names.join(", made of "));
    Diagnostic::error(RulebookCode::Cycle, &path.index(index), message)
}

/// Takes the components out that close the circle, so that the next one can be found.
fn open_circle(items: &mut Map<ProductId, Item>, circle: &[usize]) {
    let (Some(component), Some(parent)) = (circle.first(), circle.get(1).or(circle.first())) else { return };
    if let Some(bill) = items.get_index_mut(*parent).and_then(|(_, item)| item.bill.as_mut()) {
        bill.components.retain(|known| known.item != *component);
    }
}
