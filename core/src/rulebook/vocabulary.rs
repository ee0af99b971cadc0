//! The names that a rulebook's expressions and keys may use: the engine's own, and the declared attributes.

use super::def::{AttributeDef, AttributeType, ListItem};
use crate::catalog::CatalogDef;
use crate::expr::{AmountIn, Constant, Presence, Scope, Slot, Type, Vocabulary};
use crate::fact::Fact;
use crate::id::{Map, Symbol, Symbols};
use crate::money::Decimal;
use crate::pricing::PriceListDef;
use crate::report::{Diagnostic, Diagnostics, Path, RulebookCode};

/// The engine's own names of the document.
#[derive(Debug, Clone, Copy)]
pub struct DocumentSlots {
    /// `channel`
    pub channel: Slot,
    /// `currency`
    pub currency: Slot,
    /// `date`
    pub date: Slot,
    /// `destination.country`
    pub country: Slot,
    /// `document.line_count`
    pub line_count: Slot,
    /// `document.quantity`: the sum of all lines' quantities in base units
    pub quantity: Slot,
    /// `document.list_amount`: the sum of all lines at the price that was found
    pub list_amount: Slot,
    /// `document.amount`: the sum of all lines as they enter the stage
    pub amount: Slot,
    /// `document.net_amount`: that sum without tax
    pub net_amount: Slot,
    /// `document.gross_amount`: that sum with tax
    pub gross_amount: Slot,
}

/// The engine's own names of a line's product.
#[derive(Debug, Clone, Copy)]
pub struct ProductSlots {
    /// `product.id`
    pub id: Slot,
    /// `product.category`
    pub category: Slot,
    /// `product.categories`: the category and all above it
    pub categories: Slot,
    /// `product.unit`
    pub unit: Slot,
    /// `product.tax_category`
    pub tax_category: Slot,
}

/// The engine's own names of a line.
#[derive(Debug, Clone, Copy)]
pub struct LineSlots {
    /// `line.quantity`: in base units
    pub quantity: Slot,
    /// `line.unit`
    pub unit: Slot,
    /// `line.price_list`: the list that the price is from
    pub price_list: Slot,
    /// `line.list_price`
    pub list_price: Slot,
    /// `line.list_amount`
    pub list_amount: Slot,
    /// `line.amount`: as it enters the stage
    pub amount: Slot,
    /// `line.is_return`: whether its quantity is below zero
    pub is_return: Slot,
}

/// The vocabulary of quotes with what the engine needs to fill it.
#[derive(Debug, Clone)]
pub struct Attributes {
    /// The names.
    pub vocabulary: Vocabulary,
    /// The engine's own names of the document.
    pub document: DocumentSlots,
    /// The engine's own names of a line's product.
    pub product: ProductSlots,
    /// The engine's own names of a line.
    pub line: LineSlots,
    /// How many slots of line scope belong to products; they come first.
    pub product_slots: u16,
    /// How many slots of line scope the engine fills itself; declared attributes of lines come after them.
    pub own_line_slots: usize,
    /// Defaults of declared attributes.
    pub defaults: Vec<(Slot, Constant)>,
    /// The declared attributes that a host must give.
    pub required: Vec<Slot>,
    /// The declared attributes that are amounts, and in which currency.
    pub amounts: Vec<(Slot, AmountIn)>,
}

/// What makes the vocabulary.
#[derive(Debug, Clone, Copy)]
pub struct VocabularySource<'a> {
    /// The declared attributes.
    pub attributes: &'a [AttributeDef],
    /// The catalogue, whose ids are the values of `product.id` and `product.category`.
    pub catalog: CatalogDef<'a>,
    /// The price lists, whose ids are the values of `line.price_list`.
    pub price_lists: &'a [PriceListDef],
    /// Whether a document without destination has one by default.
    pub has_default_destination: bool,
}

