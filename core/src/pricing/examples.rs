//! Worked examples: what quantities around every bound of a list cost, for its author to look at and to keep as tests.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Pricing;
use super::calculate::decimal;
use super::heads::Head;
use super::list::{Offer, PriceList};
use super::tariff::{Band, Price, Rate, Rules, Schedule, Span, Tariff};
use crate::id::{PriceListId, Symbol, Symbols};
use crate::money::{ArithmeticError, Decimal, Exact, Money, Rounding, UnitPrice};
use crate::report::{Diagnostic, Error, LimitCode, Path};
use crate::time::Period;

/// A list of which examples are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceExamplesRequest {
    /// The list.
    pub list: PriceListId,
    /// Only the records of this key; all when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key: Vec<String>,
    /// How many records at most, 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// What quantities around the bounds of a list's tiers cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PriceExamples {
    /// The list.
    pub list: PriceListId,
    /// The records, by their keys.
    pub records: Vec<RecordExamples>,
    /// How many records there are beyond the limit.
    pub more: u64,
}

/// What quantities around the bounds of a record cost, as lines that count alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RecordExamples {
    /// The values of the list's keys.
    pub key: Vec<String>,
    /// When the record is valid.
    pub valid: Period,
    /// The unit of the quantities; the product's base unit when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Whether prices are calculated, and depend on more than the quantity; then there are no examples.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub calculated: bool,
    /// One less, the bound itself and one more, for every bound.
    pub examples: Vec<PriceExample>,
    /// The same as sentences for people, one for every bound: `19 piece cost 190.00 EUR, 20 cost 180.00, 21 cost 189.00`.
    pub sentences: Vec<String>,
}

/// What a quantity costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PriceExample {
    /// The quantity.
    pub quantity: Decimal,
    /// Where the tier begins that the quantity reaches; absent where it reaches none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<Decimal>,
    /// The price of a unit, on average; absent where there is no price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<UnitPrice>,
    /// What the quantity costs; absent where there is no price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

const DEFAULT_LIMIT: u32 = 100;

impl Pricing {
    /// Makes the examples of a list.
    ///
    /// # Errors
    /// [`Error`] when there is no such list, or an amount is too large.
    pub fn examples(&self, request: &PriceExamplesRequest, symbols: &Symbols) -> Result<PriceExamples, Error> {
        let Some(list) = self.lists.iter().find(|list| list.id == request.list) else {
            let mut problems = crate::report::Diagnostics::new();
            let names = self.lists.iter().map(|list| list.id.as_str());
            problems.unknown(&Path::ROOT.field("list"), "price list", request.list.as_str(), names);
            problems.finish()?;
            return Ok(PriceExamples { list: request.list.clone(), records: Vec::new(), more: 0 });
        };
        let limit = usize::try_from(request.limit.unwrap_or(DEFAULT_LIMIT)).unwrap_or(usize::MAX);
        let (mut records, mut more) = (Vec::new(), 0_u64);
        for (key, head) in list.heads.all(&list.keys) {
            let key: Vec<String> = key.iter().take(list.keys.len()).map(|part| symbols.text(Symbol::of(*part)).to_owned()).collect();
            if !request.key.is_empty() && request.key != key {
                continue;
            }
            for (number, offer) in list.all_records(head) {
                if records.len() >= limit {
                    more = more.saturating_add(1);
                    continue;
                }
                let made = list.record_examples(head, number, offer);
                let Made { calculated, bounds, examples } = made
                    .map_err(|error| Error::from(Diagnostic::error(LimitCode::Overflow, &Path::ROOT.field("list"), error.to_string())))?;
                let unit = offer.unit.map(|unit| symbols.text(unit).to_owned());
                let sentences = bounds.into_iter().map(|bound| sentence(bound, &examples, unit.as_deref())).collect();
                records.push(RecordExamples { key: key.clone(), valid: offer.valid, unit, calculated, examples, sentences });
            }
        }
        Ok(PriceExamples { list: request.list.clone(), records, more })
    }
}

/// The examples of a record.
#[derive(Default)]
struct Made {
    /// Whether prices are calculated.
    calculated: bool,
    /// Where the tiers begin, and the quantities around that: one less, the bound, one more.
    bounds: Vec<[Decimal; 3]>,
    examples: Vec<PriceExample>,
}

/// What the quantities around a bound cost, as a sentence. The unit and the currency are named once.
fn sentence(bound: [Decimal; 3], examples: &[PriceExample], unit: Option<&str>) -> String {
    let mut sentence = String::new();
    for quantity in bound {
        let Some(example) = examples.iter().find(|example| example.quantity == quantity) else { continue };
        let first = sentence.is_empty();
        if !first {
            sentence.push_str(", ");
        }
        sentence.push_str(&example.quantity.to_string());
        if let Some(unit) = unit.filter(|_| first) {
            sentence.push(' ');
            sentence.push_str(unit);
        }
        match example.amount {
            Some(amount) if first => sentence.push_str(&format!(" cost {amount} {}", amount.currency())),
            Some(amount) => sentence.push_str(&format!(" cost {amount}")),
            None => sentence.push_str(" have no price"),
        }
    }
    sentence
}

