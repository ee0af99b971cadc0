//! Rulebooks and requests, small and rich in combinations. Every rulebook compiles.

mod write;

use std::collections::{BTreeMap, BTreeSet};

use dealdesk::RulebookDef;
use dealdesk::quote::QuoteRequest;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::condition::{self, BRANDS, CATEGORIES, CHANNELS, COUNTRIES, CUSTOMERS, Condition, DAYS, GROUPS, LEVELS};

/// A rulebook and a request, with the conditions by their text.
#[derive(Debug, Clone)]
pub struct Case {
    pub rulebook: Value,
    pub request: Value,
    pub conditions: BTreeMap<String, Condition>,
}

impl Case {
    pub fn def(&self) -> RulebookDef {
        RulebookDef::from_json(&self.rulebook.to_string()).unwrap_or_else(|error| panic!("{error}\n{}", self.rulebook))
    }

    pub fn quote_request(&self) -> QuoteRequest {
        serde_json::from_value(self.request.clone()).unwrap()
    }
}

/// What is random about a rulebook and a request.
#[derive(Debug, Clone)]
struct Spec {
    currency: &'static str,
    default_procedure: bool,
    level_required: bool,
    products: Vec<Product>,
    lists: Vec<List>,
    list_prices: Vec<Option<Record>>,
    stages: Vec<Stage>,
    rules: Vec<Rule>,
    tax: Option<Tax>,
    request: Request,
}

#[derive(Debug, Clone)]
struct Product {
    unit: &'static str,
    boxes: Option<&'static str>,
    pallets: Option<&'static str>,
    status: &'static str,
    minimum: Option<&'static str>,
    multiple: Option<&'static str>,
    category: Option<&'static str>,
    tax: Option<&'static str>,
    brand: Option<&'static str>,
    cost: Option<&'static str>,
}

#[derive(Debug, Clone)]
struct List {
    keys: &'static [&'static str],
    /// Of customers of several groups.
    several: &'static str,
    other_currency: bool,
    valid: Option<Valid>,
    records: Vec<Record>,
}

#[derive(Debug, Clone)]
struct Record {
    key: [usize; 2],
    prices: Vec<(u32, u32)>,
    tiers: bool,
    unit: Option<&'static str>,
    per: Option<&'static str>,
    until: Option<&'static str>,
}

#[derive(Debug, Clone, Copy)]
struct Valid {
    from: Option<&'static str>,
    until: Option<&'static str>,
}

#[derive(Debug, Clone)]
struct Round {
    mode: &'static str,
    increment: Option<(u32, bool)>,
    offset: i8,
}

#[derive(Debug, Clone)]
struct Stage {
    document: bool,
    policy: &'static str,
    base: Option<prop::sample::Index>,
    unit: bool,
    rounding: Option<Round>,
    allocate: Option<(&'static str, &'static str)>,
}

#[derive(Debug, Clone)]
struct Rule {
    stage: prop::sample::Index,
    priority: i32,
    valid: Option<Valid>,
    line_when: Option<Condition>,
    document_when: Option<Condition>,
    effect: (u8, usize),
    exclusive: bool,
    stop: bool,
}

#[derive(Debug, Clone)]
struct Tax {
    rates: Vec<Option<(&'static str, Option<&'static str>)>>,
    default: bool,
    untaxed: bool,
    step: bool,
    gross: bool,
    level: &'static str,
    rounding: Option<Round>,
}

#[derive(Debug, Clone)]
struct Request {
    date: &'static str,
    customer: Option<&'static str>,
    level: Option<&'static str>,
    size: Option<u8>,
    groups: Option<&'static [&'static str]>,
    country: Option<&'static str>,
    channel: Option<&'static str>,
    project: Option<&'static str>,
    explain: &'static str,
    lines: Vec<Line>,
}

#[derive(Debug, Clone)]
struct Line {
    product: prop::sample::Index,
    unknown: bool,
    quantity: &'static str,
    unit: Option<&'static str>,
    rush: Option<bool>,
    weight: Option<&'static str>,
}

