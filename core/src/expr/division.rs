//! Whether a formula can divide by zero.

use super::ast::Factor;
use super::program::{Choice, Num, Typed};
use super::{Expr, Root};
use crate::money::Decimal;

impl Expr {
    /// Whether a division may be by zero, for all that can be seen without facts: a divisor that a choice has asked about is taken as safe,
    /// as is one that `max` or `clamp` keeps above zero.
    #[must_use]
    pub fn may_divide_by_zero(&self) -> bool {
        matches!(&self.0.root, Root::Typed(Typed::Number(number)) if may_divide(number))
    }
}

fn may_divide(number: &Num) -> bool {
    match number {
        Num::Product(chain) => {
            let divides = |(factor, part): &(Factor, Num)| *factor != Factor::Times && may_be_zero(part) || may_divide(part);
            may_divide(&chain.first) || chain.rest.iter().any(divides)
        }
        Num::Sum(chain) => may_divide(&chain.first) || chain.rest.iter().any(|(_, part)| may_divide(part)),
        Num::Negate(inner) | Num::Abs(inner) => may_divide(inner),
        Num::Min(parts) | Num::Max(parts) => parts.iter().any(may_divide),
        Num::Round(rounded) => may_divide(&rounded.value),
        Num::Clamp(clamped) => [&clamped.value, &clamped.low, &clamped.high].into_iter().any(may_divide),
        Num::Total(lines) => may_divide(&lines.body),
        // What stands in a choice has been asked about.
        _ => false,
    }
}

fn may_be_zero(number: &Num) -> bool {
    let above = |number: &Num| matches!(number, Num::Constant(value) if *value > Decimal::ZERO);
    match number {
        Num::Constant(value) => value.is_zero(),
        Num::Negate(inner) | Num::Abs(inner) => may_be_zero(inner),
        Num::Max(parts) => !parts.iter().any(above),
        Num::Clamp(clamped) => !above(&clamped.low),
        Num::Choose(choice) => {
            let Choice { cases, otherwise } = &**choice;
            cases.iter().any(|(_, number)| matches!(number, Num::Constant(value) if value.is_zero()))
                || matches!(otherwise, Num::Constant(value) if value.is_zero())
        }
        _ => true,
    }
}
