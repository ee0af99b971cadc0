//! Laws of substitutes.

use proptest::prelude::*;
use serde_json::json;

use super::super::{Inventory, InventoryDef};
use super::{PlanSubstitutesRequest, SubstitutePlan, plan_substitutes};
use crate::id::{Map, ProductId};
use crate::quantity::Quantity;
use crate::report::{Diagnostics, Path};

/// Products 0 to 4; a rule always leads to a higher number, so that there is no circle.
fn inventory(rules: &[(usize, usize, u32, u32, u32, bool)]) -> Inventory {
    let mut seen = std::collections::BTreeSet::new();
    let rules: Vec<_> = rules
        .iter()
        .filter(|(from, by, ..)| seen.insert((*from, *by)))
        .map(|(from, by, one, other, priority, consent)| {
            json!({"from": format!("p{from}"), "to": format!("p{}", from + by), "ratio": {"from": one, "to": other}, "priority": priority, "needs_consent": consent})
        })
        .collect();
    let def: InventoryDef = serde_json::from_value(json!({"locations": [{"id": "a"}, {"id": "b"}], "substitutes": rules})).unwrap();
    let mut problems = Diagnostics::new();
    let inventory = super::super::compile(&def, &Path::ROOT, &mut problems);
    problems.finish().unwrap();
    inventory
}

fn plan(inventory: &Inventory, stock: &[(u32, u32)], lines: &[(usize, u32)]) -> SubstitutePlan {
    let positions: Vec<_> = stock
        .iter()
        .enumerate()
        .flat_map(|(number, (a, b))| {
            [
                json!({"product": format!("p{number}"), "location": "a", "on_hand": a}),
                json!({"product": format!("p{number}"), "location": "b", "on_hand": b}),
            ]
        })
        .collect();
    let lines: Vec<_> = lines
        .iter()
        .enumerate()
        .map(|(id, (product, quantity))| json!({"id": id.to_string(), "product": format!("p{product}"), "quantity": quantity}))
        .collect();
    let request: PlanSubstitutesRequest =
        serde_json::from_value(json!({"state": {"positions": positions}, "at": "2026-12-01T08:00:00Z", "lines": lines})).unwrap();
    plan_substitutes(inventory, &request).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn lines_keep_their_quantity_and_no_unit_is_given_twice(
        rules in prop::collection::vec((0_usize..4, 1_usize..3, 1_u32..4, 1_u32..4, 0_u32..3, any::<bool>()), 0..6),
        stock in prop::collection::vec((0_u32..8, 0_u32..8), 7), lines in prop::collection::vec((0_usize..5, 1_u32..20), 1..5),
    ) {
        let inventory = inventory(&rules);
        let plan = plan(&inventory, &stock, &lines);
        let mut given: Map<ProductId, Quantity> = Map::default();
        for (line, (_, quantity)) in plan.lines.iter().zip(&lines) {
            prop_assert_eq!(line.requested, Quantity::from(*quantity));
            let covered: Quantity = line.fulfilled_as.iter().map(|instead| instead.covers).sum();
            prop_assert_eq!(line.own.saturating_add(covered).saturating_add(line.short), line.requested);
            *given.entry(line.product.clone()).or_default() = given.get(&line.product).copied().unwrap_or_default().saturating_add(line.own);
            for instead in line.fulfilled_as.iter().chain(&line.asked) {
                let parts: Quantity = instead.parts.iter().map(|part| part.quantity).sum();
                prop_assert_eq!(parts, instead.quantity);
                // Whole sets: covers * to = quantity * from.
                let one = i128::from(instead.covers.millionths()) * i128::from(instead.ratio.to.millionths());
                let other = i128::from(instead.quantity.millionths()) * i128::from(instead.ratio.from.millionths());
                prop_assert_eq!(one, other);
                let sum = given.entry(instead.product.clone()).or_default();
                *sum = sum.saturating_add(instead.quantity);
            }
        }
        for (product, given) in given {
            let number: usize = product.as_str()[1..].parse().unwrap();
            prop_assert!(given <= Quantity::from(stock[number].0 + stock[number].1), "{product}: {given}");
        }
    }

    /// What a line gets of its own product is what it would get if nothing could stand in for anything.
    #[test]
    fn own_stock_comes_first(
        rules in prop::collection::vec((0_usize..4, 1_usize..3, 1_u32..4, 1_u32..4, 0_u32..3, any::<bool>()), 0..6),
        stock in prop::collection::vec((0_u32..8, 0_u32..8), 7), lines in prop::collection::vec((0_usize..5, 1_u32..20), 1..5),
    ) {
        let with = plan(&inventory(&rules), &stock, &lines);
        let without = plan(&inventory(&[]), &stock, &lines);
        for (one, other) in with.lines.iter().zip(&without.lines) {
            prop_assert_eq!(one.own, other.own);
        }
    }
}
