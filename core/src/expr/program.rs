//! The compiled form: one enum per type, so that evaluating never asks what type a value has.
//!
//! Names are slots, texts have their symbols, lists of constants are sorted, and constant parts are calculated already.

use super::ast::{Relation, Term};
use super::value::Text;
use super::{Slot, Type};
use crate::id::Symbol;
use crate::money::{Decimal, Rounding};
use crate::report::Span;
use crate::sort;
use crate::time::Date;

/// An expression of any type.
#[derive(Debug, Clone)]
pub(super) enum Typed {
    Bool(Cond),
    Number(Num),
    Text(Txt),
    Date(Day),
    List(Lst),
}

impl Typed {
    pub fn ty(&self) -> Type {
        match self {
            Self::Bool(_) => Type::Bool,
            Self::Number(_) => Type::Number,
            Self::Text(_) => Type::Text,
            Self::Date(_) => Type::Date,
            Self::List(list) => list.ty(),
        }
    }
}

/// Reading a slot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Read {
    pub slot: Slot,
    /// How many macros lie between this place and the line it reads: 0 is the innermost line.
    pub hops: u8,
    pub span: Span,
}

impl Read {
    /// Whether both read the same value, at the same nesting.
    pub fn same(&self, other: &Self) -> bool {
        self.slot == other.slot && self.hops == other.hops
    }
}

/// A condition.
#[derive(Debug, Clone)]
pub(super) enum Cond {
    Constant(bool),
    Read(Read),
    Has(Read),
    Not(Box<Cond>),
    All(Box<[Cond]>),
    Any(Box<[Cond]>),
    Numbers(Box<Comparison<Num>>),
    Dates(Box<Comparison<Day>>),
    /// Only [`Relation::Equal`] and [`Relation::NotEqual`].
    Texts(Box<Comparison<Txt>>),
    /// Only [`Relation::Equal`] and [`Relation::NotEqual`].
    Bools(Box<Comparison<Cond>>),
    In(Box<Membership>),
    Part(Box<Part>),
    Choose(Box<Choice<Cond>>),
    Exists(Box<Lines<Cond>>),
    Every(Box<Lines<Cond>>),
}

#[derive(Debug, Clone)]
pub(super) struct Comparison<T> {
    pub relation: Relation,
    pub left: T,
    pub right: T,
    pub span: Span,
}

/// `item in list`
#[derive(Debug, Clone)]
pub(super) struct Membership {
    pub items: Items,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub(super) enum Items {
    Numbers(Num, Box<[Decimal]>),
    Dates(Day, Box<[Date]>),
    Texts(Txt, TextSet),
    List(Typed, Lst),
}

/// Constant texts, sorted by symbol.
#[derive(Debug, Clone)]
pub(super) struct TextSet(Box<[(Symbol, Box<str>)]>);

impl TextSet {
    pub fn new(mut texts: Vec<(Symbol, Box<str>)>) -> Self {
        sort::ascending(&mut texts);
        texts.dedup();
        Self(texts.into_boxed_slice())
    }