impl Attributes {
    /// Declares the engine's own names, then the rulebook's attributes.
    pub fn compile(source: VocabularySource<'_>, path: &Path<'_>, symbols: &mut Symbols, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut vocabulary = Vocabulary::new();
        let mut declared = Declared::default();
        let place = path.field("attributes");
        let is_product = |def: &AttributeDef| def.id.as_str().starts_with("product.");
        let (of_products, others): (Vec<_>, Vec<_>) = source.attributes.iter().enumerate().partition(|(_, def)| is_product(def));
        // Products first, so that a product's facts are the lowest slots of line scope.
        let document = document_names(source, &mut vocabulary)?;
        let product = product_names(source, &mut vocabulary, symbols)?;
        for (index, def) in of_products {
            declared.declare(def, &mut vocabulary, &place.index(index), symbols, diagnostics);
        }
        infer_facts(source.catalog, &mut vocabulary, symbols);
        let product_slots = u16::try_from(vocabulary.slot_count(Scope::Line)).ok()?;
        let line = line_names(source, &mut vocabulary, symbols)?;
        let own_line_slots = vocabulary.slot_count(Scope::Line);
        for (index, def) in others {
            declared.declare(def, &mut vocabulary, &place.index(index), symbols, diagnostics);
        }
        let Declared { defaults, required, amounts } = declared;
        Some(Self { vocabulary, document, product, line, product_slots, own_line_slots, defaults, required, amounts })
    }
}

impl Attributes {
    /// In which currency a slot holds what something costs; none where it holds anything else.
    pub fn amount_in(&self, slot: Slot) -> Option<AmountIn> {
        let (document, line) = (&self.document, &self.line);
        let of_document = [document.list_amount, document.amount, document.net_amount, document.gross_amount];
        if of_document.contains(&slot) || [line.list_price, line.list_amount, line.amount].contains(&slot) {
            return Some(AmountIn::Document);
        }
        self.amounts.iter().find(|(known, _)| *known == slot).map(|(_, currency)| *currency)
    }

    /// Whether hosts give the value of a slot; the others the engine computes, whose names are declared one after the other.
    pub fn is_given(&self, slot: Slot) -> bool {
        match slot.scope {
            Scope::Document => !(self.document.line_count.index..=self.document.gross_amount.index).contains(&slot.index),
            Scope::Line => slot.index < self.product_slots || usize::from(slot.index) >= self.own_line_slots,
        }
    }

    /// How many declared attributes lines have.
    pub fn line_width(&self) -> usize {
        self.vocabulary.slot_count(Scope::Line).saturating_sub(self.own_line_slots)
    }

    /// Where a line's value of a declared attribute stands, line after line; none for what the engine computes.
    pub fn line_place(&self, slot: u16, line: usize) -> Option<usize> {
        line.checked_mul(self.line_width())?.checked_add(usize::from(slot).checked_sub(self.own_line_slots)?)
    }

    /// The vocabulary of price lists: their formulas also know the price as the step before left it.
    pub fn price_vocabulary(&self) -> Vocabulary {
        let mut vocabulary = self.vocabulary.clone();
        // Cannot be taken: declared attributes have a scope.
        let _ = vocabulary.declare(crate::pricing::PRICE, Type::Number, Scope::Line, Presence::Always, None);
        vocabulary
    }
}

/// What the declared attributes ask of a document.
#[derive(Debug, Clone, Default)]
pub(super) struct Declared {
    pub(super) defaults: Vec<(Slot, Constant)>,
    pub(super) required: Vec<Slot>,
    pub(super) amounts: Vec<(Slot, AmountIn)>,
}

