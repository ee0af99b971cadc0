//! Coupons: which codes which rules ask for, and what is said of codes that take nothing off.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::AdjustmentDef;
use super::promotion::PromotionDef;
use crate::id::{CouponCode, Map, Ordinal, RuleId};
use crate::report::{AdjustCode, Diagnostics, Path, Severity};

/// The coupon that a rule asks for: one of these codes. Codes are compared to the letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleCouponDef {
    /// The codes.
    pub codes: Vec<CouponCode>,
}

/// What is said of a coupon that takes nothing off. The discount is not given in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CouponsDef {
    /// No rule asks for the code.
    #[serde(default)]
    pub unknown: CouponProblem,
    /// No rule that asks for it applies: a condition, a validity, a better offer.
    #[serde(default)]
    pub unmet: CouponProblem,
    /// It was used as often, or has given as much, as it may.
    #[serde(default)]
    pub used_up: CouponProblem,
}

/// How bad a coupon without effect is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CouponProblem {
    /// The quote is not complete until the coupon is taken back.
    Error,
    /// The customer wants to know.
    #[default]
    Warning,
    /// Nobody is told.
    Ignore,
}

impl CouponProblem {
    /// The severity of the finding; none when there is no finding.
    #[must_use]
    pub const fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Ignore => None,
        }
    }
}

/// The codes of all rules.
#[derive(Debug, Clone, Default)]
pub struct Coupons {
    /// What is said of coupons without effect.
    pub policy: CouponsDef,
    codes: Map<CouponCode, Vec<Ordinal>>,
}

impl Coupons {
    /// Gathers the codes of the adjustments, then of the promotions, whose lists stand at `path`.
    pub fn compile(
        policy: CouponsDef,
        adjustments: &[AdjustmentDef],
        promotions: &[PromotionDef],
        path: &Path<'_>,
        all: &mut Diagnostics,
    ) -> Self {
        let mut coupons = Self { policy, codes: Map::default() };
        let place = path.field("adjustments");
        for (number, rule) in adjustments.iter().enumerate() {
            coupons.gather(Ordinal::of(number), &rule.id, rule.coupon.as_ref(), &place.index(number), all);
        }
        let place = path.field("promotions");
        for (number, promotion) in promotions.iter().enumerate() {
            let rule = Ordinal::of(adjustments.len().saturating_add(number));
            coupons.gather(rule, &promotion.id, promotion.coupon.as_ref(), &place.index(number), all);
        }
        coupons
    }

    fn gather(&mut self, number: Ordinal, id: &RuleId, coupon: Option<&RuleCouponDef>, at: &Path<'_>, all: &mut Diagnostics) {
        let Some(coupon) = coupon else { return };
        let at = at.field("coupon");
        let place = at.field("codes");
        if coupon.codes.is_empty() {
            let message = format!("`{id}` never applies: it asks for a coupon that has no code");
            all.error(AdjustCode::Limit, &place, message);
        }
        for (index, code) in coupon.codes.iter().enumerate() {
            let rules = self.codes.entry(code.clone()).or_default();
            if rules.last() == Some(&number) {
                all.duplicate(&place.index(index), "code", code.as_str());
            } else {
                rules.push(number);
            }
        }
    }

    /// The rules that ask for the code, by their numbers among all rules: adjustments first, then promotions.
    #[must_use]
    pub fn rules(&self, code: &CouponCode) -> &[Ordinal] {
        self.codes.get(code).map(Vec::as_slice).unwrap_or_default()
    }

    /// All codes.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.codes.keys().map(CouponCode::as_str)
    }
}
