//! Lot sizes: how much is ordered at a time.

use super::def::LotDef;
use crate::money::{ArithmeticError, Exact};
use crate::quantity::Quantity;
use crate::report::{Diagnostics, InventoryCode, Path};

/// Checked lot sizes.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::inventory) struct Lot {
    minimum: Option<Quantity>,
    multiple: Option<Quantity>,
    /// A whole multiple, when there is one.
    maximum: Option<Quantity>,
}

impl Lot {
    /// The orders that a need becomes: each allowed, together at least the need. `None` when they would be more than `most`.
    pub fn orders(&self, need: Quantity, most: usize) -> Result<Option<Vec<Quantity>>, ArithmeticError> {
        let mut orders = Vec::new();
        let mut left = need;
        while left.is_positive() {
            if orders.len() == most {
                return Ok(None);
            }
            let wanted = self.rounded(left)?;
            let order = self.maximum.map_or(wanted, |maximum| wanted.min(maximum));
            orders.push(order);
            left = left.saturating_sub(order);
        }
        Ok(Some(orders))
    }

    /// A need after minimum and multiple.
    fn rounded(&self, need: Quantity) -> Result<Quantity, ArithmeticError> {
        let least = self.minimum.map_or(need, |minimum| need.max(minimum));
        round(least, self.multiple)
    }
}

fn round(quantity: Quantity, multiple: Option<Quantity>) -> Result<Quantity, ArithmeticError> {
    if multiple.is_none() {
        return Ok(quantity);
    }
    Quantity::rounded_up(Exact::from_decimal(quantity.to_decimal())?, multiple)
}

/// Checks lot sizes.
pub(super) fn compile_lot(def: &LotDef, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Lot {
    let mut usable = true;
    for (name, quantity) in [("minimum", def.minimum), ("multiple", def.multiple), ("maximum", def.maximum)] {
        if let Some(quantity) = quantity.filter(|quantity| !quantity.is_positive()) {
            let message = format!("a lot size of `{quantity}` is nothing; write a quantity above zero, or leave it out");
            diagnostics.error(InventoryCode::Quantity, &path.field(name), message);
            usable = false;
        }
    }
    if !usable {
        return Lot::default();
    }
    let maximum = def.maximum.map(|maximum| maximum.whole_multiple_of(def.multiple.unwrap_or_default()));
    let lot = Lot { minimum: def.minimum, multiple: def.multiple, maximum };
    let least = lot.rounded(def.minimum.unwrap_or_default().max(def.multiple.unwrap_or_default()));
    if let (Some(maximum), Ok(least)) = (maximum, least)
        && maximum < least
    {
        let most = def.maximum.unwrap_or_default();
        let message = format!("no order is allowed: the least is `{least}`, and the most `{most}`; raise `maximum`");
        diagnostics.error(InventoryCode::Lot, path, message);
        return Lot::default();
    }
    lot
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_need_becomes_allowed_orders() {
        let lot = |minimum: u32, multiple: u32, maximum: u32| {
            let some = |quantity: u32| Some(Quantity::from(quantity)).filter(|quantity| quantity.is_positive());
            let mut diagnostics = Diagnostics::new();
            let def = LotDef { minimum: some(minimum), multiple: some(multiple), maximum: some(maximum) };
            let lot = compile_lot(&def, &Path::ROOT, &mut diagnostics);
            (lot, diagnostics.has_errors())
        };
        let orders = |lot: Lot, need: u32| {
            lot.orders(need.into(), 10).unwrap().map(|orders| orders.iter().map(Quantity::to_string).collect::<Vec<_>>().join(" "))
        };
        for (sizes, need, expected) in [
            ((0, 0, 0), 7, "7"),
            ((10, 0, 0), 7, "10"),
            ((0, 6, 0), 7, "12"),
            ((5, 6, 0), 3, "6"),
            ((0, 0, 3), 7, "3 3 1"),
            ((2, 2, 5), 7, "4 4"),
            ((4, 0, 6), 7, "6 4"),
        ] {
            assert_eq!(orders(lot(sizes.0, sizes.1, sizes.2).0, need).as_deref(), Some(expected), "{sizes:?} {need}");
        }
        assert_eq!(orders(lot(0, 0, 1).0, 11), None);
        assert!(lot(5, 4, 7).1 && lot(0, 4, 3).1 && !lot(5, 4, 8).1);
    }
}
