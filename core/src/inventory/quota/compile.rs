//! From definitions to quotas that are found by product, and groups that are found by characteristics.

use std::collections::BTreeMap;

use super::def::{QuotaCapDef, QuotaDef, QuotaDrawnBy, QuotaGroupDef, QuotaOthers, QuotaPeriod, QuotaWindow};
use crate::id::{AttributeId, Map, ProductId, QuotaGroupId, QuotaId, Set};
use crate::limits::Limits;
use crate::quantity::Quantity;
use crate::report::{Diagnostic, Diagnostics, InventoryCode, LimitCode, Path, RulebookCode};
use crate::sort;
use crate::time::Date;

/// The checked quotas.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Quotas {
    pub(super) quotas: Vec<Quota>,
    /// Every characteristic that a quota tells groups apart by.
    pub(super) characteristics: Set<AttributeId>,
}

#[derive(Debug, Clone)]
pub(super) struct Quota {
    pub id: QuotaId,
    /// The factors; none when every product draws on it.
    products: Map<ProductId, Quantity>,
    pub window: QuotaWindow,
    pub groups: Vec<Group>,
    /// Whether demands of no group are limited; their group is the last one then.
    others: bool,
    /// Whether reservations draw on it.
    pub by_reservations: bool,
}

impl Quotas {
    pub fn is_empty(&self) -> bool {
        self.quotas.is_empty()
    }

    /// The quotas on which reservations of a product draw.
    pub fn drawn_on(&self, product: &ProductId) -> impl Iterator<Item = &QuotaId> {
        let draws = |quota: &&Quota| quota.by_reservations && quota.factor(product).is_some();
        self.quotas.iter().filter(draws).map(|quota| &quota.id)
    }
}

#[derive(Debug, Clone)]
pub(super) struct Group {
    /// None for everybody else.
    pub id: Option<QuotaGroupId>,
    values: BTreeMap<AttributeId, String>,
    /// The shortest period first; none when nothing may be taken at all.
    pub caps: Vec<Cap>,
}

#[derive(Debug, Clone)]
pub(super) struct Cap {
    pub period: QuotaPeriod,
    quantity: Quantity,
    /// By the first day of the period.
    dated: Map<Date, Quantity>,
}

impl Quota {
    /// How much one unit of a product consumes; none when the product does not draw on the quota.
    pub fn factor(&self, product: &ProductId) -> Option<Quantity> {
        if self.products.is_empty() { Some(Quantity::from(1)) } else { self.products.get(product).copied() }
    }

    /// The place of the group that a demand belongs to; none when it is not limited.
    pub fn group_of(&self, characteristics: &BTreeMap<AttributeId, String>) -> Option<usize> {
        let fits = |group: &Group| group.values.iter().all(|(name, value)| characteristics.get(name) == Some(value));
        let place = self.groups.iter().position(fits)?;
        let is_rest = self.groups.get(place).is_some_and(|group| group.id.is_none());
        (!is_rest || self.others).then_some(place)
    }

    /// The place of a group by its name; everybody else has none.
    pub fn group_named(&self, id: Option<&QuotaGroupId>) -> Option<usize> {
        self.groups.iter().position(|group| group.id.as_ref() == id)
    }
}

impl Cap {
    /// How much may be taken in the period that begins on that day.
    pub fn quantity(&self, start: Date) -> Quantity {
        self.dated.get(&start).copied().unwrap_or(self.quantity)
    }
}

/// Checks the quotas. Problems go to `diagnostics`.
pub(in super::super) fn compile(defs: &[QuotaDef], path: &Path<'_>, diagnostics: &mut Diagnostics) -> Quotas {
    let mut quotas = Quotas::default();
    let mut seen = Set::default();
    for (index, def) in defs.iter().enumerate() {
        let here = path.index(index);
        if !seen.insert(&def.id) {
            diagnostics.duplicate(&here.field("id"), "quota", def.id.as_str());
        }
        quotas.characteristics.extend(def.by.iter().cloned());
        quotas.quotas.push(compile_quota(def, &here, diagnostics));
    }
    quotas
}