    pub fn contains(&self, text: Text<'_>) -> bool {
        match text.symbol {
            Some(symbol) => self.0.binary_search_by_key(&symbol, |(known, _)| *known).is_ok(),
            None => self.0.iter().any(|(_, known)| **known == *text.text),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (Symbol, &str)> {
        self.0.iter().map(|(symbol, text)| (*symbol, &**text))
    }
}

/// `text.startsWith(part)` and its like.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub kind: PartKind,
    pub text: Txt,
    pub part: Txt,
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartKind {
    Starts,
    Ends,
    Contains,
}

/// `a ? x : b ? y : z`
#[derive(Debug, Clone)]
pub(super) struct Choice<T> {
    pub cases: Box<[(Cond, T)]>,
    pub otherwise: T,
}

/// Something about every line of the document.
#[derive(Debug, Clone)]
pub(super) struct Lines<T> {
    pub body: T,
    pub span: Span,
}

/// A number.
#[derive(Debug, Clone)]
pub(super) enum Num {
    Constant(Decimal),
    Read(Read),
    Negate(Box<Num>),
    Sum(Box<Chain<Term>>),
    Product(Box<Chain<Operation>>),
    /// The smallest of at least one.
    Min(Box<[Num]>),
    /// The largest of at least one.
    Max(Box<[Num]>),
    Abs(Box<Num>),
    Round(Box<Rounded>),
    Clamp(Box<Clamped>),
    TextSize(Box<Txt>),
    ListSize(Box<Lst>),
    LineCount,
    DaysBetween(Box<(Day, Day)>),
    Choose(Box<Choice<Num>>),
    Count(Box<Lines<Cond>>),
    Total(Box<Lines<Num>>),
}

/// `first + second - third`, or `first * second / third`.
#[derive(Debug, Clone)]
pub(super) struct Chain<O> {
    pub first: Num,
    pub rest: Box<[(O, Num)]>,
    pub span: Span,
}

pub(super) use super::ast::Factor as Operation;

#[derive(Debug, Clone)]
pub(super) struct Rounded {
    pub value: Num,
    pub rounding: Rounding,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub(super) struct Clamped {
    pub value: Num,
    pub low: Num,
    pub high: Num,
}

/// A text.
#[derive(Debug, Clone)]
pub(super) enum Txt {
    Constant(Symbol, Box<str>),
    Read(Read),
    Choose(Box<Choice<Txt>>),
}

/// A date.
#[derive(Debug, Clone)]
pub(super) enum Day {
    Constant(Date),
    Read(Read),
    Add(Box<(Day, Num, Span)>),
    Choose(Box<Choice<Day>>),
}

/// A list that the document gives.
#[derive(Debug, Clone)]
pub(super) enum Lst {
    Read(Read, Type),
    Choose(Box<Choice<Lst>>),
}

impl Lst {
    pub fn ty(&self) -> Type {
        match self {
            Self::Read(_, ty) => ty.clone(),
            Self::Choose(choice) => choice.otherwise.ty(),
        }
    }
}

impl Num {
    fn is_constant(&self) -> bool {
        matches!(self, Self::Constant(_))
    }

    /// Whether the parts of this operation are constants, so that it can be calculated now.
    pub fn has_constant_parts(&self) -> bool {
        match self {
            Self::Negate(inner) | Self::Abs(inner) => inner.is_constant(),
            Self::Sum(chain) => chain.first.is_constant() && chain.rest.iter().all(|(_, part)| part.is_constant()),
            Self::Product(chain) => chain.first.is_constant() && chain.rest.iter().all(|(_, part)| part.is_constant()),
            Self::Min(parts) | Self::Max(parts) => parts.iter().all(Self::is_constant),
            Self::Round(rounded) => rounded.value.is_constant(),
            Self::Clamp(clamped) => clamped.value.is_constant() && clamped.low.is_constant() && clamped.high.is_constant(),
            Self::TextSize(text) => matches!(**text, Txt::Constant(..)),
            Self::DaysBetween(days) => matches!(**days, (Day::Constant(_), Day::Constant(_))),
            _ => false,
        }
    }
}

impl Cond {
    /// Whether this comparison is between constants, so that it can be decided now.
    pub fn has_constant_parts(&self) -> bool {
        match self {
            Self::Numbers(c) => c.left.is_constant() && c.right.is_constant(),
            Self::Dates(c) => matches!((&c.left, &c.right), (Day::Constant(_), Day::Constant(_))),
            Self::Texts(c) => matches!((&c.left, &c.right), (Txt::Constant(..), Txt::Constant(..))),
            Self::Bools(c) => matches!((&c.left, &c.right), (Self::Constant(_), Self::Constant(_))),
            Self::Part(part) => matches!((&part.text, &part.part), (Txt::Constant(..), Txt::Constant(..))),
            Self::In(membership) => match &membership.items {
                Items::Numbers(item, _) => item.is_constant(),
                Items::Dates(item, _) => matches!(item, Day::Constant(_)),
                Items::Texts(item, _) => matches!(item, Txt::Constant(..)),
                Items::List(..) => false,
            },
            Self::Any(parts) => parts.iter().all(Self::has_constant_parts),
            _ => false,
        }
    }
}

impl Cond {
    /// Where a comparison stands; chains and constants have no place of their own.
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Read(read) | Self::Has(read) => Some(read.span),
            Self::Not(inner) => inner.span(),
            Self::Numbers(c) => Some(c.span),
            Self::Dates(c) => Some(c.span),
            Self::Texts(c) => Some(c.span),
            Self::Bools(c) => Some(c.span),
            Self::In(membership) => Some(membership.span),
            Self::Part(part) => Some(part.span),
            Self::Exists(lines) | Self::Every(lines) => Some(lines.span),
            Self::Constant(_) | Self::All(_) | Self::Any(_) | Self::Choose(_) => None,
        }
    }
}
