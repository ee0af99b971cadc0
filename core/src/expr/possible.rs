//! Whether a condition can hold where only some of what it reads is known.

use super::ast::Relation;
use super::atoms::Claim;
use super::eval::Env;
use super::program::{Cond, Items, Lst, Read, Txt, Typed};
use super::value::Facts;
use super::{Expr, Root, Slot};

impl Expr {
    /// Whether the condition can hold for a line of which only the slots are known that `known` tells; what else it reads may be
    /// anything. True where that cannot be told, and of what is no condition.
    pub fn may_hold<F: Facts + ?Sized>(&self, facts: &F, line: usize, known: &dyn Fn(Slot) -> bool) -> bool {
        match &self.0.root {
            Root::Typed(Typed::Bool(condition)) => Partly { facts, line, known }.decide(condition) != Some(false),
            _ => true,
        }
    }
}

/// A line of which only some slots are known.
struct Partly<'p, F: ?Sized> {
    facts: &'p F,
    line: usize,
    known: &'p dyn Fn(Slot) -> bool,
}

impl<F: Facts + ?Sized> Partly<'_, F> {
    /// What the condition comes to; none when that depends on what is not known.
    fn decide(&self, condition: &Cond) -> Option<bool> {
        match condition {
            Cond::Constant(value) => Some(*value),
            Cond::Not(inner) => self.decide(inner).map(|holds| !holds),
            Cond::All(parts) => self.all(parts, true),
            Cond::Any(parts) => self.all(parts, false),
            Cond::Bools(c) => Some((self.decide(&c.left)? == self.decide(&c.right)?) == (c.relation == Relation::Equal)),
            leaf => {
                let env = Env { facts: self.facts, line: Some(self.line), outer: None };
                if self.reads_known(leaf) { env.test(leaf).ok() } else { None }
            }
        }
    }

    /// `otherwise` when all parts come to it; its opposite as soon as one part does.
    fn all(&self, parts: &[Cond], otherwise: bool) -> Option<bool> {
        let mut decided = Some(otherwise);
        for part in parts {
            match self.decide(part) {
                Some(holds) if holds != otherwise => return Some(holds),
                Some(_) => {}
                None => decided = None,
            }
        }
        decided
    }

    /// Whether a comparison reads nothing else than what is known; false for those that are too rare to look into.
    fn reads_known(&self, leaf: &Cond) -> bool {
        match leaf {
            Cond::Has(read) => self.is_known(read),
            Cond::In(membership) => match &membership.items {
                Items::List(Typed::Text(item), Lst::Read(list, _)) => self.is_known_text(item) && self.is_known(list),
                _ => Claim::of(leaf).is_some_and(|claim| self.is_known(&claim.read)),
            },
            Cond::Part(part) => self.is_known_text(&part.text) && self.is_known_text(&part.part),
            _ => Claim::of(leaf).is_some_and(|claim| self.is_known(&claim.read)),
        }
    }

    fn is_known_text(&self, text: &Txt) -> bool {
        match text {
            Txt::Constant(..) => true,
            Txt::Read(read) => self.is_known(read),
            Txt::Choose(_) => false,
        }
    }

    fn is_known(&self, read: &Read) -> bool {
        read.hops == 0 && (self.known)(read.slot)
    }
}

#[cfg(test)]
mod tests {
    use crate::expr::fixture::{Company, Given};

    #[test]
    fn what_is_known_decides_where_what_is_not_known_cannot_change_it() {
        let mut company = Company::new();
        let cases = [
            ("product.category == 'pump'", true),
            ("product.category == 'valve'", false),
            ("product.category == 'valve' && line.quantity > 5", false),
            ("product.category == 'valve' || line.quantity > 5", true),
            ("line.quantity > 5 && !(product.category in ['pump', 'valve'])", false),
            ("!(line.rush && product.category == 'valve')", true),
            ("!(line.rush || product.category == 'pump')", false),
            ("(product.category == 'pump') == (product.category == 'valve')", false),
            ("(product.category == 'pump') == line.rush", true),
            ("product.category.startsWith('va')", false),
            ("product.category.startsWith(customer.id)", true),
            // Some other line may be of another category.
            ("lines.exists(l, l.product.category == 'valve')", true),
        ];
        for (source, expected) in cases {
            let condition = company.condition(source);
            let category = company.vocabulary.find("product.category").unwrap().slot;
            let document = company.document(&[], &[&[("product.category", Given::Text("pump"))]]);
            assert_eq!(condition.may_hold(&document, 0, &|slot| slot == category), expected, "{source}");
        }
    }
}
