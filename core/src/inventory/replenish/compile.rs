//! From bills and rules to numbered products in levels: whatever goes into a product stands on a deeper level than it.

use super::super::kit::KitDef;
use super::bill::{Bill, compile_bills};
use super::def::{BillDef, LeadTime, LotDef, ReplenishDef, SupplyMethod};
use super::level::by_level;
use super::lot::{Lot, compile_lot};
use super::reorder::{ReorderDef, StockAlertDef, check_alerts};
use crate::id::{LocationId, Map, ProductId};
use crate::report::{Diagnostic, Diagnostics, InventoryCode, Path, RulebookCode, ShapeCode, did_you_mean};

/// The longest lead time, in days: ten years.
const MAX_LEAD: u32 = 3_650;

/// How every product of the rulebook is obtained, checked.
#[derive(Debug, Clone, Default)]
pub(in crate::inventory) struct Replenish {
    /// Every product that has a rule or a bill, or goes into one. Its place here is its number.
    pub items: Map<ProductId, Item>,
    /// The numbers in the order of levels: a product before all that goes into it.
    pub order: Vec<usize>,
}

/// How one product is obtained.
#[derive(Debug, Clone, Default)]
pub(in crate::inventory) struct Item {
    /// Its rule; absent: nothing says how it is obtained.
    pub rule: Option<Rule>,
    pub bill: Option<Bill>,
    /// 0 for what goes into nothing.
    pub level: u32,
}

#[derive(Debug, Clone)]
pub(in crate::inventory) struct Rule {
    pub method: SupplyMethod,
    pub lead_time: LeadTime,
    pub lot: Lot,
    pub location: Option<LocationId>,
    pub reorder: Option<ReorderDef>,
    pub safety_days: u32,
    pub alerts: Vec<StockAlertDef>,
}

/// Checks bills and rules. `locations` says whether each location is active; `path` is that of the stock policy.
pub(in crate::inventory) fn compile_replenish(
    bills: &[BillDef],
    rules: &[ReplenishDef],
    kits: &[KitDef],
    locations: &Map<LocationId, bool>,
    path: &Path<'_>,
    diagnostics: &mut Diagnostics,
) -> Replenish {
    let mut replenish = Replenish::default();
    compile_bills(bills, &mut replenish.items, &path.field("bills"), diagnostics);
    for (index, def) in rules.iter().enumerate() {
        let list = path.field("replenish");
        let here = list.index(index);
        let rule = compile_rule(def, locations, &here, diagnostics);
        let item = replenish.items.entry(def.product.clone()).or_default();
        if item.rule.is_some() {
            let message = format!("how `{}` is obtained is said twice; write one entry for each product", def.product);
            diagnostics.error(RulebookCode::DuplicateId, &here.field("product"), message);
            continue;
        }
        check_bill(def, item.bill.is_some(), &here, diagnostics);
        item.rule = Some(rule);
    }
    for kit in kits {
        take_apart(&mut replenish.items, &kit.product);
    }
    warn_of_idle_bills(bills, &replenish.items, &path.field("bills"), diagnostics);
    replenish.order = by_level(&mut replenish.items, bills, &path.field("bills"), diagnostics);
    replenish
}

/// A kit is a phantom, whether or not a rule says so.
fn take_apart(items: &mut Map<ProductId, Item>, kit: &ProductId) {
    if let Some(item) = items.get_mut(kit).filter(|item| item.bill.is_some() && item.rule.is_none()) {
        item.rule = Some(Rule {
            method: SupplyMethod::Phantom,
            lead_time: LeadTime::default(),
            lot: Lot::default(),
            location: None,
            reorder: None,
            safety_days: 0,
            alerts: Vec::new(),
        });
    }
}

fn compile_rule(def: &ReplenishDef, locations: &Map<LocationId, bool>, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Rule {
    let (LeadTime::Days(days) | LeadTime::WorkingDays(days)) = def.lead_time;
    if days > MAX_LEAD {
        let message = format!("a lead time of `{days}` days is longer than {MAX_LEAD}");
        diagnostics.error(ShapeCode::InvalidValue, &path.field("lead_time"), message);
    }
    if let Some(location) = &def.location
        && locations.get(location) != Some(&true)
    {
        diagnostics.push(no_place(location, locations, &path.field("location")));
    }
    if def.safety_days > MAX_LEAD {
        let message = format!("`{}` safety days are more than {MAX_LEAD}", def.safety_days);
        diagnostics.error(ShapeCode::InvalidValue, &path.field("safety_days"), message);
    }
    if let Some(reorder) = def.reorder {
        reorder.check(&path.field("reorder"), diagnostics);
    }
    check_alerts(&def.alerts, &path.field("alerts"), diagnostics);
    Rule {
        method: def.method,
        lead_time: def.lead_time,
        lot: compile_lot(&def.lot, &path.field("lot"), diagnostics),
        location: def.location.clone(),
        reorder: def.reorder,
        safety_days: def.safety_days,
        alerts: def.alerts.clone(),
    }
}

fn no_place(location: &LocationId, locations: &Map<LocationId, bool>, path: &Path<'_>) -> Diagnostic {
    if locations.contains_key(location) {
        let message = format!("the location `{location}` is not active, so what arrives there could not be used; name an active one");
        return Diagnostic::error(InventoryCode::UnknownLocation, path, message);
    }
    let message = format!("the location `{location}` is not declared in the rulebook");
    let known = locations.keys().map(LocationId::as_str);
    Diagnostic::error(RulebookCode::UnknownReference, path, message).maybe_help(did_you_mean(location.as_str(), known))
}

/// What is made needs a bill, what is bought needs none, and a phantom has nothing of its own.
fn check_bill(def: &ReplenishDef, has_bill: bool, path: &Path<'_>, diagnostics: &mut Diagnostics) {
    let product = &def.product;
    match (def.method, has_bill) {
        (SupplyMethod::Buy, true) => {
            let message = format!("`{product}` is bought, so its bill is never used; leave one of them out");
            diagnostics.warning(RulebookCode::Unused, &path.field("method"), message);
        }
        (SupplyMethod::Buy, false) => {}
        (_, false) => {
            let message = format!("`{product}` has no bill that says what it is made of; add one to `bills`, or write `buy`");
            diagnostics.error(InventoryCode::Bill, &path.field("method"), message);
        }
        (_, true) => {}
    }
    let ordered = def.lead_time != LeadTime::default() || def.lot != LotDef::default() || def.location.is_some();
    let of_its_own = ordered || def.reorder.is_some() || def.safety_days > 0 || !def.alerts.is_empty();
    if def.method == SupplyMethod::Phantom && of_its_own {
        let message = format!("`{product}` is a phantom and never ordered; leave out all but `product` and `method`");
        diagnostics.error(InventoryCode::Bill, path, message);
    }
}

fn warn_of_idle_bills(bills: &[BillDef], items: &Map<ProductId, Item>, path: &Path<'_>, diagnostics: &mut Diagnostics) {
    for (index, bill) in bills.iter().enumerate() {
        if items.get(&bill.product).is_none_or(|item| item.rule.is_none()) {
            let message = format!("nothing in `replenish` says how `{}` is made, so its bill is never used", bill.product);
            diagnostics.warning(RulebookCode::Unused, &path.index(index).field("product"), message);
        }
    }
}
