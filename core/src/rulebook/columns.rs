//! The texts of products as symbols, attribute by attribute: what conditions and keys ask of every line lies close together.

use super::vocabulary::Attributes;
use crate::catalog::{Catalog, Product};
use crate::expr::{Constant, Scope, Slot, Type};
use crate::id::Symbol;

/// For each slot of a product that holds a text: the symbol of every product, by number.
#[derive(Debug, Clone, Default)]
pub struct ProductSymbols {
    by_slot: Vec<Option<Box<[Option<Symbol>]>>>,
}

impl ProductSymbols {
    /// Takes them out of the catalogue.
    pub fn new(catalog: &Catalog, attributes: &Attributes) -> Self {
        let is_text = |slot: Slot| attributes.vocabulary.name(slot).is_some_and(|name| name.ty == Type::Text);
        let column = |index: u16| {
            let slot = Slot { scope: Scope::Line, index };
            is_text(slot).then(|| catalog.products().map(|product| symbol(product, slot, attributes)).collect())
        };
        Self { by_slot: (0..attributes.product_slots).map(column).collect() }
    }

    /// The symbols in a slot, by product; none when the slot holds no text.
    #[must_use]
    pub fn column(&self, slot: u16) -> Option<&[Option<Symbol>]> {
        self.by_slot.get(usize::from(slot))?.as_deref()
    }
}

/// What a product has in a slot, or the attribute's default.
fn symbol(product: &Product, slot: Slot, attributes: &Attributes) -> Option<Symbol> {
    let own = &attributes.product;
    let of = |constant: &Constant| if let Constant::Known(symbol) = constant { Some(*symbol) } else { None };
    match slot {
        _ if slot == own.id => Some(product.id),
        _ if slot == own.category => product.category,
        _ if slot == own.unit => Some(product.unit),
        _ if slot == own.tax_category => product.tax,
        _ => match product.fact(slot.index) {
            Some(fact) => of(fact),
            None => attributes.defaults.iter().find(|(known, _)| *known == slot).and_then(|(_, default)| of(default)),
        },
    }
}
