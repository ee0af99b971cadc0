//! The limit: hand-tuned for exactly this workload. A dense index of prices, bit sets of rules, integer cents, no allocation.

use std::time::Duration;

use super::scan::in_order;
use crate::clock::{fastest_from, fastest_pass, once};
use crate::memory::counted;
use crate::report::Report;
use crate::workload::stock::{self, PRODUCTS, Stock, WAREHOUSES};
use crate::workload::{self, Data, Order, Rule, mix};

const PEER: &str = "limit";
/// Words of a set of the 400 rules of lines.
const WORDS: usize = 7;
type Bits = [u64; WORDS];

/// What a rule demands of amounts, and what it does.
#[derive(Clone, Copy)]
struct Hot {
    quantity: u32,
    line_amount: u32,
    order_amount: u32,
    kind: u32,
    value: u32,
    last: bool,
    id: u32,
}

struct Engine {
    /// By product, tier and region: which breaks.
    groups: Vec<u32>,
    /// The prices at the four quantities.
    breaks: Vec<[u32; 4]>,
    category_brand: Vec<(u8, u8)>,
    categories: Vec<Bits>,
    brands: Vec<Bits>,
    tiers: Vec<Bits>,
    regions: Vec<Bits>,
    channels: Vec<Bits>,
    days: Vec<Bits>,
    hot: Vec<Hot>,
    of_orders: Vec<Rule>,
}

fn and(left: &Bits, right: &Bits) -> Bits {
    std::array::from_fn(|word| left[word] & right[word])
}

/// A set per value: the rules that demand it or nothing.
fn sets(count: u32, rules: &[&Rule], fits: impl Fn(&Rule, u32) -> bool) -> Vec<Bits> {
    let set = |value| {
        let mut bits = [0; WORDS];
        for (number, _) in rules.iter().enumerate().filter(|(_, rule)| fits(rule, value)) {
            bits[number / 64] |= 1 << (number % 64);
        }
        bits
    };
    (0..count).map(set).collect()
}

fn hot(rule: &Rule) -> Hot {
    use workload::Effect::{AmountOff, Fixed, Percent};
    let (kind, value) = match rule.effect {
        Percent(percent) => (0, 100 - percent),
        AmountOff(off) => (1, off),
        Fixed(fixed) => (2, fixed),
    };
    let Rule { quantity, line_amount, order_amount, last, id, .. } = *rule;
    Hot { quantity, line_amount, order_amount, kind, value, last, id }
}

impl Engine {
    fn new(data: &Data) -> Self {
        let (groups, breaks) = dense_prices(data);
        let (of_lines, of_orders) = in_order(&data.rules);
        let any = |demand: Option<u32>, value: u32| demand.is_none_or(|demand| demand == value);
        Self {
            groups,
            breaks,
            category_brand: data.products.iter().map(|product| (product.category as u8, product.brand as u8)).collect(),
            categories: sets(50, &of_lines, |rule, value| any(rule.category, value)),
            brands: sets(40, &of_lines, |rule, value| any(rule.brand, value)),
            tiers: sets(4, &of_lines, |rule, value| any(rule.tier, value)),
            regions: sets(8, &of_lines, |rule, value| any(rule.region, value)),
            channels: sets(3, &of_lines, |rule, value| any(rule.channel, value)),
            days: sets(365, &of_lines, |rule, day| (rule.from..=rule.to).contains(&day)),
            hot: of_lines.iter().map(|rule| hot(rule)).collect(),
            of_orders: of_orders.into_iter().cloned().collect(),
        }
    }

    fn list(&self, product: u32, order: &Order, quantity: u32) -> u32 {
        let group = self.groups[product as usize * 32 + (order.tier * 8 + order.region) as usize];
        let reached = usize::from(quantity >= 10) + usize::from(quantity >= 50) + usize::from(quantity >= 200);
        self.breaks[group as usize][reached]
    }

