//! The check of functions and of membership.

use super::ast::{Ast, Call, Node, Relation};
use super::check::{Checker, Known, Lowered};
use super::program::{Clamped, Comparison, Cond, Day, Items, Membership, Num, Part, PartKind, Rounded, TextSet, Txt, Typed};
use super::{Presence, Type};
use crate::Date;
use crate::money::{Rounding, RoundingDef, RoundingMode};
use crate::report::{ExprCode, Span, did_you_mean};
use crate::sort;

/// The functions, with how many arguments they take; a text function's target counts as its first.
const FUNCTIONS: [(&str, usize, usize); 15] = [
    ("abs", 1, 1),
    ("addDays", 2, 2),
    ("ceil", 1, 1),
    ("clamp", 3, 3),
    ("contains", 2, 2),
    ("date", 1, 1),
    ("daysBetween", 2, 2),
    ("endsWith", 2, 2),
    ("floor", 1, 1),
    ("has", 1, 1),
    ("max", 1, usize::MAX),
    ("min", 1, usize::MAX),
    ("round", 1, 2),
    ("size", 1, 1),
    ("startsWith", 2, 2),
];

/// The functions that may be written behind their first argument, as CEL does.
const METHODS: [&str; 4] = ["contains", "endsWith", "size", "startsWith"];

/// Digits that `round` can keep: what fits in 64 bits leaves no room for more.
const MOST_DIGITS: u8 = 12;

impl Checker<'_, '_> {
    pub(super) fn call(&mut self, call: &Call, span: Span, known: &Known) -> Option<Lowered> {
        let arity = FUNCTIONS.iter().find(|(name, ..)| *name == call.function);
        let Some((_, least, most)) = arity else {
            self.unknown_function(call);
            self.look_at(&call.arguments, known);
            return None;
        };
        if call.method && !METHODS.contains(&call.function.as_str()) {
            let message = format!("`{}` is not written behind a value", call.function);
            let help = format!("write `{}(...)` with the value as first argument", call.function);
            self.problems.error(ExprCode::UnknownFunction, call.name_span, message, Some(help));
            return None;
        }
        let count = call.arguments.len();
        if count < *least || count > *most {
            self.wrong_count(call, span, *least, *most);
            self.look_at(&call.arguments, known);
            return None;
        }
        self.known_call(call, span, known)
    }

    /// Finds the problems of arguments whose call is already wrong.
    fn look_at(&mut self, arguments: &[Node], known: &Known) {
        for argument in arguments {
            self.lower(argument, known);
        }
    }

    fn unknown_function(&mut self, call: &Call) {
        let name = call.function.as_str();
        let help = match name {
            "exists" | "all" | "count" | "sum" => Some(format!("write `lines.{name}(l, ...)`")),
            "matches" => Some("there are no regular expressions; use `startsWith`, `endsWith` or `contains`".to_owned()),
            "int" | "uint" | "double" | "string" | "decimal" => {
                Some("values are not converted; every number is an exact decimal".to_owned())
            }
            "today" | "now" => Some("there is no clock; use the document's `date`".to_owned()),
            _ => did_you_mean(name, FUNCTIONS.iter().map(|(name, ..)| *name))
                .or_else(|| Some(format!("known are {}", FUNCTIONS.map(|(name, ..)| format!("`{name}`")).join(", ")))),
        };
        self.problems.error(ExprCode::UnknownFunction, call.name_span, format!("there is no function `{name}`"), help);
    }

    fn wrong_count(&mut self, call: &Call, span: Span, least: usize, most: usize) {
        let target = usize::from(call.method);
        let (least, most) = (least.saturating_sub(target), most.saturating_sub(target));
        let needed = match most {
            most if most == least => format!("{least}"),
            most if most > FUNCTIONS.len() => format!("at least {least}"),
            _ => format!("{least} to {most}"),
        };
        let plural = if needed == "1" || needed == "at least 1" { "" } else { "s" };
        let found = call.arguments.len().saturating_sub(target);
        let message = format!("`{}` needs {needed} argument{plural}, not {found}", call.function);
        self.problems.error(ExprCode::Arguments, span, message, None);
    }

