//! dealdesk through its typed API: the whole call, results read included.

use std::time::Duration;

use dealdesk::fact::{Fact, Facts};
use dealdesk::money::UnitPrice;
use dealdesk::quote::{Explain, Quote, QuoteLineRequest, QuoteRequest, QuoteScratch};
use dealdesk::{Rulebook, RulebookDef};

use super::dealdesk_rulebook::{Written, day, product};
use crate::clock::{fastest_pass, once};
use crate::memory::counted;
use crate::report::Report;
use crate::workload::{self, Batch, Data, Order, Rule, extra_rules, mix};

const PEER: &str = "dealdesk";

fn compile(written: &Written) -> Rulebook {
    let def = RulebookDef::from_json(&written.json).expect("the shape of a rulebook");
    Rulebook::compile(def, &written.files).expect("a rulebook without errors").rulebook
}

fn request(order: &Order, explain: Explain) -> QuoteRequest {
    let fact = |name: &str, text: String| Facts::default().with(name, Fact::Text(text));
    let line = |(number, line): (usize, &workload::Line)| QuoteLineRequest {
        id: (number + 1).to_string().parse().expect("an id"),
        product: product(line.product).parse().expect("an id"),
        quantity: line.quantity.into(),
        unit: None,
        prior_price: None,
        attributes: Facts::default(),
        overrides: Vec::new(),
    };
    QuoteRequest {
        id: None,
        coupons: Vec::new(),
        usage: Vec::new(),
        date: day(order.day),
        at: None,
        currency: None,
        customer: fact("tier", format!("T{}", order.tier)),
        destination: fact("region", format!("R{}", order.region)),
        channel: None,
        document: fact("channel", format!("CH{}", order.channel)),
        counters: Vec::new(),
        exchange_rates: Vec::new(),
        price_ladder: false,
        rounding_report: false,
        overrides: Vec::new(),
        frozen: None,
        freeze: false,
        explain,
        lines: order.lines.iter().enumerate().map(line).collect(),
    }
}

/// The number in a rule's id, such as `r00012`.
fn rule_number(id: &str) -> u32 {
    let digits = id.as_bytes().last_chunk::<5>().expect("five digits");
    digits.iter().fold(0, |number: u32, digit| number.wrapping_mul(10).wrapping_add(u32::from(digit.wrapping_sub(b'0'))))
}

fn cents(price: Option<UnitPrice>) -> u32 {
    price.map_or(0, |price| price.mantissa() as u32)
}

/// The rules that applied to a line, as the checksum counts them: how many there are stands before them, and is known behind the last.
struct Rules {
    count: u32,
    check: u32,
    /// What the checksum before them is multiplied by.
    power: u32,
}

impl Rules {
    const NONE: Self = Self { count: 0, check: 0, power: 1 };

    fn add(&mut self, id: &str) {
        (self.count, self.check, self.power) = (self.count + 1, mix(self.check, rule_number(id)), mix(self.power, 0));
    }
}

/// Reads the prices and the rules that applied.
fn check_totals(check: u32, quote: &Quote) -> u32 {
    let check = quote.lines().fold(check, |check, line| {
        let (mut net, mut rules) = (line.list_price(), Rules::NONE);
        for applied in line.applied() {
            net = applied.unit_price;
            rules.add(applied.rule);
        }
        check_line(check, net, &rules)
    });
    check_document(check, quote)
}

/// Reads every step of every waterfall.
fn check_waterfalls(check: u32, quote: &Quote) -> u32 {
    let check = quote.lines().fold(check, |check, line| {
        let (mut net, mut rules) = (line.list_price(), Rules::NONE);
        for step in line.waterfall() {
            std::hint::black_box(&step);
            if step.step == "line" {
                net = step.unit_price;
                rules.add(step.rule.unwrap_or_default());
            }
        }
        check_line(check, net, &rules)
    });
    check_document(check, quote)
}

fn check_line(check: u32, net: Option<UnitPrice>, rules: &Rules) -> u32 {
    let check = mix(mix(check, cents(net)), rules.count);
    check.wrapping_mul(rules.power).wrapping_add(rules.check)
}

fn check_document(check: u32, quote: &Quote) -> u32 {
    let (mut check, mut count) = (check, 0);
    for applied in quote.applied_to_document() {
        check = mix(check, rule_number(applied.rule));
        count += 1;
    }
    mix(mix(check, count), quote.totals().net.minor() as u32)
}

fn measure(rulebook: &Rulebook, batch: &Batch, explain: Explain) -> (Duration, u32) {
    let requests: Vec<QuoteRequest> = batch.orders.iter().map(|order| request(order, explain)).collect();
    let mut scratch = QuoteScratch::default();
    let read = if explain == Explain::Totals { check_totals } else { check_waterfalls };
    fastest_pass(Duration::from_millis(500), || {
        requests.iter().fold(0, |check, request| {
            let quote = rulebook.quote_with(request, &mut scratch).expect("an order that can be judged");
            read(check, &quote)
        })
    })
}

pub fn quotes(data: &Data, report: &mut Report) {
    let rulebook = compile(&Written::with_files(data, &data.rules, 50));
    for (peer, explain) in [(PEER, Explain::Totals), ("dealdesk waterfall", Explain::Waterfall)] {
        for batch in workload::batches() {
            let pass = measure(&rulebook, &batch, explain);
            report.documents("W1", peer, batch.lines, batch.orders.len(), pass, batch.expected);
        }
    }
}

/// Makes a rule one that does not match; with its number.
type Change = dyn Fn(&mut Rule, u32);

/// Orders of 100 lines with more and more rules, of which the same few match.
pub fn growth(data: &Data, report: &mut Report) {
    let Some(batch) = workload::batches().find(|batch| batch.lines == 100) else { return };
    let never = |rule: &mut Rule, _: u32| rule.tier = Some(4);
    let other_categories = |rule: &mut Rule, number: u32| {
        if rule.of_line {
            rule.category = Some(50 + number / 10);
        } else {
            rule.tier = Some(4);
        }
    };
    let kinds: [(&str, &Change); 2] = [("values that never occur", &never), ("more categories", &other_categories)];
    for (kind, change) in kinds {
        for total in [500, 5_000, 50_000] {
            let mut rules = data.rules.clone();
            rules.extend(extra_rules(total - rules.len() as u32).map(|(number, mut rule)| {
                change(&mut rule, number);
                rule
            }));
            let rulebook = compile(&Written::with_files(data, &rules, 50 + total / 10));
            let (time, check) = measure(&rulebook, &batch, Explain::Totals);
            report.single(
                "growth",
                kind,
                rules.len(),
                time / batch.orders.len() as u32,
                check == batch.expected,
                "order of 100 lines".into(),
            );
        }
    }
}

/// Compiling the rulebook, from files and from one JSON text.
pub fn load(data: &Data, report: &mut Report) {
    for (peer, written) in
        [("dealdesk csv", Written::with_files(data, &data.rules, 50)), ("dealdesk json", Written::whole(data, &data.rules, 50))]
    {
        let ((time, rulebook), memory) = counted(|| once(|| compile(&written)));
        report.single("load", peer, data.prices.len(), time, true, memory);
        drop(rulebook);
    }
}
