//! From definitions to policies that are found by name and by product.

use super::def::{SharingDef, SharingMethod};
use crate::id::{Map, ProductId, SharingId};
use crate::quantity::Quantity;
use crate::report::{Diagnostics, InventoryCode, Path, RulebookCode};

/// The checked policies.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Sharing {
    policies: Map<SharingId, Policy>,
    /// The places of the policies that name products.
    products: Map<ProductId, usize>,
    /// The place of the policy for every other product.
    others: Option<usize>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Policy {
    pub method: SharingMethod,
    pub multiple: Quantity,
}

impl Sharing {
    pub(super) fn named(&self, id: &SharingId) -> Option<(&SharingId, Policy)> {
        self.policies.get_key_value(id).map(|(id, policy)| (id, *policy))
    }

    pub(super) fn of_product(&self, product: Option<&ProductId>) -> Option<(&SharingId, Policy)> {
        let special = product.and_then(|product| self.products.get(product).copied());
        self.policies.get_index(special.or(self.others)?).map(|(id, policy)| (id, *policy))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.policies.keys().map(SharingId::as_str)
    }
}

/// Checks the policies. Problems go to `diagnostics`.
pub(in super::super) fn compile(defs: &[SharingDef], path: &Path<'_>, diagnostics: &mut Diagnostics) -> Sharing {
    let mut sharing = Sharing::default();
    for (index, def) in defs.iter().enumerate() {
        let here = path.index(index);
        if sharing.policies.contains_key(&def.id) {
            diagnostics.duplicate(&here.field("id"), "sharing policy", def.id.as_str());
            continue;
        }
        if !def.multiple.is_positive() {
            let message =
                format!("nothing can be given in multiples of `{}`; write what a pack holds, or leave it out for 1", def.multiple);
            diagnostics.error(InventoryCode::Quantity, &here.field("multiple"), message);
        }
        let place = sharing.policies.len();
        sharing.policies.insert(def.id.clone(), Policy { method: def.method, multiple: def.multiple });
        assign_products(&mut sharing, def, place, &here, diagnostics);
    }
    sharing
}

fn assign_products(sharing: &mut Sharing, def: &SharingDef, place: usize, path: &Path<'_>, diagnostics: &mut Diagnostics) {
    if def.products.is_empty() {
        match sharing.others.and_then(|other| sharing.policies.get_index(other)) {
            Some((other, _)) => {
                let message = format!("`{}` and `{other}` are both for every product; name the products of one of them", def.id);
                diagnostics.error(RulebookCode::DuplicateId, &path.field("products"), message);
            }
            None => sharing.others = Some(place),
        }
    }
    for (index, product) in def.products.iter().enumerate() {
        if let Some(other) = sharing.products.get(product).and_then(|other| sharing.policies.get_index(*other)) {
            let message = format!("the product `{product}` is shared out by `{}` already; keep it in one policy", other.0);
            diagnostics.error(RulebookCode::DuplicateId, &path.field("products").index(index), message);
        } else {
            sharing.products.insert(product.clone(), place);
        }
    }
}
