//! Reading the facts of a request: what is declared, of its type, and where it belongs.

use super::frame::{Frame, Lists, known, text};
use super::lines::Survey;
use super::request::QuoteRequest;
use super::result::Line;
use crate::catalog::Product;
use crate::expr::{FactValue, Name, Scope, Slot, Value};
use crate::report::{Diagnostics, Path, QuoteCode};
use crate::rulebook::{FactReader, Parts};

/// What a request and the declared defaults say of a document and its lines.
pub(super) struct Given<'q> {
    /// By slot of the document.
    pub(super) document: Vec<Value<'q>>,
    /// The declared attributes of lines, line after line.
    pub(super) lines: Vec<Value<'q>>,
    /// The lists among them, which stand here so that values can point at them, in the order in which they were read.
    pub(super) lists: Vec<GivenList<'q>>,
}

/// A list, and where it belongs: of a line's attributes to all lines where it names none.
pub(super) struct GivenList<'q> {
    slot: Slot,
    line: Option<usize>,
    items: FactValue<'q>,
}

impl<'q> Given<'q> {
    /// The declared defaults, for so many lines.
    fn defaults(parts: &'q Parts, lines: usize) -> Self {
        let attributes = &parts.attributes;
        let document = missing(attributes.vocabulary.slot_count(Scope::Document));
        let width = attributes.line_width();
        let of_lines = if width == 0 { Vec::new() } else { missing(width.saturating_mul(lines)) };
        let mut given = Self { document, lines: of_lines, lists: Vec::new() };
        if !attributes.defaults.is_empty() {
            given.set_defaults(parts, lines);
        }
        given
    }

    #[inline(never)]
    fn set_defaults(&mut self, parts: &'q Parts, lines: usize) {
        for (slot, default) in &parts.attributes.defaults {
            match (slot.scope, default.fact_value(&parts.symbols)) {
                (Scope::Document, value) => self.set(parts, *slot, None, value),
                (Scope::Line, items @ FactValue::List(_)) => self.lists.push(GivenList { slot: *slot, line: None, items }),
                (Scope::Line, FactValue::One(value)) => {
                    (0..lines).for_each(|line| self.set(parts, *slot, Some(line), FactValue::One(value)));
                }
            }
        }
    }

    /// Sets a value of the document, or of a line; a list is put into its place by [`set_lists`].
    #[inline]
    fn set(&mut self, parts: &Parts, slot: Slot, line: Option<usize>, value: FactValue<'q>) {
        let place = match line {
            None => self.document.get_mut(usize::from(slot.index)),
            Some(line) => parts.attributes.line_place(slot.index, line).and_then(|place| self.lines.get_mut(place)),
        };
        let Some(place) = place else { return };
        match value {
            FactValue::One(value) => *place = value,
            items @ FactValue::List(_) => {
                *place = Value::List(&[]);
                self.lists.push(GivenList { slot, line, items });
            }
        }
    }
}

/// So many values that nobody has given.
#[inline(never)]
fn missing<'q>(count: usize) -> Vec<Value<'q>> {
    vec![Value::Missing; count]
}

/// Reads the facts of a request: those that are not declared, of another type, or missing, are reported.
#[inline(never)]
pub(super) fn read_facts<'q>(parts: &'q Parts, request: &'q QuoteRequest, survey: &Survey<'_>, diagnostics: &mut Diagnostics) -> Given<'q> {
    // Of a document with too many lines only the facts are checked.
    let lines = Some(request.lines.len()).filter(|count| *count <= parts.limits.lines).unwrap_or_default();
    let mut given = Given::defaults(parts, lines);
    let settable = |slot: Slot| parts.attributes.is_given(slot);
    let reader = FactReader { vocabulary: &parts.attributes.vocabulary, symbols: &parts.symbols, settable: &settable };
    for (scope, facts) in [("customer", &request.customer), ("destination", &request.destination), ("document", &request.document)] {
        reader.read(scope, facts, &Path::ROOT.field(scope), |slot, value| given.set(parts, slot, None, value), diagnostics);
    }
    if survey.attributes {
        read_lines(parts, &reader, request, &mut given, diagnostics);
    }
    check_required(parts, request, &given, diagnostics);
    given
}

/// Reads the facts of lines.
#[inline(never)]
fn read_lines<'q>(parts: &Parts, reader: &FactReader<'_>, request: &'q QuoteRequest, given: &mut Given<'q>, diagnostics: &mut Diagnostics) {
    let lines = Path::ROOT.field("lines");
    for (number, line) in request.lines.iter().enumerate().filter(|(_, line)| !line.attributes.is_empty()) {
        let place = lines.index(number);
        let set = |slot: Slot, value: FactValue<'q>| given.set(parts, slot, Some(number), value);
        reader.read("line", &line.attributes, &place.field("attributes"), set, diagnostics);
    }
}

