//! Which of many rules match: their atoms, answered together.

use super::{Atom, Facts};

/// The atoms of many rules.
#[derive(Debug, Clone, Default)]
pub struct RuleIndex {
    rules: Vec<Vec<Atom>>,
}

/// Buffers of an index.
#[derive(Debug, Clone, Default)]
pub struct IndexScratch {}

impl RuleIndex {
    /// Indexes the atoms of rules.
    #[must_use]
    pub fn build(rules: &[Vec<Atom>]) -> Self {
        Self { rules: rules.to_vec() }
    }

    /// Answers the atoms of the document, once for all lines.
    pub fn header<F: Facts + ?Sized>(&self, _facts: &F, _scratch: &mut IndexScratch) {}

    /// Appends the numbers of the rules all of whose atoms hold, ascending.
    pub fn matches<F: Facts + ?Sized>(&self, facts: &F, line: Option<usize>, _scratch: &mut IndexScratch, out: &mut Vec<u32>) {
        let holds = |atoms: &Vec<Atom>| atoms.iter().all(|atom| atom.holds(facts, line));
        out.extend((0_u32..).zip(&self.rules).filter(|(_, atoms)| holds(atoms)).map(|(number, _)| number));
    }
}
