//! Bills of materials and the catalogue: what goes into a product is known.

use std::collections::BTreeSet;

use super::def::RulebookDef;
use crate::catalog::Catalog;
use crate::id::{ProductId, Set};
use crate::inventory::{BillComponentDef, BillDef};
use crate::report::{Diagnostic, Diagnostics, Path, RulebookCode, meant};

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
                diagnostics.push(unknown(component, bill, catalog, &obtained, &list.index(index).field("product")));
            }
        }
    }
}

/// A component that is not known. Nothing is made of itself, so that the product's own name helps nobody.
fn unknown(component: &BillComponentDef, bill: &BillDef, catalog: &Catalog, obtained: &Set<&ProductId>, path: &Path<'_>) -> Diagnostic {
    let (wanted, own) = (component.product.as_str(), bill.product.as_str());
    let known: BTreeSet<&str> = catalog.ids().chain(obtained.iter().map(|product| product.as_str())).filter(|id| *id != own).collect();
    let near = meant(wanted, known);
    let help = near.unwrap_or_else(|| format!("declare `{wanted}` in `products`, or say in `bills` or `replenish` how it is obtained"));
    Diagnostic::error(RulebookCode::UnknownReference, path, format!("there is no product `{wanted}`, which goes into `{own}`")).help(help)
}

#[cfg(test)]
mod tests {
    use crate::report::Sources;
    use crate::{Rulebook, RulebookDef};

    #[test]
    fn help_for_an_unknown_component_is_about_the_component() {
        let text = r#"{"schema_version": 1, "id": "kits", "currency": "EUR", "units": [{"id": "piece"}],
            "products": [{"id": "KIT-1", "unit": "piece"}, {"id": "LAMP", "unit": "piece"}],
            "inventory": {"locations": [{"id": "north"}], "kits": [{"product": "KIT-1"}], "bills": [{"product": "KIT-1", "components":
                [{"product": "LAMPE", "quantity": 1}, {"product": "KIT-2", "quantity": 1}]}]}}"#;
        let error = Rulebook::compile(RulebookDef::from_json(text).unwrap(), &Sources::none()).unwrap_err();
        let said: Vec<String> = error
            .diagnostics()
            .iter()
            .filter(|problem| problem.path.starts_with("/inventory/bills"))
            .map(|problem| format!("{}: {} | {}", problem.path, problem.message, problem.help.as_deref().unwrap_or_default()))
            .collect();
        assert_eq!(
            said,
            [
                "/inventory/bills/0/components/0/product: there is no product `LAMPE`, which goes into `KIT-1` | did you mean `LAMP`?",
                "/inventory/bills/0/components/1/product: there is no product `KIT-2`, which goes into `KIT-1` | declare `KIT-2` in `products`, \
                 or say in `bills` or `replenish` how it is obtained",
            ]
        );
    }
}
