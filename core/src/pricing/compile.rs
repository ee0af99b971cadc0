//! From definition to checked price lists.

use super::calculate::check_chains;
use super::lint::warn_units;
use super::list::{Draft, PriceList};
use super::{PriceListDef, PriceRecords, PriceStepDef};
use crate::expr::CompileContext;
use crate::id::{PriceListId, Set, StepId, Symbol};
use crate::money::Currency;
use crate::report::{LimitCode, Path, PricingCode, RulebookCode};

/// The checked price lists.
#[derive(Debug, Clone, Default)]
pub struct Pricing {
    pub(super) lists: Vec<PriceList>,
    /// The rates of exchange that the rulebook declares.
    pub(super) rates: Vec<super::DatedRate>,
    /// Whether a list is converted.
    pub(super) converts: bool,
    /// Whether a list names another as its reference.
    refers: bool,
}

/// The units in which prices may be.
#[derive(Clone, Copy)]
pub struct Units<'c> {
    /// All that are declared.
    pub declared: &'c Set<Symbol>,
    /// Those in which the product of an id is ordered; none of an id that is not known.
    pub of_product: &'c dyn Fn(&str) -> Vec<Symbol>,
}

/// The checked step that finds prices.
#[derive(Debug, Clone)]
pub struct PriceStep {
    /// Names the step.
    pub id: StepId,
    /// The lists' numbers, in the order in which they are asked.
    pub access: Vec<usize>,
}

impl Pricing {
    /// Whether a list names another as its reference.
    #[must_use]
    pub fn has_references(&self) -> bool {
        self.refers
    }

    /// Whether a list is converted into another currency.
    #[must_use]
    pub(crate) fn converts(&self) -> bool {
        self.converts
    }

    /// Checks the lists, and takes their records out of the definitions: there are so many that no more are held than need be. `others`
    /// are the other currencies of documents.
    pub fn compile(
        defs: &mut [PriceListDef],
        currency: Currency,
        others: &[Currency],
        units: Units<'_>,
        path: &Path<'_>,
        cx: &mut CompileContext<'_>,
    ) -> Self {
        let ids: Vec<PriceListId> = defs.iter().map(|def| def.id.clone()).collect();
        let mut drafts = Vec::with_capacity(defs.len());
        let mut count = 0_usize;
        for (index, def) in defs.iter_mut().enumerate() {
            let place = path.index(index);
            if ids.iter().take(index).any(|other| *other == def.id) {
                cx.diagnostics.duplicate(&place, "price list", def.id.as_str());
            }
            let draft = Draft::compile(def, (currency, others), units.declared, &ids, &place, cx);
            def.records = PriceRecords::default();
            count = count.saturating_add(draft.record_count());
            drafts.push(draft);
        }
        check_chains(defs, &drafts, path, cx);
        if count > cx.limits.price_records {
            let message = format!("the lists have {count} price records; at most {} are read", cx.limits.price_records);
            cx.diagnostics.error(LimitCode::TooMany, path, message);
        }
        let finished = drafts.into_iter().enumerate().map(|(index, draft)| {
            let place = path.index(index);
            warn_units(&draft, units, &place, cx);
            draft.finish(&place, cx)
        });
        let lists: Vec<PriceList> = finished.collect();
        let refers = lists.iter().any(|list| list.reference.is_some());
        Self { lists, refers, ..Self::default() }
    }

    /// Checks the step that finds prices.
    pub fn step(&self, def: &PriceStepDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> PriceStep {
        let access_path = path.field("access");
        let mut access = Vec::with_capacity(def.access.len());
        for (index, id) in def.access.iter().enumerate() {
            match self.lists.iter().position(|list| list.id == *id) {
                Some(list) if access.contains(&list) => {
                    let message = format!("the list `{id}` is asked already; name each list once");
                    cx.diagnostics.error(RulebookCode::DuplicateId, &access_path.index(index), message);
                }
                Some(list) => access.push(list),
                None => {
                    let names = self.lists.iter().map(|list| list.id.as_str());
                    cx.diagnostics.unknown(&access_path.index(index), "price list", id.as_str(), names);
                }
            }
        }
        PriceStep { id: def.id.clone(), access }
    }

    /// A step that asks all lists in the order of the rulebook.
    #[must_use]
    pub fn default_step(&self, id: StepId) -> PriceStep {
        PriceStep { id, access: (0..self.lists.len()).collect() }
    }

    /// Warns of lists that no step asks.
    pub fn warn_unused<'s>(&self, steps: impl Iterator<Item = &'s PriceStep>, path: &Path<'_>, cx: &mut CompileContext<'_>) {
        let mut asked: Vec<usize> = steps.flat_map(|step| step.access.iter().copied()).collect();
        let mut next = 0_usize;
        while let Some(list) = asked.get(next).and_then(|list| self.lists.get(*list)) {
            let others: Vec<usize> = list.starts().chain(list.reference).filter(|other| !asked.contains(other)).collect();
            asked.extend(others);
            next = next.saturating_add(1);
        }
        for (index, list) in self.lists.iter().enumerate() {
            if !asked.contains(&index) {
                let message = format!("no price step asks the list `{}`; name it in an `access`", list.id);
                cx.diagnostics.warning(PricingCode::UnusedList, &path.index(index), message);
            }
        }
    }
}
