//! A naive second implementation: every unit is an object of its own, and every choice is tried.

use std::collections::HashMap;

/// How many parts of a cent the model counts in.
pub const PARTS: i128 = 100;

/// A unit of a document, worth so many cents, and so many on the list.
#[derive(Debug, Clone)]
pub struct Unit {
    pub price: i128,
    pub list: i128,
    pub product: usize,
    pub line: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Select {
    Cheapest,
    Dearest,
    Any,
}

#[derive(Debug, Clone)]
pub struct Part {
    pub products: Vec<usize>,
    pub quantity: usize,
    pub select: Select,
    pub rewarded: bool,
    pub consumed: bool,
}

#[derive(Debug, Clone, Copy, Default)]
pub enum Within {
    #[default]
    All,
    Cheapest(usize),
    Dearest(usize),
}

/// Percentages are whole; amounts are cents.
#[derive(Debug, Clone, Copy)]
pub enum Benefit {
    Percent(i128),
    EachAmount(i128),
    EachPrice(i128),
    Amount(i128),
    Total(i128),
}

#[derive(Debug, Clone, Default)]
pub struct Offer {
    pub parts: Vec<Part>,
    pub within: Within,
    pub benefit: Benefit,
    pub repeat: Option<usize>,
    pub partial: bool,
    /// Whether a percentage is taken on the price of the list.
    pub on_list: bool,
    pub tags: Vec<usize>,
    pub excludes: Vec<usize>,
    /// How much it may take off, in cents; and whether it takes off nothing where it would take off more.
    pub most: Option<(i128, bool)>,
}

/// What an offer did: how often, and what it took off, in cents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub times: usize,
    pub off: i128,
}

/// What is left to the offers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State {
    free: Vec<bool>,
    repeats: Vec<usize>,
    /// Which offer has applied to which line.
    met: Vec<(usize, usize)>,
    /// How much each offer may still take off, in parts of a cent.
    room: Vec<Option<i128>>,
}

impl Default for Benefit {
    fn default() -> Self {
        Self::Percent(0)
    }
}

pub struct Model {
    /// The dearest first; among equals by the parts that they are good for.
    units: Vec<Unit>,
    offers: Vec<Offer>,
}

impl Model {
    pub fn new(mut units: Vec<Unit>, offers: Vec<Offer>) -> Self {
        let good_for = |unit: &Unit| -> Vec<(usize, usize)> {
            let parts = |number: usize, offer: &Offer| (0..offer.parts.len()).map(move |part| (number, part)).collect::<Vec<_>>();
            let all = offers.iter().enumerate().flat_map(|(number, offer)| parts(number, offer));
            all.filter(|(number, part)| offers[*number].parts[*part].products.contains(&unit.product)).collect()
        };
        let on_list = offers.iter().any(|offer| offer.on_list);
        units.sort_by_key(|unit| (-unit.price, if on_list { -unit.list } else { 0 }, good_for(unit), unit.line));
        Self { units, offers }
    }

    /// One offer after the other takes what it can.
    pub fn by_priority(&self) -> Vec<Done> {
        let mut denied = vec![false; self.offers.len()];
        loop {
            let all = self.without(&denied);
            let over = |number: &usize| self.offers[*number].most.is_some_and(|(most, whole)| whole && all[*number].off > most);
            match (0..all.len()).find(over) {
                Some(number) => denied[number] = true,
                None => return all,
            }
        }
    }

    fn without(&self, denied: &[bool]) -> Vec<Done> {
        let mut free = vec![true; self.units.len()];
        let mut met = Vec::new();
        let mut all = Vec::new();
        for (number, offer) in self.offers.iter().enumerate() {
            let (mut times, mut off, mut value) = (0, 0, 0);
            while !denied[number] && offer.repeat.is_none_or(|most| times < most) {
                let Some(takes) = self.pick(offer, &self.open(number, &free, &met)) else { break };
                let (one, rewarded) = self.worth(offer, &takes);
                if one == 0 {
                    break;
                }
                times += 1;
                off += one;
                value += rewarded;
                use_up(offer, &takes, &mut free);
                self.meet(number, &takes, &mut met);
            }
            // What is left is rounded half up, and the rest is taken off.
            let left = (value - off + PARTS / 2).div_euclid(PARTS);
            let off = value / PARTS - left;
            let most = offer.most.filter(|(_, whole)| !whole).map_or(off, |(most, _)| most);
            all.push(Done { times, off: off.min(most) });
        }
        all
    }

