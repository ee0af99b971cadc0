//! Locations that are parts of others: bins of a warehouse, warehouses of a region.

use super::compile::Inventory;
use super::def::LocationDef;
use crate::report::{Diagnostic, Diagnostics, Path, RulebookCode};

/// The rank of each location's parent, by rank; empty when no location has one.
pub(super) fn compile_parents(
    defs: &[LocationDef],
    inventory: &Inventory,
    path: &Path<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<Option<usize>> {
    if defs.iter().all(|def| def.parent.is_none()) {
        return Vec::new();
    }
    let mut parents: Vec<Option<usize>> = vec![None; inventory.names().len()];
    for (index, def) in defs.iter().enumerate() {
        let (Some(parent), Some(rank)) = (&def.parent, inventory.rank(&def.id)) else { continue };
        let here = path.index(index);
        let Some(whole) = inventory.rank(parent) else {
            let mut problem = inventory.unknown_location(parent, &here.field("parent"));
            problem.code = RulebookCode::UnknownReference.into();
            diagnostics.push(problem);
            continue;
        };
        if leads_to(&parents, whole, rank) {
            let message = format!("the location `{}` would be a part of itself; give one of them another parent", def.id);
            diagnostics.push(Diagnostic::error(RulebookCode::Cycle, &here.field("parent"), message));
        } else if let Some(slot) = parents.get_mut(rank) {
            *slot = Some(whole);
        }
    }
    parents
}

fn leads_to(parents: &[Option<usize>], from: usize, to: usize) -> bool {
    std::iter::successors(Some(from), |rank| parents.get(*rank).copied().flatten()).any(|rank| rank == to)
}
