//! From definition to rulebook: every problem at once.

use std::sync::Arc;

use super::columns::ProductSymbols;
use super::currencies::{self, Amounts, Denominated, Documents, LeftOut};
use super::def::{NegativeQuantities, RulebookDef};
use super::foresight;
use super::judged;
use super::order::OrderPolicy;
use super::procedure::{self, Step};
use super::subject::SubjectVocabulary;
use super::vocabulary::{Attributes, VocabularySource};
use crate::adjust::Coupons;
use crate::adjust::promotion::PromotionDef;
use crate::approval::{Approval, ApprovalAmounts};
use crate::catalog::{Catalog, CatalogDef, Product, ProductDef, products_from_csv};
use crate::charge::{ChargeDef, ChargeTaxDef, Charges};
use crate::credit::Credit;
use crate::expr::{CompileContext, Scope};
use crate::id::{RuleId, RulebookId, Set, Symbol, Symbols, TagId};
use crate::inventory::Inventory;
use crate::limits::Limits;
use crate::money::{Currency, Denomination};
use crate::pricing::{Pricing, Units};
use crate::receivable::Receivables;
use crate::report::{Diagnostic, Diagnostics, Error, Fingerprint, LimitCode, Path, RulebookCode, Sources, TaxCode, content_hash};
use crate::tax::Tax;

/// The version of the form of a rulebook that this engine reads.
pub const SCHEMA_VERSION: u32 = 1;

/// The version of the meaning of a rulebook: results of equal versions are equal to the byte.
pub const SEMANTICS_VERSION: u32 = 1;

/// A checked rulebook: the only thing that quotes, checks and decides.
///
/// It is immutable, cheap to clone and may be shared between threads.
///
/// It is not to be stored: what is kept is the definition, which is compiled by the engine that uses it.
///
/// ```compile_fail
/// fn store(_: &impl serde::Serialize) {}
/// fn keep(rulebook: &dealdesk::Rulebook) {
///     store(rulebook);
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Rulebook(pub(super) Arc<Parts>);

// A part that cannot be shared between threads does not compile.
const _: () = {
    const fn shared<T: Clone + Send + Sync>() {}
    shared::<Rulebook>();
};

/// The checked parts of a rulebook, as the flows use them.
#[derive(Debug, Clone)]
pub struct Parts {
    pub(crate) id: RulebookId,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) currency: Currency,
    /// Its three letters.
    pub(crate) currency_code: Symbol,
    /// The same rulebook for documents in each of its other currencies.
    pub(crate) others: Vec<Rulebook>,
    /// The rules that are for documents in other currencies.
    pub(crate) left_out: Vec<LeftOut>,
    pub(crate) limits: Limits,
    pub(crate) symbols: Arc<Symbols>,
    pub(crate) attributes: Arc<Attributes>,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) pricing: Arc<Pricing>,
    pub(crate) charges: Charges,
    pub(crate) tax: Option<Tax>,
    pub(crate) procedure: Vec<Step>,
    /// Whether a stage takes percentages on what an earlier step left.
    pub(crate) keeps_figures: bool,
    /// Whether a condition asks what the lines come to without or with tax.
    pub(crate) reads_tax_sides: bool,
    pub(crate) negative_quantities: NegativeQuantities,
    /// The ids of all adjustments, in the order of the rulebook, then those of all promotions.
    pub(crate) rules: Vec<RuleId>,
    pub(crate) coupons: Coupons,
    /// The tags of adjustments and promotions, by the numbers that sets of them hold.
    pub(crate) tags: Vec<TagId>,
    /// The promotions as they are written, in the order of the rulebook.
    pub(crate) promotions: Vec<PromotionDef>,
    pub(crate) product_symbols: Arc<ProductSymbols>,
    /// The slots of products' lists that expressions read.
    pub(crate) product_lists: Vec<u16>,
    pub(crate) credit: Credit,
    /// The vocabulary of the approval matrix.
    pub(crate) subject: SubjectVocabulary,
    pub(crate) approval: Option<Approval>,
    pub(crate) inventory: Arc<Inventory>,
    pub(crate) receivables: Receivables,
    pub(crate) order: OrderPolicy,
}

/// A rulebook that has no error, with the warnings that its author should read.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The rulebook.
    pub rulebook: Rulebook,
    /// What is probably not meant, sorted by path.
    pub warnings: Vec<Diagnostic>,
}