    /// The most that any combination takes off, in parts of a cent.
    pub fn optimal(&self) -> i128 {
        let repeats = self.offers.iter().map(|offer| offer.repeat.unwrap_or(usize::MAX)).collect();
        let room = self.offers.iter().map(|offer| offer.most.map(|(most, _)| most * PARTS)).collect();
        self.best(State { free: vec![true; self.units.len()], repeats, met: Vec::new(), room }, &mut HashMap::new())
    }

    /// The units of lines on which an offer meets none that it never meets.
    fn open(&self, number: usize, free: &[bool], met: &[(usize, usize)]) -> Vec<bool> {
        let never = |other: usize| {
            let (one, other) = (&self.offers[number], &self.offers[other]);
            one.excludes.iter().any(|tag| other.tags.contains(tag)) || other.excludes.iter().any(|tag| one.tags.contains(tag))
        };
        let barred = |line: usize| met.iter().any(|(other, on)| *on == line && *other != number && never(*other));
        self.units.iter().zip(free).map(|(unit, free)| *free && !barred(unit.line)).collect()
    }

    /// Notes that an offer has applied to the lines of the units; sorted, so that equal states are equal.
    fn meet(&self, number: usize, takes: &[(usize, usize)], met: &mut Vec<(usize, usize)>) {
        met.extend(takes.iter().map(|(unit, _)| (number, self.units[*unit].line)));
        met.sort_unstable();
        met.dedup();
    }

    fn best(&self, state: State, seen: &mut HashMap<State, i128>) -> i128 {
        if let Some(known) = seen.get(&state) {
            return *known;
        }
        let mut best = 0;
        for (number, offer) in self.offers.iter().enumerate().filter(|(number, _)| state.repeats[*number] > 0) {
            let free = self.open(number, &state.free, &state.met);
            let ways =
                if offer.parts[0].select == Select::Any { self.ways(offer, &free) } else { self.pick(offer, &free).into_iter().collect() };
            for takes in ways {
                let (mut one, _) = self.worth(offer, &takes);
                if let (Some(room), Some((_, whole))) = (state.room[number], offer.most) {
                    one = if whole && one > room { 0 } else { one.min(room) };
                }
                if one == 0 {
                    continue;
                }
                let mut later = state.clone();
                use_up(offer, &takes, &mut later.free);
                self.meet(number, &takes, &mut later.met);
                later.room[number] = state.room[number].map(|room| room - one);
                later.repeats[number] -= usize::from(offer.repeat.is_some());
                best = best.max(one + self.best(later, seen));
            }
        }
        seen.insert(state, best);
        best
    }

    /// Every way to fill the parts.
    fn ways(&self, offer: &Offer, free: &[bool]) -> Vec<Vec<(usize, usize)>> {
        let mut ways: Vec<Vec<(usize, usize)>> = vec![Vec::new()];
        for part in slots(&needs(offer)) {
            let mut longer = Vec::new();
            for way in ways {
                let from = way.last().filter(|(_, last)| *last == part).map_or(0, |(unit, _)| unit + 1);
                for (unit, open) in free.iter().enumerate().skip(from) {
                    let taken = way.iter().any(|(known, _)| *known == unit);
                    if *open && !taken && offer.parts[part].products.contains(&self.units[unit].product) {
                        longer.push(way.iter().copied().chain([(unit, part)]).collect());
                    }
                }
            }
            ways = longer;
        }
        ways
    }

