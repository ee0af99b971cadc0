//! From definition to checked charges.

use super::scale::Scale;
use super::{ChargeAmountDef, ChargeDef, ChargeStepDef, ChargeTaxDef, PlacementDef, SpreadDef};
use crate::expr::{CompileContext, Expr, Scope, Type};
use crate::id::{ChargeId, Map, Set, StepId, Symbol};
use crate::money::{AllocationMethod, Currency, Decimal, Exact, Money, Percent, Rounding, ZeroWeights};
use crate::report::{ChargeCode, Diagnostic, LimitCode, Path, RulebookCode};
use crate::table::{OutputType, Table, TableDef};
use crate::time::{Period, Window};

/// The checked charges, in the order of the rulebook.
#[derive(Debug, Clone, Default)]
pub struct Charges(Vec<Charge>);

/// A checked charge.
#[derive(Debug, Clone)]
pub struct Charge {
    /// Names the charge.
    pub id: ChargeId,
    /// How people call it.
    pub name: Option<String>,
    /// Whether it counts for documents in this currency.
    counts: bool,
    /// When it is valid.
    pub valid: Period,
    /// From which time to which it is valid too.
    pub valid_at: Option<Window>,
    /// The condition on the document.
    pub when: Option<Expr>,
    /// Which lines it is for.
    pub lines: Option<Expr>,
    /// The numbers of the charges on which percentages are taken beside the lines.
    pub base_includes: Vec<usize>,
    /// It is free when its lines are worth this or more, in minor units.
    pub free_from: Option<i64>,
    /// Where it stands.
    pub placement: Placement,
    /// How it is taxed.
    pub tax: ChargeTax,
    /// Whether its amount includes tax; as the tax step says when none.
    pub includes_tax: Option<bool>,
    /// Where the base names them.
    base_places: Vec<usize>,
    pub(super) amount: Amount,
    pub(super) minimum: Option<i64>,
    pub(super) maximum: Option<i64>,
    pub(super) rounding: Rounding,
}

/// Where a charge stands.
#[derive(Debug, Clone)]
pub enum Placement {
    /// On the document.
    Document,
    /// As a line of its own.
    Line,
    /// In the amounts of its lines.
    Allocate(Spread),
}

/// How a charge is split over its lines.
#[derive(Debug, Clone)]
pub struct Spread {
    /// The weight of a line; its amount when none.
    pub by: Option<Expr>,
    /// How whole minor units are found, and who takes the remainder.
    pub method: AllocationMethod,
    /// What happens when all weights are zero.
    pub zero_weights: ZeroWeights,
}

/// How a charge is taxed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChargeTax {
    /// Not at all, or as the lines that it is in.
    Untaxed,
    /// By this category.
    Category(Symbol),
    /// As that of its lines which bears the highest taxes.
    HighestRate,
    /// As those of its lines that are worth most together.
    MainRate,
    /// In proportion to what its lines are worth at each rate.
    Split,
}

/// How much a charge is.
#[derive(Debug, Clone)]
pub(super) enum Amount {
    Fixed(Exact),
    Percent(Percent),
    Scale(Scale),
    Table(AmountTable),
    LineTable(AmountTable),
    Formula(Expr),
}

/// A decision table that gives an amount, a percentage, or both.
#[derive(Debug, Clone)]
pub(super) struct AmountTable {
    pub table: Table,
    /// The places of the outputs.
    pub amount: Option<usize>,
    pub percent: Option<usize>,
}

/// The checked step of the procedure that adds charges.
#[derive(Debug, Clone)]
pub struct ChargeStep {
    /// Names the step.
    pub id: StepId,
    /// The numbers of its charges, in the order in which they are computed.
    pub charges: Vec<usize>,
}

impl Charges {
    /// Checks the charges; `of` says in which currency the amounts of one are and whether it counts for the documents, `taxed` says whether the rulebook taxes.
    pub fn compile(
        defs: &[ChargeDef],
        of: impl Fn(&ChargeDef) -> (Currency, bool),
        taxed: bool,
        path: &Path<'_>,
        cx: &mut CompileContext<'_>,
    ) -> Self {
        let mut seen: Set<&str> = Set::default();
        let mut charges = Vec::with_capacity(defs.len());
        for (number, def) in defs.iter().enumerate() {
            let place = path.index(number);
            if !seen.insert(def.id.as_str()) {
                cx.diagnostics.duplicate(&place, "charge", def.id.as_str());
            }
            charges.push(Charge::compile(def, number, defs, of(def), taxed, &place, cx));
        }
        Self(charges)
    }

