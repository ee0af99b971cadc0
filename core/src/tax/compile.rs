//! From definition to checked tax.

use std::sync::Arc;

use super::build::{self, Place};
use super::contradiction;
use super::country;
use super::levy::{self, Levy};
use super::stack::{Contains, Stack};
use super::zone::{Way, Zones};
use super::{MissingRate, PriceMode, TaxDef, TaxRateDef, Treatment};
use crate::expr::{CompileContext, Facts, Slot, Type};
use crate::id::{Map, Set, Symbol, TaxCategoryId, TaxRateId};
use crate::money::{ArithmeticError, Decimal, Exact, Percent};
use crate::report::{Diagnostic, Path, RulebookCode, TaxCode};
use crate::time::{Date, Period, Timestamp, Window};

/// The checked rates.
#[derive(Debug, Clone, Default)]
pub struct Tax {
    pub(super) levies: Arc<Vec<Levy>>,
    pub(super) rates: Arc<Vec<TaxRate>>,
    pub(super) stacks: Arc<Vec<Stack>>,
    /// The stacks of taxes that meet on one document, numbered after the others.
    pub(super) met: Vec<Stack>,
    categories: Arc<Set<Symbol>>,
    /// What a category bears at a destination for a customer class, period by period.
    pub(super) by_place: Arc<Map<Place, Vec<Dated>>>,
    destinations: Arc<Set<Symbol>>,
    /// None where there are none.
    pub(super) zones: Option<Arc<Zones>>,
    default_destination: Option<Symbol>,
    customer_class: Option<Slot>,
    missing_rate: MissingRate,
}

/// When a document is priced: its day, and the time at which the request is made where it says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The day.
    pub date: Date,
    /// The time.
    pub at: Option<Timestamp>,
}

/// A stack, and when it counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dated {
    pub valid: Period,
    /// The window of time, where a rate is bound to one.
    pub valid_at: Option<Window>,
    pub stack: usize,
}

/// A checked rate.
#[derive(Debug, Clone)]
pub struct TaxRate {
    /// Names the rate.
    pub id: TaxRateId,
    /// The tax that it is a rate of; none where the rulebook has one tax without a name.
    pub levy: Option<usize>,
    /// The products and charges that it is for.
    pub category: TaxCategoryId,
    /// What it takes.
    pub amount: RateAmount,
    /// What it means to the tax office.
    pub treatment: Treatment,
    /// When it is valid.
    pub valid: Period,
    /// From which time to which it is valid too.
    pub valid_at: Option<Window>,
    /// The first rate that stands in the same entry of the breakdown: of the same tax, treatment, reason and percentage.
    pub group: usize,
}

impl TaxRate {
    /// Whether there may be a moment at which both are valid.
    fn shares_times(&self, other: &Self) -> bool {
        self.valid_at.zip(other.valid_at).is_none_or(|(one, other)| one.overlaps(&other))
    }
}

/// What a rate takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RateAmount {
    /// A percentage of the base.
    Percent(Percent),
    /// An amount for each base unit.
    PerUnit(Decimal),
    /// A percentage of an amount that contains the tax.
    PercentOfGross(Percent),
}

/// The taxes of a category at a destination on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundStack {
    /// Its number.
    pub number: usize,
    /// Whether every tax that must be there has a rate.
    pub complete: bool,
}

