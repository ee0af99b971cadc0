//! From what rule authors write to what holds for a product.

use super::def::{ConsignedStock, ExpiredLots, LotMatch, RemovalDef, RemovalStrategy, UndatedStock};
use crate::inventory::def::ProductStockDef;
use crate::report::{Diagnostics, InventoryCode, Path};

/// How stock of a product is taken.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::inventory) struct RemovalPolicy {
    pub strategy: RemovalStrategy,
    pub undated: UndatedStock,
    pub expired: ExpiredLots,
    pub lot_match: LotMatch,
    pub min_shelf_life_days: u32,
    pub consigned: ConsignedStock,
}

impl RemovalPolicy {
    /// This policy, with what a product says otherwise.
    pub fn with(self, def: &RemovalDef) -> Self {
        Self {
            strategy: def.strategy.unwrap_or(self.strategy),
            undated: def.undated.unwrap_or(self.undated),
            expired: def.expired.unwrap_or(self.expired),
            lot_match: def.lot_match.unwrap_or(self.lot_match),
            min_shelf_life_days: def.min_shelf_life_days.unwrap_or(self.min_shelf_life_days),
            consigned: def.consigned.unwrap_or(self.consigned),
        }
    }
}

/// Checks how stock of a product is taken, given how it is of all products.
pub(in crate::inventory) fn compile_removal(
    def: &ProductStockDef,
    all: RemovalPolicy,
    path: &Path<'_>,
    diagnostics: &mut Diagnostics,
) -> RemovalPolicy {
    let removal = def.removal.unwrap_or_default();
    if !def.tracked && (def.tracking.is_some() || def.removal.is_some()) {
        let message = format!(
            "`{}` is not tracked, so it has no lots and nothing is taken of it; leave out `tracking` and `removal`, or track it",
            def.product
        );
        diagnostics.error(InventoryCode::Untracked, path, message);
    } else if def.tracking.is_none() {
        let here = path.field("removal");
        for (name, given) in [
            ("undated", removal.undated.is_some()),
            ("expired", removal.expired.is_some()),
            ("lot_match", removal.lot_match.is_some()),
            ("min_shelf_life_days", removal.min_shelf_life_days.is_some()),
        ] {
            if given {
                let message = format!(
                    "`{}` has no lots that `{name}` could be about; write `\"tracking\": \"lot\"` too, or leave it out",
                    def.product
                );
                diagnostics.error(InventoryCode::LotUnexpected, &here.field(name), message);
            }
        }
    }
    all.with(&removal)
}