    /// Checks a step of the procedure.
    pub fn step(&self, def: &ChargeStepDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> ChargeStep {
        let list = path.field("charges");
        let mut charges = Vec::new();
        for (position, id) in def.charges.iter().enumerate() {
            let Some(number) = self.0.iter().position(|charge| charge.id == *id) else {
                cx.diagnostics.unknown(&list.index(position), "charge", id.as_str(), self.0.iter().map(|charge| charge.id.as_str()));
                continue;
            };
            charges.push(number);
        }
        if def.charges.is_empty() {
            charges = (0..self.0.len()).collect();
        }
        charges.retain(|number| self.0.get(*number).is_some_and(|charge| charge.counts));
        ChargeStep { id: def.id.clone(), charges }
    }

    /// Every charge belongs to one step, and its base to charges that are computed before it.
    pub fn check_steps<'s>(
        &self,
        steps: impl Iterator<Item = (usize, &'s ChargeStep)>,
        charges: &Path<'_>,
        procedure: &Path<'_>,
        cx: &mut CompileContext<'_>,
    ) {
        let mut computed: Map<usize, usize> = Map::default();
        for (step_number, step) in steps {
            for number in &step.charges {
                let Some(charge) = self.0.get(*number) else { continue };
                let place = charges.index(*number);
                let bases = charge.base_includes.iter().zip(&charge.base_places);
                for (base, position) in bases.filter(|(base, _)| !computed.contains_key(*base) && self.counts(**base)) {
                    let base = self.0.get(*base).map_or("", |base| base.id.as_str());
                    let message = format!("the charge `{base}` is not computed before `{}`, so nothing can be taken on it", charge.id);
                    let problem = Diagnostic::error(ChargeCode::Base, &place.field("base_includes").index(*position), message);
                    cx.diagnostics.push(problem.help("put it first in the step"));
                }
                if let Some(other) = computed.insert(*number, step_number) {
                    let message = format!("the charge `{}` would be charged twice", charge.id);
                    let problem =
                        Diagnostic::error(ChargeCode::Repeated, &place, message).related(&procedure.index(other), "the first step");
                    cx.diagnostics
                        .push(problem.related(&procedure.index(step_number), "the second step").help("name it in one step, once"));
                }
            }
        }
        for (number, charge) in self.0.iter().enumerate().filter(|(number, charge)| charge.counts && !computed.contains_key(number)) {
            let problem = Diagnostic::warning(ChargeCode::Unreached, &charges.index(number), format!("no step charges `{}`", charge.id));
            cx.diagnostics.push(problem.help("name it in a `charge` step of the procedure"));
        }
    }

    fn counts(&self, number: usize) -> bool {
        self.0.get(number).is_some_and(|charge| charge.counts)
    }

    /// The charge with that number.
    #[must_use]
    pub fn get(&self, number: usize) -> Option<&Charge> {
        self.0.get(number)
    }

    /// The charges, in the order of the rulebook.
    pub fn iter(&self) -> impl Iterator<Item = &Charge> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Charge {
    /// All that it asks of the document and its lines.
    pub fn expressions(&self) -> impl Iterator<Item = &Expr> {
        let weight = if let Placement::Allocate(spread) = &self.placement { spread.by.as_ref() } else { None };
        let (single, table) = match &self.amount {
            Amount::Fixed(_) | Amount::Percent(_) => (None, None),
            Amount::Scale(scale) => (Some(&scale.basis), None),
            Amount::Formula(formula) => (Some(formula), None),
            Amount::Table(table) | Amount::LineTable(table) => (None, Some(&table.table)),
        };
        self.when.iter().chain(&self.lines).chain(weight).chain(single).chain(table.into_iter().flat_map(Table::inputs))
    }

    fn compile(
        def: &ChargeDef,
        number: usize,
        all: &[ChargeDef],
        (currency, counts): (Currency, bool),
        taxed: bool,
        path: &Path<'_>,
        cx: &mut CompileContext<'_>,
    ) -> Self {
        let valid = def.valid.unwrap_or(Period::ALWAYS);
        cx.diagnostics.check_period(valid, &path.field("valid"));
        if let Some(window) = def.valid_at {
            cx.diagnostics.check_window(window, &path.field("valid_at"));
        }
        let condition = |text: &Option<String>, scope, field: &str, cx: &mut CompileContext<'_>| {
            text.as_deref().and_then(|text| Expr::compile(text, &Type::Bool, scope, &path.field(field), cx))
        };
        let (when, lines) = (condition(&def.when, Scope::Document, "when", cx), condition(&def.lines, Scope::Line, "lines", cx));
        let rounding = def.rounding.map_or(Ok(Rounding::half_up(currency.minor_units())), |def| Rounding::new(def, currency.minor_units()));
        let rounding = rounding.unwrap_or_else(|error| {
            cx.diagnostics.error(RulebookCode::Rounding, &path.field("rounding"), error.to_string());
            Rounding::half_up(currency.minor_units())
        });
        let money = |amount: Option<Decimal>, field: &str, cx: &mut CompileContext<'_>| {
            let amount = amount?;
            let read = Money::from_decimal(amount, currency).map(Money::minor);
            let problem = |error| cx.diagnostics.error(ChargeCode::Amount, &path.field(field), format!("`{amount}`: {error}"));
            read.map_err(problem).ok()
        };
        let (minimum, maximum) = (money(def.minimum, "minimum", cx), money(def.maximum, "maximum", cx));
        if let (Some(minimum), Some(maximum)) = (def.minimum, def.maximum)
            && minimum > maximum
        {
            let message = format!("the minimum `{minimum}` is above the maximum `{maximum}`");
            cx.diagnostics.error(ChargeCode::Amount, &path.field("minimum"), message);
        }
        let (base_includes, base_places) = read_base(def, number, all, path, cx).into_iter().unzip();
        Self {
            id: def.id.clone(),
            name: def.name.clone(),
            counts,
            valid,
            valid_at: def.valid_at,
            when,
            lines,
            base_includes,
            base_places,
            free_from: money(def.free_from, "free_from", cx),
            placement: read_placement(&def.placement, &path.field("placement"), cx),
            tax: read_tax(def, taxed, path, cx),
            includes_tax: def.includes_tax,
            amount: read_amount(&def.amount, &path.field("amount"), cx),
            minimum,
            maximum,
            rounding,
        }
    }
}

