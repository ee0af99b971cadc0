//! What an author writes about tax.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::zone::ZoneDef;
use crate::id::{StepId, TaxCategoryId, TaxId, TaxRateId};
use crate::money::{Currency, CurrencyRoundingDef, Decimal, Percent, RoundingDef};
use crate::time::{Period, Window};

/// Categories, taxes and rates.
///
/// Where there is one tax, its rates say it all; where a line may bear several, `taxes` declares them, and every rate names its own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaxDef {
    /// The categories that products and charges may have.
    pub categories: Vec<TaxCategoryId>,
    /// The taxes of which a line may bear several, in the order in which results list them; absent where there is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<LevyDef>,
    /// Parts of the world by name, for which rates may be; absent where rates name countries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<ZoneDef>,
    /// The rates, by tax, category, destination and customer class.
    pub rates: Vec<TaxRateDef>,
    /// The destination of documents that name none, a country or a zone: where they go until an address is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_destination: Option<String>,
    /// The attribute of text with which the `customer_class` of rates is compared, such as `customer.tax_class`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_attribute: Option<String>,
    /// What happens when a category has no rate at a destination.
    #[serde(default)]
    pub missing_rate: MissingRate,
}

/// One of the taxes that a line may bear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LevyDef {
    /// Names the tax, such as `vat`.
    pub id: TaxId,
    /// How people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether prices include it, whatever their price mode; as the price mode says when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub included: Option<bool>,
    /// The taxes that enter its base beside the net amount. A tax that is not listed is ignored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub base_includes: Vec<TaxId>,
    /// Whether a category may have no rate of it; otherwise a rate that is missing is handled as `missing_rate` says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

/// What happens when a category has no rate at a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissingRate {
    /// The quote is not complete; a finding says which rate is missing.
    #[default]
    Refuse,
    /// The line is not taxed.
    Untaxed,
}

/// A rate: of a tax, for a category at a destination. It has one of `percent`, `per_unit` and `percent_of_gross`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaxRateDef {
    /// Names the rate.
    pub id: TaxRateId,
    /// The tax that it is a rate of; absent where the rulebook declares no `taxes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<TaxId>,
    /// The products and charges that it is for.
    pub category: TaxCategoryId,
    /// Where it is for: a zone, or a country as `destination.country` has it.
    pub destination: String,
    /// The customers that it is for, compared with the `customer_attribute`; all for whom there is no rate of their own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_class: Option<String>,
    /// The percentage of the base, -100 to 100. A negative one withholds: the customer keeps it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<Percent>,
    /// The amount for each base unit of the product; charges do not bear it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_unit: Option<Decimal>,
    /// The currencies of the documents that it is for; when it names none, all, or those in the rulebook's currency when it is `per_unit`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub currencies: Vec<Currency>,
    /// The percentage of an amount that contains the tax itself, and all other taxes of this kind that have the same base; above 0
    /// and together below 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent_of_gross: Option<Percent>,
    /// What the rate means to the tax office; an ordinary rate when absent. All but `standard` and `reverse_charge` have the percentage 0.
    #[serde(default, skip_serializing_if = "is_default")]
    pub treatment: Treatment,
    /// When it is valid, judged by the document's date; always when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid: Option<Period>,
    /// From which time to which it is valid too, where days are not fine enough; then only for requests that say `at` which time they are
    /// made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_at: Option<Window>,
}

/// What a rate means to the tax office: the VAT categories of EN 16931. Each stands in the breakdown by itself; those that exempt carry
/// the reason that the invoice must state.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Treatment {
    /// An ordinary rate (`S`).
    #[default]
    Standard,
    /// Taxable at zero percent (`Z`).
    ZeroRated,
    /// Exempt (`E`).
    Exempt(String),
    /// The customer owes the tax (`AE`): it is charged and taken back, so that nothing is to be paid.
    ReverseCharge(String),
    /// A supply to another country of the union (`K`).
    IntraCommunity(String),
    /// An export out of the union (`G`).
    Export(String),
    /// Not subject to the tax (`O`).
    OutOfScope(String),
}

impl Treatment {
    /// Whether it is an ordinary rate.
    #[must_use]
    pub const fn is_standard(&self) -> bool {
        matches!(self, Self::Standard)
    }

    /// The treatment as a rulebook writes it, without its reason.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::ZeroRated => "zero_rated",
            Self::Exempt(_) => "exempt",
            Self::ReverseCharge(_) => "reverse_charge",
            Self::IntraCommunity(_) => "intra_community",
            Self::Export(_) => "export",
            Self::OutOfScope(_) => "out_of_scope",
        }
    }

    /// Why no tax is charged, as the invoice must state it.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Standard | Self::ZeroRated => None,
            Self::Exempt(reason)
            | Self::ReverseCharge(reason)
            | Self::IntraCommunity(reason)
            | Self::Export(reason)
            | Self::OutOfScope(reason) => Some(reason),
        }
    }
}

/// Whether prices include tax.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PriceModeDef {
    /// Prices are without tax; tax is added.
    #[default]
    Net,
    /// Prices include tax; it is taken out, and the net amount is the rest.
    Gross,
    /// The prices of lines for which the condition holds include tax, those of the others do not: by region, currency, channel or line.
    GrossWhen(String),
}

/// Whether a price includes tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PriceMode {
    /// It is without tax.
    #[default]
    Net,
    /// It includes tax.
    Gross,
}

/// Where tax is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaxRoundAt {
    /// On each unit of a line; the line's tax is that of a unit times the quantity.
    Unit,
    /// On each line.
    #[default]
    Line,
    /// Once for each rate over the document; the lines' taxes add up to it.
    Group,
    /// Once for the document; the rates' and the lines' taxes add up to it.
    Document,
    /// Nowhere: only the total becomes an amount, half up, and what a line or a rate shows is its share of it. The exact taxes stand beside.
    None,
}

/// Which side of a price that includes tax is rounded; the other is the difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoundTarget {
    /// The tax is rounded, the net amount is the rest.
    #[default]
    Tax,
    /// The net amount is rounded, the tax is the rest.
    Net,
}

/// What a price that includes tax keeps when the taxes of the destination are not those that it was made with.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DestinationPrice {
    /// The price with tax is the same everywhere; the net amount differs.
    #[default]
    KeepGross,
    /// The net amount is the same everywhere: what is left of the price after the taxes of this home destination; the taxes of the
    /// destination are added.
    KeepNet(String),
}

/// The step of the procedure that computes tax.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaxStepDef {
    /// Names the step.
    pub id: StepId,
    /// Whether prices include tax.
    #[serde(default)]
    pub price_mode: PriceModeDef,
    /// Where tax is rounded.
    #[serde(default)]
    pub round_at: TaxRoundAt,
    /// Which side of a price that includes tax is rounded.
    #[serde(default, skip_serializing_if = "is_default")]
    pub round_target: RoundTarget,
    /// How tax is rounded; half-up to the currency's minor unit when absent. Not for `round_at: none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding: Option<RoundingDef>,
    /// How documents in some currencies are rounded instead. An `increment` of `rounding` is in the rulebook's own currency: documents in
    /// others that are not named here are rounded to their minor unit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub currency_roundings: Vec<CurrencyRoundingDef>,
    /// What a price that includes tax keeps when the taxes of the destination are not those that it was made with.
    #[serde(default, skip_serializing_if = "is_default")]
    pub destination_price: DestinationPrice,
}

/// What says nothing is not written, so that a rulebook that does not use it keeps its fingerprint.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