    fn known_call(&mut self, call: &Call, span: Span, known: &Known) -> Option<Lowered> {
        let arguments = call.arguments.as_slice();
        let typed = match (call.function.as_str(), arguments) {
            ("has", [name]) => return self.has(name, span, known),
            ("date", [text]) => self.date_literal(text, known)?,
            ("size", [value]) => self.size(value, known)?,
            ("startsWith", [text, part]) => self.part(PartKind::Starts, text, part, span, known)?,
            ("endsWith", [text, part]) => self.part(PartKind::Ends, text, part, span, known)?,
            ("contains", [text, part]) => self.part(PartKind::Contains, text, part, span, known)?,
            ("abs", [value]) => {
                let value = self.number(value, known)?;
                self.folded(Num::Abs(Box::new(value)), span)?
            }
            ("round", [value]) => self.round(value, RoundingMode::HalfUp, 0, span, known)?,
            ("round", [value, digits]) => {
                let digits = self.digits(digits, known);
                self.round(value, RoundingMode::HalfUp, digits?, span, known)?
            }
            ("floor", [value]) => self.round(value, RoundingMode::Floor, 0, span, known)?,
            ("ceil", [value]) => self.round(value, RoundingMode::Ceiling, 0, span, known)?,
            ("clamp", [value, low, high]) => self.clamp(value, low, high, span, known)?,
            ("addDays", [date, days]) => {
                let (date, days) = (self.date(date, known), self.number(days, known));
                self.add_days(date?, days?, span)?
            }
            ("daysBetween", [from, to]) => {
                let (from, to) = (self.date(from, known), self.date(to, known));
                self.folded(Num::DaysBetween(Box::new((from?, to?))), span)?
            }
            ("min", values) => {
                let numbers = self.numbers(values, known)?;
                self.folded(Num::Min(numbers), span)?
            }
            ("max", values) => {
                let numbers = self.numbers(values, known)?;
                self.folded(Num::Max(numbers), span)?
            }
            _ => return None,
        };
        Some(Lowered::new(typed, known))
    }

    fn folded(&mut self, number: Num, span: Span) -> Option<Typed> {
        self.fold(number, span).map(Typed::Number)
    }

    fn numbers(&mut self, nodes: &[Node], known: &Known) -> Option<Box<[Num]>> {
        let numbers: Vec<Option<Num>> = nodes.iter().map(|node| self.number(node, known)).collect();
        numbers.into_iter().collect()
    }

    fn has(&mut self, argument: &Node, span: Span, known: &Known) -> Option<Lowered> {
        let Ast::Name(name) = &argument.ast else {
            self.type_error(argument.span, "`has` asks for a name, such as `has(customer.level)`", None);
            return None;
        };
        let (mut read, level) = self.resolve(name, argument.span)?;
        let declared = self.vocabulary.name(read.slot)?;
        if declared.presence == Presence::Always {
            self.warn_constant(span, true);
            return Some(Lowered::new(Typed::Bool(Cond::Constant(true)), known));
        }
        read.span = span;
        let mut yes = known.clone();
        yes.insert((read.slot, level));
        Some(Lowered { typed: Typed::Bool(Cond::Has(read)), yes, no: known.clone() })
    }

    fn date_literal(&mut self, argument: &Node, known: &Known) -> Option<Typed> {
        let Ast::Text(text) = &argument.ast else {
            self.lower(argument, known);
            self.type_error(argument.span, "`date` needs the day as text, such as `date('2026-01-31')`", None);
            return None;
        };
        match text.parse::<Date>() {
            Ok(date) => Some(Typed::Date(Day::Constant(date))),
            Err(error) => {
                self.type_error(argument.span, error.to_string(), None);
                None
            }
        }
    }

    fn size(&mut self, argument: &Node, known: &Known) -> Option<Typed> {
        if matches!(&argument.ast, Ast::Name(name) if name == "lines") {
            return Some(Typed::Number(Num::LineCount));
        }
        match self.lower(argument, known)?.typed {
            Typed::Text(text) => self.folded(Num::TextSize(Box::new(text)), argument.span),
            Typed::List(list) => Some(Typed::Number(Num::ListSize(Box::new(list)))),
            other => {
                let message = format!("`size` counts the characters of a text or the elements of a list, and this is {}", other.ty());
                self.type_error(argument.span, message, None);
                None
            }
        }
    }