    /// The units that an offer selects: for each place the first that leaves enough for the others.
    fn pick(&self, offer: &Offer, free: &[bool]) -> Option<Vec<(usize, usize)>> {
        let reward = offer.parts.iter().position(|part| part.rewarded).unwrap();
        let mut wanted = needs(offer);
        loop {
            if self.fillable(offer, &slots(&wanted), free) {
                break;
            }
            if !offer.partial || wanted[reward] == 1 {
                return None;
            }
            wanted[reward] -= 1;
        }
        let mut free = free.to_vec();
        let mut takes = Vec::new();
        let places = slots(&wanted);
        for (number, part) in places.iter().enumerate() {
            let order: Vec<usize> = match offer.parts[*part].select {
                Select::Cheapest => (0..self.units.len()).rev().collect(),
                Select::Dearest | Select::Any => (0..self.units.len()).collect(),
            };
            let good = |unit: &usize| free[*unit] && offer.parts[*part].products.contains(&self.units[*unit].product);
            let unit = order.into_iter().filter(good).find(|unit| {
                let mut later = free.clone();
                later[*unit] = false;
                self.fillable(offer, &places[number + 1..], &later)
            });
            let unit = unit?;
            free[unit] = false;
            takes.push((unit, *part));
        }
        Some(takes)
    }

    /// Whether every place can get a unit of its own: places look for one in turn, and push others on (Kuhn).
    fn fillable(&self, offer: &Offer, places: &[usize], free: &[bool]) -> bool {
        fn seat(model: &Model, offer: &Offer, places: &[usize], place: usize, open: &mut [bool], taken: &mut [Option<usize>]) -> bool {
            for unit in 0..model.units.len() {
                if !open[unit] || !offer.parts[places[place]].products.contains(&model.units[unit].product) {
                    continue;
                }
                open[unit] = false;
                if taken[unit].is_none_or(|other| seat(model, offer, places, other, open, taken)) {
                    taken[unit] = Some(place);
                    return true;
                }
            }
            false
        }
        let mut taken = vec![None; self.units.len()];
        (0..places.len()).all(|place| seat(self, offer, places, place, &mut free.to_vec(), &mut taken))
    }

    /// What the units of a group get, and what those that get it are worth, in parts of a cent.
    fn worth(&self, offer: &Offer, takes: &[(usize, usize)]) -> (i128, i128) {
        let rewarded = takes.iter().filter(|(_, part)| offer.parts[*part].rewarded);
        let mut prices: Vec<(i128, i128)> = rewarded.map(|(unit, _)| (self.units[*unit].price, self.units[*unit].list)).collect();
        prices.sort_unstable();
        match offer.within {
            Within::All => {}
            Within::Cheapest(count) => prices.truncate(count),
            Within::Dearest(count) => drop(prices.drain(..prices.len() - count)),
        }
        let value: i128 = prices.iter().map(|(price, _)| price).sum();
        let each = |off: &dyn Fn(i128) -> i128| prices.iter().map(|(price, _)| off(*price)).sum::<i128>();
        let base = |price: i128, list: i128| if offer.on_list { list } else { price };
        let off = match offer.benefit {
            Benefit::Percent(percent) => {
                prices.iter().map(|(price, list)| (base(*price, *list) * percent * PARTS / 100).min(price * PARTS)).sum()
            }
            Benefit::EachAmount(amount) => each(&|price| price.min(amount) * PARTS),
            Benefit::EachPrice(fixed) => each(&|price| (price - fixed).max(0) * PARTS),
            Benefit::Amount(amount) => value.min(amount) * PARTS,
            Benefit::Total(total) => (value - total).max(0) * PARTS,
        };
        (off, value * PARTS)
    }
}

fn needs(offer: &Offer) -> Vec<usize> {
    offer.parts.iter().map(|part| part.quantity).collect()
}

/// The part of every place.
fn slots(needs: &[usize]) -> Vec<usize> {
    needs.iter().enumerate().flat_map(|(part, need)| std::iter::repeat_n(part, *need)).collect()
}

fn use_up(offer: &Offer, takes: &[(usize, usize)], free: &mut [bool]) {
    for (unit, part) in takes {
        free[*unit] &= !offer.parts[*part].consumed;
    }
}