    /// Writes list and net unit prices and the rules that applied, and where those of each line end.
    fn quote(&self, order: &Order, check: u32, out: &mut Buffers) -> u32 {
        let mut gross = 0;
        for (line, list) in order.lines.iter().zip(&mut out.lists) {
            *list = self.list(line.product, order, line.quantity);
            gross += u64::from(*list) * u64::from(line.quantity);
        }
        let place = and(&self.tiers[order.tier as usize], &self.regions[order.region as usize]);
        let head = and(&place, &and(&self.channels[order.channel as usize], &self.days[order.day as usize]));
        let (mut check, mut sum) = (check, 0);
        out.ids.clear();
        for (number, line) in order.lines.iter().enumerate() {
            let (category, brand) = self.category_brand[line.product as usize];
            let line_bits = and(&self.categories[category as usize], &self.brands[brand as usize]);
            let start = out.ids.len();
            let net = self.run(&and(&head, &line_bits), line.quantity, out.lists[number].into(), gross, &mut out.ids);
            out.nets[number] = net as u32;
            out.ends[number] = out.ids.len() as u32;
            sum += net * u64::from(line.quantity);
            check = mix(mix(check, net as u32), (out.ids.len() - start) as u32);
            check = out.ids[start..].iter().fold(check, |check, id| mix(check, (*id).into()));
        }
        let (mut total, mut count) = (sum, 0);
        for rule in self.of_orders.iter().filter(|rule| sum >= rule.order_amount.into() && rule.fits(order)) {
            total = rule.apply(total);
            check = mix(check, rule.id);
            count += 1;
            if rule.last {
                break;
            }
        }
        mix(mix(check, count), total as u32)
    }

    fn run(&self, bits: &Bits, quantity: u32, list: u64, gross: u64, ids: &mut Vec<u16>) -> u64 {
        let mut net = list;
        let amount = list * u64::from(quantity);
        for (word, bits) in bits.iter().enumerate() {
            let mut rest = *bits;
            while rest != 0 {
                let rule = &self.hot[word * 64 + rest.trailing_zeros() as usize];
                rest &= rest - 1;
                if quantity < rule.quantity || amount < rule.line_amount.into() || gross < rule.order_amount.into() {
                    continue;
                }
                net = match rule.kind {
                    0 => (net * u64::from(rule.value) + 50) / 100,
                    1 => net.saturating_sub(rule.value.into()),
                    _ => net.min(rule.value.into()),
                };
                ids.push(rule.id as u16);
                if rule.last {
                    return net;
                }
            }
        }
        net
    }
}

/// For every product, tier and region the breaks that count there.
fn dense_prices(data: &Data) -> (Vec<u32>, Vec<[u32; 4]>) {
    let mut numbers = std::collections::HashMap::with_capacity(data.prices.len());
    let mut breaks: Vec<Vec<u32>> = Vec::new();
    for entry in &data.prices {
        let number = *numbers.entry((entry.product, entry.tier, entry.region)).or_insert_with(|| {
            breaks.push(Vec::with_capacity(4));
            breaks.len() - 1
        });
        breaks[number].push(entry.price);
    }
    let mut groups = Vec::with_capacity(data.products.len() * 32);
    for product in 0..data.products.len() as u32 {
        for (tier, region) in (0..4).flat_map(|tier| (0..8).map(move |region| (tier, region))) {
            let (t, r) = (Some(tier), Some(region));
            let keys = [(product, t, r), (product, t, None), (product, None, r), (product, None, None)];
            groups.push(keys.iter().find_map(|key| numbers.get(key)).map_or(0, |number| *number as u32));
        }
    }
    let full = |prices: &Vec<u32>| std::array::from_fn(|step| prices[step.min(prices.len() - 1)]);
    (groups, breaks.iter().map(full).collect())
}

struct Buffers {
    lists: Vec<u32>,
    nets: Vec<u32>,
    ids: Vec<u16>,
    ends: Vec<u32>,
}

