//! What a team would write in an afternoon: prices in a hash map, and every rule is asked for every line.

use std::collections::HashMap;
use std::time::Duration;

use crate::clock::{fastest_from, fastest_pass};
use crate::report::Report;
use crate::workload::stock::{Row, Stock};
use crate::workload::{self, Data, Order, PriceEntry, Product, Rule, mix};

const PEER: &str = "rust_scan";

/// Product, tier and region; none for any.
type Key = (u32, Option<u32>, Option<u32>);

pub struct Prices(HashMap<Key, Vec<(u32, u32)>>);

impl Prices {
    pub fn new(entries: &[PriceEntry]) -> Self {
        let mut map: HashMap<Key, Vec<(u32, u32)>> = HashMap::new();
        for entry in entries {
            map.entry((entry.product, entry.tier, entry.region)).or_default().push((entry.from, entry.price));
        }
        Self(map)
    }

    pub fn get(&self, product: u32, order: &Order, quantity: u32) -> u64 {
        let (tier, region) = (Some(order.tier), Some(order.region));
        let keys = [(product, tier, region), (product, tier, None), (product, None, region), (product, None, None)];
        let tiers = keys.iter().find_map(|key| self.0.get(key)).expect("every product has a price");
        tiers.iter().rev().find(|(from, _)| quantity >= *from).expect("prices begin at one").1.into()
    }
}

/// The rules of lines and those of orders, each in the order in which they apply.
pub fn in_order(rules: &[Rule]) -> (Vec<&Rule>, Vec<&Rule>) {
    let mut sorted: Vec<&Rule> = rules.iter().collect();
    sorted.sort_by_key(|rule| (std::cmp::Reverse(rule.priority), rule.id));
    sorted.into_iter().partition(|rule| rule.of_line)
}

/// Applies rules up to the first that is the last; the amount that is left, and the rules that applied.
pub fn run<'r>(rules: impl Iterator<Item = &'r Rule>, amount: u64) -> (u64, Vec<u32>) {
    let (mut left, mut applied) = (amount, Vec::new());
    for rule in rules {
        left = rule.apply(left);
        applied.push(rule.id);
        if rule.last {
            break;
        }
    }
    (left, applied)
}

fn quote(products: &[Product], prices: &Prices, (of_lines, of_orders): &(Vec<&Rule>, Vec<&Rule>), order: &Order, check: u32) -> u32 {
    let lists: Vec<u64> = order.lines.iter().map(|line| prices.get(line.product, order, line.quantity)).collect();
    let gross: u64 = lists.iter().zip(&order.lines).map(|(list, line)| list * u64::from(line.quantity)).sum();
    let (mut check, mut sum) = (check, 0);
    for (list, line) in lists.iter().zip(&order.lines) {
        let product = &products[line.product as usize];
        let amount = list * u64::from(line.quantity);
        let fits = |rule: &&&Rule| {
            rule.category.is_none_or(|category| category == product.category)
                && rule.brand.is_none_or(|brand| brand == product.brand)
                && rule.fits(order)
                && line.quantity >= rule.quantity
                && amount >= rule.line_amount.into()
                && gross >= rule.order_amount.into()
        };
        let (net, applied) = run(of_lines.iter().filter(fits).copied(), *list);
        check = mix(mix(check, net as u32), applied.len() as u32);
        check = applied.iter().fold(check, |check, id| mix(check, *id));
        sum += net * u64::from(line.quantity);
    }
    let fits = |rule: &&&Rule| sum >= rule.order_amount.into() && rule.fits(order);
    let (total, applied) = run(of_orders.iter().filter(fits).copied(), sum);
    check = applied.iter().fold(check, |check, id| mix(check, *id));
    mix(mix(check, applied.len() as u32), total as u32)
}

pub fn quotes(data: &Data, report: &mut Report) {
    let prices = Prices::new(&data.prices);
    let rules = in_order(&data.rules);
    for batch in workload::batches() {
        let pass = fastest_pass(Duration::from_millis(300), || {
            batch.orders.iter().fold(0, |check, order| quote(&data.products, &prices, &rules, order, check))
        });
        report.documents("W1", PEER, batch.lines, batch.orders.len(), pass, batch.expected);
    }
}

pub fn approvals(report: &mut Report) {
    use workload::approvals::{EXPECTED, requests, rows};
    let (rows, requests) = (rows(), requests());
    let pass = fastest_pass(Duration::from_millis(300), || {
        requests.iter().fold(0, |check, request| {
            let mut fired = 0;
            let check = rows.iter().filter(|row| row.fits(request)).fold(check, |check, row| {
                fired += 1;
                mix(check, row.code())
            });
            mix(check, fired)
        })
    });
    report.single("W2", PEER, rows.len(), pass.0 / requests.len() as u32, pass.1 == EXPECTED, String::new());
}

/// Stock in a hash map by product and warehouse.
pub fn reservations(stock: &Stock, report: &mut Report) {
    let positions = stock.on_hand.iter().zip(0..).flat_map(|(products, warehouse)| {
        products.iter().zip(0..).map(move |(quantity, product): (&u32, u32)| ((product, warehouse), *quantity))
    });
    let on_hand: HashMap<(u32, u32), u32> = positions.collect();
    let (time, rows) = fastest_from(
        Duration::from_millis(300),
        || on_hand.clone(),
        |mut left| {
            let mut rows = Vec::new();
            for order in &stock.orders {
                for (line, number) in order.lines.iter().zip(0..) {
                    let mut wanted = line.quantity;
                    for warehouse in &stock.preferences[order.region as usize] {
                        let there = left.entry((line.product, *warehouse)).or_default();
                        let quantity = wanted.min(*there);
                        if quantity > 0 {
                            *there -= quantity;
                            wanted -= quantity;
                            rows.push(Row { line: number, warehouse: *warehouse, quantity });
                        }
                    }
                }
            }
            rows
        },
    );
    report.reservations(PEER, stock, time, rows);
}