impl Declared {
    pub(super) fn declare(
        &mut self,
        def: &AttributeDef,
        vocabulary: &mut Vocabulary,
        path: &Path<'_>,
        symbols: &mut Symbols,
        diagnostics: &mut Diagnostics,
    ) {
        let name = def.id.as_str();
        let scope = match name.split_once('.') {
            Some(("customer" | "document" | "destination", _)) => Scope::Document,
            Some(("line" | "product", _)) => Scope::Line,
            _ => {
                let message = format!("`{name}` has no scope that hosts give attributes for");
                let problem = Diagnostic::error(RulebookCode::Attribute, &path.field("id"), message);
                diagnostics.push(problem.help("begin it with `customer.`, `document.`, `destination.`, `line.` or `product.`"));
                return;
            }
        };
        if def.optional && def.default.is_some() {
            diagnostics.error(RulebookCode::Attribute, &path.field("optional"), format!("`{name}` has a default, so it is never absent"));
        }
        let (ty, one_of) = types(&def.kind, symbols);
        if one_of.as_ref().is_some_and(Vec::is_empty) {
            diagnostics.error(
                RulebookCode::Attribute,
                &path.field("type"),
                format!("the list of values of `{name}` is empty; list at least one"),
            );
        }
        let presence = if def.optional { Presence::Optional } else { Presence::Always };
        let slot = match vocabulary.declare(name, ty, scope, presence, one_of) {
            Ok(slot) => slot,
            Err(error) => {
                diagnostics.error(RulebookCode::Attribute, &path.field("id"), format!("`{name}`: {error}"));
                return;
            }
        };
        if def.kind == AttributeType::Amount {
            self.amounts.push((slot, if name.starts_with("product.") { AmountIn::Rulebook } else { AmountIn::Document }));
        }
        match &def.default {
            Some(default) => self.read_default(vocabulary, slot, default, &path.field("default"), symbols, diagnostics),
            None if !def.optional => self.required.push(slot),
            None => {}
        }
    }

    fn read_default(
        &mut self,
        vocabulary: &Vocabulary,
        slot: Slot,
        default: &Fact,
        path: &Path<'_>,
        symbols: &mut Symbols,
        diagnostics: &mut Diagnostics,
    ) {
        if let Fact::Text(text) = default {
            symbols.intern(text);
        }
        let Some(name) = vocabulary.name(slot) else { return };
        match Constant::read(default, name, symbols) {
            Ok(constant) => self.defaults.push((slot, constant)),
            Err(problem) => {
                let (message, help) = problem.describe(name, symbols);
                diagnostics.push(Diagnostic::error(RulebookCode::Attribute, path, message).maybe_help(help));
            }
        }
    }
}

fn types(kind: &AttributeType, symbols: &mut Symbols) -> (Type, Option<Vec<Symbol>>) {
    match kind {
        AttributeType::Bool => (Type::Bool, None),
        AttributeType::Number | AttributeType::Amount => (Type::Number, None),
        AttributeType::Text => (Type::Text, None),
        AttributeType::Date => (Type::Date, None),
        AttributeType::OneOf(texts) => (Type::Text, Some(texts.iter().map(|text| symbols.intern(text)).collect())),
        AttributeType::List(ListItem::Number) => (Type::List(Box::new(Type::Number)), None),
        AttributeType::List(ListItem::Text) => (Type::List(Box::new(Type::Text)), None),
    }
}

fn document_names(source: VocabularySource<'_>, vocabulary: &mut Vocabulary) -> Option<DocumentSlots> {
    use Presence::{Always, Optional};
    let mut declare = |name, ty, presence| vocabulary.declare(name, ty, Scope::Document, presence, None).ok();
    declare("customer.id", Type::Text, Optional)?;
    Some(DocumentSlots {
        channel: declare("channel", Type::Text, Optional)?,
        currency: declare("currency", Type::Text, Always)?,
        date: declare("date", Type::Date, Always)?,
        country: declare("destination.country", Type::Text, if source.has_default_destination { Always } else { Optional })?,
        line_count: declare("document.line_count", Type::Number, Always)?,
        quantity: declare("document.quantity", Type::Number, Always)?,
        list_amount: declare("document.list_amount", Type::Number, Always)?,
        amount: declare("document.amount", Type::Number, Always)?,
        net_amount: declare(crate::tax::NET_AMOUNT, Type::Number, Always)?,
        gross_amount: declare(crate::tax::GROSS_AMOUNT, Type::Number, Always)?,
    })
}

