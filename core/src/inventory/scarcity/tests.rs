//! Laws of sharing out.

use proptest::prelude::*;

use super::super::{Inventory, InventoryDef};
use super::{ShareDemand, ShareOutRequest, SharePlan, SharingDef, SharingMethod, share_out};
use crate::quantity::Quantity;
use crate::report::{Diagnostics, Path};

const METHODS: [SharingMethod; 6] = [
    SharingMethod::FirstCome,
    SharingMethod::Priority,
    SharingMethod::Equal,
    SharingMethod::ProRata,
    SharingMethod::Weighted,
    SharingMethod::EqualCover,
];

fn inventory(method: SharingMethod, multiple: u32) -> Inventory {
    let sharing = SharingDef { id: "s".parse().unwrap(), method, multiple: multiple.into(), products: Vec::new() };
    super::super::compile(&InventoryDef { sharing: vec![sharing], ..InventoryDef::default() }, &Path::ROOT, &mut Diagnostics::new())
}

prop_compose! {
    fn demand()(quantity in 1_u32..60, minimum in prop::option::of(0_u32..60), priority in 0_u32..3, day in prop::option::of(1_u8..4),
        seq in 0_u64..4, weight in 0_u32..5, stock in 0_u32..40, per_day in 0_u32..5) -> ShareDemand {
        ShareDemand {
            id: "d".parse().unwrap(),
            quantity: quantity.into(),
            minimum: minimum.map(|minimum| minimum.min(quantity).into()),
            priority,
            wanted_on: day.map(|day| format!("2026-12-0{day}").parse().unwrap()),
            seq,
            weight: Some(weight.into()),
            stock: Some(stock.into()),
            per_day: Some(per_day.into()),
        }
    }
}

fn demands() -> impl Strategy<Value = Vec<ShareDemand>> {
    prop::collection::vec(demand(), 0..7).prop_map(|mut demands| {
        for (index, demand) in demands.iter_mut().enumerate() {
            demand.id = format!("d{index}").parse().unwrap();
        }
        demands
    })
}

fn plan(method: SharingMethod, multiple: u32, supply: u32, demands: &[ShareDemand]) -> SharePlan {
    let request = ShareOutRequest { policy: None, product: None, supply: supply.into(), multiple: None, demands: demands.to_vec() };
    share_out(&inventory(method, multiple), &request).unwrap()
}

fn whole(quantity: Quantity, multiple: u32) -> i64 {
    quantity.millionths() / (i64::from(multiple) * 1_000_000)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn shares_sum_to_what_there_is_and_nobody_gets_more_than_asked(
        method in prop::sample::select(&METHODS[..]), multiple in 1_u32..5, supply in 0_u32..200, demands in demands(),
    ) {
        let plan = plan(method, multiple, supply, &demands);
        let asked: i64 = demands.iter().map(|demand| whole(demand.quantity, multiple)).sum();
        prop_assert_eq!(whole(plan.given, multiple), asked.min(i64::from(supply / multiple)));
        prop_assert_eq!(plan.given.saturating_add(plan.left), Quantity::from(supply));
        for (share, demand) in plan.shares.iter().zip(&demands) {
            prop_assert!(share.given <= demand.quantity && !share.given.is_negative());
            let chained = share.entries.iter().try_fold(Quantity::ZERO, |has, entry| {
                (entry.before == has && has.saturating_add(entry.delta) == entry.after).then_some(entry.after)
            });
            prop_assert_eq!(chained, Some(share.given));
        }
    }

    #[test]
    fn guarantees_are_kept_when_they_can_be(
        method in prop::sample::select(&METHODS[..]), supply in 0_u32..200, demands in demands(),
    ) {
        let plan = plan(method, 1, supply, &demands);
        let guaranteed: Quantity = demands.iter().filter_map(|demand| demand.minimum).sum();
        let kept = plan.shares.iter().zip(&demands).all(|(share, demand)| share.given >= demand.minimum.unwrap_or_default());
        prop_assert_eq!(kept, guaranteed <= supply.into());
    }

    #[test]
    fn the_order_of_the_request_does_not_matter(
        method in prop::sample::select(&METHODS[..]), multiple in 1_u32..5, supply in 0_u32..200, demands in demands(), turn in 0_usize..7,
    ) {
        let mut turned = demands.clone();
        turned.rotate_left(turn.min(demands.len()));
        let mut one = plan(method, multiple, supply, &demands).shares;
        let mut other = plan(method, multiple, supply, &turned).shares;
        one.sort_by(|a, b| a.id.cmp(&b.id));
        other.sort_by(|a, b| a.id.cmp(&b.id));
        prop_assert_eq!(one, other);
    }

    /// Where shares are proportions, the largest remainder may move by one multiple; otherwise more is never less.
    #[test]
    fn more_to_share_gives_nobody_less(
        method in prop::sample::select(&METHODS[..]), multiple in 1_u32..5, supply in 0_u32..200, more in 1_u32..50, demands in demands(),
    ) {
        let exact = matches!(method, SharingMethod::FirstCome | SharingMethod::Priority | SharingMethod::Equal);
        let packs = |minimum: Quantity| whole(minimum.saturating_add((multiple - 1).into()), multiple);
        let guaranteed: i64 = demands.iter().filter_map(|demand| demand.minimum).map(packs).sum();
        prop_assume!(guaranteed <= i64::from(supply / multiple));
        let before = plan(method, multiple, supply, &demands);
        let after = plan(method, multiple, supply + more, &demands);
        let slack = Quantity::from(if exact { 0 } else { multiple });
        for (one, other) in before.shares.iter().zip(&after.shares) {
            prop_assert!(one.given <= other.given.saturating_add(slack), "{:?} {:?}", one, other);
        }
    }

    /// A naive second way: give one by one, each to whom the rule would have it next.
    #[test]
    fn equal_shares_are_those_of_dealing_one_by_one(supply in 0_u32..200, mut demands in demands()) {
        for demand in &mut demands {
            demand.minimum = None;
        }
        let plan = plan(SharingMethod::Equal, 1, supply, &demands);
        let mut order: Vec<usize> = (0..demands.len()).collect();
        order.sort_by_key(|index| (std::cmp::Reverse(demands[*index].priority), demands[*index].seq, demands[*index].id.clone()));
        let mut dealt = vec![0_u32; demands.len()];
        let mut left = supply;
        while left > 0 {
            let before = left;
            for &index in &order {
                if left > 0 && Quantity::from(dealt[index]) < demands[index].quantity {
                    dealt[index] += 1;
                    left -= 1;
                }
            }
            if left == before {
                break;
            }
        }
        let given: Vec<Quantity> = plan.shares.iter().map(|share| share.given).collect();
        prop_assert_eq!(given, dealt.into_iter().map(Quantity::from).collect::<Vec<_>>());
    }
}
