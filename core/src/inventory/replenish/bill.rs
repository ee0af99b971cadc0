//! Bills of materials, checked, and how much an order needs of each component.

use super::compile::Item;
use super::def::{BillComponentDef, BillDef};
use crate::id::{Map, ProductId, Set};
use crate::money::{ArithmeticError, Decimal, Exact, Percent};
use crate::quantity::Quantity;
use crate::report::{Diagnostics, InventoryCode, Path, RulebookCode, ShapeCode};

/// What a product is made of.
#[derive(Debug, Clone)]
pub(in crate::inventory) struct Bill {
    makes: Quantity,
    pub components: Vec<Component>,
}

/// One component.
#[derive(Debug, Clone)]
pub(in crate::inventory) struct Component {
    /// The product's number.
    pub item: usize,
    quantity: Quantity,
    scrap: Percent,
    round_up_to: Option<Quantity>,
}

impl Bill {
    /// How much of a component an order of so much of the product needs: with scrap, and rounded up.
    pub fn need(&self, component: &Component, ordered: Quantity) -> Result<Quantity, ArithmeticError> {
        let exact = |quantity: Quantity| Exact::from_decimal(quantity.to_decimal());
        let clean = exact(ordered)?.product(exact(component.quantity)?)?.quotient(exact(self.makes)?)?;
        let need = clean.plus(component.scrap.of(clean)?)?;
        Quantity::rounded_up(need, component.round_up_to)
    }

    /// How much of a component is in one unit of the product, when that is exact: without scrap and rounding.
    pub fn in_one(&self, component: &Component) -> Option<Quantity> {
        if component.scrap != Percent::ZERO || component.round_up_to.is_some() {
            return None;
        }
        let parts = i128::from(component.quantity.millionths()).checked_mul(MILLION)?;
        let makes = i128::from(self.makes.millionths());
        let each = parts.checked_div(makes).filter(|each| *each > 0 && each.checked_mul(makes) == Some(parts))?;
        i64::try_from(each).ok().map(Quantity::from_millionths).filter(|quantity| *quantity <= Quantity::MAX)
    }
}

const MILLION: i128 = 1_000_000;

/// Checks the bills and numbers the products in them.
pub(super) fn compile_bills(bills: &[BillDef], items: &mut Map<ProductId, Item>, path: &Path<'_>, diagnostics: &mut Diagnostics) {
    for (index, def) in bills.iter().enumerate() {
        let here = path.index(index);
        let bill = compile_bill(def, items, &here, diagnostics);
        let item = items.entry(def.product.clone()).or_default();
        if item.bill.is_some() {
            let message = format!("`{}` has another bill before this one; write one bill for each product", def.product);
            diagnostics.error(RulebookCode::DuplicateId, &here.field("product"), message);
        } else {
            item.bill = Some(bill);
        }
    }
}

fn compile_bill(def: &BillDef, items: &mut Map<ProductId, Item>, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Bill {
    if !def.makes.is_positive() {
        let message = format!("a bill that makes `{}` makes nothing; write a quantity above zero", def.makes);
        diagnostics.error(InventoryCode::Quantity, &path.field("makes"), message);
    }
    if def.components.is_empty() {
        let message = format!("the bill of `{}` has no components; add them, or leave the bill out", def.product);
        diagnostics.error(InventoryCode::Bill, &path.field("components"), message);
    }
    let mut seen = Set::default();
    let mut components = Vec::with_capacity(def.components.len());
    for (index, component) in def.components.iter().enumerate() {
        let list = path.field("components");
        let here = list.index(index);
        if !seen.insert(&component.product) {
            let message = format!("`{}` stands in the bill of `{}` twice; write one entry with the sum", component.product, def.product);
            diagnostics.error(RulebookCode::DuplicateId, &here.field("product"), message);
        }
        check_component(component, &here, diagnostics);
        let entry = items.entry(component.product.clone());
        let item = entry.index();
        entry.or_default();
        components.push(Component {
            item,
            quantity: component.quantity,
            scrap: component.scrap_percent.unwrap_or(Percent::ZERO),
            round_up_to: component.round_up_to,
        });
    }
    Bill { makes: def.makes, components }
}

fn check_component(def: &BillComponentDef, path: &Path<'_>, diagnostics: &mut Diagnostics) {
    for (name, quantity) in [("quantity", Some(def.quantity)), ("round_up_to", def.round_up_to)] {
        if let Some(quantity) = quantity.filter(|quantity| !quantity.is_positive()) {
            let message = format!("`{quantity}` of a component is nothing; write a quantity above zero, or leave it out");
            diagnostics.error(InventoryCode::Quantity, &path.field(name), message);
        }
    }
    let scrap = def.scrap_percent.unwrap_or(Percent::ZERO).to_decimal();
    if scrap.is_negative() || scrap > Decimal::HUNDRED {
        let message = format!("a scrap of `{scrap}` percent is not between 0 and 100");
        diagnostics.error(ShapeCode::InvalidValue, &path.field("scrap_percent"), message);
    }
}
