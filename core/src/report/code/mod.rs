//! Every code, one enum per family, floor by floor. Codes are API: they are never renamed or reused.

use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! families {
    ($($(#[$family_doc:meta])* $family:ident $enum:ident { $($(#[doc = $meaning:literal])+ $code:ident = $text:literal,)* })*) => {
        $(
            $(#[$family_doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #[non_exhaustive]
            pub enum $enum {
                $($(#[doc = $meaning])+ $code,)*
            }

            impl $enum {
                /// Every code of the family.
                pub const ALL: &'static [Self] = &[$(Self::$code),*];

                /// The code as it stands in results: family, point, name.
                #[must_use]
                pub const fn as_str(self) -> &'static str {
                    match self {
                        $(Self::$code => concat!(stringify!($family), ".", $text),)*
                    }
                }

                /// What the code means, in one sentence or two.
                #[must_use]
                pub const fn meaning(self) -> &'static str {
                    match self {
                        $(Self::$code => concat!($($meaning,)+),)*
                    }
                }
            }
        )*
    };
}

macro_rules! codes {
    ($($(#[$family_doc:meta])* $variant:ident($enum:ident),)*) => {
        $(
            impl From<$enum> for Code {
                fn from(code: $enum) -> Code {
                    Code::$variant(code)
                }
            }
        )*

        /// Every code that a diagnostic, a finding or a verdict can carry.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$family_doc])* $variant($enum),)*
        }

        impl Code {
            /// The code as it stands in results, such as `pricing.tier_gap`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant(code) => code.as_str(),)*
                }
            }

            /// What the code means.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant(code) => code.meaning(),)*
                }
            }

            /// Every code there is, family by family.
            pub fn all() -> impl Iterator<Item = Code> {
                std::iter::empty()$(.chain($enum::ALL.iter().copied().map(Code::$variant)))*
            }
        }
    };
}

mod flows;
mod language;
mod slices;

pub use flows::{OrderCode, QuoteCode, RulebookCode};
pub use language::{ExprCode, LimitCode, ShapeCode, TableCode};
pub use slices::{AdjustCode, ApprovalCode, CatalogCode, ChargeCode, CreditCode, InventoryCode, PricingCode, ReceivableCode, TaxCode};

codes! {
    /// The shape of the input: fields, kinds, types.
    Shape(ShapeCode),
    /// Limits.
    Limit(LimitCode),
    /// The expression language.
    Expr(ExprCode),
    /// Decision tables.
    Table(TableCode),
    /// The rulebook as a whole.
    Rulebook(RulebookCode),
    /// Products, units and packaging.
    Catalog(CatalogCode),
    /// Price determination.
    Pricing(PricingCode),
    /// Discounts, surcharges and promotions.
    Adjust(AdjustCode),
    /// Tax.
    Tax(TaxCode),
    /// Charges: freight, fees, duty.
    Charge(ChargeCode),
    /// Quotes.
    Quote(QuoteCode),
    /// Credit.
    Credit(CreditCode),
    /// Approvals. The reasons to refuse a command stand first, in the order in which they count.
    Approval(ApprovalCode),
    /// Stock.
    Inventory(InventoryCode),
    /// Orders. The reasons to refuse a command stand first, in the order in which they count.
    Order(OrderCode),
    /// Receivables.
    Receivable(ReceivableCode),
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Code::all()
            .find(|code| code.as_str() == text)
            .ok_or_else(|| serde::de::Error::custom(format_args!("`{text}` is not a code of this version")))
    }
}

impl schemars::JsonSchema for Code {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let all: Vec<&str> = Code::all().map(Code::as_str).collect();
        schemars::json_schema!({"type": "string", "enum": all, "description": "What happened; stable across versions."})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_one_of_its_kind_and_has_a_meaning() {
        let mut seen: Vec<&str> = Code::all().map(Code::as_str).collect();
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), count);
        assert!(Code::all().all(|code| code.meaning().trim().ends_with('.')));
    }
}