/// The charges in a base, each with the place at which it is named.
fn read_base(def: &ChargeDef, number: usize, all: &[ChargeDef], path: &Path<'_>, cx: &mut CompileContext<'_>) -> Vec<(usize, usize)> {
    let list = path.field("base_includes");
    let mut base: Vec<(usize, usize)> = Vec::new();
    for (position, id) in def.base_includes.iter().enumerate() {
        match all.iter().position(|other| other.id == *id) {
            Some(other) if other != number && base.iter().all(|(known, _)| *known != other) => base.push((other, position)),
            Some(other) => {
                let what = if other == number { "itself" } else { "twice" };
                let message = format!("the base of the charge `{}` includes `{id}` {what}", def.id);
                cx.diagnostics.push(Diagnostic::error(ChargeCode::Base, &list.index(position), message).help("take it out"));
            }
            None => cx.diagnostics.unknown(&list.index(position), "charge", id.as_str(), all.iter().map(|other| other.id.as_str())),
        }
    }
    base
}

fn read_placement(def: &PlacementDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Placement {
    match def {
        PlacementDef::Document => Placement::Document,
        PlacementDef::Line => Placement::Line,
        PlacementDef::Allocate(SpreadDef { by, method, zero_weights }) => {
            let place = path.field("allocate");
            let by = by.as_deref().and_then(|text| Expr::compile(text, &Type::Number, Scope::Line, &place.field("by"), cx));
            Placement::Allocate(Spread { by, method: *method, zero_weights: *zero_weights })
        }
    }
}

/// Where there is tax, a charge that is not in its lines says how it is taxed; elsewhere there is nothing to say.
fn read_tax(def: &ChargeDef, taxed: bool, path: &Path<'_>, cx: &mut CompileContext<'_>) -> ChargeTax {
    let allocated = matches!(def.placement, PlacementDef::Allocate(_));
    let mut problem = |path: &Path<'_>, message: String, help: &str| {
        cx.diagnostics.push(Diagnostic::error(ChargeCode::Tax, path, message).help(help));
    };
    match &def.tax {
        None if taxed && !allocated => {
            let help = "write under `tax` one of `untaxed`, `highest_rate`, `main_rate`, `split` and `{\"category\": ...}`";
            problem(path, format!("the charge `{}` does not say how it is taxed", def.id), help);
        }
        Some(_) if allocated => {
            let message = format!("the charge `{}` is allocated to lines, so it is taxed as they are", def.id);
            problem(&path.field("tax"), message, "take `tax` out, or let the charge stand by itself");
        }
        _ => {}
    }
    if let (Some(_), true) = (def.includes_tax, allocated) {
        let message = format!("the charge `{}` is allocated to lines, so it includes tax when they do", def.id);
        problem(&path.field("includes_tax"), message, "take `includes_tax` out");
    }
    match &def.tax {
        None | Some(ChargeTaxDef::Untaxed) => ChargeTax::Untaxed,
        Some(ChargeTaxDef::Category(category)) => ChargeTax::Category(cx.symbols.intern(category.as_str())),
        Some(ChargeTaxDef::HighestRate) => ChargeTax::HighestRate,
        Some(ChargeTaxDef::MainRate) => ChargeTax::MainRate,
        Some(ChargeTaxDef::Split) => ChargeTax::Split,
    }
}

