//! Rules: 400 for lines, 100 for orders.

use super::Rng;
use super::orders::Order;

/// What a rule does.
#[derive(Clone, Copy)]
pub enum Effect {
    Percent(u32),
    AmountOff(u32),
    Fixed(u32),
}

/// A rule; what is none or zero demands nothing. Amounts in cents, days from 0.
#[derive(Clone)]
pub struct Rule {
    pub id: u32,
    pub priority: u32,
    pub last: bool,
    pub of_line: bool,
    pub category: Option<u32>,
    pub brand: Option<u32>,
    pub tier: Option<u32>,
    pub region: Option<u32>,
    pub channel: Option<u32>,
    pub quantity: u32,
    pub line_amount: u32,
    pub order_amount: u32,
    pub from: u32,
    pub to: u32,
    pub effect: Effect,
}

pub fn rules() -> Vec<Rule> {
    let mut rng = Rng::section(3);
    (0..500).map(|id| rule(&mut rng, id)).collect()
}

/// More rules for lines and orders in the same proportion, with their numbers from 0; ids go on from 500.
pub fn extra_rules(count: u32) -> impl Iterator<Item = (u32, Rule)> {
    let mut rng = Rng::section(9);
    (0..count).map(move |number| {
        let like = if number % 5 == 4 { 400 } else { 0 };
        let drawn = rule(&mut rng, like);
        (number, Rule { id: 500 + number, ..drawn })
    })
}

fn rule(rng: &mut Rng, id: u32) -> Rule {
    let of_line = id < 400;
    let (priority, last) = (rng.below(100), rng.once_in(8));
    let (has_category, category) = (!rng.once_in(8), rng.below(50));
    let (has_brand, brand) = (rng.once_in(2), rng.below(40));
    let (has_tier, tier) = (rng.once_in(2), rng.below(4));
    let (has_region, region) = (rng.once_in(4), rng.below(8));
    let (has_channel, channel) = (rng.once_in(4), rng.below(3));
    let (has_quantity, quantity) = (rng.once_in(4), 2 + rng.below(49));
    let (has_line_amount, line_amount) = (rng.once_in(8), 5_000 + rng.below(500_000));
    let (has_order_amount, order_amount) = (rng.once_in(8), 100_000 + rng.below(5_000_000));
    let (from, length) = (rng.below(365), 30 + rng.below(180));
    let (kind, percent, amount, fixed) = (rng.below(20), 1 + rng.below(20), 10 + rng.below(491), 100 + rng.below(50_000));
    let narrow = kind >= 17;
    let demanded = |there: bool, value: u32| if there { value } else { 0 };
    Rule {
        id,
        priority,
        last,
        of_line,
        category: (of_line && (has_category || narrow)).then_some(category),
        brand: (of_line && (has_brand || narrow)).then_some(brand),
        tier: (!of_line || has_tier).then_some(tier),
        region: (has_region || !of_line && has_brand).then_some(region),
        channel: has_channel.then_some(channel),
        quantity: demanded(of_line && has_quantity, quantity),
        line_amount: demanded(of_line && has_line_amount, line_amount),
        order_amount: demanded(!of_line || has_order_amount, order_amount),
        from,
        to: from + length,
        effect: match (of_line, kind) {
            (true, 0..12) => Effect::Percent(percent),
            (true, 12..17) => Effect::AmountOff(amount),
            (true, _) => Effect::Fixed(fixed),
            (false, 0..12) => Effect::Percent(1 + percent % 5),
            (false, _) => Effect::AmountOff(amount * 10),
        },
    }
}

impl Rule {
    /// Whether the order's head is what the rule demands.
    pub fn fits(&self, order: &Order) -> bool {
        self.tier.is_none_or(|tier| tier == order.tier)
            && self.region.is_none_or(|region| region == order.region)
            && self.channel.is_none_or(|channel| channel == order.channel)
            && (self.from..=self.to).contains(&order.day)
    }

    /// What is left of an amount.
    pub fn apply(&self, amount: u64) -> u64 {
        match self.effect {
            Effect::Percent(percent) => (amount * u64::from(100 - percent) + 50) / 100,
            Effect::AmountOff(off) => amount.saturating_sub(off.into()),
            Effect::Fixed(fixed) => amount.min(fixed.into()),
        }
    }
}