impl Rulebook {
    /// Checks a definition and compiles it; `sources` holds the files that it names.
    ///
    /// ```
    /// use dealdesk::{Rulebook, RulebookDef, report::Sources};
    /// let def = RulebookDef::from_json(r#"{"schema_version": 1, "id": "acme", "currency": "EUR",
    ///     "units": [{"id": "piece"}], "products": [{"id": "P-100", "unit": "piece"}],
    ///     "price_lists": [{"id": "list", "keys": ["product.id"], "records": [{"key": ["P-100"], "price": "98.00"}]}]}"#)?;
    /// let compiled = Rulebook::compile(def, &Sources::none())?;
    /// assert!(compiled.warnings.is_empty());
    /// # Ok::<(), dealdesk::report::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error`] with all diagnostics, sorted by path.
    pub fn compile(mut def: RulebookDef, sources: &Sources) -> Result<Compiled, Error> {
        let limits = Limits::default();
        let (mut symbols, mut diagnostics) = (Symbols::default(), Diagnostics::new());
        let fingerprint = Fingerprint(content_hash(&(&def, sources.iter().collect::<Vec<_>>())));
        check_document(&def, &limits, &mut diagnostics);
        // 1. Products, because their ids are words of the vocabulary.
        let file_path = Path::ROOT.field("products_csv");
        let from_file =
            def.products_csv.as_deref().map_or_else(Vec::new, |file| products_from_csv(file, sources, &file_path, &mut diagnostics));
        let catalog_def = CatalogDef {
            units: &def.units,
            categories: &def.categories,
            products: &def.products,
            from_file: &from_file,
            file: def.products_csv.as_deref(),
        };
        // 2. The vocabulary.
        let source = VocabularySource {
            attributes: &def.attributes,
            catalog: catalog_def,
            price_lists: &def.price_lists,
            has_default_destination: def.tax.as_ref().is_some_and(|tax| tax.default_destination.is_some()),
        };
        let Some(attributes) = Attributes::compile(source, &Path::ROOT, &mut symbols, &mut diagnostics) else {
            return Err(too_many_attributes());
        };
        // 3. The slices.
        let mut cx = CompileContext {
            vocabulary: &attributes.vocabulary,
            symbols: &mut symbols,
            sources,
            limits: &limits,
            diagnostics: &mut diagnostics,
        };
        let catalog = Catalog::compile(catalog_def, &Path::ROOT, &mut cx);
        check_facts(catalog_def, &attributes, cx.diagnostics);
        let units: Set<Symbol> = def.units.iter().filter_map(|unit| cx.symbols.find(unit.id.as_str())).collect();
        let of_prices = attributes.price_vocabulary();
        let mut price_cx =
            CompileContext { vocabulary: &of_prices, symbols: cx.symbols, sources, limits: &limits, diagnostics: cx.diagnostics };
        let lists = Path::ROOT.field("price_lists");
        let product = |id: &str| catalog.find(id).and_then(|found| catalog.product(found.number));
        let of_product = |id: &str| product(id).into_iter().flat_map(Product::units).collect();
        let units = Units { declared: &units, of_product: &of_product };
        let mut pricing = Pricing::compile(&mut def.price_lists, def.currency, &def.currencies, units, &lists, &mut price_cx);
        let approves = def.approval.as_ref().is_some_and(|approval| approval.amounts == ApprovalAmounts::OwnCurrency);
        let rates = Path::ROOT.field("exchange_rates");
        pricing.set_rates(&def.exchange_rates, def.currency, &def.currencies, approves, &rates, &mut price_cx);
        check_tax_categories(&def, &from_file, &mut cx);
        let amounts = Amounts::of(&def, &attributes, &mut cx);
        currencies::check(&def, &amounts, cx.diagnostics);
        currencies::check_attributes(&def, &pricing, &attributes, cx.diagnostics);
        let own = Denomination { document: def.currency, own: def.currency };
        let documents = |of: Denomination| Documents { of, amounts: &amounts };
        let priced = Priced { catalog: &catalog, pricing: &pricing, attributes: &attributes };
        let of_own = Terms::compile(&def, documents(own), priced, &mut cx);
        let mut of_others = Vec::with_capacity(def.currencies.len());
        for currency in def.currencies.iter().filter(|currency| **currency != def.currency) {
            let mut diagnostics = Diagnostics::new();
            let mut of_currency = CompileContext { symbols: cx.symbols, diagnostics: &mut diagnostics, ..cx };
            let of = documents(Denomination { document: *currency, ..own });
            of_others.push(Terms::compile(&def, of, priced, &mut of_currency));
            currencies::join(cx.diagnostics, diagnostics, *currency);
        }
        let coupons = Coupons::compile(def.coupons.unwrap_or_default(), &def.adjustments, &def.promotions, &Path::ROOT, cx.diagnostics);
        let credit =
            crate::credit::compile(&def.credit.clone().unwrap_or_default(), def.currency, &Path::ROOT.field("credit"), cx.diagnostics);
        let receivable = def.receivable.clone().unwrap_or_default();
        let receivables = crate::receivable::compile(receivable, &Path::ROOT.field("receivable"), cx.diagnostics);
        let order = OrderPolicy::compile(def.order.clone().unwrap_or_default(), &Path::ROOT.field("order"), cx.diagnostics);
        let inventory =
            crate::inventory::compile(&def.inventory.clone().unwrap_or_default(), &Path::ROOT.field("inventory"), cx.diagnostics);
        super::bills::check_components(&def, &catalog, cx.diagnostics);
        let Some(subject) = SubjectVocabulary::compile(&def.attributes, cx.symbols) else {
            return Err(too_many_attributes());
        };
        let mut cx = CompileContext { vocabulary: &subject.vocabulary, ..cx };
        let approval = def.approval.as_ref().map(|approval| crate::approval::compile(approval, &Path::ROOT.field("approval"), &mut cx));
        if let Some(approval) = &approval {
            judged::check(&def, approval, &subject, cx.diagnostics);
        }
        // 4. What the parts say about each other, where each is right by itself.
        if !diagnostics.has_errors() {
            let around =
                foresight::Surroundings { def: &def, catalog: &catalog, pricing: &pricing, attributes: &attributes, symbols: &symbols };
            foresight::warn(around, &of_own.procedure, limits.promotion_looks, &mut diagnostics);
        }
        // 5. The verdict.
        let warnings = diagnostics.finish()?;
        let rules = rule_ids(&def);
        let base = Parts {
            id: def.id,
            fingerprint,
            currency: def.currency,
            currency_code: of_own.currency_code,
            others: Vec::new(),
            limits,
            symbols: Arc::new(symbols),
            product_lists: of_own.product_lists,
            reads_tax_sides: of_own.reads_tax_sides,
            left_out: of_own.left_out,
            keeps_figures: of_own.procedure.iter().any(Step::needs_earlier),
            product_symbols: Arc::new(ProductSymbols::new(&catalog, &attributes)),
            negative_quantities: def.negative_quantities,
            attributes: Arc::new(attributes),
            catalog: Arc::new(catalog),
            pricing: Arc::new(pricing),
            charges: of_own.charges,
            tax: of_own.tax,
            coupons,
            tags: crate::adjust::tag_names(&def.adjustments, &def.promotions),
            rules,
            promotions: def.promotions,
            procedure: of_own.procedure,
            credit,
            subject,
            approval,
            inventory: Arc::new(inventory),
            receivables,
            order,
        };
        let others = of_others.into_iter().map(|terms| Self(Arc::new(base.in_currency(terms)))).collect();
        let parts = Parts { others, ..base };
        Ok(Compiled { rulebook: Self(Arc::new(parts)), warnings })
    }