impl Tax {
    /// Checks the rates; `counts` says which of them are for the documents.
    pub fn compile(def: &TaxDef, counts: impl Fn(&TaxRateDef) -> bool, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Self {
        let mut tax = Self {
            missing_rate: def.missing_rate,
            default_destination: def.default_destination.as_deref().map(|text| cx.symbols.intern(text)),
            customer_class: customer_class(def, path, cx),
            zones: (!def.zones.is_empty()).then(|| Arc::new(Zones::compile(&def.zones, &path.field("zones"), cx))),
            levies: Arc::new(levy::compile(&def.taxes, &path.field("taxes"), cx)),
            ..Self::default()
        };
        let mut seen = Seen { categories: check_categories(def, &path.field("categories"), cx), ..Seen::default() };
        let mut destinations = Set::default();
        let mut places: Map<Place, Vec<usize>> = Map::default();
        for (index, rate) in def.rates.iter().enumerate() {
            let place = tax.read_rate(def, index, rate, &mut seen, &path.field("rates"), cx);
            if counts(rate) {
                places.entry(place).or_default().push(index);
            }
            destinations.insert(place.destination);
        }
        (tax.destinations, tax.categories) = (Arc::new(destinations), Arc::new(seen.categories));
        tax.check_overlaps(&places, &path.field("rates"), cx);
        tax.warn_unused(def, path, cx);
        tax.check_default(def, path, cx);
        build::stacks(&mut tax, &places, &path.field("rates"), cx);
        contradiction::check(&tax, &path.field("rates"), cx);
        tax
    }

    /// The rates, by number.
    #[must_use]
    pub fn rates(&self) -> &[TaxRate] {
        &self.rates
    }

    /// The name of the tax that a rate belongs to; none where the rulebook has one tax without a name.
    #[must_use]
    pub fn tax_id(&self, rate: &TaxRate) -> Option<&str> {
        self.levies.get(rate.levy?).map(|levy| levy.id.as_str())
    }

    /// Where documents go that name no destination.
    #[must_use]
    pub fn default_destination(&self) -> Option<Symbol> {
        self.default_destination
    }

    /// Whether there is a rate for a country or a zone.
    #[must_use]
    pub fn knows_destination(&self, destination: Symbol) -> bool {
        self.way_to(destination).places().any(|place| self.destinations.contains(&place))
    }

    /// The places whose rates may be for a document that goes to a country, `none` when no rate and no zone names it.
    pub fn way<F: Facts + ?Sized>(&self, country: Option<Symbol>, facts: &F) -> Way {
        self.zones.as_ref().map_or_else(|| Way::to(country), |zones| zones.way(country, facts))
    }

    /// The places whose rates may be for a country as a whole.
    #[must_use]
    pub fn way_to(&self, country: Symbol) -> Way {
        self.zones.as_ref().map_or_else(|| Way::to(Some(country)), |zones| zones.way_to_country(Some(country)))
    }

    /// The destinations for which there are rates, in the order in which they first occur.
    pub fn destinations(&self) -> impl Iterator<Item = Symbol> {
        self.destinations.iter().copied()
    }

    /// The attribute that holds the customer's class.
    #[must_use]
    pub fn customer_class(&self) -> Option<Slot> {
        self.customer_class
    }

    /// What happens when a rate is missing.
    #[must_use]
    pub fn missing_rate(&self) -> MissingRate {
        self.missing_rate
    }

    /// The taxes of a category at a destination for a customer on a day, and at a time.
    #[must_use]
    pub fn find(&self, category: Symbol, destination: Symbol, customer: Option<Symbol>, Moment { date, at }: Moment) -> Option<FoundStack> {
        let of_class = customer.and_then(|class| self.by_place.get(&Place { category, destination, class: Some(class) }));
        let dated = of_class.or_else(|| self.by_place.get(&Place { category, destination, class: None }))?;
        let Dated { stack, .. } = dated.iter().find(|dated| dated.valid.contains(date) && Window::is_open(dated.valid_at, at))?;
        Some(FoundStack { number: *stack, complete: !self.stack(*stack)?.incomplete })
    }

    /// The stack of that number.
    pub(super) fn stack(&self, number: usize) -> Option<&Stack> {
        self.stacks.get(number).or_else(|| self.met.get(number.checked_sub(self.stacks.len())?))
    }

    /// The categories that products and charges may have.
    pub fn categories(&self) -> impl Iterator<Item = Symbol> {
        self.categories.iter().copied()
    }

    /// The numbers of the rates of a stack, in the order of its taxes.
    pub fn rates_of(&self, stack: usize) -> impl Iterator<Item = usize> {
        self.stack(stack).into_iter().flat_map(|stack| stack.taxes.iter().map(|tax| tax.rate))
    }

    /// The number of the rate of a stack that has one tax.
    #[must_use]
    pub fn only_rate(&self, stack: usize) -> Option<usize> {
        let [tax] = self.stack(stack)?.taxes.as_slice() else { return None };
        Some(tax.rate)
    }

    /// Whether a price of this mode includes a tax of the stack.
    #[must_use]
    pub fn includes_tax(&self, stack: usize, mode: PriceMode) -> bool {
        self.stack(stack).is_some_and(|stack| stack.form(Contains::from(mode)).any_included)
    }

    /// The stack with the highest taxes together: fixed taxes and what the customer owes do not count; the first of equals.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn highest(&self, stacks: impl IntoIterator<Item = usize>) -> Result<Option<usize>, ArithmeticError> {
        let mut highest: Option<(usize, Exact)> = None;
        for number in stacks {
            let Some(stack) = self.stack(number) else { continue };
            let weight = stack.weight()?;
            let above = match highest {
                None => true,
                Some((_, highest)) => weight.plus(highest.negated()?)?.is_positive(),
            };
            if above {
                highest = Some((number, weight));
            }
        }
        Ok(highest.map(|(number, _)| number))
    }