fn read_amount(def: &ChargeAmountDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Amount {
    let nothing = Amount::Fixed(Exact::ZERO);
    match def {
        ChargeAmountDef::Fixed(amount) => Exact::from_decimal(*amount).map_or_else(
            |error| {
                cx.diagnostics.error(LimitCode::Overflow, &path.field("fixed"), error.to_string());
                nothing.clone()
            },
            Amount::Fixed,
        ),
        ChargeAmountDef::Percent(percent) => Amount::Percent(*percent),
        ChargeAmountDef::Scale(scale) => Scale::compile(scale, &path.field("scale"), cx).map_or(nothing, Amount::Scale),
        ChargeAmountDef::Table(table) => read_table(table, Scope::Document, &path.field("table"), cx).map_or(nothing, Amount::Table),
        ChargeAmountDef::LineTable(table) => {
            read_table(table, Scope::Line, &path.field("line_table"), cx).map_or(nothing, Amount::LineTable)
        }
        ChargeAmountDef::Formula(text) => {
            Expr::compile(text, &Type::Number, Scope::Document, &path.field("formula"), cx).map_or(nothing, Amount::Formula)
        }
    }
}

/// A table of amounts gives `amount` and `percent`, or one of them, as numbers, and nothing else.
fn read_table(def: &TableDef, scope: Scope, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<AmountTable> {
    let outputs = path.field("outputs");
    let help = "the table of a charge has the outputs `amount` and `percent` of type `number`, or one of them";
    let mut good = true;
    for (position, output) in def.outputs.iter().enumerate() {
        let message = if !["amount", "percent"].contains(&output.id.as_str()) {
            format!("a charge has no `{}`", output.id)
        } else if output.kind != OutputType::Number {
            format!("the output `{}` is no number", output.id)
        } else {
            continue;
        };
        cx.diagnostics.push(Diagnostic::error(ChargeCode::Output, &outputs.index(position), message).help(help));
        good = false;
    }
    if def.outputs.is_empty() {
        cx.diagnostics.push(Diagnostic::error(ChargeCode::Output, &outputs, "the table gives nothing").help(help));
        good = false;
    }
    if let Some(policy) = def.hit_policy.filter(|policy| !policy.needs_a_row() || policy.aggregates()) {
        let message = format!("with `{}` several rows may fire, but a charge is one amount", policy.as_str());
        let problem = Diagnostic::error(ChargeCode::Output, &path.field("hit_policy"), message);
        cx.diagnostics.push(problem.help("use `unique`, `any`, `first` or `priority`"));
        good = false;
    }
    let table = Table::compile(def, scope, path, cx).filter(|_| good)?;
    Some(AmountTable { amount: table.output("amount"), percent: table.output("percent"), table })
}