    /// The name that its author gave it.
    #[must_use]
    pub fn id(&self) -> &RulebookId {
        &self.0.id
    }

    /// Its identity: equal for equal definitions and files, in every runtime.
    #[must_use]
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.0.fingerprint
    }

    /// The currency of documents that name none.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.0.currency
    }

    /// The currencies in which documents may be, the rulebook's own first.
    pub fn currencies(&self) -> impl Iterator<Item = Currency> {
        std::iter::once(self.0.currency).chain(self.0.others.iter().map(Self::currency))
    }

    /// The rulebook as it is for documents in a currency; none when documents cannot be in it.
    pub(crate) fn for_documents_in(&self, currency: Option<Currency>) -> Option<&Self> {
        match currency {
            Some(currency) if currency != self.0.currency => self.0.others.iter().find(|other| other.currency() == currency),
            _ => Some(self),
        }
    }

    /// The checked parts, for the flows.
    pub(crate) fn parts(&self) -> &Parts {
        &self.0
    }
}

/// What prices are found with, in whatever currency.
#[derive(Clone, Copy)]
struct Priced<'p> {
    catalog: &'p Catalog,
    pricing: &'p Pricing,
    attributes: &'p Attributes,
}

/// What differs for documents in different currencies.
struct Terms {
    currency: Currency,
    currency_code: Symbol,
    charges: Charges,
    tax: Option<Tax>,
    procedure: Vec<Step>,
    product_lists: Vec<u16>,
    reads_tax_sides: bool,
    left_out: Vec<LeftOut>,
}

