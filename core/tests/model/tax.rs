//! Tax, naively: a stack of taxes is tried with nothing and with one, which gives its slope.

use dealdesk::money::AllocationMethod;
use dealdesk::rulebook::{NegativeQuantities, StepDef};
use dealdesk::tax::{
    DestinationPrice, LevyDef, MissingRate, PriceModeDef, RoundTarget, TaxRateDef, TaxRoundAt, TaxStepDef, Treatment, ZoneDef,
};
use serde_json::Value;

use super::allocation::allocate;
use super::condition::Facts;
use super::quote::{Figure, Model};
use super::rational::Rational;

/// What is taxed: a line, or a part of a charge.
pub struct Taxable<'m> {
    pub amount: Rational,
    pub gross: bool,
    pub rates: Vec<&'m TaxRateDef>,
    /// The taxes that the price was made with, when it keeps its net amount.
    pub home: Vec<&'m TaxRateDef>,
    pub quantity: Rational,
    pub units: Rational,
    /// Whether the goods come back.
    pub returned: bool,
    /// Whether it stands in the breakdown without tax.
    pub counts: bool,
}

/// A tax of something.
pub struct Bearing<'m> {
    pub rate: &'m TaxRateDef,
    pub included: bool,
    pub exact: Rational,
    pub amount: Rational,
    pub base: Rational,
}

/// Where taxes stand: of which thing, and its place there.
type Places = Vec<(usize, usize)>;

/// Something that has been taxed.
pub struct TaxedThing<'m> {
    pub net: Rational,
    pub gross: Rational,
    pub bears: Vec<Bearing<'m>>,
    pub counts: bool,
}

impl TaxedThing<'_> {
    /// Gives it the other sign.
    fn turn(&mut self) {
        let other = |amount: &mut Rational| *amount = Rational::ZERO - *amount;
        other(&mut self.net);
        other(&mut self.gross);
        for bearing in &mut self.bears {
            [&mut bearing.exact, &mut bearing.amount, &mut bearing.base].into_iter().for_each(other);
        }
    }

    /// What rounding put into the included taxes above the price goes back, from the last one.
    fn keep_within_price(&mut self) {
        let sign = if self.net.is_negative() { Rational::whole(-1) } else { Rational::ONE };
        let inside = |bearing: &&mut Bearing<'_>| bearing.included && !bearing.owed();
        let taxes: Rational = self.bears.iter().filter(|bearing| bearing.included && !bearing.owed()).map(|bearing| bearing.amount).sum();
        let mut above = (taxes - self.net) * sign;
        for bearing in self.bears.iter_mut().rev().filter(inside) {
            let back = (bearing.amount * sign).min(above).max(Rational::ZERO);
            bearing.amount = bearing.amount - back * sign;
            above = above - back;
        }
    }
}

impl<'m> Bearing<'m> {
    pub fn owed(&self) -> bool {
        is_owed(self.rate)
    }
}

pub fn is_owed(rate: &TaxRateDef) -> bool {
    matches!(rate.treatment, Treatment::ReverseCharge(_))
}

/// What rates are told apart by in the breakdown.
pub fn key(rate: &TaxRateDef) -> String {
    format!("{:?} {:?} {:?} {:?} {:?}", rate.tax, rate.percent, rate.per_unit, rate.percent_of_gross, rate.treatment)
}

impl<'m> Model<'m> {
    fn levy(&self, rate: &TaxRateDef) -> Option<(usize, &'m LevyDef)> {
        let taxes = &self.def.tax.as_ref()?.taxes;
        taxes.iter().enumerate().find(|(_, levy)| Some(&levy.id) == rate.tax.as_ref())
    }

    /// How many taxes stand below one another in its base.
    fn depth(&self, levy: &LevyDef) -> usize {
        let taxes = &self.def.tax.as_ref().unwrap().taxes;
        levy.base_includes.iter().map(|id| 1 + self.depth(taxes.iter().find(|levy| levy.id == *id).unwrap())).max().unwrap_or(0)
    }

