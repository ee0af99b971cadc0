//! Bills of materials and the catalogue: what goes into a product is known.

use super::def::RulebookDef;
use crate::catalog::Catalog;
use crate::id::{ProductId, Set};
use crate::report::{Diagnostics, Path};

/// Reports components that are neither products of the catalogue nor made or bought by any rule: names that were misspelt.
pub(super) fn check_components(def: &RulebookDef, catalog: &Catalog, diagnostics: &mut Diagnostics) {
    let Some(inventory) = def.inventory.as_ref().filter(|inventory| !inventory.bills.is_empty()) else { return };
    let made = inventory.bills.iter().map(|bill| &bill.product);
    let obtained: Set<&ProductId> = made.chain(inventory.replenish.iter().map(|rule| &rule.product)).collect();
    let place = Path::ROOT.field("inventory");
    let bills = place.field("bills");
    for (number, bill) in inventory.bills.iter().enumerate() {
        for (index, component) in bill.components.iter().enumerate() {
            if !obtained.contains(&component.product) && catalog.find(component.product.as_str()).is_none() {
                let here = bills.index(number);
                let list = here.field("components");
                let known = catalog.ids().chain(obtained.iter().map(|product| product.as_str()));
                diagnostics.unknown(&list.index(index).field("product"), "product", component.product.as_str(), known);
            }
        }
    }
}