pub fn quotes(data: &Data, report: &mut Report) {
    let engine = Engine::new(data);
    for batch in workload::batches() {
        let lines = batch.lines;
        let mut out = Buffers { lists: vec![0; lines], nets: vec![0; lines], ids: Vec::with_capacity(lines * 64), ends: vec![0; lines] };
        let pass = fastest_pass(Duration::from_millis(300), || {
            let check = batch.orders.iter().fold(0, |check, order| engine.quote(order, check, &mut out));
            std::hint::black_box(&out);
            check
        });
        report.documents("W1", PEER, lines, batch.orders.len(), pass, batch.expected);
    }
}

pub fn load(data: &Data, report: &mut Report) {
    let ((time, engine), memory) = counted(|| once(|| Engine::new(data)));
    report.single("load", PEER, data.prices.len(), time, true, memory);
    drop(engine);
}

pub fn approvals(report: &mut Report) {
    use workload::approvals::{AMOUNTS, DISCOUNTS, EXPECTED, Row, requests, rows};
    let (rows, requests) = (rows(), requests());
    let sets = |count: u32, fits: &dyn Fn(&Row, u32) -> bool| -> Vec<[u64; 4]> {
        let set = |value| {
            let mut bits = [0; 4];
            for (number, _) in rows.iter().enumerate().filter(|(_, row)| fits(row, value)) {
                bits[number / 64] |= 1 << (number % 64);
            }
            bits
        };
        (0..count).map(set).collect()
    };
    let any = |demand: Option<u32>, value: u32| demand.is_none_or(|demand| demand == value);
    let amounts = sets(6, &|row, class| row.amount.contains(&AMOUNTS[class as usize]));
    let discounts = sets(6, &|row, class| row.discount.contains(&DISCOUNTS[class as usize]));
    let regions = sets(8, &|row, value| any(row.region, value));
    let families = sets(10, &|row, value| any(row.family, value));
    let risks = sets(5, &|row, value| any(row.risk, value));
    let codes: Vec<u32> = rows.iter().map(Row::code).collect();
    let class = |steps: &[u32; 7], value: u32| steps[1..6].iter().filter(|step| value >= **step).count();
    let pass = fastest_pass(Duration::from_millis(300), || {
        requests.iter().fold(0, |mut check, request| {
            let (amount, discount) = (class(&AMOUNTS, request.amount), class(&DISCOUNTS, request.discount));
            let (region, family, risk) = (request.region as usize, request.family as usize, request.risk as usize);
            let mut fired = 0;
            for word in 0..4 {
                let ranges = amounts[amount][word] & discounts[discount][word];
                let mut rest = ranges & regions[region][word] & families[family][word] & risks[risk][word];
                while rest != 0 {
                    check = mix(check, codes[word * 64 + rest.trailing_zeros() as usize]);
                    rest &= rest - 1;
                    fired += 1;
                }
            }
            mix(check, fired)
        })
    });
    report.single("W2", PEER, rows.len(), pass.0 / requests.len() as u32, pass.1 == EXPECTED, String::new());
}

pub fn reservations(stock: &Stock, report: &mut Report) {
    let on_hand: Vec<u32> = (0..PRODUCTS).flat_map(|product| stock.on_hand.iter().map(move |warehouse| warehouse[product])).collect();
    let prepare = || (on_hand.clone(), Vec::with_capacity(200_000));
    let (time, rows) = fastest_from(Duration::from_millis(300), prepare, |(mut left, mut rows)| {
        for order in &stock.orders {
            take(order, &stock.preferences[order.region as usize], &mut left, &mut rows);
        }
        rows
    });
    report.reservations(PEER, stock, time, rows);
}

fn take(order: &Order, preference: &[u32], left: &mut [u32], rows: &mut Vec<stock::Row>) {
    for (number, line) in order.lines.iter().enumerate() {
        let mut wanted = line.quantity;
        let shelf = &mut left[line.product as usize * WAREHOUSES..][..WAREHOUSES];
        for warehouse in preference {
            let quantity = shelf[*warehouse as usize].min(wanted);
            if quantity > 0 {
                shelf[*warehouse as usize] -= quantity;
                wanted -= quantity;
                rows.push(stock::Row { line: number as u32, warehouse: *warehouse, quantity });
                if wanted == 0 {
                    break;
                }
            }
        }
    }
}
