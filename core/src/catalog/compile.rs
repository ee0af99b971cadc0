//! From definition to checked catalogue.

use smol_str::SmolStr;

use super::finder::Finder;
use super::product::{Details, Product};
use super::{CategoryDef, PackagingDef, ProductDef, UnitDef};
use crate::expr::{CompileContext, Constant, Scope};
use crate::id::{CategoryId, Map, Symbol, UnitId};
use crate::money::Decimal;
use crate::quantity::{Allowed, Factor, OrderQuantity};
use crate::report::{CatalogCode, Diagnostic, LimitCode, Path, RulebookCode};

/// The parts of a rulebook's definition that make the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct CatalogDef<'a> {
    /// Units of measure.
    pub units: &'a [UnitDef],
    /// Categories.
    pub categories: &'a [CategoryDef],
    /// Products.
    pub products: &'a [ProductDef],
    /// More products, from a file, with their lines in it.
    pub from_file: &'a [(u64, ProductDef)],
    /// The name of that file.
    pub file: Option<&'a str>,
}

impl CatalogDef<'_> {
    /// All products, those of the file last.
    pub fn all_products(&self) -> impl Iterator<Item = &ProductDef> {
        self.products.iter().chain(self.from_file.iter().map(|(_, product)| product))
    }
}

/// The checked catalogue.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    products: Map<SmolStr, Product>,
    pub(super) finder: Finder,
    units: Map<Symbol, u8>,
    /// What promotions count as one, of units that say so.
    counted: Map<Symbol, Decimal>,
}

impl Catalog {
    /// Checks the definition. Ids, units and categories must be in the context's vocabulary and symbols already.
    pub fn compile(def: CatalogDef<'_>, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Self {
        let mut catalog = Self::default();
        catalog.units(def.units, &path.field("units"), cx);
        let parents = categories(def.categories, &path.field("categories"), cx);
        let products = path.field("products");
        for (index, product) in def.products.iter().enumerate() {
            catalog.product_def(product, &products.index(index), &parents, cx);
        }
        let file = path.field("products_csv");
        for (line, product) in def.from_file {
            let before = cx.diagnostics.count();
            catalog.product_def(product, &file, &parents, cx);
            cx.diagnostics.name_rows(before, &file, &format!("`{}`, line {line}", def.file.unwrap_or_default()));
        }
        for (index, product) in def.products.iter().enumerate() {
            catalog.successor(product, &products.index(index), cx);
        }
        for (line, product) in def.from_file {
            let before = cx.diagnostics.count();
            catalog.successor(product, &file, cx);
            cx.diagnostics.name_rows(before, &file, &format!("`{}`, line {line}", def.file.unwrap_or_default()));
        }
        catalog.finder = Finder::new(catalog.products.iter());
        catalog
    }

    /// The product of a number.
    #[must_use]
    pub fn product(&self, number: u32) -> Option<&Product> {
        self.products.get_index(usize::try_from(number).ok()?).map(|(_, product)| product)
    }

    /// The id of the product of a number.
    #[must_use]
    pub fn id(&self, number: u32) -> &str {
        usize::try_from(number).ok().and_then(|number| self.products.get_index(number)).map_or("", |(id, _)| id)
    }