fn compile_quota(def: &QuotaDef, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Quota {
    let products = compile_products(def, &path.field("products"), diagnostics);
    check_window(def.window, &path.field("window"), diagnostics);
    let mut groups: Vec<Group> = Vec::with_capacity(def.groups.len().saturating_add(1));
    let list = path.field("groups");
    for (index, group) in def.groups.iter().enumerate() {
        let here = list.index(index);
        check_group(def, group, &groups, &here, diagnostics);
        let caps = compile_caps(&group.caps, &here.field("caps"), diagnostics);
        groups.push(Group { id: Some(group.id.clone()), values: group.values.clone(), caps });
    }
    let caps = match &def.others {
        QuotaOthers::Unlimited | QuotaOthers::Nothing => Vec::new(),
        QuotaOthers::Caps(caps) => compile_caps(caps, &path.field("others").field("caps"), diagnostics),
    };
    groups.push(Group { id: None, values: BTreeMap::new(), caps });
    let others = def.others != QuotaOthers::Unlimited;
    if !others && def.groups.is_empty() {
        let message = format!("the quota `{}` limits nobody; give it groups, or caps for all under `others`", def.id);
        diagnostics.error(InventoryCode::QuotaCaps, path, message);
    }
    let by_reservations = def.drawn_by == QuotaDrawnBy::Reservations;
    Quota { id: def.id.clone(), products, window: def.window, groups, others, by_reservations }
}

fn compile_products(def: &QuotaDef, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Map<ProductId, Quantity> {
    let mut products = Map::default();
    for (index, product) in def.products.iter().enumerate() {
        let here = path.index(index);
        if !product.factor.is_positive() {
            let message = format!("the factor `{}` is not above zero; leave it out for 1", product.factor);
            diagnostics.error(InventoryCode::Quantity, &here.field("factor"), message);
        }
        if products.insert(product.product.clone(), product.factor).is_some() {
            diagnostics.duplicate(&here.field("product"), "product", product.product.as_str());
        }
    }
    products
}

fn check_window(window: QuotaWindow, path: &Path<'_>, diagnostics: &mut Diagnostics) {
    let most = Limits::default().quota_periods;
    for (name, periods) in [("backward", window.backward), ("forward", window.forward)] {
        if periods > most {
            let message = format!("a window of `{periods}` periods is too wide; at most {most} are searched");
            diagnostics.error(LimitCode::TooMany, &path.field(name), message);
        }
    }
}

fn check_group(def: &QuotaDef, group: &QuotaGroupDef, before: &[Group], path: &Path<'_>, diagnostics: &mut Diagnostics) {
    if before.iter().any(|other| other.id.as_ref() == Some(&group.id)) {
        diagnostics.duplicate(&path.field("id"), "group", group.id.as_str());
    }
    for name in group.values.keys().filter(|name| !def.by.contains(name)) {
        let known = def.by.iter().map(AttributeId::as_str);
        diagnostics.unknown(&path.field("values").field(name.as_str()), "characteristic in `by`", name.as_str(), known);
    }
    let covers = |other: &&Group| other.values.iter().all(|(name, value)| group.values.get(name) == Some(value));
    if let Some(Group { id: Some(other), .. }) = before.iter().find(covers) {
        let message = format!("no demand can belong to `{}`: whatever fits it belongs to `{other}` before it", group.id);
        let problem = Diagnostic::error(InventoryCode::QuotaUnreachable, path, message);
        diagnostics.push(problem.help("put the more special group first"));
    }
}

fn compile_caps(defs: &[QuotaCapDef], path: &Path<'_>, diagnostics: &mut Diagnostics) -> Vec<Cap> {
    if defs.is_empty() {
        diagnostics.error(InventoryCode::QuotaCaps, path, "there is no cap; say how much may be taken in which period");
    }
    let mut caps: Vec<Cap> = Vec::with_capacity(defs.len());
    for (index, def) in defs.iter().enumerate() {
        let here = path.index(index);
        if caps.iter().any(|cap| cap.period == def.period) {
            diagnostics.error(InventoryCode::QuotaCaps, &here.field("period"), "there is another cap of this period; keep one of them");
        }
        not_negative(def.quantity, &here, diagnostics);
        let dated = compile_dated(def, &here.field("dated"), diagnostics);
        caps.push(Cap { period: def.period, quantity: def.quantity, dated });
    }
    sort::by(&mut caps, |one, other| one.period.cmp(&other.period));
    caps
}

fn compile_dated(def: &QuotaCapDef, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Map<Date, Quantity> {
    let mut dated = Map::default();
    for (index, entry) in def.dated.iter().enumerate() {
        let here = path.index(index);
        not_negative(entry.quantity, &here, diagnostics);
        let Some(start) = def.period.start(entry.on) else { continue };
        if dated.insert(start, entry.quantity).is_some() {
            let message = format!("the period from `{start}` has another quantity before this one; keep one of them");
            diagnostics.error(RulebookCode::DuplicateId, &here.field("on"), message);
        }
    }
    dated
}

fn not_negative(quantity: Quantity, path: &Path<'_>, diagnostics: &mut Diagnostics) {
    if quantity.is_negative() {
        let message = format!("the quantity `{quantity}` is below zero; write zero or more");
        diagnostics.error(InventoryCode::Quantity, &path.field("quantity"), message);
    }
}
