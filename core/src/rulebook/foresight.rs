//! Promotions that can be seen to be idle from the catalogue and the prices alone: no product sets them off, or what they set is never
//! lower than what the products cost anyway.

use super::def::RulebookDef;
use super::procedure::Step;
use super::vocabulary::Attributes;
use crate::adjust::promotion::{Part, Promotion};
use crate::adjust::{Effect, Stage};
use crate::catalog::{Catalog, Product, ProductStatus};
use crate::expr::{Constant, Facts, Scope, Slot, Text, Value};
use crate::id::{Map, Symbol, Symbols};
use crate::money::{Currency, Money, Rounding};
use crate::pricing::Pricing;
use crate::report::{AdjustCode, Diagnostic, Diagnostics, Path};

/// What promotions are looked at beside.
#[derive(Clone, Copy)]
pub struct Surroundings<'s> {
    /// The rulebook as it is written.
    pub def: &'s RulebookDef,
    /// The products.
    pub catalog: &'s Catalog,
    /// The price lists.
    pub pricing: &'s Pricing,
    /// The vocabulary.
    pub attributes: &'s Attributes,
    /// The texts.
    pub symbols: &'s Symbols,
}

/// What the products of the catalogue say about a part.
#[derive(Clone, Copy)]
struct Seen {
    /// Whether a product may stand in it.
    any: bool,
    /// Whether all of them are sold in parts of a unit, and nothing says how much of it counts as one.
    in_parts: bool,
    /// What a unit costs at most, in minor units, where that is known of all products that may stand in it.
    dearest: Option<i64>,
}

/// Warns of promotions that no product can set off, and of those that never make anything cheaper. `looks` bounds how often a part is
/// held against a product; what is left then is not looked at.
pub fn warn(around: Surroundings<'_>, procedure: &[Step], looks: u64, all: &mut Diagnostics) {
    let products: Vec<&Product> = around.catalog.products().filter(|product| product.status != ProductStatus::Discontinued).collect();
    let each = u64::try_from(products.len()).unwrap_or(u64::MAX);
    let mut left = looks;
    for (number, step) in procedure.iter().enumerate() {
        let Step::Promotion(step) = step else { continue };
        let highest = highest(around, procedure.get(..number).unwrap_or_default());
        for promotion in &step.promotions {
            let parts = u64::try_from(promotion.parts.len()).unwrap_or(u64::MAX);
            let Some(rest) = left.checked_sub(each.saturating_mul(parts)) else { return };
            left = rest;
            warn_of(around, promotion, &products, highest.as_ref(), all);
        }
    }
}

fn warn_of(
    around: Surroundings<'_>,
    promotion: &Promotion,
    products: &[&Product],
    highest: Option<&Map<Symbol, i64>>,
    all: &mut Diagnostics,
) {
    let Some(def) = around.def.promotions.get(promotion.number.index()) else { return };
    if products.is_empty() {
        return;
    }
    let promotions = Path::ROOT.field("promotions");
    let at = promotions.index(promotion.number.index());
    let seen: Vec<Seen> = promotion.parts.iter().map(|part| look(around, part, products, highest)).collect();
    let mut told = String::new();
    for ((part, seen), place) in promotion.parts.iter().zip(&seen).zip(def.part_places()) {
        if told == place {
            continue;
        }
        if seen.any && seen.in_parts {
            let message = format!(
                "the promotion `{}` counts whole base units, and all products that it is for are sold in parts of one",
                promotion.id
            );
            let problem = Diagnostic::warning(AdjustCode::Quantity, &Path::pointer(&format!("{at}{place}")), message);
            all.push(problem.help("say at the unit how much of it counts as one, such as `\"counted\": \"0.5\"`, or `\"counted\": 1`"));
            told.clone_from(&place);
        }
        if seen.any {
            continue;
        }
        let field = if part.product.is_some() { "product" } else { "lines" };
        let message = match part.product {
            Some(product) => {
                format!("the promotion `{}` never gives `{}`: it is not sold any more", promotion.id, around.symbols.text(product))
            }
            None => format!("the promotion `{}` never applies: no product of the catalogue fulfils this condition", promotion.id),
        };
        let problem = Diagnostic::warning(AdjustCode::NeverFires, &Path::pointer(&format!("{at}{place}/{field}")), message);
        let help = match part.product {
            Some(_) => "give a product that is sold",
            None => "compare it with the facts, categories and ids of the products",
        };
        all.push(problem.help(help));
        told = place;
    }
    let dearest: Vec<Option<i64>> = seen.iter().map(|seen| seen.dearest).collect();
    if let Some(cost) = promotion.never_cheaper_than(&dearest) {
        let cost = Money::new(cost, around.def.currency);
        let message = format!("the promotion `{}` never takes anything off: what it rewards costs at most {cost} without it", promotion.id);
        let place = Path::pointer(&format!("{at}{}", def.price_place())).to_string();
        let problem = Diagnostic::warning(AdjustCode::NeverFires, &Path::pointer(&place), message);
        all.push(problem.help(format!("write less than `{}`", cost.to_decimal())));
    }
}

