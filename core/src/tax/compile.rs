//! From definition to checked tax.

use super::{MissingRate, PriceMode, TaxDef, TaxRoundAt, TaxStepDef};
use crate::expr::CompileContext;
use crate::id::{Map, Set, StepId, Symbol, TaxCategoryId, TaxRateId};
use crate::money::{Currency, Decimal, Percent, Rounding};
use crate::report::{Diagnostic, Path, RulebookCode, TaxCode};
use crate::time::{Date, Period};

/// The checked rates.
#[derive(Debug, Clone, Default)]
pub struct Tax {
    rates: Vec<TaxRate>,
    /// The numbers of the rates of a category at a destination.
    by_place: Map<(Symbol, Symbol), Vec<usize>>,
    default_destination: Option<Symbol>,
    missing_rate: MissingRate,
}

/// A checked rate.
#[derive(Debug, Clone)]
pub struct TaxRate {
    /// Names the rate.
    pub id: TaxRateId,
    /// The products it is for.
    pub category: TaxCategoryId,
    /// The percentage of the net amount.
    pub percent: Percent,
    /// When it is valid.
    pub valid: Period,
}

/// The checked step that computes tax.
#[derive(Debug, Clone)]
pub struct TaxStep {
    /// Names the step.
    pub id: StepId,
    pub(super) price_mode: PriceMode,
    pub(super) round_at: TaxRoundAt,
    pub(super) rounding: Rounding,
}

impl Tax {
    /// Checks the rates.
    pub fn compile(def: &TaxDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Self {
        let mut tax = Self {
            missing_rate: def.missing_rate,
            default_destination: def.default_destination.as_deref().map(|text| cx.symbols.intern(text)),
            ..Self::default()
        };
        let categories = check_categories(def, &path.field("categories"), cx);
        let rates = path.field("rates");
        for (index, rate) in def.rates.iter().enumerate() {
            let place = rates.index(index);
            if def.rates.iter().take(index).any(|other| other.id == rate.id) {
                cx.diagnostics.duplicate(&place, "rate", rate.id.as_str());
            }
            let category = cx.symbols.intern(rate.category.as_str());
            if !categories.contains(&category) {
                let names = def.categories.iter().map(TaxCategoryId::as_str);
                cx.diagnostics.unknown(&place.field("category"), "tax category", rate.category.as_str(), names);
            }
            if rate.percent.to_decimal() < Decimal::ZERO || rate.percent.to_decimal() > Decimal::HUNDRED {
                let message = format!("the rate `{}` is not between 0 and 100 percent", rate.percent.to_decimal());
                cx.diagnostics.error(TaxCode::RateRange, &place.field("percent"), message);
            }
            let valid = rate.valid.unwrap_or(Period::ALWAYS);
            cx.diagnostics.check_period(valid, &place.field("valid"));
            let destination = cx.symbols.intern(&rate.destination);
            tax.check_overlap((category, destination), valid, &place, &rates, cx);
            tax.by_place.entry((category, destination)).or_default().push(index);
            tax.rates.push(TaxRate { id: rate.id.clone(), category: rate.category.clone(), percent: rate.percent, valid });
        }
        tax.check_default(def, path, cx);
        tax
    }

    /// Checks the step that computes tax.
    pub fn step(def: &TaxStepDef, currency: Currency, path: &Path<'_>, cx: &mut CompileContext<'_>) -> TaxStep {
        let rounding =
            def.rounding.map_or(Ok(Rounding::half_up(currency.minor_units())), |rounding| Rounding::new(rounding, currency.minor_units()));
        let rounding = rounding.unwrap_or_else(|error| {
            cx.diagnostics.error(RulebookCode::Rounding, &path.field("rounding"), error.to_string());
            Rounding::half_up(currency.minor_units())
        });
        TaxStep { id: def.id.clone(), price_mode: def.price_mode, round_at: def.round_at, rounding }
    }

    /// The rates, by number.
    #[must_use]
    pub fn rates(&self) -> &[TaxRate] {
        &self.rates
    }

    /// Where documents go that name no destination.
    #[must_use]
    pub fn default_destination(&self) -> Option<Symbol> {
        self.default_destination
    }

    /// What happens when a rate is missing.
    #[must_use]
    pub fn missing_rate(&self) -> MissingRate {
        self.missing_rate
    }

    /// The number of the rate of a category at a destination on a day.
    #[must_use]
    pub fn rate(&self, category: Symbol, destination: Symbol, date: Date) -> Option<usize> {
        let numbers = self.by_place.get(&(category, destination))?;
        numbers.iter().copied().find(|number| self.rates.get(*number).is_some_and(|rate| rate.valid.contains(date)))
    }

    fn check_overlap(&self, place: (Symbol, Symbol), valid: Period, path: &Path<'_>, rates: &Path<'_>, cx: &mut CompileContext<'_>) {
        let others = self.by_place.get(&place).map(Vec::as_slice).unwrap_or_default();
        let clash = others.iter().find(|number| self.rates.get(**number).is_some_and(|other| other.valid.overlaps(&valid)));
        if let Some(other) = clash {
            let message = "another rate of this category and destination is valid on the same day";
            let problem = Diagnostic::error(TaxCode::Ambiguous, path, message).related(&rates.index(*other), "the other rate");
            cx.diagnostics.push(problem.help("end the validity of one of them where the other begins"));
        }
    }

    fn check_default(&self, def: &TaxDef, path: &Path<'_>, cx: &mut CompileContext<'_>) {
        let Some(text) = &def.default_destination else { return };
        if !def.rates.iter().any(|rate| rate.destination == *text) {
            let names = def.rates.iter().map(|rate| rate.destination.as_str());
            cx.diagnostics.unknown(&path.field("default_destination"), "rate for the destination", text, names);
        }
    }
}

fn check_categories(def: &TaxDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Set<Symbol> {
    let mut categories = Set::default();
    for (index, category) in def.categories.iter().enumerate() {
        if !categories.insert(cx.symbols.intern(category.as_str())) {
            cx.diagnostics.duplicate(&path.index(index), "tax category", category.as_str());
        }
    }
    categories
}

#[cfg(test)]
impl TaxRate {
    pub(super) fn for_test(percent: Percent) -> Self {
        Self { id: "rate".parse().unwrap(), category: "standard".parse().unwrap(), percent, valid: Period::ALWAYS }
    }
}

#[cfg(test)]
impl TaxStep {
    pub(super) fn for_test(price_mode: PriceMode, round_at: TaxRoundAt) -> Self {
        Self { id: "vat".parse().unwrap(), price_mode, round_at, rounding: Rounding::half_up(2) }
    }
}
