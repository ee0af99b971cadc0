//! Exact fractions, as plain as they can be.

use std::cmp::Ordering;
use std::ops::{Add, Div, Mul, Sub};

use dealdesk::Decimal;
use dealdesk::money::{RoundingDef, RoundingMode};

/// A fraction in lowest terms with a positive denominator. Overflow panics: the cases are small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rational {
    pub above: i128,
    pub below: i128,
}

impl Rational {
    pub const ZERO: Self = Self { above: 0, below: 1 };
    pub const ONE: Self = Self { above: 1, below: 1 };

    pub fn new(above: i128, below: i128) -> Self {
        assert!(below != 0, "division by zero in the model");
        let divisor = gcd(above.abs(), below.abs()).max(1) * below.signum();
        Self { above: above / divisor, below: below / divisor }
    }

    pub fn whole(number: i128) -> Self {
        Self::new(number, 1)
    }

    /// By what the other one and this one are to be expanded to have their least common denominator.
    fn over_one_denominator(self, other: Self) -> (i128, i128) {
        let common = gcd(self.below, other.below);
        (self.below / common, other.below / common)
    }

    fn times(self, other: Self) -> Self {
        // Crosswise in lowest terms first, so that the products stay short.
        let (one, another) = (Self::new(self.above, other.below), Self::new(other.above, self.below));
        Self::new(one.above * another.above, one.below * another.below)
    }

    pub fn floor(self) -> i128 {
        self.above.div_euclid(self.below)
    }

    pub fn is_negative(self) -> bool {
        self.above < 0
    }

    /// How many decimals it has, when they end.
    pub fn decimals(self) -> Option<u32> {
        (0..=28).find(|scale| 10_i128.pow(*scale) % self.below == 0)
    }

    /// Rounds as a rulebook declares it; half-up to the last digit when it declares nothing.
    pub fn rounded(self, def: Option<RoundingDef>, digits: u32) -> Self {
        let def = def.unwrap_or_default();
        let step = def.increment.map_or(Self::new(1, 10_i128.pow(digits)), Self::from);
        let steps = self / step;
        let low = steps.floor();
        let fraction = steps - Self::whole(low);
        if self == Self::ZERO {
            return self;
        }
        let up = if fraction == Self::ZERO {
            false
        } else {
            let half = fraction.cmp(&Self::new(1, 2));
            match def.mode {
                RoundingMode::HalfUp => half.is_gt() || half.is_eq() && !self.is_negative(),
                RoundingMode::HalfDown => half.is_gt() || half.is_eq() && self.is_negative(),
                RoundingMode::HalfEven => half.is_gt() || half.is_eq() && low % 2 != 0,
                RoundingMode::Up => !self.is_negative(),
                RoundingMode::Down => self.is_negative(),
                RoundingMode::Ceiling => true,
                RoundingMode::Floor => false,
            }
        };
        let rounded = Self::whole(low + i128::from(up)) * step;
        let ended = rounded + def.offset.map_or(Self::ZERO, Self::from);
        if def.offset.is_some() && !self.is_negative() { ended.max(Self::ZERO) } else { ended }
    }

    /// As decimal text with at least so many digits after the point.
    pub fn text(self, least: u32) -> String {
        let scale = self.decimals().expect("the decimals end").max(least);
        let digits = self.above * (10_i128.pow(scale) / self.below);
        let sign = if digits < 0 { "-" } else { "" };
        let shown = format!("{:0>width$}", digits.abs(), width = scale as usize + 1);
        let (whole, fraction) = shown.split_at(shown.len() - scale as usize);
        if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

impl From<Decimal> for Rational {
    fn from(number: Decimal) -> Self {
        Self::new(number.mantissa(), 10_i128.pow(number.scale()))
    }
}

impl Add for Rational {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let (mine, theirs) = self.over_one_denominator(other);
        Self::new(self.above * theirs + other.above * mine, self.below * theirs)
    }
}

impl Sub for Rational {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + Self { above: -other.above, below: other.below }
    }
}

impl Mul for Rational {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        self.times(other)
    }
}

impl Div for Rational {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        self.times(Self::new(other.below, other.above))
    }
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rational {
    fn cmp(&self, other: &Self) -> Ordering {
        let (mine, theirs) = self.over_one_denominator(*other);
        (self.above * theirs).cmp(&(other.above * mine))
    }
}

impl std::iter::Sum for Rational {
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.fold(Self::ZERO, Self::add)
    }
}

#[test]
fn fractions_print_and_round() {
    let number = |above, below| Rational::new(above, below);
    assert_eq!(number(-5, 4).text(1), "-1.25");
    assert_eq!(number(7, 1).text(0), "7");
    assert_eq!(number(1, 200).text(2), "0.005");
    assert_eq!(number(5, 2).rounded(None, 0), number(3, 1));
    assert_eq!(number(-5, 2).rounded(None, 0), number(-3, 1));
    assert_eq!(number(1, 3).decimals(), None);
    assert_eq!(number(1, 6) + number(1, 4) - number(2, 3), number(-1, 4));
    assert_eq!(number(-2, 3) * number(9, 4) / number(3, 7), number(-7, 2));
    assert!(number(1, 3) > number(333, 1000) && number(-1, 3) < number(-333, 1000));
}
