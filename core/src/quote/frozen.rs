//! Prices that an earlier quote has determined: they stand, and only what comes after them is computed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::frame::Frame;
use super::outcome::{ChargeResult, Outcome};
use super::request::QuoteRequest;
use super::result::{Entry, Line, ListPrice, Source};
use crate::adjust::Figure;
use crate::catalog::Ordered;
use crate::charge::{Charged, ChargedLine};
use crate::expr::Value;
use crate::id::{ChargeId, LineId, Ordinal, PriceListId, ProductId, UnitId};
use crate::money::{ArithmeticError, Currency, Decimal, Money, UnitPrice};
use crate::report::{Diagnostic, Diagnostics, Fingerprint, Path, QuoteCode, did_you_mean};
use crate::rulebook::Parts;
use crate::tax::Taxed;

/// What an earlier quote has determined, as its answer gives it with `freeze`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FrozenPrices {
    /// The fingerprint of the rulebook whose prices these are.
    pub rulebook: Fingerprint,
    /// The currency of all amounts: that of the rulebook.
    pub currency: Currency,
    /// The lines whose prices stand; the others are priced anew.
    pub lines: Vec<FrozenLine>,
    /// The charges that stand, and then no other is computed; all charges are computed anew when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charges: Option<Vec<FrozenCharge>>,
}

/// A line whose price stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FrozenLine {
    /// The line.
    pub line: LineId,
    /// The product that the price is for.
    pub product: ProductId,
    /// The quantity that the price is for.
    pub quantity: Decimal,
    /// Its unit.
    pub unit: UnitId,
    /// The list that the price was from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_list: Option<PriceListId>,
    /// The price per unit that was found.
    pub list_price: Decimal,
    /// The line at the price that was found.
    pub list_amount: Decimal,
    /// The price per unit after all stages, where they rounded at the unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net_unit_price: Option<Decimal>,
    /// What the line costs after every step before tax: with tax where prices include it.
    pub amount: Decimal,
}

/// A charge that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FrozenCharge {
    /// The charge.
    pub charge: ChargeId,
    /// What percentages were taken on.
    pub base: Decimal,
    /// What is charged.
    pub amount: Decimal,
    /// What of it is in the amounts of the lines already; nothing when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_lines: Option<Decimal>,
}

/// The frozen prices of a request, checked. Until tax is computed its lines are held out: no rule sees or changes them.
#[derive(Debug, Clone)]
pub(super) struct Frozen {
    held: Vec<Held>,
    /// The charges that stand, by their numbers.
    charges: Option<Vec<(usize, Standing)>>,
}

/// A charge that stands.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    charged: Charged,
    in_lines: i64,
}

/// A line that is held out.
#[derive(Debug, Clone)]
struct Held {
    line: usize,
    ordered: Option<Ordered>,
    price: ListPrice,
    figure: Figure,
}

impl Frozen {
    /// Checks the frozen prices, and holds their lines out. What does not belong to the request goes into the diagnostics.
    #[inline(never)]
    pub(super) fn read(
        parts: &Parts,
        request: &QuoteRequest,
        frozen: &FrozenPrices,
        lines: &mut [Line],
        diagnostics: &mut Diagnostics,
    ) -> Option<Box<Self>> {
        let path = Path::ROOT.field("frozen");
        if frozen.currency != parts.currency {
            let message = format!("these prices are in `{}`, and the rulebook prices in `{}`", frozen.currency, parts.currency);
            diagnostics.error(QuoteCode::Frozen, &path.field("currency"), message);
            return None;
        }
        let mut held: Vec<Held> = Vec::with_capacity(frozen.lines.len());
        for (index, line) in frozen.lines.iter().enumerate() {
            let at = path.field("lines");
            let at = at.index(index);
            let Some(number) = find_line(parts, request, line, lines, &at, diagnostics) else { continue };
            if held.iter().any(|held| held.line == number) {
                let message = format!("the line `{}` is frozen twice; only one price can stand", line.line);
                diagnostics.error(QuoteCode::Frozen, &at.field("line"), message);
                continue;
            }
            let Some((price, figure)) = read_price(parts, line, &at, diagnostics) else { continue };
            held.push(Held { line: number, ordered: None, price, figure });
        }
        for held in &mut held {
            held.ordered = lines.get_mut(held.line).and_then(|line| line.ordered.take());
        }
        let charges = frozen.charges.as_ref().map(|charges| read_charges(parts, charges, &path.field("charges"), diagnostics));
        Some(Box::new(Self { held, charges }))
    }