    /// What a category bears at a destination, and whether all is there that must be: of each tax the rate of the smallest place that has one.
    pub fn stack(&self, category: &str, destination: &str) -> (Vec<&'m TaxRateDef>, bool) {
        let zones = &self.def.tax.as_ref().unwrap().zones;
        let has = |zone: &&ZoneDef| zone.countries.iter().any(|country| country == destination);
        let zone = zones.iter().find(has).into_iter().chain(zones.iter().find(|zone| zone.elsewhere));
        let places = std::iter::once(destination.to_owned()).chain(zone.map(|zone| zone.id.to_string()));
        let def = self.def.tax.as_ref().unwrap();
        let mut rates: Vec<&TaxRateDef> = Vec::new();
        for place in places {
            let fits = |rate: &&TaxRateDef| rate.category.as_str() == category && rate.destination == place && self.valid(rate.valid);
            for rate in def.rates.iter().filter(fits) {
                if rates.iter().all(|known| known.tax != rate.tax) {
                    rates.push(rate);
                }
            }
        }
        rates.sort_by_key(|rate| self.levy(rate).map(|(number, levy)| (self.depth(levy), number)));
        let has = |levy: &LevyDef| rates.iter().any(|rate| rate.tax.as_ref() == Some(&levy.id));
        let complete = !rates.is_empty() && def.taxes.iter().all(|levy| levy.optional || has(levy));
        (rates, complete)
    }

    fn included(&self, rate: &TaxRateDef, gross: bool) -> bool {
        !is_owed(rate) && self.levy(rate).and_then(|(_, levy)| levy.included).unwrap_or(gross)
    }

    /// The taxes on a net amount; included fixed taxes count this much of themselves.
    fn taxes_on(
        &self,
        rates: &[&TaxRateDef],
        net: Rational,
        units: Rational,
        fixed: Rational,
        included: &dyn Fn(&TaxRateDef) -> bool,
    ) -> Vec<Rational> {
        let hundred = Rational::whole(100);
        let in_base = |rate: &TaxRateDef| -> Vec<usize> {
            let names = self.levy(rate).map(|(_, levy)| levy.base_includes.clone()).unwrap_or_default();
            (0..rates.len()).filter(|at| rates[*at].tax.as_ref().is_some_and(|tax| names.contains(tax))).collect()
        };
        let mut taxes: Vec<Rational> = Vec::new();
        for rate in rates {
            let beside: Rational = in_base(rate).into_iter().filter(|at| !is_owed(rates[*at])).map(|at| taxes[at]).sum();
            let base = net + beside;
            taxes.push(if let Some(percent) = rate.percent {
                base * percent.to_decimal().into() / hundred
            } else if let Some(amount) = rate.per_unit {
                let whole = Rational::from(amount) * units;
                if included(rate) { whole * fixed } else { whole }
            } else {
                let of_gross = |rate: &TaxRateDef| Rational::from(rate.percent_of_gross.unwrap().to_decimal());
                let alike = rates.iter().filter(|other| other.percent_of_gross.is_some() && in_base(other) == in_base(rate));
                let together: Rational = alike.map(|other| of_gross(other)).sum();
                base * of_gross(rate) / (hundred - together)
            });
        }
        taxes
    }

    /// The exact taxes of an amount that includes some of them.
    fn exact_taxes(
        &self,
        rates: &[&TaxRateDef],
        amount: Rational,
        units: Rational,
        included: &dyn Fn(&TaxRateDef) -> bool,
    ) -> Vec<Rational> {
        let held = |net: Rational, fixed: Rational| -> Rational {
            let taxes = self.taxes_on(rates, net, units, fixed, included);
            net + rates.iter().zip(taxes).filter(|(rate, _)| included(rate)).map(|(_, tax)| tax).sum()
        };
        let (one, zero) = (Rational::ONE, Rational::ZERO);
        let net = (amount - held(zero, one)) / (held(one, one) - held(zero, one));
        let fixed = held(zero, one) - held(zero, zero);
        if !net.is_negative() || fixed <= zero {
            return self.taxes_on(rates, net, units, one, included);
        }
        let part = ((amount - held(zero, zero)) / fixed).max(zero);
        self.taxes_on(rates, zero, units, part, included)
    }

    /// The taxes on a net amount, without fixed ones.
    pub fn without_price(&self, rates: &[&TaxRateDef], net: Rational) -> Vec<Rational> {
        self.taxes_on(rates, net, Rational::ZERO, Rational::ONE, &|_| false)
    }

    pub fn minor(&self) -> Rational {
        Rational::new(1, 10_i128.pow(self.digits()))
    }

    /// Splits an amount over exact ones; those below zero get theirs first.
    fn spread(&self, total: Rational, exact: &[Rational]) -> Vec<Rational> {
        let zero = Rational::ZERO;
        let split = |total: Rational, takes: &dyn Fn(Rational) -> bool| -> Vec<Rational> {
            let weights: Vec<Rational> =
                exact.iter().map(|exact| if takes(*exact) { exact.max(&(zero - *exact)).to_owned() } else { zero }).collect();
            let sign = if total.is_negative() { zero - Rational::ONE } else { Rational::ONE };
            let parts = allocate(total * sign, &weights, None, AllocationMethod::LargestRemainder, self.minor());
            parts.into_iter().map(|part| part * sign).collect()
        };
        let below: Rational = exact.iter().copied().filter(|exact| exact.is_negative()).sum();
        if below == zero || exact.iter().all(|exact| *exact <= zero) {
            return split(total, &|_| true);
        }
        let below = below.rounded(None, self.digits());
        let (low, high) = (split(below, &|exact| exact.is_negative()), split(total - below, &|exact| !exact.is_negative()));
        exact.iter().enumerate().map(|(at, exact)| if exact.is_negative() { low[at] } else { high[at] }).collect()
    }