    fn read_rate(
        &mut self,
        def: &TaxDef,
        index: usize,
        rate: &TaxRateDef,
        seen: &mut Seen,
        rates: &Path<'_>,
        cx: &mut CompileContext<'_>,
    ) -> Place {
        let path = rates.index(index);
        if !seen.rates.insert(rate.id.clone()) {
            cx.diagnostics.duplicate(&path, "rate", rate.id.as_str());
        }
        let category = cx.symbols.intern(rate.category.as_str());
        if !seen.categories.contains(&category) {
            let names = def.categories.iter().map(TaxCategoryId::as_str);
            cx.diagnostics.unknown(&path.field("category"), "tax category", rate.category.as_str(), names);
        }
        let levy = levy::of_rate(def, rate, &path, cx);
        let amount = levy::amount(rate, &path, cx);
        let valid = rate.valid.unwrap_or(Period::ALWAYS);
        cx.diagnostics.check_period(valid, &path.field("valid"));
        if let Some(window) = rate.valid_at {
            cx.diagnostics.check_window(window, &path.field("valid_at"));
        }
        let group = *seen.groups.entry((levy, amount, rate.treatment.clone())).or_insert(index);
        Arc::make_mut(&mut self.rates).push(TaxRate {
            id: rate.id.clone(),
            levy,
            category: rate.category.clone(),
            amount,
            treatment: rate.treatment.clone(),
            valid,
            valid_at: rate.valid_at,
            group,
        });
        check_place(def, rate, &path.field("destination"), cx);
        let class = rate.customer_class.as_deref().map(|class| self.check_class(class, &path.field("customer_class"), cx));
        Place { category, destination: cx.symbols.intern(&rate.destination), class }
    }