impl Terms {
    fn compile(def: &RulebookDef, documents: Documents<'_>, priced: Priced<'_>, cx: &mut CompileContext<'_>) -> Self {
        let Priced { catalog, pricing, attributes } = priced;
        let tax = def.tax.as_ref().map(|tax| Tax::compile(tax, |rate| rate.counts(documents), &Path::ROOT.field("tax"), cx));
        let of = documents.of;
        let of_charge = |charge: &ChargeDef| (of.of(&charge.currencies, charge.has_amounts(documents.amounts)), charge.counts(documents));
        let charges = Charges::compile(&def.charges, of_charge, tax.is_some(), &Path::ROOT.field("charges"), cx);
        let slices = procedure::Slices { catalog, pricing, charges: &charges, tax: tax.as_ref() };
        let procedure = procedure::compile(def, documents, attributes, slices, &Path::ROOT, cx);
        Self {
            currency: of.document,
            currency_code: cx.symbols.intern(of.document.code()),
            product_lists: procedure::product_lists(&procedure, slices, attributes),
            reads_tax_sides: procedure::reads_tax_sides(&procedure, &charges, attributes),
            left_out: currencies::left_out(def, &procedure, documents),
            charges,
            tax,
            procedure,
        }
    }
}

impl Parts {
    /// The same for documents in another currency.
    fn in_currency(&self, terms: Terms) -> Self {
        Self {
            currency: terms.currency,
            currency_code: terms.currency_code,
            keeps_figures: terms.procedure.iter().any(Step::needs_earlier),
            charges: terms.charges,
            tax: terms.tax,
            procedure: terms.procedure,
            product_lists: terms.product_lists,
            reads_tax_sides: terms.reads_tax_sides,
            left_out: terms.left_out,
            ..self.clone()
        }
    }
}

/// The ids of all adjustments, then of all promotions.
fn rule_ids(def: &RulebookDef) -> Vec<RuleId> {
    let adjustments = def.adjustments.iter().map(|rule| &rule.id);
    adjustments.chain(def.promotions.iter().map(|promotion| &promotion.id)).cloned().collect()
}

fn too_many_attributes() -> Error {
    Diagnostic::error(LimitCode::TooMany, &Path::ROOT.field("attributes"), "more attributes than can be numbered (65535)").into()
}

fn check_document(def: &RulebookDef, limits: &Limits, diagnostics: &mut Diagnostics) {
    if def.schema_version != SCHEMA_VERSION {
        let message = format!("this engine reads the schema version `{SCHEMA_VERSION}`, not `{}`", def.schema_version);
        diagnostics.error(RulebookCode::SchemaVersion, &Path::ROOT.field("schema_version"), message);
    }
    let collections = [
        ("attributes", def.attributes.len()),
        ("units", def.units.len()),
        ("categories", def.categories.len()),
        ("products", def.products.len()),
        ("price_lists", def.price_lists.len()),
        ("procedure", def.procedure.len()),
        ("charges", def.charges.len()),
        ("adjustments", def.adjustments.len()),
        ("promotions", def.promotions.len()),
    ];
    for (field, count) in collections {
        if count > limits.entries {
            let message = format!("`{field}` has {count} entries; at most {} are read", limits.entries);
            diagnostics.error(LimitCode::TooMany, &Path::ROOT.field(field), message);
        }
    }
}

/// Every product gives the facts that its declared attributes require.
fn check_facts(catalog: CatalogDef<'_>, attributes: &Attributes, all: &mut Diagnostics) {
    let required = attributes.required.iter().filter(|slot| slot.scope == Scope::Line && slot.index < attributes.product_slots);
    let names: Vec<&str> = required.filter_map(|slot| attributes.vocabulary.name(*slot)?.name.strip_prefix("product.")).collect();
    let check = |product: &ProductDef, path: &Path<'_>, all: &mut Diagnostics| {
        for name in names.iter().filter(|name| product.facts.get(name).is_none()) {
            let message = format!("the product `{}` has no fact `{name}`, and the attribute `product.{name}` has no default", product.id);
            let problem = Diagnostic::error(RulebookCode::Attribute, &path.field("facts"), message);
            all.push(problem.help("give the fact, or declare the attribute with a `default` or as `optional`"));
        }
    };
    let products = Path::ROOT.field("products");
    for (index, product) in catalog.products.iter().enumerate() {
        check(product, &products.index(index), all);
    }
    let file = Path::ROOT.field("products_csv");
    for (line, product) in catalog.from_file {
        let before = all.count();
        check(product, &file, all);
        all.name_rows(before, &file, &format!("`{}`, line {line}", catalog.file.unwrap_or_default()));
    }
}

