//! Reading the facts that a host gives, by the types that their attributes declare.

use crate::expr::{FactProblem, FactValue, Name, Slot, Vocabulary};
use crate::fact::Facts;
use crate::id::Symbols;
use crate::report::{Diagnostic, Diagnostics, Path, QuoteCode, did_you_mean};

/// Reads facts against a vocabulary.
pub struct FactReader<'a> {
    /// The names.
    pub vocabulary: &'a Vocabulary,
    /// The texts of the rulebook.
    pub symbols: &'a Symbols,
    /// Whether a host gives the value of a slot; the others the engine computes.
    pub settable: &'a dyn Fn(Slot) -> bool,
}

impl FactReader<'_> {
    /// Reads the facts of one scope and shows where each value belongs; what is not declared, or of another type, is reported.
    pub fn read<'f>(
        &self,
        scope: &str,
        facts: &'f Facts,
        path: &Path<'_>,
        mut see: impl FnMut(Slot, FactValue<'f>),
        diagnostics: &mut Diagnostics,
    ) {
        for (key, fact) in facts.iter() {
            let Some(name) = self.vocabulary.member(scope, key).filter(|name| (self.settable)(name.slot)) else {
                diagnostics.push(self.unknown_attribute(scope, key, &path.field(key)));
                continue;
            };
            match FactValue::read(fact, name, self.symbols) {
                Ok(value) => see(name.slot, value),
                Err(problem) => diagnostics.push(self.wrong_type(&problem, name, &path.field(key))),
            }
        }
    }

    #[cold]
    fn unknown_attribute(&self, scope: &str, key: &str, place: &Path<'_>) -> Diagnostic {
        let prefix = format!("{scope}.");
        let settable = self.vocabulary.names().filter(|name| (self.settable)(name.slot));
        let known = settable.filter_map(|name| name.name.strip_prefix(&prefix));
        let message = format!("the rulebook declares no attribute `{scope}.{key}`");
        Diagnostic::error(QuoteCode::UnknownAttribute, place, message).maybe_help(did_you_mean(key, known))
    }

    #[cold]
    fn wrong_type(&self, problem: &FactProblem, name: &Name, place: &Path<'_>) -> Diagnostic {
        let (message, help) = problem.describe(name, self.symbols);
        Diagnostic::error(QuoteCode::AttributeType, place, message).maybe_help(help)
    }
}
