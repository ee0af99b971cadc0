//! The texts of products as symbols, attribute by attribute: what conditions and keys ask of every line lies close together.

use super::vocabulary::Attributes;
use crate::catalog::{Catalog, Product};
use crate::expr::{Constant, Scope, Slot, Type};
use crate::id::Symbol;

/// The symbols of all products, product after product: a line that asks for several of them asks the memory once.
#[derive(Debug, Clone, Default)]
pub struct ProductSymbols {
    /// For each slot of a product where its symbol stands among those of the product; nowhere when the slot holds no text.
    places: Vec<Option<usize>>,
    width: usize,
    symbols: Box<[Option<Symbol>]>,
}

/// The symbols of all products in one slot.
#[derive(Debug, Clone, Copy)]
pub struct SymbolColumn<'p> {
    place: usize,
    width: usize,
    symbols: &'p [Option<Symbol>],
}

impl ProductSymbols {
    /// Takes them out of the catalogue.
    pub fn new(catalog: &Catalog, attributes: &Attributes) -> Self {
        let is_text = |slot: Slot| attributes.vocabulary.name(slot).is_some_and(|name| name.ty == Type::Text);
        let slot = |index: u16| Slot { scope: Scope::Line, index };
        let texts: Vec<u16> = (0..attributes.product_slots).filter(|index| is_text(slot(*index))).collect();
        let of_product = |product: &Product| texts.iter().map(|index| symbol(product, slot(*index), attributes)).collect::<Vec<_>>();
        Self {
            places: (0..attributes.product_slots).map(|index| texts.iter().position(|text| *text == index)).collect(),
            width: texts.len(),
            symbols: catalog.products().flat_map(of_product).collect(),
        }
    }

    /// The symbols in a slot; none when the slot holds no text.
    #[must_use]
    pub fn column(&self, slot: u16) -> Option<SymbolColumn<'_>> {
        let place = (*self.places.get(usize::from(slot))?)?;
        Some(SymbolColumn { place, width: self.width, symbols: &self.symbols })
    }
}

impl SymbolColumn<'_> {
    /// The symbol of a product, by its number.
    #[inline]
    #[must_use]
    pub fn of_product(self, number: u32) -> Option<Symbol> {
        // The number of a product is far too small for this to go beyond the numbers there are.
        let first = usize::try_from(number).ok()?.wrapping_mul(self.width);
        *self.symbols.get(first.wrapping_add(self.place))?
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