    fn part(&mut self, kind: PartKind, text: &Node, part: &Node, span: Span, known: &Known) -> Option<Typed> {
        let (target, part) = (self.lower(text, known), self.text(part, known));
        let text = match target?.typed {
            Typed::Text(target) => target,
            Typed::List(_) if kind == PartKind::Contains => {
                self.type_error(span, "`contains` looks into a text", Some("write `value in list`"));
                return None;
            }
            other => {
                self.type_error(text.span, format!("`{}` is {}, but a text is needed here", self.text_at(text.span), other.ty()), None);
                return None;
            }
        };
        let condition = Cond::Part(Box::new(Part { kind, text, part: part?, span }));
        Some(Typed::Bool(self.fold_condition(condition, span)))
    }

    fn digits(&mut self, node: &Node, known: &Known) -> Option<u8> {
        let digits = self.number(node, known)?;
        let whole = match digits {
            Num::Constant(value) => value.mantissa_at(0).ok().and_then(|digits| u8::try_from(digits).ok()),
            _ => None,
        };
        let usable = whole.filter(|digits| *digits <= MOST_DIGITS);
        if usable.is_none() {
            self.type_error(node.span, format!("`round` keeps a fixed number of digits: write 0 to {MOST_DIGITS}"), None);
        }
        usable
    }

    fn round(&mut self, value: &Node, mode: RoundingMode, digits: u8, span: Span, known: &Known) -> Option<Typed> {
        let value = self.number(value, known)?;
        let rounding = Rounding::new(RoundingDef { mode, ..RoundingDef::default() }, digits).ok()?;
        self.folded(Num::Round(Box::new(Rounded { value, rounding, span })), span)
    }

    fn clamp(&mut self, value: &Node, low: &Node, high: &Node, span: Span, known: &Known) -> Option<Typed> {
        let (value, low, high) = (self.number(value, known), self.number(low, known), self.number(high, known));
        let (value, low, high) = (value?, low?, high?);
        if let (Num::Constant(bottom), Num::Constant(top)) = (&low, &high)
            && bottom > top
        {
            self.type_error(span, format!("`clamp` needs the lower bound first: {bottom} is above {top}"), None);
            return None;
        }
        self.folded(Num::Clamp(Box::new(Clamped { value, low, high })), span)
    }

    fn add_days(&mut self, date: Day, days: Num, span: Span) -> Option<Typed> {
        let constant = matches!((&date, &days), (Day::Constant(_), Num::Constant(_)));
        let sum = Day::Add(Box::new((date, days, span)));
        if !constant {
            return Some(Typed::Date(sum));
        }
        match super::eval::constant_date(&sum) {
            Ok(date) => Some(Typed::Date(Day::Constant(date))),
            Err(fault) => {
                let error = fault.into_error(self.source);
                self.problems.error(error.code, span, error.message, None);
                None
            }
        }
    }

    // --- membership ---------------------------------------------------------------------------------------------------------

    pub(super) fn membership(&mut self, item: &Node, list: &Node, span: Span, known: &Known) -> Option<Typed> {
        let Ast::List(elements) = &list.ast else {
            return self.in_attribute(item, list, span, known);
        };
        let lowered = self.lower(item, known);
        let elements: Vec<Option<(Typed, Span)>> =
            elements.iter().map(|element| Some((self.lower(element, known)?.typed, element.span))).collect();
        let item_typed = lowered?.typed;
        let elements = elements.into_iter().collect::<Option<Vec<_>>>()?;
        let ty = item_typed.ty();
        for (element, at) in &elements {
            if element.ty() != ty {
                let message = format!("`{}` is {}, but `{}` is {ty}", self.text_at(*at), element.ty(), self.text_at(item.span));
                self.type_error(*at, message, None);
                return None;
            }
            if let (Typed::Text(item), Typed::Text(element)) = (&item_typed, element) {
                self.check_one_of(item, element, *at);
            }
        }
        if elements.is_empty() {
            self.warn_constant(span, false);
            return Some(Typed::Bool(Cond::Constant(false)));
        }
        let condition = in_constants(&item_typed, &elements, span).unwrap_or_else(|| any_equal(&item_typed, elements, span));
        Some(Typed::Bool(self.fold_condition(condition, span)))
    }

