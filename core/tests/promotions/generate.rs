//! Small baskets and offers, as JSON and as the model takes them.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use super::model::{Benefit, Offer, Part, Select, Unit, Within};

pub const PRODUCTS: [&str; 4] = ["A", "B", "C", "D"];

/// A basket with the offers that are valid, the first of the highest priority.
#[derive(Debug, Clone)]
pub struct Case {
    pub optimal: bool,
    /// In cents, product by product.
    pub list: Vec<i128>,
    /// What they cost as they enter the step of promotions.
    pub prices: Vec<i128>,
    /// Product and quantity.
    pub lines: Vec<(usize, usize)>,
    pub offers: Vec<(Value, Offer)>,
}

impl Case {
    pub fn rulebook(&self) -> Value {
        let tags = |tags: &[usize]| tags.iter().map(|tag| format!("tag-{tag}")).collect::<Vec<_>>();
        let is_known = |tag: &usize| self.offers.iter().any(|(_, offer)| offer.tags.contains(tag));
        let promotion = |(number, (value, offer)): (usize, &(Value, Offer))| {
            let excludes: Vec<usize> = offer.excludes.iter().copied().filter(is_known).collect();
            let mut promotion = json!({"id": format!("offer-{number}"), "step": "promotions", "priority": 100 - i64::try_from(number).unwrap(), "offer": value, "tags": tags(&offer.tags), "exclusive_with": tags(&excludes)});
            if offer.on_list {
                promotion["base"] = json!("price");
            }
            match offer.most {
                Some((most, true)) => promotion["budget"] = json!({"amount": cents(most), "partial": "deny"}),
                Some((most, false)) if most % 2 == 0 => promotion["budget"] = json!({"amount": cents(most)}),
                Some((most, false)) => promotion["cap_amount"] = json!({"amount": cents(most)}),
                None => {}
            }
            promotion
        };
        let product = |id: &&str| json!({"id": id, "unit": "piece"});
        let record = |(id, price): (&&str, &i128)| json!({"key": [id], "price": cents(*price)});
        let sale = |(id, price): (&&str, &i128)| json!({"id": format!("sale-{id}"), "stage": "sale", "when": format!("product.id == '{id}'"), "effect": {"fixed_price": cents(*price)}});
        json!({
            "schema_version": 1, "id": "promotions", "currency": "EUR", "units": [{"id": "piece"}],
            "products": PRODUCTS.iter().map(product).collect::<Vec<_>>(),
            "price_lists": [{"id": "list", "keys": ["product.id"], "records": PRODUCTS.iter().zip(&self.list).map(record).collect::<Vec<_>>()}],
            "procedure": [
                {"price": {"id": "price", "access": ["list"]}},
                {"stage": {"id": "sale", "policy": "compound", "round_at": "unit", "tie_break": "id"}},
                {"promotion": {"id": "promotions", "combine": if self.optimal { "optimal" } else { "priority" }}}],
            "adjustments": PRODUCTS.iter().zip(&self.prices).map(sale).collect::<Vec<_>>(),
            "promotions": self.offers.iter().enumerate().map(promotion).collect::<Vec<_>>(),
        })
    }

    pub fn units(&self) -> Vec<Unit> {
        let of_line = |(line, (product, quantity)): (usize, &(usize, usize))| {
            vec![Unit { price: self.prices[*product], list: self.list[*product], product: *product, line }; *quantity]
        };
        self.lines.iter().enumerate().flat_map(of_line).collect()
    }

    /// Whether it makes no difference how units are split over lines: what excludes each other does so line by line.
    pub fn is_alike_by_unit(&self) -> bool {
        self.offers.iter().all(|(_, offer)| offer.excludes.is_empty())
    }

    pub fn offers(&self) -> Vec<Offer> {
        self.offers.iter().map(|(_, offer)| offer.clone()).collect()
    }
}

pub fn cents(amount: i128) -> String {
    format!("{}.{:02}", amount / 100, amount % 100)
}

/// Baskets of any prices, with offers that go one after the other.
pub fn by_priority() -> impl Strategy<Value = Case> {
    let lines = prop::collection::vec((0..PRODUCTS.len(), 1_usize..7), 1..7);
    let prices = prop::collection::vec((1_i128..2_000, off_the_list(1)), PRODUCTS.len());
    (prices, lines, prop::collection::vec(offer(false), 1..5)).prop_map(|(prices, lines, offers)| case(false, prices, lines, offers))
}