impl PriceList {
    fn record_examples(&self, head: Head, number: usize, offer: Offer) -> Result<Made, ArithmeticError> {
        let default = Rules::default();
        let rules = self.rules.as_deref().unwrap_or(&default);
        let plain;
        let tariff = match self.tariffs.get(number).filter(|_| self.rules.is_some()) {
            Some(tariff) => tariff,
            None => {
                plain = self.as_tariff(head, number, offer);
                &plain
            }
        };
        if tariff.calculations().next().is_some() {
            return Ok(Made { calculated: true, ..Made::default() });
        }
        let rates = rates(tariff, offer.per)?;
        let bound = |amount: Option<Decimal>| amount.map(Exact::from_decimal).transpose();
        let schedule = Schedule {
            rules,
            rates: &rates,
            package: tariff.package,
            included: tariff.included,
            minimum: bound(tariff.minimum)?,
            maximum: bound(tariff.maximum)?,
            counted: true,
        };
        let mut bounds: Vec<[Decimal; 3]> = Vec::with_capacity(tariff.bands.len());
        for band in &tariff.bands {
            let at = band.from.checked_add(tariff.included)?;
            bounds.push([at.checked_sub(Decimal::ONE)?, at, at.checked_add(Decimal::ONE)?].map(|quantity| quantity.normalize()));
        }
        let mut quantities: Vec<Decimal> = bounds.iter().flatten().copied().collect();
        quantities.retain(|quantity| *quantity > Decimal::ZERO || rules.flat_at_zero && quantity.is_zero());
        crate::sort::ascending(&mut quantities);
        quantities.dedup();
        let examples = quantities.into_iter().map(|quantity| self.example(&schedule, quantity)).collect::<Result<_, _>>()?;
        Ok(Made { calculated: false, bounds, examples })
    }

    fn example(&self, schedule: &Schedule<'_>, quantity: Decimal) -> Result<PriceExample, ArithmeticError> {
        let span = Span { start: Decimal::ZERO, end: quantity, first: true, total: quantity };
        let tier = schedule.tier(quantity.checked_sub(schedule.included)?.max(Decimal::ZERO));
        let exact = schedule.amount(span)?;
        let minor_units = self.currency.minor_units();
        let amount = exact.map(|exact| Rounding::half_up(minor_units).apply(exact)).transpose()?;
        let each = match exact.filter(|_| !quantity.is_zero()) {
            Some(exact) => {
                let (above, below) = Exact::from_decimal(quantity)?.lowest_terms();
                Some(exact.times(below, above)?)
            }
            None => None,
        };
        let shown = |each: Exact| match decimal(each).and_then(|each| UnitPrice::new(each, self.currency)) {
            Ok(price) => Ok(price),
            Err(_) => UnitPrice::rounded(each, &Rounding::half_up(minor_units.saturating_add(4)), self.currency),
        };
        Ok(PriceExample {
            quantity: quantity.normalize(),
            tier: tier.and_then(|tier| schedule.rates.get(tier)).map(|rate| rate.from.normalize()),
            unit_price: each.map(shown).transpose()?,
            amount: amount.map(|amount| Money::new(amount, self.currency)),
        })
    }

    /// A record of a list without tariffs as one.
    fn as_tariff(&self, head: Head, first: usize, offer: Offer) -> Tariff {
        let from = self.terms_of(head, offer).map(|terms| &*terms.from).unwrap_or_default();
        let band = |(index, from): (usize, &Decimal)| {
            let price = first.checked_add(index).and_then(|number| self.prices.get(number, self.currency));
            Band { from: *from, price: price.map_or(Price::None, |price| Price::Fixed(price.to_decimal())), ..Band::default() }
        };
        Tariff { bands: from.iter().enumerate().map(band).collect(), ..Tariff::default() }
    }
}

fn rates(tariff: &Tariff, per: Decimal) -> Result<Vec<Rate>, ArithmeticError> {
    let exact = |number: Option<Decimal>| Exact::from_decimal(number.unwrap_or_default());
    let (above, below) = Exact::from_decimal(per)?.lowest_terms();
    let mut rates = Vec::with_capacity(tariff.bands.len());
    for band in &tariff.bands {
        let price = if let Price::Fixed(price) = band.price { Some(price) } else { None };
        let percent = band.percent.map_or(Ok(Exact::ZERO), |percent| Exact::new(percent.ratio().0, percent.ratio().1))?;
        rates.push(Rate {
            from: band.from,
            unit: exact(price)?.times(below, above)?.plus(percent)?,
            percent,
            flat: exact(band.flat)?,
            overage: band.overage.map(Exact::from_decimal).transpose()?,
        });
    }
    Ok(rates)
}
