//! From definitions to what is in one kit, with what is in it taken apart too.

use super::super::compile::Inventory;
use super::super::def::InventoryDef;
use super::super::replenish::{Replenish, SupplyMethod};
use super::def::{KitDef, KitShipping};
use super::plan::PlannedComponent;
use super::stock::{as_quantity, enough_for, whole};
use crate::id::{Map, ProductId, Set};
use crate::quantity::Quantity;
use crate::report::{Diagnostic, Diagnostics, InventoryCode, Path};

/// The checked kits, by product.
pub(in super::super) type Kits = Map<ProductId, Kit>;

/// A checked kit.
#[derive(Debug, Clone)]
pub(in super::super) struct Kit {
    pub ships: KitShipping,
    /// What one kit holds, in the order of the bill; no product twice, and no kit.
    pub components: Vec<Component>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Component {
    pub product: ProductId,
    /// How much one kit holds; above zero.
    pub quantity: Quantity,
}

impl Kit {
    /// How many kits components make.
    pub fn count(&self, components: &[PlannedComponent]) -> i64 {
        let kits = self.components.iter().zip(components).map(|(inside, taken)| enough_for(taken.quantity, inside.quantity));
        kits.min().unwrap_or_default()
    }
}

/// Checks the kits. Problems go to `diagnostics`; `path` is that of the stock policy.
pub(in super::super) fn compile(def: &InventoryDef, replenish: &Replenish, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Kits {
    let mut kits = Kits::default();
    if def.kits.is_empty() {
        return kits;
    }
    let list = path.field("kits");
    let mut seen = Set::default();
    for (index, kit) in def.kits.iter().enumerate() {
        if !seen.insert(&kit.product) {
            diagnostics.duplicate(&list.index(index).field("product"), "kit", kit.product.as_str());
        }
    }
    let contents = Contents::of(def, replenish);
    for (index, kit) in def.kits.iter().enumerate() {
        match contents.of_kit(kit) {
            Ok(components) => {
                kits.insert(kit.product.clone(), Kit { ships: kit.ships, components });
            }
            Err((message, help)) => {
                diagnostics.push(Diagnostic::error(InventoryCode::Kit, &list.index(index).field("product"), message).help(help));
            }
        }
    }
    check_stock_of_its_own(def, &kits, path, diagnostics);
    kits
}

/// What goes into products that are taken apart.
struct Contents<'d> {
    def: &'d InventoryDef,
    replenish: &'d Replenish,
    /// By the product's number; a product before all that it goes into. `Err` names what is wrong.
    taken_apart: Map<usize, Result<Vec<(usize, Quantity)>, String>>,
}

type Problem = (String, &'static str);

impl<'d> Contents<'d> {
    fn of(def: &'d InventoryDef, replenish: &'d Replenish) -> Self {
        let mut contents = Self { def, replenish, taken_apart: Map::default() };
        for number in replenish.order.iter().rev().copied() {
            if contents.is_taken_apart(number) {
                let inside = contents.inside(number);
                contents.taken_apart.insert(number, inside);
            }
        }
        contents
    }

    fn is_taken_apart(&self, number: usize) -> bool {
        let Some((product, item)) = self.replenish.items.get_index(number) else { return false };
        item.bill.is_some() && item.rule.as_ref().is_none_or(|rule| rule.method == SupplyMethod::Phantom) && self.is_kit_or_phantom(product)
    }

    fn is_kit_or_phantom(&self, product: &ProductId) -> bool {
        let phantom = self.def.replenish.iter().any(|rule| rule.product == *product && rule.method == SupplyMethod::Phantom);
        phantom || self.def.kits.iter().any(|kit| kit.product == *product)
    }

    fn inside(&self, number: usize) -> Result<Vec<(usize, Quantity)>, String> {
        let mut sums: Map<usize, Quantity> = Map::default();
        let Some(bill) = self.replenish.items.get_index(number).and_then(|(_, item)| item.bill.as_ref()) else { return Ok(Vec::new()) };
        for component in &bill.components {
            let each = bill.in_one(component).ok_or_else(|| self.name(component.item))?;
            let inside = match self.taken_apart.get(&component.item) {
                None => vec![(component.item, Quantity::from(1))],
                Some(inside) => inside.clone()?,
            };
            for (product, quantity) in inside {
                let quantity = times_exactly(each, quantity).ok_or_else(|| self.name(product))?;
                let sum = sums.entry(product).or_default();
                *sum = sum.checked_add(quantity).ok_or_else(|| self.name(product))?;
            }
        }
        Ok(sums.into_iter().collect())
    }

    fn name(&self, number: usize) -> String {
        self.replenish.items.get_index(number).map(|(product, _)| product.to_string()).unwrap_or_default()
    }

    fn of_kit(&self, kit: &KitDef) -> Result<Vec<Component>, Problem> {
        let product = &kit.product;
        let item = self.replenish.items.get_full(product);
        let Some((number, _, item)) = item.filter(|(_, _, item)| item.bill.is_some()) else {
            return Err((format!("the kit `{product}` has no bill that says what is in it"), "add one to `bills`"));
        };
        if item.rule.as_ref().is_some_and(|rule| rule.method != SupplyMethod::Phantom) {
            let message = format!("`{product}` is bought or made, and a kit is neither: its components are taken in its place");
            return Err((message, "leave its entry in `replenish` out, or write `phantom` there"));
        }
        match self.taken_apart.get(&number) {
            Some(Ok(inside)) => Ok(inside.iter().filter_map(|(number, quantity)| self.component(*number, *quantity)).collect()),
            Some(Err(component)) => {
                let message = format!("how much of `{component}` one `{product}` holds is no exact quantity");
                Err((message, "write a quantity of at most 6 decimals for each one, without `scrap_percent` and `round_up_to`"))
            }
            None => Ok(Vec::new()),
        }
    }

    fn component(&self, number: usize, quantity: Quantity) -> Option<Component> {
        let (product, _) = self.replenish.items.get_index(number)?;
        Some(Component { product: product.clone(), quantity })
    }
}

fn times_exactly(one: Quantity, other: Quantity) -> Option<Quantity> {
    let product = i128::from(one.millionths()).checked_mul(other.millionths().into())?;
    let whole = product.checked_div(MILLION).filter(|whole| whole.checked_mul(MILLION) == Some(product))?;
    Some(Quantity::from_millionths(i64::try_from(whole).ok()?)).filter(|quantity| *quantity <= Quantity::MAX)
}

const MILLION: i128 = 1_000_000;

/// A kit has no stock of its own, so nothing can be said of it.
fn check_stock_of_its_own(def: &InventoryDef, kits: &Kits, path: &Path<'_>, diagnostics: &mut Diagnostics) {
    let mut refuse = |product: Option<&ProductId>, path: &Path<'_>| {
        if let Some(product) = product.filter(|product| kits.contains_key(*product)) {
            let message = format!("`{product}` is a kit and has no stock of its own");
            diagnostics.push(Diagnostic::error(InventoryCode::Kit, path, message).help("name its components"));
        }
    };
    let list = path.field("products");
    for (index, item) in def.products.iter().enumerate() {
        refuse(Some(&item.product), &list.index(index).field("product"));
    }
    let list = path.field("safety_stock");
    for (index, safety) in def.safety_stock.iter().enumerate() {
        refuse(safety.product.as_ref(), &list.index(index).field("product"));
    }
    let list = path.field("quotas");
    for (index, quota) in def.quotas.iter().enumerate() {
        let here = list.index(index);
        let products = here.field("products");
        for (number, product) in quota.products.iter().enumerate() {
            refuse(Some(&product.product), &products.index(number).field("product"));
        }
    }
    check_ratios(def, kits, path, diagnostics);
}

/// Kits replace, and are replaced, in whole kits.
fn check_ratios(def: &InventoryDef, kits: &Kits, path: &Path<'_>, diagnostics: &mut Diagnostics) {
    let list = path.field("substitutes");
    for (index, substitute) in def.substitutes.iter().enumerate() {
        let sides = [("from", &substitute.from, substitute.ratio.from), ("to", &substitute.to, substitute.ratio.to)];
        for (field, product, quantity) in sides {
            if kits.contains_key(product) && as_quantity(whole(quantity)) != quantity {
                let message = format!("`{quantity}` of the kit `{product}` are no whole number of kits; write a whole number");
                diagnostics.error(InventoryCode::Kit, &list.index(index).field("ratio").field(field), message);
            }
        }
    }
}

impl Inventory {
    /// What is in a product, when that is a kit.
    pub(in super::super) fn kit(&self, product: &ProductId) -> Option<&Kit> {
        if self.kits().is_empty() { None } else { self.kits().get(product) }
    }
}
