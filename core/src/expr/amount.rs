//! Whether an expression holds an amount of its own: what it says then depends on the currency in which it is read.

use super::ast::Term;
use super::program::{Chain, Choice, Cond, Day, Items, Lst, Num, Operation, Txt, Typed};
use super::{Expr, Root, Slot};

/// The currency of what a slot says that something costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmountIn {
    /// That of the document.
    Document,
    /// The rulebook's own, in which its numbers are too.
    Rulebook,
}

impl Expr {
    /// Whether it puts what something costs in the document's currency beside a number of its own, or beside an amount in the rulebook's:
    /// compares them, adds them, takes one or the other, or divides them. A factor is no amount, nor is a share of one amount in another of the
    /// same currency; zero is the same in every currency. `amount_in` says which slots hold amounts.
    pub(crate) fn holds_amount(&self, amount_in: &dyn Fn(Slot) -> Option<AmountIn>) -> bool {
        let mut search = Search { amount_in, found: false };
        if let Root::Typed(typed) = &self.0.root {
            search.typed(typed);
        }
        search.found
    }
}

/// What a number is made of.
#[derive(Debug, Clone, Copy, Default)]
struct Origin {
    /// What something costs, in the document's currency.
    amount: bool,
    /// What something costs, in the rulebook's.
    fixed: bool,
    /// A number of the expression, not zero.
    own: bool,
}

struct Search<'a> {
    amount_in: &'a dyn Fn(Slot) -> Option<AmountIn>,
    found: bool,
}