fn product_names(source: VocabularySource<'_>, vocabulary: &mut Vocabulary, symbols: &mut Symbols) -> Option<ProductSlots> {
    let products: Vec<Symbol> = source.catalog.all_products().map(|product| symbols.intern(product.id.as_str())).collect();
    let categories: Vec<Symbol> = source.catalog.categories.iter().map(|def| symbols.intern(def.id.as_str())).collect();
    let presence = |always: bool| if always { Presence::Always } else { Presence::Optional };
    let all_have_category = source.catalog.all_products().all(|product| product.category.is_some());
    let all_have_tax = source.catalog.all_products().all(|product| product.tax.is_some());
    let mut declare = |name, ty, always, one_of| vocabulary.declare(name, ty, Scope::Line, presence(always), one_of).ok();
    Some(ProductSlots {
        id: declare("product.id", Type::Text, true, Some(products))?,
        category: declare("product.category", Type::Text, all_have_category, Some(categories))?,
        categories: declare("product.categories", Type::List(Box::new(Type::Text)), true, None)?,
        unit: declare("product.unit", Type::Text, true, None)?,
        tax_category: declare("product.tax_category", Type::Text, all_have_tax, None)?,
    })
}

/// Facts of products that nobody declared are names too: of the type that all their values have, optional unless every product gives one.
fn infer_facts(catalog: CatalogDef<'_>, vocabulary: &mut Vocabulary, symbols: &mut Symbols) {
    let mut inferred: Map<&str, (Type, usize)> = Map::default();
    let mut products = 0_usize;
    for product in catalog.all_products() {
        products = products.saturating_add(1);
        for (name, fact) in product.facts.iter() {
            let ty = type_of(fact);
            let entry = inferred.entry(name).or_insert((ty.clone(), 0));
            if entry.0 != ty {
                entry.0 = Type::Text;
            }
            entry.1 = entry.1.saturating_add(1);
            if let Fact::Text(text) = fact {
                symbols.intern(text);
            }
        }
    }
    for (name, (ty, count)) in inferred {
        let presence = if count == products { Presence::Always } else { Presence::Optional };
        // A declared name is taken; one that cannot be written in an expression is reported where the product gives it.
        let _ = vocabulary.declare(&format!("product.{name}"), ty, Scope::Line, presence, None);
    }
}

fn type_of(fact: &Fact) -> Type {
    match fact {
        Fact::Bool(_) => Type::Bool,
        Fact::Number(_) => Type::Number,
        Fact::Text(text) if text.parse::<Decimal>().is_ok() => Type::Number,
        Fact::Text(_) => Type::Text,
        Fact::List(items) => Type::List(Box::new(items.first().map_or(Type::Text, type_of))),
    }
}

fn line_names(source: VocabularySource<'_>, vocabulary: &mut Vocabulary, symbols: &mut Symbols) -> Option<LineSlots> {
    let lists = source.price_lists.iter().map(|list| symbols.intern(list.id.as_str())).collect();
    let price_list = vocabulary.declare("line.price_list", Type::Text, Scope::Line, Presence::Always, Some(lists)).ok()?;
    let mut declare = |name, ty| vocabulary.declare(name, ty, Scope::Line, Presence::Always, None).ok();
    Some(LineSlots {
        price_list,
        quantity: declare("line.quantity", Type::Number)?,
        unit: declare("line.unit", Type::Text)?,
        list_price: declare("line.list_price", Type::Number)?,
        list_amount: declare("line.list_amount", Type::Number)?,
        amount: declare("line.amount", Type::Number)?,
        is_return: declare("line.is_return", Type::Bool)?,
    })
}