    fn in_attribute(&mut self, item: &Node, list: &Node, span: Span, known: &Known) -> Option<Typed> {
        let (lowered, right) = (self.lower(item, known), self.lower(list, known));
        let (lowered, right) = (lowered?.typed, right?.typed);
        let Typed::List(values) = right else {
            let help = match right {
                Typed::Text(_) => format!("to look into a text write `{}.contains(...)`", self.text_at(list.span)),
                _ => "write `name in ['a', 'b']`".to_owned(),
            };
            let message = format!("to the right of `in` stands a list, and `{}` is {}", self.text_at(list.span), right.ty());
            self.type_error(list.span, message, Some(&help));
            return None;
        };
        let Type::List(element) = values.ty() else { return None };
        if lowered.ty() != *element {
            let message = format!("`{}` is {}, but the list holds values of another type", self.text_at(item.span), lowered.ty());
            self.type_error(item.span, message, None);
            return None;
        }
        Some(Typed::Bool(Cond::In(Box::new(Membership { items: Items::List(lowered, values), span }))))
    }

    /// A text that the attribute can never have.
    pub(super) fn check_one_of(&mut self, attribute: &Txt, text: &Txt, at: Span) {
        let (Txt::Read(read), Txt::Constant(symbol, text)) = (attribute, text) else { return };
        let Some(declared) = self.vocabulary.name(read.slot) else { return };
        let Some(values) = declared.one_of.as_deref() else { return };
        if values.contains(symbol) {
            return;
        }
        let help = did_you_mean(text, values.iter().map(|value| self.symbols.text(*value)));
        self.problems.error(ExprCode::NotOneOf, at, format!("`{}` is never `{text}`", declared.name), help);
    }
}

/// Membership in constants.
fn in_constants(item: &Typed, elements: &[(Typed, Span)], span: Span) -> Option<Cond> {
    let values = elements.iter().map(|(element, _)| element);
    let items = match item {
        Typed::Number(item) => {
            let number = |element: &Typed| if let Typed::Number(Num::Constant(value)) = element { Some(*value) } else { None };
            let mut list = values.map(number).collect::<Option<Vec<_>>>()?;
            sort::ascending(&mut list);
            list.dedup();
            Items::Numbers(item.clone(), list.into())
        }
        Typed::Date(item) => {
            let date = |element: &Typed| if let Typed::Date(Day::Constant(value)) = element { Some(*value) } else { None };
            let mut list = values.map(date).collect::<Option<Vec<_>>>()?;
            sort::ascending(&mut list);
            list.dedup();
            Items::Dates(item.clone(), list.into())
        }
        Typed::Text(item) => {
            let text = |element: &Typed| match element {
                Typed::Text(Txt::Constant(symbol, text)) => Some((*symbol, text.clone())),
                _ => None,
            };
            Items::Texts(item.clone(), TextSet::new(values.map(text).collect::<Option<Vec<_>>>()?))
        }
        Typed::Bool(_) | Typed::List(_) => return None,
    };
    Some(Cond::In(Box::new(Membership { items, span })))
}

/// Membership in a list whose elements are calculated: equal to one of them.
fn any_equal(item: &Typed, elements: Vec<(Typed, Span)>, span: Span) -> Cond {
    let relation = Relation::Equal;
    let equal = |(element, _)| match (item.clone(), element) {
        (Typed::Number(left), Typed::Number(right)) => Cond::Numbers(Box::new(Comparison { relation, left, right, span })),
        (Typed::Date(left), Typed::Date(right)) => Cond::Dates(Box::new(Comparison { relation, left, right, span })),
        (Typed::Text(left), Typed::Text(right)) => Cond::Texts(Box::new(Comparison { relation, left, right, span })),
        (Typed::Bool(left), Typed::Bool(right)) => Cond::Bools(Box::new(Comparison { relation, left, right, span })),
        _ => Cond::Constant(false),
    };
    Cond::Any(elements.into_iter().map(equal).collect())
}
