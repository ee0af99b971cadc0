//! The expression as it was written: what the parser gives and the check reads.

use crate::money::Decimal;
use crate::report::Span;

/// A part of an expression and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub ast: Ast,
    pub span: Span,
}

/// Long chains of one operator are flat, so that nesting counts what a person would call nesting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ast {
    Bool(bool),
    Number(Decimal),
    Text(String),
    /// A name with its points: `customer.level`.
    Name(String),
    List(Vec<Node>),
    Not(Box<Node>),
    Negate(Box<Node>),
    /// `a && b && c`
    All(Vec<Node>),
    /// `a || b || c`
    Any(Vec<Node>),
    Compare(Relation, Box<Node>, Box<Node>),
    In(Box<Node>, Box<Node>),
    /// `a + b - c`
    Sum(Box<Node>, Vec<(Term, Node)>),
    /// `a * b / c % d`
    Product(Box<Node>, Vec<(Factor, Node)>),
    /// `a ? x : b ? y : z`
    Choose(Vec<(Node, Node)>, Box<Node>),
    Call(Call),
    /// `lines.exists(l, ...)`
    Over(Over),
    /// Something that could not be read; what could be read around it is kept, to find its problems too.
    Broken(Vec<Node>),
}

/// `name(arguments)`, or `target.name(arguments)` with the target as first argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    pub function: String,
    pub name_span: Span,
    pub method: bool,
    pub arguments: Vec<Node>,
}

/// A macro over the lines of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Over {
    pub kind: OverKind,
    pub variable: String,
    pub body: Box<Node>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OverKind {
    Exists,
    All,
    Count,
    Sum,
}

impl OverKind {
    pub const NAMES: [&'static str; 4] = ["exists", "all", "count", "sum"];

    pub fn find(name: &str) -> Option<Self> {
        match name {
            "exists" => Some(Self::Exists),
            "all" => Some(Self::All),
            "count" => Some(Self::Count),
            "sum" => Some(Self::Sum),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Relation {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Relation {
    pub fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::AtMost => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::AtLeast => ordering.is_ge(),
        }
    }

    /// The same relation with its sides exchanged.
    pub fn mirrored(self) -> Self {
        match self {
            Self::Equal | Self::NotEqual => self,
            Self::Less => Self::Greater,
            Self::AtMost => Self::AtLeast,
            Self::Greater => Self::Less,
            Self::AtLeast => Self::AtMost,
        }
    }

    /// The relation that holds when this one does not.
    pub fn negated(self) -> Self {
        match self {
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::Less => Self::AtLeast,
            Self::AtMost => Self::Greater,
            Self::Greater => Self::AtMost,
            Self::AtLeast => Self::Less,
        }
    }

    pub fn is_order(self) -> bool {
        !matches!(self, Self::Equal | Self::NotEqual)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Term {
    Plus,
    Minus,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Factor {
    Times,
    Over,
    Modulo,
}

impl Node {
    /// How many operations evaluating costs in the worst case, with so many lines in the document.
    pub fn cost(&self, lines: u64) -> u64 {
        let all = |nodes: &[Node]| nodes.iter().fold(0_u64, |sum, node| sum.saturating_add(node.cost(lines)));
        let inside = match &self.ast {
            Ast::Bool(_) | Ast::Number(_) | Ast::Text(_) | Ast::Name(_) => 0,
            Ast::List(nodes) | Ast::All(nodes) | Ast::Any(nodes) | Ast::Broken(nodes) => all(nodes),
            Ast::Not(node) | Ast::Negate(node) => node.cost(lines),
            Ast::Compare(_, left, right) | Ast::In(left, right) => left.cost(lines).saturating_add(right.cost(lines)),
            Ast::Sum(first, rest) => rest.iter().fold(first.cost(lines), |sum, (_, node)| sum.saturating_add(node.cost(lines))),
            Ast::Product(first, rest) => rest.iter().fold(first.cost(lines), |sum, (_, node)| sum.saturating_add(node.cost(lines))),
            Ast::Choose(cases, otherwise) => cases.iter().fold(otherwise.cost(lines), |sum, (condition, value)| {
                sum.saturating_add(condition.cost(lines)).saturating_add(value.cost(lines))
            }),
            Ast::Call(call) => all(&call.arguments),
            Ast::Over(over) => over.body.cost(lines).saturating_mul(lines),
        };
        inside.saturating_add(1)
    }
}