    /// Taxes everything, in the order given.
    fn assess(&self, step: &TaxStepDef, things: &[Taxable<'m>]) -> Vec<TaxedThing<'m>> {
        let round = |exact: Rational| exact.rounded(step.rounding, self.digits());
        let by_unit = |exact: Rational, thing: &Taxable<'_>| round(round(exact / thing.quantity) * thing.quantity);
        // Every tax exactly; a price that keeps its net amount becomes that first.
        let mut taxed = Vec::new();
        for thing in things {
            let at_home = |rate: &TaxRateDef| self.included(rate, thing.gross);
            let same = thing.home.iter().map(|rate| &rate.id).eq(thing.rates.iter().map(|rate| &rate.id));
            let moved = !thing.home.is_empty() && !same && thing.home.iter().any(|rate| at_home(rate));
            let mut amount = thing.amount;
            if moved {
                let taxes = self.exact_taxes(&thing.home, amount, thing.units, &at_home);
                amount = amount - thing.home.iter().zip(taxes).filter(|(rate, _)| at_home(rate)).map(|(_, tax)| tax).sum();
                amount = if step.round_at == TaxRoundAt::Unit { by_unit(amount, thing) } else { round(amount) };
            }
            let included = |rate: &TaxRateDef| !moved && self.included(rate, thing.gross);
            let exact = self.exact_taxes(&thing.rates, amount, thing.units, &included);
            let zero = Rational::ZERO;
            let bearing =
                |(rate, exact): (&&'m TaxRateDef, Rational)| Bearing { rate, included: included(rate), exact, amount: zero, base: zero };
            let bears = thing.rates.iter().zip(exact).map(bearing).collect();
            taxed.push(TaxedThing { net: amount, gross: amount, bears, counts: thing.counts });
        }
        // What comes back is the mirror of what is sold, wherever a line is rounded by itself.
        let together = matches!(step.round_at, TaxRoundAt::Group | TaxRoundAt::Document | TaxRoundAt::None);
        let returned = || things.iter().enumerate().filter(|(_, thing)| thing.returned).map(|(at, _)| at);
        returned().filter(|_| together).for_each(|at| taxed[at].turn());
        self.round_taxes(step, things, &mut taxed);
        for thing in &mut taxed {
            thing.keep_within_price();
            let sum = |bears: &[Bearing<'_>], included: bool| -> Rational {
                bears.iter().filter(|bearing| !bearing.owed() && bearing.included == included).map(|bearing| bearing.amount).sum()
            };
            thing.net = thing.net - sum(&thing.bears, true);
            thing.gross = thing.gross + sum(&thing.bears, false);
            for at in 0..thing.bears.len() {
                let names = self.levy(thing.bears[at].rate).map(|(_, levy)| levy.base_includes.clone()).unwrap_or_default();
                let in_base = |bearing: &&Bearing<'_>| !bearing.owed() && bearing.rate.tax.as_ref().is_some_and(|tax| names.contains(tax));
                let beside: Rational = thing.bears.iter().filter(in_base).map(|bearing| bearing.amount).sum();
                thing.bears[at].base = thing.net + beside;
            }
        }
        returned().filter(|_| !together).for_each(|at| taxed[at].turn());
        taxed
    }

    fn round_taxes(&self, step: &TaxStepDef, things: &[Taxable<'m>], taxed: &mut [TaxedThing<'m>]) {
        let round = |exact: Rational| exact.rounded(step.rounding, self.digits());
        let by_unit = |exact: Rational, thing: &Taxable<'_>| round(round(exact / thing.quantity) * thing.quantity);
        let follows = |bearing: &Bearing<'_>| step.round_target == RoundTarget::Net && bearing.included;
        // Every tax that is rounded, by its place, and the groups in the order in which they first occur.
        let mut groups: Vec<(String, bool, Places)> = Vec::new();
        for (at, thing) in taxed.iter().enumerate() {
            for (place, bearing) in thing.bears.iter().enumerate() {
                let name = key(bearing.rate);
                if !groups.iter().any(|(known, _, _)| *known == name) {
                    groups.push((name.clone(), bearing.owed(), Vec::new()));
                }
                if !follows(bearing) {
                    groups.iter_mut().find(|(known, _, _)| *known == name).unwrap().2.push((at, place));
                }
            }
        }
        let exact_of = |places: &[(usize, usize)], taxed: &[TaxedThing<'_>]| -> Vec<Rational> {
            places.iter().map(|(at, place)| taxed[*at].bears[*place].exact).collect()
        };
        let group_exact: Vec<Rational> = groups.iter().map(|(_, _, places)| exact_of(places, taxed).into_iter().sum()).collect();
        let mut totals = vec![Rational::ZERO; groups.len()];
        match step.round_at {
            TaxRoundAt::Group => totals = group_exact.iter().map(|exact| round(*exact)).collect(),
            TaxRoundAt::Document | TaxRoundAt::None => {
                for owed in [false, true] {
                    let chosen: Vec<usize> = (0..groups.len()).filter(|at| groups[*at].1 == owed).collect();
                    let exact: Vec<Rational> = chosen.iter().map(|at| group_exact[*at]).collect();
                    for (at, part) in chosen.iter().zip(self.spread(round(exact.iter().copied().sum()), &exact)) {
                        totals[*at] = part;
                    }
                }
            }
            _ => {}
        }
        for ((_, _, places), total) in groups.iter().zip(totals) {
            let exact = exact_of(places, taxed);
            let parts = match step.round_at {
                TaxRoundAt::Line => exact.into_iter().map(round).collect(),
                TaxRoundAt::Unit => places.iter().zip(exact).map(|((at, _), exact)| by_unit(exact, &things[*at])).collect(),
                _ => self.spread(total, &exact),
            };
            for ((at, place), part) in places.iter().zip(parts) {
                taxed[*at].bears[*place].amount = part;
            }
        }
        if step.round_target == RoundTarget::Net {
            self.round_nets(step, things, taxed);
        }
    }

    fn round_nets(&self, step: &TaxStepDef, things: &[Taxable<'m>], taxed: &mut [TaxedThing<'m>]) {
        let round = |exact: Rational| exact.rounded(step.rounding, self.digits());
        let with: Vec<usize> = (0..taxed.len()).filter(|at| taxed[*at].bears.iter().any(|bearing| bearing.included)).collect();
        let exact: Vec<Rational> = with
            .iter()
            .map(|at| taxed[*at].net - taxed[*at].bears.iter().filter(|bearing| bearing.included).map(|bearing| bearing.exact).sum())
            .collect();
        let alike = |at: usize| (things[at].gross, things[at].rates.iter().map(|rate| rate.id.to_string()).collect::<Vec<_>>());
        let mut nets = vec![Rational::ZERO; with.len()];
        for at in 0..with.len() {
            let together: Vec<usize> = match step.round_at {
                TaxRoundAt::Line | TaxRoundAt::Unit => vec![at],
                TaxRoundAt::Group => (0..with.len()).filter(|other| alike(with[*other]) == alike(with[at])).collect(),
                _ => (0..with.len()).collect(),
            };
            let amounts: Vec<Rational> = together.iter().map(|other| exact[*other]).collect();
            let quantity = things[with[at]].quantity;
            let total = match step.round_at {
                TaxRoundAt::Unit => round(round(exact[at] / quantity) * quantity),
                _ => round(amounts.iter().copied().sum()),
            };
            let parts = if together.len() == 1 { vec![total] } else { self.spread(total, &amounts) };
            nets[at] = parts[together.iter().position(|other| *other == at).unwrap()];
        }
        for (at, net) in with.into_iter().zip(nets) {
            let thing = &mut taxed[at];
            let places: Vec<usize> = (0..thing.bears.len()).filter(|place| thing.bears[*place].included).collect();
            let exact: Vec<Rational> = places.iter().map(|place| thing.bears[*place].exact).collect();
            // A net amount above the price leaves no tax, unless some is withheld.
            let (left, all): (Rational, Rational) = (thing.net - net, exact.iter().copied().sum());
            let below = |tax: Rational| if thing.net.is_negative() { tax > Rational::ZERO } else { tax.is_negative() };
            let nothing_left = left != Rational::ZERO && thing.net == Rational::ZERO && left.is_negative() != all.is_negative();
            let left = if below(left) && !below(all) || nothing_left { Rational::ZERO } else { left };
            let parts = if places.len() == 1 { vec![left] } else { self.spread(left, &exact) };
            for (place, part) in places.into_iter().zip(parts) {
                thing.bears[place].amount = part;
            }
        }
    }

    /// Taxes the lines and the charges, and adds everything up.
    pub fn finish(mut self, step: Option<&TaxStepDef>, cash: Option<&dealdesk::charge::CashRoundingDef>) -> Value {
        let Some(step) = step else {
            let things = self.lines.iter().enumerate().map(|(number, line)| TaxedThing {
                net: line.figure.amount * self.sign(number),
                gross: line.figure.amount * self.sign(number),
                bears: Vec::new(),
                counts: false,
            });
            let mut taxed: Vec<TaxedThing<'m>> = things.collect();
            for charge in self.charges.iter_mut().filter(|charge| !charge.allocated) {
                charge.taxed = taxed.len()..taxed.len() + 1;
                taxed.push(TaxedThing { net: charge.amount, gross: charge.amount, bears: Vec::new(), counts: false });
            }
            return self.total(taxed, false, cash);
        };
        let mut things = self.taxable_lines(step);
        self.taxable_charges(step, &mut things);
        let taxed = self.assess(step, &things);
        for line in self.priced() {
            let only = if let [bearing] = taxed[line].bears.as_slice() { Some(bearing.rate.id.to_string()) } else { None };
            let before = self.lines[line].figure.amount;
            let (net, gross) = (taxed[line].net * self.sign(line), taxed[line].gross * self.sign(line));
            self.enter(line, step.id.as_str(), only.as_deref(), net, before, Figure { amount: gross, unit: None });
        }
        self.total(taxed, true, cash)
    }

    fn taxable_lines(&mut self, step: &TaxStepDef) -> Vec<Taxable<'m>> {
        let known = self.text("destination.country", None).is_some();
        if !known {
            self.find("tax.no_destination", "error", None);
        }
        let refuse = self.def.tax.as_ref().unwrap().missing_rate == MissingRate::Refuse;
        let mut things = Vec::new();
        for (line, (thing, complete)) in self.with_rates(step, |line| self.lines[line].figure.amount).into_iter().enumerate() {
            if known && thing.counts && !complete && refuse {
                self.find("tax.missing_rate", "error", Some(line));
            }
            things.push(thing);
        }
        things
    }

    /// What the lines come to without tax, or with it, if they were taxed as they enter a step.
    pub fn tax_side(&self, gross: bool) -> Rational {
        let step = self.procedure().into_iter().find_map(|step| if let StepDef::Tax(step) = step { Some(step) } else { None });
        let Some(step) = step.filter(|_| self.def.tax.is_some()) else { return self.counted(|line| self.entered[line]) };
        let apart = self.def.negative_quantities == NegativeQuantities::Apart;
        let mut things: Vec<Taxable<'m>> = self.with_rates(&step, |line| self.entered[line]).into_iter().map(|(thing, _)| thing).collect();
        for thing in things.iter_mut().filter(|thing| apart && thing.returned) {
            (thing.amount, thing.rates, thing.home, thing.counts) = (Rational::ZERO, Vec::new(), Vec::new(), false);
        }
        self.assess(&step, &things).iter().map(|thing| if gross { thing.gross } else { thing.net }).sum()
    }

    /// The lines with their rates, and whether every tax has one that must.
    fn with_rates(&self, step: &TaxStepDef, amount: impl Fn(usize) -> Rational) -> Vec<(Taxable<'m>, bool)> {
        let country = self.text("destination.country", None);
        let mut things = Vec::new();
        for line in 0..self.lines.len() {
            let category = self.lines[line].product.and_then(|product| product.tax.as_ref()).map(ToString::to_string);
            let priced = self.lines[line].price.is_some();
            let place = country.clone().filter(|_| priced);
            let found = |place: &str| category.as_ref().map_or((Vec::new(), false), |category| self.stack(category, place));
            let (rates, complete) = place.as_deref().map_or((Vec::new(), true), found);
            let home = match &step.destination_price {
                DestinationPrice::KeepNet(home) if !rates.is_empty() => found(home).0,
                _ => Vec::new(),
            };
            let gross = match &step.price_mode {
                PriceModeDef::Net => false,
                PriceModeDef::Gross => true,
                PriceModeDef::GrossWhen(text) => {
                    assert_eq!(text, "line.rush");
                    self.rush(Some(line))
                }
            };
            let thing = Taxable {
                amount: amount(line),
                gross,
                rates,
                home,
                quantity: self.lines[line].quantity,
                returned: self.lines[line].returned,
                units: self.lines[line].ordered.as_ref().map_or(Rational::ZERO, |ordered| ordered.base),
                counts: priced,
            };
            things.push((thing, complete));
        }
        things
    }
}