impl Search<'_> {
    fn typed(&mut self, typed: &Typed) {
        match typed {
            Typed::Bool(condition) => self.condition(condition),
            Typed::Number(number) => {
                self.number(number);
            }
            Typed::Text(text) => self.text(text),
            Typed::Date(day) => self.day(day),
            Typed::List(list) => self.list(list),
        }
    }

    fn condition(&mut self, condition: &Cond) {
        match condition {
            Cond::Constant(_) | Cond::Read(_) | Cond::Has(_) => {}
            Cond::Not(inner) => self.condition(inner),
            Cond::All(parts) | Cond::Any(parts) => parts.iter().for_each(|part| self.condition(part)),
            Cond::Numbers(comparison) => {
                let sides = [self.number(&comparison.left), self.number(&comparison.right)];
                self.meet(sides);
            }
            Cond::Dates(comparison) => [&comparison.left, &comparison.right].into_iter().for_each(|day| self.day(day)),
            Cond::Texts(comparison) => [&comparison.left, &comparison.right].into_iter().for_each(|text| self.text(text)),
            Cond::Bools(comparison) => [&comparison.left, &comparison.right].into_iter().for_each(|side| self.condition(side)),
            Cond::In(membership) => self.items(&membership.items),
            Cond::Part(part) => [&part.text, &part.part].into_iter().for_each(|text| self.text(text)),
            Cond::Choose(choice) => self.choice(choice, Self::condition),
            Cond::Exists(lines) | Cond::Every(lines) => self.condition(&lines.body),
        }
    }

    fn items(&mut self, items: &Items) {
        match items {
            Items::Numbers(item, numbers) => {
                let item = self.number(item);
                self.meet([item, Origin { own: numbers.iter().any(|number| !number.is_zero()), ..Origin::default() }]);
            }
            Items::Dates(day, _) => self.day(day),
            Items::Texts(text, _) => self.text(text),
            Items::List(item, list) => {
                self.typed(item);
                self.list(list);
            }
        }
    }

    fn number(&mut self, number: &Num) -> Origin {
        match number {
            Num::Constant(number) => Origin { own: !number.is_zero(), ..Origin::default() },
            Num::Read(read) => {
                let amount_in = (self.amount_in)(read.slot);
                let (amount, fixed) = (amount_in == Some(AmountIn::Document), amount_in == Some(AmountIn::Rulebook));
                Origin { amount, fixed, own: false }
            }
            Num::Negate(inner) | Num::Abs(inner) => self.number(inner),
            Num::Round(rounded) => self.number(&rounded.value),
            Num::Sum(chain) => self.sum(chain),
            Num::Product(chain) => self.product(chain),
            Num::Min(parts) | Num::Max(parts) => {
                let parts: Vec<Origin> = parts.iter().map(|part| self.number(part)).collect();
                self.meet(parts)
            }
            Num::Clamp(clamped) => {
                let parts = [self.number(&clamped.value), self.number(&clamped.low), self.number(&clamped.high)];
                self.meet(parts)
            }
            Num::Choose(choice) => {
                let mut values = Vec::new();
                self.choice(choice, |search, value| values.push(search.number(value)));
                self.meet(values)
            }
            Num::Total(lines) => self.number(&lines.body),
            Num::Count(lines) => {
                self.condition(&lines.body);
                Origin::default()
            }
            Num::TextSize(text) => {
                self.text(text);
                Origin::default()
            }
            Num::ListSize(list) => {
                self.list(list);
                Origin::default()
            }
            Num::DaysBetween(days) => {
                [&days.0, &days.1].into_iter().for_each(|day| self.day(day));
                Origin::default()
            }
            Num::LineCount => Origin::default(),
        }
    }

    fn sum(&mut self, chain: &Chain<Term>) -> Origin {
        let parts: Vec<Origin> =
            std::iter::once(&chain.first).chain(chain.rest.iter().map(|(_, part)| part)).map(|part| self.number(part)).collect();
        self.meet(parts)
    }

    /// A multiple of an amount is an amount; an amount in relation to another is none.
    fn product(&mut self, chain: &Chain<Operation>) -> Origin {
        let mut product = self.number(&chain.first);
        for (operation, part) in &chain.rest {
            let part = self.number(part);
            self.found |= product.amount && part.fixed || product.fixed && part.amount;
            let own = product.own || part.own;
            product = match operation {
                Operation::Times => Origin { amount: product.amount || part.amount, fixed: product.fixed || part.fixed, own },
                Operation::Over => {
                    self.found |= product.own && part.amount;
                    Origin { amount: product.amount && !part.amount, fixed: product.fixed && !part.fixed, own }
                }
                Operation::Modulo => self.meet([product, part]),
            };
            product.own &= !product.amount && !product.fixed;
        }
        product
    }

    /// Puts numbers beside each other that are in one currency, if any.
    fn meet(&mut self, numbers: impl IntoIterator<Item = Origin>) -> Origin {
        let join =
            |all: Origin, one: Origin| Origin { amount: all.amount || one.amount, fixed: all.fixed || one.fixed, own: all.own || one.own };
        let all = numbers.into_iter().fold(Origin::default(), join);
        self.found |= all.amount && (all.own || all.fixed);
        all
    }

    fn choice<T>(&mut self, choice: &Choice<T>, mut value: impl FnMut(&mut Self, &T)) {
        for (condition, chosen) in &choice.cases {
            self.condition(condition);
            value(self, chosen);
        }
        value(self, &choice.otherwise);
    }

    fn text(&mut self, text: &Txt) {
        if let Txt::Choose(choice) = text {
            self.choice(choice, Self::text);
        }
    }

    fn day(&mut self, day: &Day) {
        match day {
            Day::Constant(_) | Day::Read(_) => {}
            Day::Add(add) => {
                self.day(&add.0);
                self.number(&add.1);
            }
            Day::Choose(choice) => self.choice(choice, Self::day),
        }
    }

    fn list(&mut self, list: &Lst) {
        if let Lst::Choose(choice) = list {
            self.choice(choice, Self::list);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AmountIn;
    use crate::expr::Scope;
    use crate::expr::fixture::Company;

    #[test]
    fn finds_numbers_beside_amounts() {
        let mut company = Company::new();
        let cost = company.vocabulary.find("line.cost").unwrap().slot;
        let table = [
            ("line.cost > 100", true),
            ("line.cost > 0 && line.quantity >= 10", false),
            ("line.cost / line.quantity <= 5", true),
            ("line.cost > line.quantity * 5", true),
            ("line.cost * 3 > line.quantity", false),
            ("(line.cost - line.quantity) / line.cost > 0.25", false),
            ("(line.cost - 5) / line.cost > 0.25", true),
            ("max(line.cost, 0) > line.quantity", false),
            ("max(line.cost, 7) > line.quantity", true),
            ("line.cost in [10, 20]", true),
            ("line.cost in [0]", false),
            ("lines.sum(l, l.quantity) > 5", false),
            ("lines.sum(l, has(l.cost) ? l.cost : 0) > 5", true),
            ("lines.exists(l, has(l.cost) && l.cost > 5)", true),
            ("lines.count(l, has(l.cost) && l.cost > 5) > 0", true),
            ("(line.rush ? line.cost : 5) > line.quantity", true),
            ("round(line.cost * 1.19, 2) > abs(line.cost)", false),
            ("5 / line.cost < line.quantity", true),
            ("customer.id == \"cost > 5\" && line.cost > line.quantity", false),
        ];
        for (condition, holds) in table {
            let source = format!("has(line.cost) && {condition}");
            let (expr, found) = company.compile_as(&source, None, Scope::Line);
            let expr = expr.unwrap_or_else(|| panic!("{source}: {found:?}"));
            assert_eq!(expr.holds_amount(&|slot| (slot == cost).then_some(AmountIn::Document)), holds, "{condition}");
        }
    }

    #[test]
    fn amounts_in_two_currencies_do_not_meet_and_one_in_the_rulebook_s_is_as_its_numbers() {
        let mut company = Company::new();
        let [cost, deposit] = ["line.cost", "line.quantity"].map(|name| company.vocabulary.find(name).unwrap().slot);
        let amount_in = |slot| match slot {
            slot if slot == cost => Some(AmountIn::Document),
            slot if slot == deposit => Some(AmountIn::Rulebook),
            _ => None,
        };
        let table = [
            ("line.quantity > 5", false),
            ("line.quantity * 2 > 5 && line.cost > 0", false),
            ("5 / line.quantity < 2", false),
            ("line.quantity / line.quantity < 2", false),
            ("line.cost > line.quantity", true),
            ("line.cost > line.quantity * 1.2", true),
            ("line.cost / line.quantity > 1", true),
            ("line.quantity / line.cost < 0.5", true),
            ("line.quantity * line.cost > 0", true),
            ("max(line.cost, line.quantity) > 0", true),
        ];
        for (condition, holds) in table {
            let source = format!("has(line.cost) && {condition}");
            let (expr, found) = company.compile_as(&source, None, Scope::Line);
            let expr = expr.unwrap_or_else(|| panic!("{source}: {found:?}"));
            assert_eq!(expr.holds_amount(&amount_in), holds, "{condition}");
        }
    }
}