/// Small baskets of whole prices, so that nothing is rounded, with offers that want the same units.
pub fn optimal() -> impl Strategy<Value = Case> {
    let lines = prop::collection::vec((0..PRODUCTS.len(), 1_usize..3), 1..5);
    let prices = prop::collection::vec(((1_i128..20).prop_map(|price| price * 100), off_the_list(100)), PRODUCTS.len());
    (prices, lines, prop::collection::vec(offer(true), 1..4)).prop_map(|(prices, lines, offers)| case(true, prices, lines, offers))
}

/// How much more the list asks: mostly nothing.
fn off_the_list(unit: i128) -> impl Strategy<Value = i128> {
    prop_oneof![3 => Just(0), 1 => (1_i128..10).prop_map(move |more| more * unit)]
}

fn case(optimal: bool, prices: Vec<(i128, i128)>, lines: Vec<(usize, usize)>, offers: Vec<(Value, Offer)>) -> Case {
    let list = prices.iter().map(|(price, more)| price + more).collect();
    Case { optimal, list, prices: prices.into_iter().map(|(price, _)| price).collect(), lines, offers }
}

fn offer(optimal: bool) -> impl Strategy<Value = (Value, Offer)> {
    let kind = prop_oneof![discount(), buy_get(optimal), nth_item(optimal), set_total(optimal), mix_and_match(optimal)];
    let tags = || prop_oneof![3 => Just(Vec::new()), 1 => subsequence(vec![0, 1], 1..=2)];
    let most = prop_oneof![2 => Just(None), 1 => (1_i128..3_000, any::<bool>()).prop_map(Some)];
    (kind, any::<bool>(), tags(), tags(), most).prop_map(|((value, offer), on_list, tags, excludes, most)| {
        let on_list = on_list && matches!(offer.benefit, Benefit::Percent(_));
        (value, Offer { on_list, tags, excludes, most, ..offer })
    })
}

fn products() -> impl Strategy<Value = Vec<usize>> {
    subsequence(vec![0, 1, 2, 3], 1..=PRODUCTS.len())
}

/// The condition that holds for lines of these products.
fn lines(products: &[usize]) -> String {
    let ids: Vec<String> = products.iter().map(|product| format!("'{}'", PRODUCTS[*product])).collect();
    format!("product.id in [{}]", ids.join(", "))
}

fn benefit() -> impl Strategy<Value = (Value, Benefit)> {
    prop_oneof![
        select(vec![10_i128, 25, 50, 100]).prop_map(|percent| (json!({"percent_off": percent.to_string()}), Benefit::Percent(percent))),
        (1_i128..1_000).prop_map(|off| (json!({"amount_off": {"amount": cents(off), "per": "unit"}}), Benefit::EachAmount(off))),
        (0_i128..1_500).prop_map(|price| (json!({"fixed_price": cents(price)}), Benefit::EachPrice(price))),
        (1_i128..1_500).prop_map(|off| (json!({"amount_off": {"amount": cents(off)}}), Benefit::Amount(off))),
        (0_i128..3_000).prop_map(|total| (json!({"set_total": cents(total)}), Benefit::Total(total))),
    ]
}

fn repeat() -> impl Strategy<Value = (Value, Option<usize>)> {
    prop_oneof![
        Just((json!("unlimited"), None)),
        Just((json!("once"), Some(1))),
        (1_usize..4).prop_map(|times| (json!({"at_most": times}), Some(times))),
    ]
}

fn fixed() -> impl Strategy<Value = Select> {
    select(vec![Select::Cheapest, Select::Dearest])
}

fn name(select: Select) -> &'static str {
    match select {
        Select::Cheapest => "cheapest",
        Select::Dearest => "dearest",
        Select::Any => "any",
    }
}

fn part(products: &[usize], quantity: usize, select: Select) -> Part {
    Part { products: products.to_vec(), quantity, select, rewarded: true, consumed: true }
}

fn discount() -> impl Strategy<Value = (Value, Offer)> {
    let benefit = benefit()
        .prop_filter("a unit has no total, and is no group", |(_, benefit)| !matches!(benefit, Benefit::Total(_) | Benefit::EachAmount(_)));
    (products(), benefit, prop::option::of(1_usize..4), fixed()).prop_map(|(products, (value, benefit), repeat, select)| {
        let mut offer = json!({"lines": lines(&products), "benefit": value, "select": name(select)});
        if let Some(most) = repeat {
            offer["at_most"] = json!(most);
        }
        let parts = vec![part(&products, 1, select)];
        (json!({"discount": offer}), Offer { parts, within: Within::All, benefit, repeat, partial: false, ..Offer::default() })
    })
}