/// Which products may stand in a part, and what they cost at most.
fn look(around: Surroundings<'_>, part: &Part, products: &[&Product], highest: Option<&Map<Symbol, i64>>) -> Seen {
    let mut seen = Seen { any: false, in_parts: true, dearest: highest.and(Some(0)) };
    let mut any_price = false;
    for product in products {
        if part.product.is_some_and(|only| only != product.id) || !may_stand_in(around, part, product) {
            continue;
        }
        seen.any = true;
        seen.in_parts &= product.decimals > 0 && around.catalog.counted_as_one(product.unit).is_none();
        let Some(highest) = highest else {
            if seen.in_parts {
                continue;
            }
            return seen;
        };
        // What has no price is not sold to anybody; the price of what is sold in parts of a unit may be rounded up.
        let price = highest.get(&product.id);
        any_price |= price.is_some();
        let known = price.copied().or(Some(0)).filter(|_| product.decimals == 0);
        seen.dearest = seen.dearest.zip(known).map(|(one, other)| one.max(other));
    }
    seen.dearest = seen.dearest.filter(|_| any_price);
    seen
}

/// What a unit of each product costs at most after these steps, in minor units, where they are plain enough to know.
fn highest(around: Surroundings<'_>, before: &[Step]) -> Option<Map<Symbol, i64>> {
    let currency = around.def.currency;
    let mut prices = None;
    for step in before {
        match step {
            Step::Price(step) => prices = Some(around.pricing.highest_prices(step, around.attributes.product.id, currency)?),
            Step::Promotion(_) | Step::Statistic(_) | Step::BetterOf(_) | Step::LeftOut(_) => {}
            Step::Stage(stage) if only_lowers(stage, currency) => {}
            _ => return None,
        }
    }
    prices
}

/// Whether a stage leaves no line dearer than it was.
fn only_lowers(stage: &Stage, currency: Currency) -> bool {
    let lowers = |effect: &Effect| matches!(effect, Effect::PercentOff { .. } | Effect::AmountOff { .. } | Effect::FixedPrice(_));
    stage.rounding == Rounding::half_up(currency.minor_units()) && stage.rules.iter().all(|rule| lowers(&rule.effect))
}

fn may_stand_in(around: Surroundings<'_>, part: &Part, product: &Product) -> bool {
    let Some(lines) = &part.lines else { return true };
    let is_of_product = |slot: Slot| slot.scope == Scope::Line && slot.index < around.attributes.product_slots;
    let lists = lines.slots().iter().filter(|slot| is_of_product(**slot));
    let lists = lists.filter_map(|slot| Some((slot.index, list(around, product, slot.index)?.into()))).collect();
    lines.may_hold(&OneProduct { around, product, lists }, 0, &is_of_product)
}

/// The values of a product in a slot that holds a list.
fn list<'s>(around: Surroundings<'s>, product: &'s Product, slot: u16) -> Option<Vec<Value<'s>>> {
    if slot == around.attributes.product.categories.index {
        let text = |symbol: &Symbol| Value::Text(Text { symbol: Some(*symbol), text: around.symbols.text(*symbol) });
        return Some(product.categories().iter().map(text).collect());
    }
    constant(around, product, slot)?.items(around.symbols)
}

/// The product's fact in a slot, or the default of the attribute.
fn constant<'s>(around: Surroundings<'s>, product: &'s Product, slot: u16) -> Option<&'s Constant> {
    let default = || around.attributes.defaults.iter().find(|(known, _)| *known == Slot { scope: Scope::Line, index: slot });
    product.fact(slot).or_else(|| default().map(|(_, constant)| constant))
}

/// A line of which nothing is known but its product.
struct OneProduct<'s> {
    around: Surroundings<'s>,
    product: &'s Product,
    lists: Vec<(u16, Box<[Value<'s>]>)>,
}

impl Facts for OneProduct<'_> {
    fn value(&self, slot: Slot, _line: Option<usize>) -> Value<'_> {
        let Surroundings { attributes, symbols, .. } = self.around;
        let own = &attributes.product;
        let text = |symbol: Symbol| Value::Text(Text { symbol: Some(symbol), text: symbols.text(symbol) });
        let maybe = |symbol: Option<Symbol>| symbol.map_or(Value::Missing, text);
        if let Some((_, list)) = self.lists.iter().find(|(known, _)| *known == slot.index) {
            return Value::List(list);
        }
        match slot {
            _ if slot == own.id => text(self.product.id),
            _ if slot == own.category => maybe(self.product.category),
            _ if slot == own.unit => text(self.product.unit),
            _ if slot == own.tax_category => maybe(self.product.tax),
            _ => constant(self.around, self.product, slot.index).map_or(Value::Missing, |constant| constant.value(symbols)),
        }
    }

    fn line_count(&self) -> usize {
        1
    }
}