fn maybe<T: std::fmt::Debug + Clone + 'static>(chance: f64, pool: &'static [T]) -> BoxedStrategy<Option<T>> {
    prop::option::weighted(chance, select(pool)).boxed()
}

fn valid() -> impl Strategy<Value = Option<Valid>> {
    let period = (0..DAYS.len(), 0..DAYS.len())
        .prop_map(|(a, b)| Valid { from: (a != 0).then(|| DAYS[a.min(b)]), until: (b != 0 && a != b).then(|| DAYS[a.max(b)]) });
    prop::option::weighted(0.3, period)
}

fn rounding(endings: bool) -> impl Strategy<Value = Option<Round>> {
    let mode = select(vec!["half_up", "half_even", "half_down", "up", "down", "ceiling", "floor"]);
    let increment = prop::option::of((select(vec![1, 5, 10, 25, 100, 1000]), any::<bool>()));
    let offset = if endings { select(vec![0_i8, 0, 0, -1, 1]).boxed() } else { Just(0_i8).boxed() };
    prop::option::weighted(0.4, (mode, increment, offset).prop_map(|(mode, increment, offset)| Round { mode, increment, offset }))
}

fn product() -> impl Strategy<Value = Product> {
    let packed = (maybe(0.6, &["10", "12", "2.5", "1/3", "2/3", "7/3"]), maybe(0.3, &["100", "48", "0.5", "1000/7"]));
    let status = prop_oneof![12 => Just("active"), 1 => Just("phased_out"), 1 => Just("discontinued")];
    (
        (select(vec!["piece", "piece", "metre"]), packed, status),
        (maybe(0.15, &["2", "10"]), maybe(0.15, &["1", "5", "0.5", "3"])),
        (maybe(0.8, &CATEGORIES), maybe(0.9, &["standard", "standard", "reduced", "exempt"])),
        (maybe(0.5, &BRANDS), maybe(0.5, &["0", "10", "24.5", "99.99"])),
    )
        .prop_map(|((unit, (boxes, pallets), status), (minimum, multiple), (category, tax), (brand, cost))| Product {
            unit,
            boxes,
            pallets,
            status,
            minimum,
            multiple,
            category,
            tax,
            brand,
            cost,
        })
}

fn record() -> impl Strategy<Value = Record> {
    let price = (prop_oneof![1 => 0_u32..5, 6 => 5_u32..30_000], select(vec![0_u32, 1, 2, 2, 2, 3, 4, 6]));
    (
        [0_usize..8, 0..8],
        prop::collection::vec(price, 4),
        prop::bool::weighted(0.4),
        maybe(0.3, &condition::UNITS),
        maybe(0.25, &["1", "10", "100", "3", "0.5"]),
        maybe(0.3, &DAYS),
    )
        .prop_map(|(key, prices, tiers, unit, per, until)| Record { key, prices, tiers, unit, per, until })
}

fn list() -> impl Strategy<Value = List> {
    const KEYS: [&[&str]; 11] = [
        &["product.id"],
        &["customer.groups", "product.id"],
        &["product.id", "customer.groups"],
        &["customer.id", "product.id"],
        &["customer.level", "product.id"],
        &["product.category"],
        &["product.id", "destination.country"],
        &["channel", "product.id"],
        &["product.brand", "customer.level"],
        &["line.unit", "product.id"],
        &["document.project"],
    ];
    (select(&KEYS[..]), select(vec!["best", "first"]), prop::bool::weighted(0.1), valid(), prop::collection::vec(record(), 1..6))
        .prop_map(|(keys, several, other_currency, valid, records)| List { keys, several, other_currency, valid, records })
}

fn stage() -> impl Strategy<Value = Stage> {
    let method = select(vec![
        "largest_remainder",
        "round_half_down_then_remainder_to_first",
        "round_each_last_absorbs",
        "floor_then_remainder_to_first",
    ]);
    (
        prop::bool::weighted(0.3),
        select(vec!["best", "first", "compound", "compound", "on_base", "exclusive"]),
        prop::option::weighted(0.3, any::<prop::sample::Index>()),
        any::<bool>(),
        rounding(true),
        prop::option::weighted(0.7, (method, select(vec!["equal_split", "drop"]))),
    )
        .prop_map(|(document, policy, base, unit, rounding, allocate)| Stage { document, policy, base, unit, rounding, allocate })
}

