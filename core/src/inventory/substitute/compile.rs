//! From definitions to the candidates of each product.

use super::def::{SubstituteDef, SubstitutePrice, SubstituteRatio};
use crate::id::{Map, ProductId, Set};
use crate::quantity::Quantity;
use crate::report::{Diagnostic, Diagnostics, InventoryCode, Path, RulebookCode};
use crate::sort;
use crate::time::{Date, Period};

/// The checked rules, by the original product; the first to be tried first.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Substitutes {
    rules: Map<ProductId, Vec<SubstituteDef>>,
}

/// A product that may be delivered for another, through one rule or several.
#[derive(Debug, Clone)]
pub(super) struct Candidate<'s> {
    pub product: &'s ProductId,
    pub ratio: SubstituteRatio,
    pub needs_consent: bool,
    pub price: SubstitutePrice,
    /// The products between the original and this one.
    pub through: Vec<&'s ProductId>,
    /// The first rule that does not hold on the day, by its period.
    pub closed: Option<Period>,
}

impl Substitutes {
    /// What may be delivered for a product, in the order in which it is tried: each substitute, then the substitutes of that one.
    pub(super) fn candidates(&self, product: &ProductId, today: Date) -> Vec<Candidate<'_>> {
        let mut found = Vec::new();
        let mut open: Vec<Candidate<'_>> = self.next(product, None, today);
        open.reverse();
        let mut seen = Set::default();
        while let Some(candidate) = open.pop() {
            if !seen.insert(candidate.product) {
                continue;
            }
            let mut next = self.next(candidate.product, Some(&candidate), today);
            next.reverse();
            open.extend(next);
            found.push(candidate);
        }
        found
    }

    fn next<'s>(&'s self, product: &ProductId, before: Option<&Candidate<'s>>, today: Date) -> Vec<Candidate<'s>> {
        let rules = self.rules.get(product).map(Vec::as_slice).unwrap_or_default();
        let candidate = |rule: &'s SubstituteDef| {
            let closed = Some(rule.valid).filter(|valid| !valid.contains(today));
            let Some(before) = before else {
                let SubstituteDef { to, ratio, needs_consent, price, .. } = rule;
                return Some(Candidate {
                    product: to,
                    ratio: *ratio,
                    needs_consent: *needs_consent,
                    price: *price,
                    through: Vec::new(),
                    closed,
                });
            };
            let mut through = before.through.clone();
            through.push(before.product);
            Some(Candidate {
                product: &rule.to,
                ratio: chain(before.ratio, rule.ratio)?,
                needs_consent: before.needs_consent || rule.needs_consent,
                price: rule.price,
                through,
                closed: before.closed.or(closed),
            })
        };
        rules.iter().filter_map(candidate).collect()
    }
}

/// The smallest whole sets of two ratios one after the other; none when they cannot be held.
fn chain(first: SubstituteRatio, second: SubstituteRatio) -> Option<SubstituteRatio> {
    let [from, between, again, to] = [first.from, first.to, second.from, second.to].map(|quantity| i128::from(quantity.millionths()));
    let common = greatest_common_divisor(between, again);
    let held = |number: i128, times: i128| {
        let product = number.checked_mul(times.checked_div(common)?)?;
        i64::try_from(product).ok().map(Quantity::from_millionths).filter(|quantity| *quantity <= Quantity::MAX)
    };
    Some(SubstituteRatio { from: held(from, again)?, to: held(to, between)? })
}

fn greatest_common_divisor(mut one: i128, mut other: i128) -> i128 {
    while other != 0 {
        (one, other) = (other, one.checked_rem(other).unwrap_or_default());
    }
    one.max(1)
}

/// Checks the rules. Problems go to `diagnostics`.
pub(in super::super) fn compile(defs: &[SubstituteDef], path: &Path<'_>, diagnostics: &mut Diagnostics) -> Substitutes {
    let mut substitutes = Substitutes::default();
    let mut seen = Set::default();
    for (index, def) in defs.iter().enumerate() {
        let here = path.index(index);
        diagnostics.check_period(def.valid, &here.field("valid"));
        for (name, quantity) in [("from", def.ratio.from), ("to", def.ratio.to)] {
            if !quantity.is_positive() {
                let message = format!("the quantity `{quantity}` is not above zero; write how much is replaced by how much");
                diagnostics.error(InventoryCode::Quantity, &here.field("ratio").field(name), message);
            }
        }
        if !seen.insert((&def.from, &def.to)) {
            let message = format!("`{}` stands in for `{}` in a rule before this one; keep one of them", def.to, def.from);
            diagnostics.error(RulebookCode::DuplicateId, &here, message);
            continue;
        }
        if let Some(circle) = substitutes.circle(def) {
            let message = format!("`{}` would stand in for itself: {circle}", def.from);
            let problem = Diagnostic::error(RulebookCode::Cycle, &here, message);
            diagnostics.push(problem.help("leave one of these rules out; say which product is preferred"));
            continue;
        }
        substitutes.rules.entry(def.from.clone()).or_default().push(def.clone());
    }
    for rules in substitutes.rules.values_mut() {
        sort::by(rules, |one, other| (one.priority, &one.to).cmp(&(other.priority, &other.to)));
    }
    substitutes
}

impl Substitutes {
    /// The way from the substitute of a rule back to its original, if there is one.
    fn circle(&self, def: &SubstituteDef) -> Option<String> {
        let mut open = vec![(&def.to, format!("`{}`, `{}`", def.from, def.to))];
        let mut seen = Set::default();
        while let Some((product, way)) = open.pop() {
            if *product == def.from {
                return Some(way);
            }
            if seen.insert(product) {
                let rules = self.rules.get(product).map(Vec::as_slice).unwrap_or_default();
                open.extend(rules.iter().map(|rule| (&rule.to, format!("{way}, `{}`", rule.to))));
            }
        }
        None
    }
}