    /// The lines of the document that rules see.
    pub(super) fn count_others(&self, frame: &mut Frame<'_>) {
        let others = u64::try_from(frame.lines.len().saturating_sub(self.held.len())).unwrap_or(u64::MAX);
        frame.set(frame.parts.attributes.document.line_count, Value::Number(others.into()));
    }

    /// Shows the lines to a step that only reads them.
    pub(super) fn put(&self, frame: &mut Frame<'_>) {
        for held in &self.held {
            if let Some(line) = frame.lines.get_mut(held.line) {
                (line.ordered, line.price, line.figure) = (held.ordered, Some(held.price), held.figure);
            }
        }
    }

    /// Holds the lines out again.
    pub(super) fn take(&self, frame: &mut Frame<'_>) {
        for line in self.held.iter().map(|held| held.line) {
            if let Some(line) = frame.lines.get_mut(line) {
                (line.ordered, line.price, line.figure) = (None, None, Figure { amount: 0, unit: None });
            }
        }
    }

    /// Gives the lines back for good, each with its price as the one step of its waterfall so far.
    #[inline(never)]
    pub(super) fn thaw(&self, frame: &mut Frame<'_>, out: &mut Outcome) {
        self.put(frame);
        for held in &self.held {
            let Some(line) = frame.lines.get_mut(held.line) else { continue };
            let Figure { amount, unit } = held.figure;
            let entry = Entry {
                step: Ordinal::of(0),
                source: Source::Step,
                base: held.price.amount,
                before: 0,
                after: amount,
                unit_price: unit,
                next: None,
            };
            out.record_step(line, entry);
        }
    }

    /// Whether a line's price stands.
    pub(super) fn holds(&self, line: usize) -> bool {
        self.held.iter().any(|held| held.line == line)
    }

    /// What a charge comes to that stands; none where charges are computed anew.
    pub(super) fn charge(&self, number: usize) -> Option<Option<&Standing>> {
        let charges = self.charges.as_ref()?;
        Some(charges.iter().find(|(known, _)| *known == number).map(|(_, standing)| standing))
    }
}

/// Adds a charge that stands. What is in the amounts of lines already is not put there again.
pub(super) fn add_charge(
    (step, charge): (Ordinal, Ordinal),
    Standing { charged, in_lines }: Standing,
    lines: Vec<ChargedLine>,
    out: &mut Outcome,
) -> Result<(), ArithmeticError> {
    out.allocated = out.allocated.checked_add(in_lines).ok_or(ArithmeticError::Overflow)?;
    let lines = lines.into_iter().map(|line| line.line).collect();
    out.extras.charges.push(ChargeResult { charge, step, charged, in_lines, lines, taxed: Taxed::default(), tax_lines: 0..0 });
    Ok(())
}

/// The line of the request that a frozen one is, which must ask for the same.
fn find_line(
    parts: &Parts,
    request: &QuoteRequest,
    frozen: &FrozenLine,
    lines: &[Line],
    path: &Path<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<usize> {
    let found = request.lines.iter().enumerate().find(|(_, line)| line.id == frozen.line);
    let Some((number, asked)) = found else {
        let help = did_you_mean(frozen.line.as_str(), request.lines.iter().map(|line| line.id.as_str()));
        let problem = Diagnostic::error(QuoteCode::Frozen, &path.field("line"), format!("there is no line `{}` to be frozen", frozen.line));
        diagnostics.push(problem.maybe_help(help));
        return None;
    };
    let mut differs = |field: &'static str, was: String, is: String| {
        let message = format!("the line `{}` was priced for `{was}` and now asks for `{is}`", frozen.line);
        let problem = Diagnostic::error(QuoteCode::Frozen, &path.field(field), message);
        diagnostics.push(problem.help("leave the line out of `frozen` to have it priced anew"));
    };
    if asked.product != frozen.product {
        differs("product", frozen.product.to_string(), asked.product.to_string());
    }
    if asked.quantity != frozen.quantity {
        differs("quantity", frozen.quantity.to_string(), asked.quantity.to_string());
    }
    let ordered = lines.get(number).and_then(|line| line.ordered);
    if let Some(unit) = ordered.map(|ordered| parts.symbols.text(ordered.unit)).filter(|unit| *unit != frozen.unit.as_str()) {
        differs("unit", frozen.unit.to_string(), unit.to_owned());
    }
    if !asked.overrides.is_empty() {
        let message = format!("the price of the line `{}` stands, so nothing can be set by hand", frozen.line);
        let problem = Diagnostic::error(QuoteCode::Frozen, &path.field("line"), message);
        diagnostics.push(problem.help("take the overrides out, or leave the line out of `frozen`"));
    }
    Some(number)
}

