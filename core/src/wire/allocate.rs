//! The operation `allocate`: [`crate::money::allocate`] over decimals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::limits::Limits;
use crate::money::{AllocationMethod, AllocationShare, ArithmeticError, Currency, Decimal, Money, ZeroWeights};
use crate::report::{Diagnostic, Diagnostics, Error, LimitCode, Path, ShapeCode};

/// An amount to be split, and over what.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AllocateRequest {
    /// The amount, with no more decimals than its currency; may be below zero.
    pub total: Decimal,
    /// Its currency.
    pub currency: Currency,
    /// How whole minor units are found for each share.
    #[serde(default)]
    pub method: AllocationMethod,
    /// What happens when every weight is zero.
    #[serde(default)]
    pub zero_weights: ZeroWeights,
    /// Who receives a part; an equal remainder goes to the earlier one.
    pub shares: Vec<AllocateShare>,
}

/// One receiver of a part.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AllocateShare {
    /// The weight, zero or above; only the proportion of the weights counts.
    pub weight: Decimal,
    /// The most that it can take, as an amount without sign; what it cannot take goes to the others.
    #[serde(default)]
    pub cap: Option<Decimal>,
}

/// An amount split. The parts and the rest sum to the amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Allocation {
    /// The parts, in the order of the shares.
    pub parts: Vec<Money>,
    /// What no share could take.
    pub unallocated: Money,
}

/// Splits an amount.
///
/// # Errors
/// `shape.invalid_value` for a weight or cap below zero and for an amount with too many decimals, `limit.overflow` for numbers
/// that are too large, `limit.too_many` for too many shares: all of them at once.
pub(super) fn allocate(request: AllocateRequest) -> Result<Allocation, Error> {
    let mut problems = Diagnostics::new();
    let (total, shares) = check(&request, &mut problems);
    problems.finish()?;
    let mut parts = Vec::new();
    let unallocated = crate::money::allocate(total, &shares, request.method, request.zero_weights, &mut parts)
        .map_err(|error| Diagnostic::error(LimitCode::Overflow, &Path::ROOT.field("shares"), error.to_string()))?;
    Ok(Allocation { parts: parts.into_iter().map(|minor| Money::new(minor, request.currency)).collect(), unallocated })
}

/// The amount and the shares in whole numbers; everything that is wrong with them is in `problems`.
fn check(request: &AllocateRequest, problems: &mut Diagnostics) -> (Money, Vec<AllocationShare>) {
    let most = Limits::default().lines;
    if request.shares.len() > most {
        let message = format!("there are {} shares; at most {most} are allowed", request.shares.len());
        problems.error(LimitCode::TooMany, &Path::ROOT.field("shares"), message);
        return (Money::zero(request.currency), Vec::new());
    }
    let amount_scale = u32::from(request.currency.minor_units());
    let total = whole(request.total, amount_scale, &Path::ROOT.field("total"), problems);
    let weight_scale = request.shares.iter().map(|share| share.weight.normalize().scale()).max().unwrap_or(0);
    let list = Path::ROOT.field("shares");
    let shares = request.shares.iter().zip(0_usize..).map(|(share, index)| {
        let path = list.index(index);
        AllocationShare {
            weight: not_negative(share.weight, weight_scale, &path.field("weight"), problems),
            cap: share.cap.map(|cap| not_negative(cap, amount_scale, &path.field("cap"), problems)),
        }
    });
    let shares = shares.collect();
    (Money::new(total, request.currency), shares)
}

fn not_negative(number: Decimal, scale: u32, path: &Path<'_>, problems: &mut Diagnostics) -> u64 {
    if number.is_negative() {
        problems.error(ShapeCode::InvalidValue, path, format!("`{number}` is below zero; write zero or more"));
        return 0;
    }
    whole(number, scale, path, problems).unsigned_abs()
}

/// The number in units of its last decimal.
fn whole(number: Decimal, scale: u32, path: &Path<'_>, problems: &mut Diagnostics) -> i64 {
    number.mantissa_at(scale).unwrap_or_else(|error| {
        let (code, message) = match error {
            ArithmeticError::Inexact => {
                (ShapeCode::InvalidValue.into(), format!("`{number}` has more decimals than the currency; at most {scale} are allowed"))
            }
            _ => (crate::report::Code::from(LimitCode::Overflow), format!("`{number}` is too large: at most 18 digits can be held")),
        };
        problems.error(code, path, message);
        0
    })
}

#[cfg(test)]
mod tests {
    fn answer(text: &str) -> String {
        crate::wire::call_json(None, "allocate", text).unwrap_or_else(|error| error)
    }

    #[test]
    fn weights_with_decimals_count_by_their_proportion() {
        // 10.00 over 0.5 : 1.5 is 2.50 and 7.50; the cap of 7.00 leaves 0.50 to the first.
        assert_eq!(
            answer(r#"{"total": "10.00", "currency": "EUR", "shares": [{"weight": "0.5"}, {"weight": "1.5", "cap": "7.00"}]}"#),
            r#"{"parts":["3.00","7.00"],"unallocated":"0.00"}"#
        );
    }

    #[test]
    fn every_problem_is_reported_at_its_place() {
        let text = r#"{"total": "10.001", "currency": "EUR", "shares": [{"weight": "-1"}, {"weight": 1, "cap": "99999999999999999999"}]}"#;
        let error: serde_json::Value = serde_json::from_str(&answer(text)).unwrap();
        let found: Vec<String> = error["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .map(|d| format!("{} {}", d["code"].as_str().unwrap(), d["path"].as_str().unwrap()))
            .collect();
        assert_eq!(found, ["shape.invalid_value /shares/0/weight", "limit.overflow /shares/1/cap", "shape.invalid_value /total"]);
    }
}
