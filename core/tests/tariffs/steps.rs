//! Steps of calculated prices, with what they do to a fraction.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::generate::thousandths;
use super::rational::Rational;

/// A step of a calculation.
#[derive(Debug, Clone)]
pub enum Step {
    Discount(i128),
    Markup(i128),
    Margin(i128),
    Add(i128),
    Round(i128),
    Between(i128, i128),
}

pub fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (-50_i128..=100).prop_map(Step::Discount),
        (-100_i128..200).prop_map(Step::Markup),
        select(vec![0_i128, 20, 50, 75, -25, 90]).prop_map(Step::Margin),
        (-5_000_i128..5_000).prop_map(Step::Add),
        select(vec![10_i128, 50, 1_000, 5_000]).prop_map(Step::Round),
        (0_i128..5_000, 0_i128..30_000).prop_map(|(low, width)| Step::Between(low, low + width)),
    ]
}

impl Step {
    pub fn build(&self) -> Value {
        match self {
            Self::Discount(percent) => json!({"discount": percent.to_string()}),
            Self::Markup(percent) => json!({"markup": percent.to_string()}),
            Self::Margin(percent) => json!({"margin": percent.to_string()}),
            Self::Add(more) => json!({"add": thousandths(*more)}),
            Self::Round(step) => json!({"round": {"increment": thousandths(*step)}}),
            Self::Between(low, high) => json!({"clamp": {"at_least": thousandths(*low), "at_most": thousandths(*high)}}),
        }
    }

    pub fn apply(&self, price: Rational) -> Rational {
        let hundred = |percent: i128| Rational::new(percent, 100);
        match self {
            Self::Discount(percent) => price * (Rational::ONE - hundred(*percent)),
            Self::Markup(percent) => price * hundred(100 + percent),
            Self::Margin(percent) => price / hundred(100 - percent),
            Self::Add(more) => price + Rational::new(*more, 1_000),
            Self::Round(step) => {
                let steps = price / Rational::new(*step, 1_000);
                let half_up = if steps.is_negative() {
                    Rational::ZERO - Rational::whole((Rational::ZERO - steps + Rational::new(1, 2)).floor())
                } else {
                    Rational::whole((steps + Rational::new(1, 2)).floor())
                };
                half_up * Rational::new(*step, 1_000)
            }
            Self::Between(low, high) => price.max(Rational::new(*low, 1_000)).min(Rational::new(*high, 1_000)),
        }
    }
}
