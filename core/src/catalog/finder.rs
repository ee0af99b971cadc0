//! Finding the products of many lines at a time.

use smol_str::SmolStr;

use super::compile::Catalog;
use super::{Brief, Product};
use crate::id::{Numbered, Texts};

/// Products by their ids, with what nearly every line asks of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Finder(Texts<Brief>);

impl Numbered for Brief {
    #[inline]
    fn number(self) -> u32 {
        self.number
    }
}

impl Finder {
    /// The finder of products, which are numbered from 0.
    pub fn new<'p>(products: impl ExactSizeIterator<Item = (&'p SmolStr, &'p Product)>) -> Self {
        let mut texts = Texts::with_capacity(products.len());
        for (number, (id, product)) in (0..).zip(products) {
            texts.add(id.clone(), Brief::of(number, product));
        }
        Self(texts)
    }

    /// The product of that id.
    #[inline]
    pub fn find(&self, id: &str) -> Option<Brief> {
        self.0.get(id)
    }
}

/// The products of lines that were looked for, to be reused from document to document.
#[derive(Debug, Clone, Default)]
pub struct FoundProducts {
    found: Vec<Option<Brief>>,
}

impl FoundProducts {
    /// Finds the products of ids. This is mostly waiting for memory, which a loop that does little else asks for many ids at a time.
    pub fn find<'i>(&mut self, catalog: &Catalog, ids: impl Iterator<Item = &'i str>) {
        self.found.clear();
        self.found.extend(ids.map(|id| catalog.find(id)));
    }

    /// The products, in the order of the ids.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<Brief>> {
        self.found.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::super::compile::tests::catalog;
    use super::*;

    #[test]
    fn ids_of_every_length_are_told_apart_at_every_place() {
        let (catalog, _) = catalog();
        let product = catalog.product(0).unwrap();
        let mut ids: Vec<SmolStr> = Vec::new();
        for length in 1..20 {
            ids.push("P".repeat(length).into());
            ids.extend((0..length).map(|place| SmolStr::from(format!("{}Q{}", "P".repeat(place), "P".repeat(length - place - 1)))));
        }
        let finder = Finder::new(ids.iter().map(|id| (id, product)));
        for (number, id) in (0..).zip(&ids) {
            assert_eq!(finder.find(id).map(|brief| brief.number), Some(number), "{id}");
            assert_eq!(finder.find(&id.to_lowercase()), None);
        }
    }
}