/// Every attribute without a default is given; whether it has the right type is another question.
fn check_required(parts: &Parts, request: &QuoteRequest, given: &Given<'_>, diagnostics: &mut Diagnostics) {
    let was_read = |slot: &Slot| match slot.scope {
        Scope::Document => given.document.get(usize::from(slot.index)).is_some_and(|value| !matches!(value, Value::Missing)),
        // Those of products were asked of the catalogue.
        Scope::Line => slot.index < parts.attributes.product_slots,
    };
    for slot in parts.attributes.required.iter().filter(|slot| !was_read(slot)) {
        if let Some(name) = parts.attributes.vocabulary.name(*slot) {
            check_given(request, name, diagnostics);
        }
    }
}

/// Whether the attribute is given, of the document or of every line.
#[inline(never)]
fn check_given(request: &QuoteRequest, name: &Name, diagnostics: &mut Diagnostics) {
    let (scope, key) = name.words();
    let facts = match scope {
        "customer" => &request.customer,
        "destination" => &request.destination,
        _ => &request.document,
    };
    let mut missing = |path: &Path<'_>| {
        let message = format!("the attribute `{}` is missing; the rulebook declares it without a default", name.name);
        diagnostics.error(QuoteCode::MissingAttribute, path, message);
    };
    match name.slot.scope {
        Scope::Document if facts.get(key).is_none() => missing(&Path::ROOT.field(scope).field(key)),
        Scope::Document => {}
        Scope::Line => {
            let lines = Path::ROOT.field("lines");
            for (number, _) in request.lines.iter().enumerate().filter(|(_, line)| line.attributes.get(key).is_none()) {
                missing(&lines.index(number).field("attributes").field(key));
            }
        }
    }
}

/// Puts the lists that were given into their places.
#[inline(never)]
pub(super) fn set_lists<'q>(frame: &mut Frame<'q>, lists: &'q [GivenList<'q>]) {
    for GivenList { slot, line, items } in lists {
        match (slot.scope, line) {
            (Scope::Document, _) => frame.set(*slot, items.value()),
            (Scope::Line, Some(line)) => frame.set_on_line(*slot, *line, items.value()),
            (Scope::Line, None) => (0..frame.lines.len()).for_each(|line| frame.set_on_line(*slot, line, items.value())),
        }
    }
}

/// Fills the frame with what the request says beside its facts.
#[inline(never)]
pub(super) fn fill<'q>(frame: &mut Frame<'q>, request: &'q QuoteRequest) {
    let parts = frame.parts;
    let own = parts.attributes.document;
    frame.set(own.date, Value::Date(request.date));
    frame.set(own.currency, known(parts, parts.currency_code));
    if let Some(channel) = &request.channel {
        frame.set(own.channel, text(parts, channel));
    }
    let default = parts.tax.as_ref().and_then(crate::tax::Tax::default_destination);
    if let Some(default) = default.filter(|_| request.destination.get("country").is_none()) {
        frame.set(own.country, known(parts, default));
    }
    let count = u64::try_from(request.lines.len()).unwrap_or(u64::MAX);
    frame.set(own.line_count, Value::Number(count.into()));
}

/// The lists of the lines' products that expressions read, line after line.
pub(super) fn product_lists<'q>(parts: &'q Parts, lines: &[Line]) -> Lists<'q> {
    let mut lists = Vec::new();
    if parts.product_lists.is_empty() {
        return lists;
    }
    for line in lines {
        let product = line.product_number().and_then(|number| parts.catalog.product(number));
        for slot in &parts.product_lists {
            lists.push(product.map(|product| product_list(parts, product, *slot)).unwrap_or_default().into());
        }
    }
    lists
}

fn product_list<'q>(parts: &'q Parts, product: &'q Product, slot: u16) -> Vec<Value<'q>> {
    if slot == parts.attributes.product.categories.index {
        return product.categories().iter().map(|symbol| known(parts, *symbol)).collect();
    }
    let default = || {
        parts.attributes.defaults.iter().find(|(known, _)| known.scope == Scope::Line && known.index == slot).map(|(_, default)| default)
    };
    product.fact(slot).or_else(default).and_then(|fact| fact.items(&parts.symbols)).unwrap_or_default()
}
