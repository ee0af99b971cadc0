//! Sorting where the engine compiles and judges.
//!
//! The standard library's sort is fast and large: 13 kB of code for each type that is sorted, which a browser has to load. Here
//! lists of any type are sorted as lists of numbers, by one sort that is compiled once. What is sorted for every line of a quote, or
//! holds hundreds of thousands of entries, calls the standard library's own.

use std::cmp::Ordering;

/// Sorts by the order of the type. Equal entries keep their order.
pub(crate) fn ascending<T: Ord>(list: &mut [T]) {
    by(list, T::cmp);
}

/// Sorts by a comparison. Equal entries keep their order.
pub(crate) fn by<T>(list: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    if list.is_sorted_by(|one, other| compare(one, other).is_le()) {
        return;
    }
    let sorted = numbers(list.len(), &|one, other| match (list.get(one), list.get(other)) {
        (Some(one), Some(other)) => compare(one, other),
        _ => Ordering::Equal,
    });
    arrange(sorted, &mut |one, other| list.swap(one, other));
}

/// The numbers of entries in the order of the entries.
#[inline(never)]
fn numbers(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut sorted: Vec<usize> = (0..count).collect();
    sorted.sort_by(|one, other| compare(*one, *other));
    sorted
}

/// Swaps entries until each stands where `sorted` has its number: along every cycle of places once.
#[inline(never)]
fn arrange(mut sorted: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
    for start in 0..sorted.len() {
        let mut at = start;
        while let Some(place) = sorted.get_mut(at) {
            let from = std::mem::replace(place, at);
            if from == start {
                break;
            }
            swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorts_as_the_standard_library_does(list in prop::collection::vec((0_u8..20, 0_u16..1000), 0..200)) {
            let (mut ours, mut stable) = (list.clone(), list.clone());
            super::by(&mut ours, |one, other| one.0.cmp(&other.0));
            stable.sort_by_key(|entry| entry.0);
            prop_assert_eq!(&ours, &stable);
            super::ascending(&mut ours);
            stable.sort();
            prop_assert_eq!(ours, stable);
        }
    }
}