fn buy_get(optimal: bool) -> impl Strategy<Value = (Value, Offer)> {
    let trigger = (products(), 1_usize..3, fixed());
    let reward = (products(), 1_usize..3, fixed(), benefit());
    (trigger, reward, repeat(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        move |(trigger, reward, (repeat, times), keep, partial, free)| {
            let any = optimal && free;
            let choose = |select| if any { Select::Any } else { select };
            let (trigger_select, reward_select) = (choose(trigger.2), choose(reward.2));
            let (value, benefit) = reward.3;
            let partial = partial && !any && !matches!(benefit, Benefit::Amount(_) | Benefit::Total(_));
            let offer = json!({"buy_get": {
                "trigger": {"lines": lines(&trigger.0), "quantity": trigger.1, "select": name(trigger_select)},
                "reward": {"lines": lines(&reward.0), "quantity": reward.1, "select": name(reward_select), "benefit": value},
                "repeat": repeat, "consume": if keep { "reward" } else { "trigger_and_reward" }, "partial": partial}});
            let bought = Part { rewarded: false, consumed: !keep, ..part(&trigger.0, trigger.1, trigger_select) };
            let parts = vec![bought, part(&reward.0, reward.1, reward_select)];
            (offer, Offer { parts, within: Within::All, benefit, repeat: times, partial, ..Offer::default() })
        },
    )
}

fn nth_item(optimal: bool) -> impl Strategy<Value = (Value, Offer)> {
    (products(), 2_usize..4, 1_usize..3, any::<bool>(), any::<bool>(), benefit(), repeat()).prop_map(
        move |(products, every, quantity, cheapest, customer, (value, benefit), (repeat, times))| {
            let quantity = quantity.min(every - 1);
            let offer = json!({"nth_item": {
                "lines": lines(&products), "every": every, "quantity": quantity, "select": if cheapest { "cheapest" } else { "dearest" },
                "favour": if customer { "customer" } else { "retailer" }, "benefit": value, "repeat": repeat}});
            let best = if optimal { Select::Any } else { Select::Dearest };
            let (parts, within) = if customer {
                let within = if cheapest { Within::Cheapest(quantity) } else { Within::Dearest(quantity) };
                (vec![part(&products, every, best)], within)
            } else {
                let select = if cheapest { Select::Cheapest } else { Select::Dearest };
                let bought = Part { rewarded: false, ..part(&products, every - quantity, Select::Dearest) };
                (vec![bought, part(&products, quantity, select)], Within::All)
            };
            (offer, Offer { parts, within, benefit, repeat: times, partial: false, ..Offer::default() })
        },
    )
}

fn set_total(optimal: bool) -> impl Strategy<Value = (Value, Offer)> {
    (products(), 1_usize..4, 0_i128..4_000, repeat(), fixed(), any::<bool>()).prop_map(
        move |(products, quantity, total, (repeat, times), select, own)| {
            let best = if optimal { Select::Any } else { Select::Dearest };
            let mut offer = json!({"lines": lines(&products), "quantity": quantity, "total": cents(total), "repeat": repeat});
            if own {
                offer["select"] = json!(name(select));
            }
            let parts = vec![part(&products, quantity, if own { select } else { best })];
            (
                json!({"set_total": offer}),
                Offer { parts, within: Within::All, benefit: Benefit::Total(total), repeat: times, partial: false, ..Offer::default() },
            )
        },
    )
}

fn mix_and_match(optimal: bool) -> impl Strategy<Value = (Value, Offer)> {
    let groups = prop::collection::vec((products(), 1_usize..3, any::<bool>()), 1..4);
    (groups, benefit(), repeat()).prop_map(move |(groups, (value, benefit), (repeat, times))| {
        let best = if optimal { Select::Any } else { Select::Dearest };
        let all = groups.iter().all(|(_, _, rewarded)| !rewarded);
        let group = |(products, quantity, rewarded): &(Vec<usize>, usize, bool)| {
            json!({"lines": lines(products), "quantity": quantity, "rewarded": *rewarded || all})
        };
        let kind = |(products, quantity, rewarded): &(Vec<usize>, usize, bool)| Part {
            rewarded: *rewarded || all,
            ..part(products, *quantity, best)
        };
        let offer = json!({"mix_and_match": {"groups": groups.iter().map(group).collect::<Vec<_>>(), "benefit": value, "repeat": repeat}});
        let parts = groups.iter().map(kind).collect();
        (offer, Offer { parts, within: Within::All, benefit, repeat: times, partial: false, ..Offer::default() })
    })
}