fn rule() -> impl Strategy<Value = Rule> {
    (
        (any::<prop::sample::Index>(), -1_i32..4, valid()),
        (prop::option::weighted(0.6, condition::of_line()), prop::option::weighted(0.5, condition::of_document())),
        (0_u8..8, 0_usize..12),
        (prop::bool::weighted(0.3), prop::bool::weighted(0.2)),
    )
        .prop_map(|((stage, priority, valid), (line_when, document_when), effect, (exclusive, stop))| Rule {
            stage,
            priority,
            valid,
            line_when,
            document_when,
            effect,
            exclusive,
            stop,
        })
}

fn tax() -> impl Strategy<Value = Tax> {
    let rate = (select(vec!["19", "7", "0", "10", "5.5", "21", "100", "33.3333", "8.1"]), maybe(0.3, &DAYS[1..4]));
    (
        prop::collection::vec(prop::option::weighted(0.8, rate), 6),
        (any::<bool>(), any::<bool>(), prop::bool::weighted(0.9), any::<bool>()),
        select(vec!["line", "group", "document"]),
        rounding(true),
    )
        .prop_map(|(rates, (default, untaxed, step, gross), level, rounding)| Tax {
            rates,
            default,
            untaxed,
            step,
            gross,
            level,
            rounding,
        })
}

fn request() -> impl Strategy<Value = Request> {
    let quantity = prop_oneof![
        10 => select(vec!["1", "2", "3", "5", "7", "10", "12", "100", "333"]),
        3 => select(vec!["0.5", "1.25", "2.5", "0.1"]),
        1 => select(vec!["0", "-1", "0.333"]),
    ];
    const MEMBERSHIPS: [&[&str]; 5] = [&[], &["club"], &["staff", "club"], &["club", "press", "staff"], &["press"]];
    const ORDERED: [&str; 6] = ["piece", "metre", "box", "box", "pallet", "crate"];
    let line = (
        (any::<prop::sample::Index>(), prop::bool::weighted(0.03)),
        quantity,
        maybe(0.35, &ORDERED),
        prop::option::of(any::<bool>()),
        maybe(0.3, &["1", "10", "99.99"]),
    )
        .prop_map(|((product, unknown), quantity, unit, rush, weight)| Line { product, unknown, quantity, unit, rush, weight });
    (
        select(vec!["2026-01-01", "2026-02-28", "2026-03-01", "2026-07-01", "2026-09-30", "2026-12-30", "2026-12-31"]),
        (maybe(0.7, &CUSTOMERS), maybe(0.8, &LEVELS), prop::option::of(0_u8..12), maybe(0.6, &MEMBERSHIPS)),
        (maybe(0.7, &COUNTRIES), maybe(0.5, &CHANNELS), maybe(0.3, &["alpha", "gamma"])),
        select(vec!["totals", "waterfall", "candidates", "candidates"]),
        prop::collection::vec(line, 1..7),
    )
        .prop_map(|(date, (customer, level, size, groups), (country, channel, project), explain, lines)| Request {
            date,
            customer,
            level,
            size,
            groups,
            country,
            channel,
            project,
            explain,
            lines,
        })
}

/// Rulebooks with requests.
pub fn cases() -> impl Strategy<Value = Case> {
    let currency = select(vec!["EUR", "EUR", "JPY", "KWD"]);
    (
        (currency, prop::bool::weighted(0.1), any::<bool>()),
        (prop::collection::vec(product(), 1..4), prop::collection::vec(prop::option::weighted(0.85, record()), 3)),
        prop::collection::vec(list(), 0..3),
        (prop::collection::vec(stage(), 0..5), prop::collection::vec(rule(), 0..8)),
        prop::option::weighted(0.8, tax()),
        request(),
    )
        .prop_map(|((currency, default_procedure, level_required), (products, list_prices), lists, (stages, rules), tax, request)| {
            Spec { currency, default_procedure, level_required, products, lists, list_prices, stages, rules, tax, request }.build()
        })
}