fn check_tax_categories(def: &RulebookDef, from_file: &[(u64, ProductDef)], cx: &mut CompileContext<'_>) {
    let Some(tax) = &def.tax else { return };
    let known = |category: &crate::id::TaxCategoryId| tax.categories.contains(category);
    let names = || tax.categories.iter().map(crate::id::TaxCategoryId::as_str);
    let of_charge = |charge: &crate::charge::ChargeDef| match &charge.tax {
        Some(ChargeTaxDef::Category(category)) => Some(category.clone()),
        _ => None,
    };
    let charges = Path::ROOT.field("charges");
    for (index, category) in def.charges.iter().enumerate().filter_map(|(index, charge)| Some((index, of_charge(charge)?))) {
        if !known(&category) {
            let place = charges.index(index);
            cx.diagnostics.unknown(&place.field("tax").field("category"), "tax category", category.as_str(), names());
        }
    }
    let of_products = def.products.iter().chain(from_file.iter().map(|(_, product)| product)).filter_map(|product| product.tax.clone());
    let used: Set<crate::id::TaxCategoryId> = of_products.chain(def.charges.iter().filter_map(of_charge)).collect();
    let place = Path::ROOT.field("tax");
    let categories = place.field("categories");
    for (index, category) in tax.categories.iter().enumerate().filter(|(_, category)| !used.contains(*category)) {
        let message = format!("no product and no charge has the tax category `{category}`, so its rates never apply");
        cx.diagnostics.warning(TaxCode::NeverApplies, &categories.index(index), message);
    }
    let products = Path::ROOT.field("products");
    for (index, product) in def.products.iter().enumerate() {
        if let Some(category) = product.tax.as_ref().filter(|category| !known(category)) {
            cx.diagnostics.unknown(&products.index(index).field("tax"), "tax category", category.as_str(), names());
        }
    }
    let file = Path::ROOT.field("products_csv");
    for (line, product) in from_file {
        if let Some(category) = product.tax.as_ref().filter(|category| !known(category)) {
            let before = cx.diagnostics.count();
            cx.diagnostics.unknown(&file, "tax category", category.as_str(), names());
            cx.diagnostics.name_rows(before, &file, &format!("`{}`, line {line}", def.products_csv.as_deref().unwrap_or_default()));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::report::Sources;
    use crate::{Rulebook, RulebookDef};

    #[test]
    fn prices_per_a_unit_in_which_nothing_is_ordered_are_told_with_the_units_of_the_product() {
        let text = r#"{"schema_version": 1, "id": "garden", "currency": "EUR", "units": [{"id": "m"}, {"id": "roll"}, {"id": "box"}],
            "products": [{"id": "HOSE", "unit": "m", "packaging": [{"unit": "roll", "factor": 25}]}, {"id": "TAPE", "unit": "roll"}],
            "price_lists": [
                {"id": "list", "keys": ["product.id"], "records": [{"key": ["HOSE"], "price": "2.00", "unit": "box"},
                    {"key": ["TAPE"], "price": "1.00", "unit": "m"}]},
                {"id": "file", "keys": ["product.id"], "records_csv": "file.csv"}]}"#;
        let sources = Sources::none().with("file.csv", "product.id,price,unit\nHOSE,40.00,roll\nTAPE,1.10,box\n");
        let compiled = Rulebook::compile(RulebookDef::from_json(text).unwrap(), &sources).unwrap();
        let said: Vec<String> = compiled
            .warnings
            .iter()
            .map(|problem| format!("{}: {} | {}", problem.path, problem.message, problem.help.as_deref().unwrap_or_default()))
            .collect();
        assert_eq!(
            said,
            [
                "/price_lists/0/records/0/unit: the price of `HOSE` is per `box`, in which it is not ordered: it never counts; the list has 2 such \
                 records | `HOSE` is ordered in `m`, `roll`; name one of them, or add `box` to its `packaging`",
                "/price_lists/1/records_csv: line 3: the price of `TAPE` is per `box`, in which it is not ordered: it never counts | `TAPE` \
                 is ordered in `roll`; name one of them, or add `box` to its `packaging`",
            ]
        );
    }
}