    /// The class of a rate, which the attribute must be able to have.
    fn check_class(&self, class: &str, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Symbol {
        let symbol = cx.symbols.intern(class);
        match self.customer_class.and_then(|slot| cx.vocabulary.name(slot)) {
            None => {
                let message = "the rate is for a class of customers, but nothing says where the class of a customer stands";
                let problem = Diagnostic::error(TaxCode::CustomerClass, path, message);
                cx.diagnostics.push(problem.help("name the attribute in `customer_attribute`, such as `customer.tax_class`"));
            }
            Some(name) => {
                if let Some(known) = name.one_of.as_deref().filter(|known| !known.contains(&symbol)) {
                    let names: Vec<&str> = known.iter().map(|symbol| cx.symbols.text(*symbol)).collect();
                    cx.diagnostics.unknown(path, "value of the customer attribute", class, names);
                }
            }
        }
        symbol
    }

    /// Of one tax, a category has one rate at a destination on a day.
    fn check_overlaps(&self, places: &Map<Place, Vec<usize>>, rates: &Path<'_>, cx: &mut CompileContext<'_>) {
        for numbers in places.values() {
            for (position, number) in numbers.iter().enumerate() {
                let Some(rate) = self.rates.get(*number) else { continue };
                let clashes = |other: &&usize| {
                    let other = self.rates.get(**other);
                    other.is_some_and(|other| other.levy == rate.levy && other.valid.overlaps(&rate.valid) && other.shares_times(rate))
                };
                if let Some(other) = numbers.iter().take(position).find(clashes) {
                    let message = "another rate of this tax, category and destination is valid at the same time";
                    let problem = Diagnostic::error(TaxCode::Ambiguous, &rates.index(*number), message);
                    let problem = problem.related(&rates.index(*other), "the other rate");
                    cx.diagnostics.push(problem.help("end the validity of one of them where the other begins"));
                }
            }
        }
    }

    /// A tax or a zone without rates never applies.
    fn warn_unused(&self, def: &TaxDef, path: &Path<'_>, cx: &mut CompileContext<'_>) {
        let zones = path.field("zones");
        for (number, zone) in def.zones.iter().enumerate() {
            if !def.rates.iter().any(|rate| rate.destination == zone.id.as_str()) {
                let message = format!("no rate is for the zone `{}`", zone.id);
                cx.diagnostics.warning(TaxCode::NeverApplies, &zones.index(number), message);
            }
        }
        let taxes = path.field("taxes");
        for (number, levy) in def.taxes.iter().enumerate() {
            if !self.rates.iter().any(|rate| rate.levy == Some(number)) {
                let message = format!("the tax `{}` has no rate, so it never applies", levy.id);
                cx.diagnostics.warning(TaxCode::NeverApplies, &taxes.index(number), message);
            }
        }
    }

    fn check_default(&self, def: &TaxDef, path: &Path<'_>, cx: &mut CompileContext<'_>) {
        let Some(text) = &def.default_destination else {
            let message = "a document that names no `destination.country` cannot be taxed";
            let problem = Diagnostic::warning(TaxCode::NoDestination, path, message);
            cx.diagnostics.push(problem.help("say in `default_destination` where documents go until an address is known"));
            return;
        };
        if self.default_destination.is_some_and(|default| !self.knows_destination(default)) {
            let names = def.rates.iter().map(|rate| rate.destination.as_str());
            cx.diagnostics.unknown(&path.field("default_destination"), "rate for the destination", text, names);
        }
    }
}

/// What the rates before have been.
#[derive(Debug, Default)]
struct Seen {
    categories: Set<Symbol>,
    rates: Set<TaxRateId>,
    /// The first rate of each entry of the breakdown.
    groups: Map<(Option<usize>, RateAmount, Treatment), usize>,
}

/// Where there are zones, what is no zone is a country.
fn check_place(def: &TaxDef, rate: &TaxRateDef, path: &Path<'_>, cx: &mut CompileContext<'_>) {
    let is_zone = def.zones.iter().any(|zone| zone.id.as_str() == rate.destination);
    if !def.zones.is_empty() && !is_zone && !country::is_known(&rate.destination) {
        cx.diagnostics.unknown(path, "zone or country", &rate.destination, def.zones.iter().map(|zone| zone.id.as_str()));
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

/// The attribute that holds the class of a customer: a text of the document.
fn customer_class(def: &TaxDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Slot> {
    let attribute = def.customer_attribute.as_deref()?;
    let path = path.field("customer_attribute");
    let Some(name) = cx.vocabulary.find(attribute) else {
        let known: Vec<&str> = cx.vocabulary.names().map(|name| &*name.name).filter(|name| name.starts_with("customer.")).collect();
        cx.diagnostics.unknown(&path, "attribute", attribute, known);
        return None;
    };
    if name.ty != Type::Text || name.slot.scope != crate::expr::Scope::Document {
        let message = format!("`{attribute}` is no text of the document, so no class of customers can stand there");
        cx.diagnostics
            .push(Diagnostic::error(RulebookCode::Attribute, &path, message).help("name an attribute such as `customer.tax_class`"));
        return None;
    }
    Some(name.slot)
}
