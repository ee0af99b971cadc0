//! From definitions to checked tariffs.

use super::{Aggregate, Band, Measure, PackageDef, Price, Rules, Tariff};
use crate::expr::{CompileContext, Slot, Type};
use crate::id::{AttributeId, PriceListId};
use crate::money::{Currency, Decimal};
use crate::pricing::calculate::Calculation;
use crate::pricing::csv::has_tariffs;
use crate::pricing::{AggregateBy, Basis, Bound, CalculateDef, PriceListDef, PriceRecordDef, TierDef, TierMode, UnitMatch, ZeroPrice};
use crate::report::{Diagnostic, Path, PricingCode};

impl Rules {
    /// The rules of a list whose prices are more than prices per unit by volume; none for other lists.
    pub fn compile(def: &PriceListDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Box<Self>> {
        let has_list_key = def.keys.iter().any(|key| cx.vocabulary.find(key.as_str()).is_some_and(|name| is_list(&name.ty)));
        check_several(def, has_list_key, path, cx);
        let basis = match &def.basis {
            Basis::Quantity => Measure::Quantity,
            Basis::Amount => Measure::Amount,
            Basis::PerUnit(id) => {
                attribute(id, &Type::Number, &path.field("basis").field("per_unit"), cx).map_or(Measure::Quantity, Measure::PerUnit)
            }
            Basis::Attribute(id) => {
                attribute(id, &Type::Number, &path.field("basis").field("attribute"), cx).map_or(Measure::Quantity, Measure::Attribute)
            }
        };
        let aggregate = match &def.aggregate_by {
            AggregateBy::Line => Aggregate::Line,
            AggregateBy::Product => cx.vocabulary.find("product.id").map_or(Aggregate::Line, |name| Aggregate::Text(name.slot)),
            AggregateBy::Attribute(id) => {
                attribute(id, &Type::Text, &path.field("aggregate_by").field("attribute"), cx).map_or(Aggregate::Line, Aggregate::Text)
            }
            AggregateBy::Record => Aggregate::Record,
            AggregateBy::Document => Aggregate::Document,
        };
        if def.counter.is_some() && def.aggregate_by == AggregateBy::Line {
            let message = "a counter goes on from line to line, but lines count alone";
            let problem = Diagnostic::error(PricingCode::Tariff, &path.field("counter"), message);
            cx.diagnostics.push(problem.help("write `aggregate_by`: `product`, `document`, or an attribute"));
        }
        let plain = def.tier_mode == TierMode::Volume
            && def.bound == Bound::LowerInclusive
            && def.basis == Basis::Quantity
            && def.aggregate_by == AggregateBy::Line
            && def.counter.is_none()
            && !def.pay_min
            && !def.flat_at_zero
            && !def.convert
            && def.tie_break.is_none()
            && def.several.is_none()
            && !has_list_key
            && def.unit_match == UnitMatch::Convert
            && def.zero_price == ZeroPrice::Free
            && def.records.shapes().all(is_plain)
            && !has_tariffs(def, cx.sources);
        (!plain).then(|| {
            Box::new(Self {
                mode: def.tier_mode,
                bound: def.bound,
                basis,
                aggregate,
                counter: def.counter.clone(),
                pay_min: def.pay_min,
                flat_at_zero: def.flat_at_zero,
                tie_break: def.tie_break,
                several: def.several,
                exact_unit: def.unit_match == UnitMatch::Exact,
                zero_is_none: def.zero_price == ZeroPrice::NotSet,
            })
        })
    }
}

impl Rules {
    /// Where graduated tiers begin at the latest, so that the first unit has a price.
    pub fn least_start(&self) -> Decimal {
        if self.bound == Bound::UpperInclusive { Decimal::ZERO } else { Decimal::ONE }
    }