/// The price that was found, and the figures after the steps before tax.
fn read_price(parts: &Parts, line: &FrozenLine, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Option<(ListPrice, Figure)> {
    let currency = parts.currency;
    // What comes back has amounts below zero, and is computed without the sign.
    let unsigned = |amount: Decimal| if line.quantity.is_negative() { amount.negated() } else { amount };
    let list_amount = read_amount(unsigned(line.list_amount), false, currency, &path.field("list_amount"), diagnostics);
    let amount = read_amount(unsigned(line.amount), false, currency, &path.field("amount"), diagnostics);
    let mut price = |price: Decimal, field: &'static str| {
        let read = if price.is_negative() { Err(format!("`{price}` is below zero")) } else { Ok(price) };
        let read = read
            .and_then(|price| UnitPrice::new(price, currency).map_err(|error| format!("`{price}` is no price in `{currency}`: {error}")));
        read.map_err(|message| diagnostics.error(QuoteCode::Frozen, &path.field(field), message)).ok()
    };
    let unit_price = price(line.list_price, "list_price");
    let unit = line.net_unit_price.map(|unit| price(unit, "net_unit_price"));
    // A list that there is no more is no list.
    let list = line.price_list.as_ref().and_then(|list| parts.pricing.list_number(list)).map_or(Ordinal::NONE, Ordinal::of);
    let price = ListPrice { list, unit_price: unit_price?, amount: list_amount? };
    Some((price, Figure { amount: amount?, unit: unit.flatten() }))
}

fn read_charges(parts: &Parts, charges: &[FrozenCharge], path: &Path<'_>, diagnostics: &mut Diagnostics) -> Vec<(usize, Standing)> {
    let mut read: Vec<(usize, Standing)> = Vec::with_capacity(charges.len());
    for (index, frozen) in charges.iter().enumerate() {
        let at = path.index(index);
        let base = read_amount(frozen.base, true, parts.currency, &at.field("base"), diagnostics);
        let amount = read_amount(frozen.amount, true, parts.currency, &at.field("amount"), diagnostics);
        let Some(number) = parts.charges.iter().position(|charge| charge.id == frozen.charge) else {
            let known = parts.charges.iter().map(|charge| charge.id.as_str());
            let message = format!("the rulebook has no charge `{}` to be frozen", frozen.charge);
            let problem = Diagnostic::error(QuoteCode::Frozen, &at.field("charge"), message);
            diagnostics.push(problem.maybe_help(did_you_mean(frozen.charge.as_str(), known)));
            continue;
        };
        if read.iter().any(|(known, _)| *known == number) {
            let message = format!("the charge `{}` is frozen twice; only one amount can stand", frozen.charge);
            diagnostics.error(QuoteCode::Frozen, &at.field("charge"), message);
        }
        let in_lines = frozen.in_lines.unwrap_or_default();
        let in_lines = read_amount(in_lines, true, parts.currency, &at.field("in_lines"), diagnostics);
        if let (Some(base), Some(amount), Some(in_lines)) = (base, amount, in_lines) {
            let charged = Charged { amount, exact: None, waived: amount, missing: None, base, row: None };
            read.push((number, Standing { charged, in_lines }));
        }
    }
    read
}

/// An amount in minor units; what a line costs is not below zero.
fn read_amount(number: Decimal, may_be_negative: bool, currency: Currency, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Option<i64> {
    let read = if number.is_negative() && !may_be_negative {
        Err(format!("`{number}` is below zero"))
    } else {
        Money::from_decimal(number, currency).map_err(|error| format!("`{number}` is no amount in `{currency}`: {error}"))
    };
    read.map(Money::minor).map_err(|message| diagnostics.error(QuoteCode::Frozen, path, message)).ok()
}