    /// The ids of all products, in the order of the rulebook.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.products.keys().map(SmolStr::as_str)
    }

    /// All products, by number.
    pub fn products(&self) -> impl Iterator<Item = &Product> {
        self.products.values()
    }

    /// How many decimals a quantity in the unit may have.
    #[must_use]
    pub fn decimals(&self, unit: Symbol) -> u8 {
        self.units.get(&unit).copied().unwrap_or(0)
    }

    /// Whether the unit is declared.
    #[must_use]
    pub fn has_unit(&self, unit: Symbol) -> bool {
        self.units.contains_key(&unit)
    }

    fn units(&mut self, defs: &[UnitDef], path: &Path<'_>, cx: &mut CompileContext<'_>) {
        const MAX_DECIMALS: u8 = 6;
        for (index, def) in defs.iter().enumerate() {
            let place = path.index(index);
            if def.decimals > MAX_DECIMALS {
                let message = format!("a unit has at most {MAX_DECIMALS} decimals, not {}", def.decimals);
                cx.diagnostics.error(LimitCode::TooMany, &place.field("decimals"), message);
            }
            let unit = cx.symbols.intern(def.id.as_str());
            self.counted(def, unit, &place.field("counted"), cx);
            if self.units.insert(unit, def.decimals.min(MAX_DECIMALS)).is_some() {
                cx.diagnostics.duplicate(&place, "unit", def.id.as_str());
            }
        }
    }

    fn counted(&mut self, def: &UnitDef, unit: Symbol, path: &Path<'_>, cx: &mut CompileContext<'_>) {
        let Some(counted) = def.counted else { return };
        if counted <= Decimal::ZERO {
            let message = format!("promotions cannot count `{counted}` of `{}` as one; write a number above zero", def.id);
            cx.diagnostics.error(CatalogCode::NotPositive, path, message);
        } else if counted.mantissa_at(def.decimals.into()).is_err() {
            let message = format!("`{counted}` has more decimals than a quantity in `{}`, which has {}", def.id, def.decimals);
            cx.diagnostics.error(CatalogCode::QuantityDecimals, path, message);
        } else {
            self.counted.insert(unit, counted);
        }
    }

    /// How much of the unit promotions count as one, when it is said.
    #[must_use]
    pub fn counted_as_one(&self, unit: Symbol) -> Option<Decimal> {
        self.counted.get(&unit).copied()
    }

    fn unit(&self, unit: &UnitId, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Symbol> {
        let known = cx.symbols.find(unit.as_str()).filter(|symbol| self.units.contains_key(symbol));
        if known.is_none() {
            let names: Vec<&str> = self.units.keys().map(|symbol| cx.symbols.text(*symbol)).collect();
            cx.diagnostics.unknown(path, "unit", unit.as_str(), names);
        }
        known
    }

    fn product_def(
        &mut self,
        def: &ProductDef,
        path: &Path<'_>,
        parents: &Map<CategoryId, Option<CategoryId>>,
        cx: &mut CompileContext<'_>,
    ) {
        if self.products.contains_key(def.id.as_str()) {
            cx.diagnostics.duplicate(path, "product", def.id.as_str());
            return;
        }
        let unit = self.unit(&def.unit, &path.field("unit"), cx);
        let packaging = self.packaging(def, &path.field("packaging"), cx);
        let order_quantity = order_quantity(def, path, cx);
        let categories = ancestors(def, path, parents, cx);
        let facts = facts(def, &path.field("facts"), cx);
        let id = cx.symbols.intern(def.id.as_str());
        let Some(unit) = unit else { return };
        let product = Product {
            id,
            category: categories.first().copied(),
            unit,
            decimals: self.decimals(unit),
            status: def.status,
            successor: def.successor.as_ref().map(|successor| cx.symbols.intern(successor.as_str())),
            tax: def.tax.as_ref().map(|tax| cx.symbols.intern(tax.as_str())),
            any_quantity: order_quantity == OrderQuantity::default(),
            details: Box::new(Details { name: def.name.as_deref().map(Into::into), categories, order_quantity, packaging, facts }),
        };
        self.products.insert(def.id.as_str().into(), product);
    }

    fn packaging(&self, def: &ProductDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Box<[(Symbol, Factor)]> {
        let mut known: Vec<(Symbol, Factor)> = Vec::with_capacity(def.packaging.len());
        for (index, PackagingDef { unit, factor }) in def.packaging.iter().enumerate() {
            let place = path.index(index);
            let Some(symbol) = self.unit(unit, &place.field("unit"), cx) else { continue };
            if *unit == def.unit || known.iter().any(|(other, _)| *other == symbol) {
                let message = format!("the product `{}` has the unit `{unit}` already; name the base unit and each packaging once", def.id);
                cx.diagnostics.error(RulebookCode::DuplicateId, &place.field("unit"), message);
                continue;
            }
            known.push((symbol, *factor));
        }
        known.into()
    }

    fn successor(&self, def: &ProductDef, path: &Path<'_>, cx: &mut CompileContext<'_>) {
        let Some(successor) = &def.successor else { return };
        if !self.products.contains_key(successor.as_str()) {
            cx.diagnostics.unknown(&path.field("successor"), "product", successor.as_str(), self.ids());
        } else if *successor == def.id {
            let message = format!("the product `{successor}` cannot be its own successor");
            cx.diagnostics.error(RulebookCode::Cycle, &path.field("successor"), message);
        }
    }
}

/// The declared categories with the one above each; chains that come back to where they began are reported.
fn categories(defs: &[CategoryDef], path: &Path<'_>, cx: &mut CompileContext<'_>) -> Map<CategoryId, Option<CategoryId>> {
    let mut parents: Map<CategoryId, Option<CategoryId>> = Map::default();
    for (index, def) in defs.iter().enumerate() {
        cx.symbols.intern(def.id.as_str());
        if parents.insert(def.id.clone(), def.parent.clone()).is_some() {
            cx.diagnostics.duplicate(&path.index(index), "category", def.id.as_str());
        }
    }
    for (index, def) in defs.iter().enumerate() {
        let Some(parent) = &def.parent else { continue };
        let place = path.index(index);
        if !parents.contains_key(parent) {
            cx.diagnostics.unknown(&place.field("parent"), "category", parent.as_str(), parents.keys().map(CategoryId::as_str));
        } else if chain(parent, &parents).contains(&&def.id) {
            let message = format!("the category `{}` stands above itself", def.id);
            cx.diagnostics.error(RulebookCode::Cycle, &place.field("parent"), message);
        }
    }
    parents
}

/// The category and all above it; a cycle ends where it closes.
fn chain<'a>(from: &'a CategoryId, parents: &'a Map<CategoryId, Option<CategoryId>>) -> Vec<&'a CategoryId> {
    let mut chain = vec![from];
    let mut at = from;
    while let Some(Some(parent)) = parents.get(at) {
        if chain.contains(&parent) {
            break;
        }
        chain.push(parent);
        at = parent;
    }
    chain
}

fn ancestors(
    def: &ProductDef,
    path: &Path<'_>,
    parents: &Map<CategoryId, Option<CategoryId>>,
    cx: &mut CompileContext<'_>,
) -> Box<[Symbol]> {
    let Some(category) = &def.category else { return Box::default() };
    if !parents.contains_key(category) {
        cx.diagnostics.unknown(&path.field("category"), "category", category.as_str(), parents.keys().map(CategoryId::as_str));
        return Box::default();
    }
    chain(category, parents).into_iter().map(|category| cx.symbols.intern(category.as_str())).collect()
}

fn order_quantity(def: &ProductDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> OrderQuantity {
    let mut positive = |number: Option<Decimal>, field: &str| {
        let number = number?;
        if number > Decimal::ZERO {
            return Some(number);
        }
        cx.diagnostics.error(CatalogCode::NotPositive, &path.field(field), format!("`{field}` is `{number}`; it must be above zero"));
        None
    };
    let minimum = positive(def.min_order_quantity, "min_order_quantity");
    let multiple = positive(def.order_multiple, "order_multiple");
    let allowed = OrderQuantity { minimum, multiple };
    if let (Some(minimum), Some(multiple)) = (minimum, multiple)
        && let Ok(Allowed::NotMultiple { upper, .. }) = allowed.check(minimum)
    {
        let message = format!(
            "the minimum order quantity `{minimum}` is not a multiple of `{multiple}`, so the least that can be ordered is `{upper}`"
        );
        cx.diagnostics.warning(CatalogCode::MinimumNotMultiple, &path.field("min_order_quantity"), message);
    }
    allowed
}

fn facts(def: &ProductDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Box<[(u16, Constant)]> {
    let mut facts = Vec::new();
    for (name, fact) in def.facts.iter() {
        let place = path.field(name);
        let full = format!("product.{name}");
        let declared = cx.vocabulary.find(&full).filter(|known| known.slot.scope == Scope::Line);
        let Some(known) = declared else {
            let message = format!("`{name}` cannot be the name of a fact: a name has letters, digits and `_`, and begins with a letter");
            cx.diagnostics.error(RulebookCode::Attribute, &place, message);
            continue;
        };
        if let crate::fact::Fact::Text(text) = fact {
            cx.symbols.intern(text);
        }
        match Constant::read(fact, known, cx.symbols) {
            Ok(constant) => facts.push((known.slot.index, constant)),
            Err(problem) => {
                let (message, help) = problem.describe(known, cx.symbols);
                cx.diagnostics.push(Diagnostic::error(RulebookCode::Attribute, &place, message).maybe_help(help));
            }
        }
    }
    facts.into()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::expr::Vocabulary;
    use crate::id::Symbols;
    use crate::limits::Limits;
    use crate::report::{Diagnostics, Sources};

    pub(in super::super) fn compile(json: &str) -> (Catalog, Symbols, Diagnostics) {
        #[derive(serde::Deserialize)]
        struct Json {
            units: Vec<UnitDef>,
            #[serde(default)]
            categories: Vec<CategoryDef>,
            products: Vec<ProductDef>,
        }
        let Json { units, categories, products } = serde_json::from_str(json).unwrap();
        let (mut symbols, mut diagnostics) = (Symbols::default(), Diagnostics::new());
        let mut cx = CompileContext {
            vocabulary: &Vocabulary::new(),
            symbols: &mut symbols,
            sources: &Sources::none(),
            limits: &Limits::default(),
            diagnostics: &mut diagnostics,
        };
        let def = CatalogDef { units: &units, categories: &categories, products: &products, from_file: &[], file: None };
        let catalog = Catalog::compile(def, &Path::ROOT, &mut cx);
        (catalog, symbols, diagnostics)
    }

    pub(in super::super) fn catalog() -> (Catalog, Symbols) {
        let (catalog, symbols, diagnostics) = compile(
            r#"{"units": [{"id": "piece"}, {"id": "box"}, {"id": "metre", "decimals": 2}], "products": [
                {"id": "seal", "unit": "piece", "order_multiple": "5", "packaging": [{"unit": "box", "factor": "10"}]},
                {"id": "hose", "unit": "metre"}]}"#,
        );
        assert!(!diagnostics.has_errors());
        (catalog, symbols)
    }

    #[test]
    fn every_mistake_is_named_with_its_place() {
        let (_, _, diagnostics) = compile(
            r#"{"units": [{"id": "piece"}, {"id": "piece"}], "categories": [{"id": "a", "parent": "b"}, {"id": "b", "parent": "a"}],
                "products": [{"id": "p", "unit": "pice"}, {"id": "q", "unit": "piece", "category": "c", "order_multiple": "0"},
                {"id": "q", "unit": "piece"}, {"id": "r", "unit": "piece", "min_order_quantity": "7", "order_multiple": "5", "successor": "r",
                 "facts": {"cost": "1"}, "packaging": [{"unit": "piece", "factor": "2"}]}]}"#,
        );
        let found: Vec<String> = diagnostics.finish().unwrap_err().diagnostics().iter().map(|d| format!("{} {}", d.code, d.path)).collect();
        assert_eq!(
            found,
            [
                "rulebook.cycle /categories/0/parent",
                "rulebook.cycle /categories/1/parent",
                "rulebook.unknown_reference /products/0/unit",
                "rulebook.unknown_reference /products/1/category",
                "catalog.not_positive /products/1/order_multiple",
                "rulebook.duplicate_id /products/2",
                "rulebook.attribute /products/3/facts/cost",
                "catalog.minimum_not_multiple /products/3/min_order_quantity",
                "rulebook.duplicate_id /products/3/packaging/0/unit",
                "rulebook.cycle /products/3/successor",
                "rulebook.duplicate_id /units/1",
            ]
        );
    }
}