    /// What is said of graduated tiers that begin later.
    pub fn late_start(&self, from: Decimal) -> String {
        format!("what comes first has no price: graduated tiers begin at `{}` at the latest here, not at `{from}`", self.least_start())
    }
}

/// Whether a record has nothing but prices per unit.
fn is_plain(def: &PriceRecordDef) -> bool {
    def.calculate.is_none()
        && def.package.is_none()
        && def.included.is_none()
        && def.minimum.is_none()
        && def.maximum.is_none()
        && def.cap.is_none()
        && def.tiers.iter().all(|tier| {
            tier.price.is_some() && tier.calculate.is_none() && tier.percent.is_none() && tier.flat.is_none() && tier.overage.is_none()
        })
}

pub(in crate::pricing) fn is_list(ty: &Type) -> bool {
    matches!(ty, Type::List(item) if **item == Type::Text)
}

fn check_several(def: &PriceListDef, has_list_key: bool, path: &Path<'_>, cx: &mut CompileContext<'_>) {
    match (has_list_key, def.several) {
        (true, None) => {
            let message = "a key has several values at a time, and nothing says which of them counts";
            let problem = Diagnostic::error(PricingCode::Key, &path.field("keys"), message);
            cx.diagnostics.push(problem.help("write `several`: `best` for the lowest price, `first` for that of the first value"));
        }
        (false, Some(_)) => {
            cx.diagnostics.error(PricingCode::Key, &path.field("several"), "no key has several values at a time; leave `several` out");
        }
        _ => {}
    }
}

/// The slot of an attribute of a line or document, which must be of that type.
fn attribute(id: &AttributeId, ty: &Type, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Slot> {
    match cx.vocabulary.find(id.as_str()) {
        Some(name) if name.ty == *ty => Some(name.slot),
        Some(name) => {
            let message = format!("`{id}` is {}; it must be {ty}", name.ty);
            cx.diagnostics.error(PricingCode::Tariff, path, message);
            None
        }
        None => {
            let names = cx.vocabulary.names().filter(|name| name.ty == *ty).map(|name| &*name.name);
            cx.diagnostics.unknown(path, "attribute", id.as_str(), names);
            None
        }
    }
}

/// What tariffs are compiled with.
#[derive(Clone, Copy)]
pub struct TariffContext<'a> {
    /// The lists of the rulebook, in its order.
    pub lists: &'a [PriceListId],
    pub rules: &'a Rules,
    pub currency: Currency,
    /// Whether the record is from a file, where more of its tiers may follow.
    pub of_file: bool,
}

impl Tariff {
    /// Checks what a record charges; what a file says comes without keys, offer and prices in `def`.
    pub fn compile(
        def: Option<&PriceRecordDef>,
        tiers: &[TierDef],
        price: Option<Decimal>,
        of: TariffContext<'_>,
        path: &Path<'_>,
        cx: &mut CompileContext<'_>,
    ) -> Self {
        let mut tariff = Self::default();
        let place = path.field("tiers");
        for (index, tier) in tiers.iter().enumerate() {
            let at = place.index(index);
            check_parts(tier, of, &at, cx);
            let band = Band {
                from: tier.from,
                price: price_of(tier.price, tier.calculate.as_ref(), of, &at, cx),
                percent: tier.percent,
                flat: tier.flat,
                overage: tier.overage,
            };
            tariff.bands.push(band);
        }
        // The rows of a file are looked at when all of them are there.
        if of.rules.mode == TierMode::Graduated
            && let Some(first) = tiers.first().filter(|first| !of.of_file && first.from > of.rules.least_start())
        {
            cx.diagnostics.error(PricingCode::TierGap, &place.index(0).field("from"), of.rules.late_start(first.from));
        }
        if tiers.is_empty() {
            let price = price_of(price, def.and_then(|def| def.calculate.as_ref()), of, path, cx);
            if of.rules.mode == TierMode::Block {
                let message = "in block mode a record has tiers with `flat`, not a price";
                cx.diagnostics.error(PricingCode::Tariff, path, message);
            }
            tariff.bands.push(Band { price, ..Band::default() });
        }
        let Some(def) = def else { return tariff };
        check_amounts(def, path, cx);
        tariff.package = def.package;
        tariff.included = def.included.unwrap_or_default();
        (tariff.minimum, tariff.maximum) = (def.minimum, def.maximum);
        tariff.cap.clone_from(&def.cap);
        tariff
    }

    /// The calculations of its tiers.
    pub fn calculations(&self) -> impl Iterator<Item = &Calculation> {
        self.bands.iter().filter_map(|band| if let Price::Calculated(calculation) = &band.price { Some(&**calculation) } else { None })
    }
}

fn price_of(
    price: Option<Decimal>,
    calculate: Option<&CalculateDef>,
    of: TariffContext<'_>,
    path: &Path<'_>,
    cx: &mut CompileContext<'_>,
) -> Price {
    if let Some(calculate) = calculate {
        let compiled = Calculation::compile(calculate, of.lists, of.currency, &path.field("calculate"), cx);
        return compiled.map_or(Price::None, |calculation| Price::Calculated(Box::new(calculation)));
    }
    price.map_or(Price::None, Price::Fixed)
}

/// A tier has what its mode uses, and nothing else.
fn check_parts(tier: &TierDef, of: TariffContext<'_>, path: &Path<'_>, cx: &mut CompileContext<'_>) {
    let mut problem = |field: &'static str, message: &str| cx.diagnostics.error(PricingCode::Tariff, &path.field(field), message);
    if of.rules.mode == TierMode::Block {
        if tier.flat.is_none() {
            problem("flat", "in block mode a tier has one price for all, its `flat`");
        }
        if tier.price.is_some() || tier.calculate.is_some() {
            problem("price", "in block mode units have no price of their own; write `overage` for those above where the tier starts");
        }
    } else if tier.overage.is_some() {
        problem("overage", "`overage` is for block mode; in the other modes write `price`");
    }
    if tier.percent.is_some() && of.rules.basis == Measure::Quantity {
        problem("percent", "a percentage is of an amount; let `basis` be `amount` or an attribute");
    }
    let negative = [("flat", tier.flat), ("overage", tier.overage), ("percent", tier.percent.map(crate::money::Percent::to_decimal))];
    for (field, number) in negative {
        if let Some(number) = number.filter(|number| number.is_negative()) {
            cx.diagnostics.error(PricingCode::NegativePrice, &path.field(field), format!("`{number}` is below zero"));
        }
    }
}

fn check_amounts(def: &PriceRecordDef, path: &Path<'_>, cx: &mut CompileContext<'_>) {
    let mut problem = |field: &'static str, message: String| cx.diagnostics.error(PricingCode::Tariff, &path.field(field), message);
    if let Some(PackageDef { size, .. }) = def.package.filter(|package| package.size <= Decimal::ZERO) {
        problem("package", format!("a package of `{size}` units holds nothing; write a size above zero"));
    }
    if let Some(cap) = def.cap.as_ref().filter(|cap| cap.quantity <= Decimal::ZERO) {
        problem("cap", format!("a cap of `{}` leaves nothing; write a quantity above zero", cap.quantity));
    }
    if let Some(included) = def.included.filter(|included| included.is_negative()) {
        problem("included", format!("`{included}` units cannot be free; write 0 or more"));
    }
    if let Some(minimum) = def.minimum.filter(|minimum| minimum.is_negative()) {
        problem("minimum", format!("the least amount `{minimum}` is below zero"));
    }
    if let (Some(maximum), least) = (def.maximum, def.minimum.unwrap_or_default())
        && maximum < least
    {
        problem("maximum", format!("the largest amount `{maximum}` is below the least, `{least}`"));
    }
}
