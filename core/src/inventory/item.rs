//! What is special about the stock of single products.

use super::def::{Backorder, InventoryDef, ProductStockDef};
use super::dimensions::Tracking;
use super::removal::{RemovalPolicy, compile_removal};
use crate::id::{Map, ProductId, Set};
use crate::quantity::Quantity;
use crate::report::{Diagnostics, InventoryCode, Path, RulebookCode};

/// What is special about the stock of one product; what it leaves open is as for all products.
#[derive(Debug, Clone, Default)]
pub(super) struct ItemPolicy {
    safety_everywhere: Option<Quantity>,
    /// By rank of the location.
    safety_at: Map<usize, Quantity>,
    pub sku_threshold: Option<Quantity>,
    pub backorder: Option<Backorder>,
    pub untracked: bool,
    pub tracking: Option<Tracking>,
    /// Absent: as of all products.
    pub removal: Option<RemovalPolicy>,
}

impl ItemPolicy {
    pub fn safety_at(&self, rank: usize) -> Option<Quantity> {
        self.safety_at.get(&rank).copied().or(self.safety_everywhere)
    }

    pub fn set_safety(&mut self, rank: Option<usize>, quantity: Quantity) {
        match rank {
            None => self.safety_everywhere = Some(quantity),
            Some(rank) => {
                self.safety_at.insert(rank, quantity);
            }
        }
    }
}

/// Checks what is said of single products, and what holds for all that are not named.
pub(super) fn compile_items(def: &InventoryDef, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Map<ProductId, ItemPolicy> {
    let removal = RemovalPolicy::default().with(&def.removal);
    check_threshold(def.sku_threshold, path, diagnostics);
    check_backorder(def.backorder, path, diagnostics);
    let mut seen = Set::default();
    let mut items: Map<ProductId, ItemPolicy> = Map::default();
    for (index, product) in def.products.iter().enumerate() {
        let list = path.field("products");
        let here = list.index(index);
        if !seen.insert(&product.product) {
            let message = format!("the stock of `{}` is described twice; write one entry for each product", product.product);
            diagnostics.error(RulebookCode::DuplicateId, &here.field("product"), message);
            continue;
        }
        items.insert(product.product.clone(), compile_item(product, removal, &here, diagnostics));
    }
    items
}

fn compile_item(def: &ProductStockDef, removal: RemovalPolicy, path: &Path<'_>, diagnostics: &mut Diagnostics) -> ItemPolicy {
    check_threshold(def.sku_threshold.unwrap_or_default(), path, diagnostics);
    check_backorder(def.backorder.unwrap_or_default(), path, diagnostics);
    if !def.tracked && (def.sku_threshold.is_some() || def.backorder.is_some()) {
        let message = format!(
            "`{}` is not tracked, so it has no threshold and no backorders; leave out `sku_threshold` and `backorder`, or track it",
            def.product
        );
        diagnostics.error(InventoryCode::Untracked, path, message);
    }
    ItemPolicy {
        sku_threshold: def.sku_threshold,
        backorder: def.backorder,
        untracked: !def.tracked,
        tracking: def.tracking,
        removal: Some(compile_removal(def, removal, path, diagnostics)),
        ..ItemPolicy::default()
    }
}

fn check_threshold(threshold: Quantity, path: &Path<'_>, diagnostics: &mut Diagnostics) {
    if threshold.is_negative() {
        let message =
            format!("the threshold `{threshold}` is below zero; write zero or more, and what may be sold beyond the stock as `backorder`");
        diagnostics.error(InventoryCode::Quantity, &path.field("sku_threshold"), message);
    }
}

fn check_backorder(backorder: Backorder, path: &Path<'_>, diagnostics: &mut Diagnostics) {
    if let Backorder::Limit(limit) = backorder
        && !limit.is_positive()
    {
        let message = format!("a backorder limit of `{limit}` lets nothing be ordered; write a number above zero, or `denied`");
        diagnostics.error(InventoryCode::Quantity, &path.field("backorder").field("limit"), message);
    }
}
