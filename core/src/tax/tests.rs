use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::expr::{CompileContext, Vocabulary};
use crate::id::Symbols;
use crate::limits::Limits;
use crate::money::{Currency, Decimal, Denomination, Exact};
use crate::report::{Diagnostic, Diagnostics, Path, Sources};

/// Taxes with a step, ready to be asked.
struct Fixture {
    tax: Tax,
    step: TaxStep,
    symbols: Symbols,
    problems: Vec<Diagnostic>,
}

fn euro() -> Currency {
    "EUR".parse().unwrap()
}

fn fixture(tax: Value, step: Value) -> Fixture {
    let mut tax = tax;
    if tax.get("default_destination").is_none() {
        tax["default_destination"] = tax["rates"][0]["destination"].clone();
    }
    let mut step = step;
    step["id"] = "vat".into();
    let (def, step): (TaxDef, TaxStepDef) = (serde_json::from_value(tax).unwrap(), serde_json::from_value(step).unwrap());
    let (mut symbols, mut diagnostics, vocabulary) = (Symbols::default(), Diagnostics::new(), Vocabulary::new());
    let mut cx = CompileContext {
        vocabulary: &vocabulary,
        symbols: &mut symbols,
        sources: &Sources::none(),
        limits: &Limits::default(),
        diagnostics: &mut diagnostics,
    };
    let tax = Tax::compile(&def, |_| true, &Path::ROOT.field("tax"), &mut cx);
    let step = TaxStep::compile(&step, Denomination { document: euro(), own: euro() }, Some(&tax), &Path::ROOT.field("step"), &mut cx);
    let problems = match diagnostics.finish() {
        Ok(warnings) => warnings,
        Err(error) => error.diagnostics().to_vec(),
    };
    Fixture { tax, step, symbols, problems }
}

impl Fixture {
    fn stack(&self, category: &str, destination: &str) -> Option<usize> {
        let (category, destination) = (self.symbols.find(category)?, self.symbols.find(destination)?);
        Some(self.tax.find(category, destination, None, Moment { date: "2026-06-01".parse().unwrap(), at: None })?.number)
    }

    /// Taxes lines of a category, an amount in cents and a quantity, at the place of the first rate.
    fn tax(&self, lines: &[(&str, i64, i64)]) -> Assessment {
        let place = self.symbols.text(self.tax.default_destination().unwrap()).to_owned();
        self.tax_at(&place, lines)
    }

    fn tax_at(&self, place: &str, lines: &[(&str, i64, i64)]) -> Assessment {
        let home = self.step.home().map(|home| self.symbols.text(home).to_owned());
        let lines: Vec<TaxLine> = lines
            .iter()
            .map(|(category, amount, quantity)| TaxLine {
                amount: *amount,
                mode: self.step.price_mode().unwrap(),
                stack: self.stack(category, place),
                home: home.as_deref().and_then(|home| self.stack(category, home)),
                quantity: Decimal::from(*quantity),
                returned: false,
                units: Decimal::from(*quantity),
                counts: true,
            })
            .collect();
        let mut out = Assessment::default();
        self.step.apply(&self.tax, euro(), &lines, &mut out).unwrap();
        out
    }
}

/// Net, tax and gross of each line.
fn sides(assessment: &Assessment) -> Vec<(i64, i64, i64)> {
    assessment.taxed.iter().map(|taxed| (taxed.net, taxed.tax, taxed.gross)).collect()
}

/// The taxes of a line.
fn amounts(assessment: &Assessment, line: usize) -> Vec<i64> {
    assessment.of_line(line).iter().map(|share| share.amount).collect()
}

/// One tax with a percentage for each of the categories `a`, `b`, ...
fn percents(percents: &[&str]) -> Value {
    let categories: Vec<String> = (b'a'..).take(percents.len()).map(|letter| char::from(letter).to_string()).collect();
    let rates: Vec<Value> = categories
        .iter()
        .zip(percents)
        .map(|(category, percent)| json!({"id": category, "category": category, "destination": "X", "percent": percent}))
        .collect();
    json!({"categories": categories, "rates": rates})
}

/// Taxes of one category at one place: each an id, what its rate takes, and what else its declaration says.
fn stack(taxes: &[(&str, Value, Value)]) -> Value {
    let declare = |(id, _, more): &(&str, Value, Value)| {
        let mut tax = more.clone();
        tax["id"] = (*id).into();
        tax
    };
    let rate = |(id, amount, _): &(&str, Value, Value)| {
        let mut rate = amount.clone();
        for (field, value) in [("id", *id), ("tax", *id), ("category", "a"), ("destination", "X")] {
            rate[field] = value.into();
        }
        rate
    };
    json!({"categories": ["a"], "taxes": taxes.iter().map(declare).collect::<Vec<_>>(), "rates": taxes.iter().map(rate).collect::<Vec<_>>()})
}

#[test]
fn sylius_and_odoo_figures() {
    // Worked example 29: 45.95 at 10 % is 4.60, 45.94 is 4.59; 10 x 10.10 at 23 % is 23.23.
    let ten = fixture(percents(&["10"]), json!({}));
    assert_eq!(sides(&ten.tax(&[("a", 4595, 1), ("a", 4594, 1)])), [(4595, 460, 5055), (4594, 459, 5053)]);
    assert_eq!(sides(&fixture(percents(&["23"]), json!({})).tax(&[("a", 10_100, 10)])), [(10_100, 2323, 12_423)]);
    // Worked example 31: 55.55 + 11.11 at 23 %: 15.34 per line (12.78 + 2.56), 15.33 over the document.
    let lines = [("a", 5555, 1), ("a", 1111, 1)];
    let total = |level: &str| fixture(percents(&["23"]), json!({"round_at": level})).tax(&lines).groups[0].sum.tax;
    assert_eq!(["line", "group", "document", "none"].map(total), [1534, 1533, 1533, 1533]);
    // 46.95 including 10 %: tax 46.95 * 10 / 110 = 4.268 -> 4.27, net 42.68.
    let gross = fixture(percents(&["10"]), json!({"price_mode": "gross"}));
    assert_eq!(sides(&gross.tax(&[("a", 4695, 1)])), [(4268, 427, 4695)]);
}

#[test]
fn the_tax_of_a_unit_times_the_quantity() {
    // 3 at 3.33 = 9.99 at 19 %: of a unit 0.6327 -> 0.63, times 3 is 1.89; of the line 1.8981 -> 1.90.
    let total = |level: &str| fixture(percents(&["19"]), json!({"round_at": level})).tax(&[("a", 999, 3)]).groups[0].sum.tax;
    assert_eq!(["unit", "line"].map(total), [189, 190]);
}

#[test]
fn over_the_document_it_is_rounded_once() {
    // 0.12 at 19 % = 0.0228 and at 7 % = 0.0084: each alone 0.02 and 0.01, together 0.0312 -> 0.03.
    let taxes = fixture(percents(&["19", "7"]), json!({"round_at": "document"})).tax(&[("a", 12, 1), ("b", 12, 1)]);
    assert_eq!(taxes.groups.iter().map(|group| group.sum.tax).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn either_side_of_a_gross_price_is_rounded() {
    // 0.03 including 100 %: half is 0.015. The tax rounded is 0.02 and the net 0.01; the net rounded is 0.02 and the tax 0.01.
    let of = |target: &str| sides(&fixture(percents(&["100"]), json!({"price_mode": "gross", "round_target": target})).tax(&[("a", 3, 1)]));
    assert_eq!(of("tax"), [(1, 2, 3)]);
    assert_eq!(of("net"), [(2, 1, 3)]);
    // Over the document: three of them are 0.045 -> 0.05 net; of the remainders, equal ones, the first two take the odd cents.
    let together = fixture(percents(&["100"]), json!({"price_mode": "gross", "round_target": "net", "round_at": "group"}));
    assert_eq!(sides(&together.tax(&[("a", 3, 1), ("a", 3, 1), ("a", 3, 1)])), [(2, 1, 3), (2, 1, 3), (1, 2, 3)]);
}

#[test]
fn a_tax_enters_the_base_of_the_next_or_not() {
    // GST 5 % on 100.00 is 5.00; QST 9.5 % on 105.00 is 9.975 -> 9.98. Without GST in its base it is 9.50.
    let taxes = |base: Value| {
        stack(&[("gst", json!({"percent": "5"}), json!({})), ("qst", json!({"percent": "9.5"}), json!({"base_includes": base}))])
    };
    assert_eq!(amounts(&fixture(taxes(json!(["gst"])), json!({})).tax(&[("a", 10_000, 1)]), 0), [500, 998]);
    assert_eq!(amounts(&fixture(taxes(json!([])), json!({})).tax(&[("a", 10_000, 1)]), 0), [500, 950]);
    // In the price: 100 * 1.05 * 1.095 = 114.975; of 114.98 the net is 100.0043, GST 5.0002 -> 5.00 and QST 9.9754 -> 9.98.
    let gross = fixture(taxes(json!(["gst"])), json!({"price_mode": "gross"})).tax(&[("a", 11_498, 1)]);
    assert_eq!((amounts(&gross, 0), sides(&gross)), (vec![500, 998], vec![(10_000, 1498, 11_498)]));
    assert_eq!(gross.of_line(0)[1].base, 10_500);
}

#[test]
fn a_fixed_tax_enters_the_base_in_and_out_of_the_price() {
    // Recupel 1.00 for each of 2 units, and 21 % on what that makes: (100 + 2) * 0.21 = 21.42.
    let taxes =
        || stack(&[("eco", json!({"per_unit": "1"}), json!({})), ("vat", json!({"percent": "21"}), json!({"base_includes": ["eco"]}))]);
    let net = fixture(taxes(), json!({})).tax(&[("a", 10_000, 2)]);
    assert_eq!((amounts(&net, 0), sides(&net)), (vec![200, 2142], vec![(10_000, 2342, 12_342)]));
    // All of 123.42 in the price: the same the other way round.
    let gross = fixture(taxes(), json!({"price_mode": "gross"})).tax(&[("a", 12_342, 2)]);
    assert_eq!((amounts(&gross, 0), sides(&gross)), (vec![200, 2142], vec![(10_000, 2342, 12_342)]));
    // A price of 1.00 for 2 units does not even hold the fixed tax of 2.00 with its VAT: it holds 1 / 1.21 = 0.826 and 0.174 of it.
    let little = fixture(taxes(), json!({"price_mode": "gross"})).tax(&[("a", 100, 2)]);
    assert_eq!((amounts(&little, 0), sides(&little)), (vec![83, 17], vec![(0, 100, 100)]));
}

#[test]
fn percentages_of_the_gross_share_it() {
    // 18 % of the gross: 82 net make 100. Five of them, 32.65 % together, on 67.35.
    let one = fixture(stack(&[("icms", json!({"percent_of_gross": "18"}), json!({}))]), json!({}));
    assert_eq!(sides(&one.tax(&[("a", 8200, 1)])), [(8200, 1800, 10_000)]);
    let of = |percent: &str| json!({"percent_of_gross": percent});
    let five = || {
        let percents = [("a5", "5"), ("b3", "3"), ("c065", "0.65"), ("d9", "9"), ("e15", "15")];
        stack(&percents.map(|(id, percent)| (id, of(percent), json!({}))))
    };
    assert_eq!(amounts(&fixture(five(), json!({})).tax(&[("a", 6735, 1)]), 0), [500, 300, 65, 900, 1500]);
    let gross = fixture(five(), json!({"price_mode": "gross"})).tax(&[("a", 10_000, 1)]);
    assert_eq!(sides(&gross), [(6735, 3265, 10_000)]);
}

#[test]
fn one_tax_in_the_price_and_another_on_top() {
    // 135.00 including 35 % is 100.00 net; 50 % on the net are 50.00 on top.
    let taxes =
        stack(&[("in", json!({"percent": "35"}), json!({"included": true})), ("on", json!({"percent": "50"}), json!({"included": false}))]);
    for mode in ["net", "gross"] {
        let line = fixture(taxes.clone(), json!({"price_mode": mode})).tax(&[("a", 13_500, 1)]);
        assert_eq!((amounts(&line, 0), sides(&line)), (vec![3500, 5000], vec![(10_000, 8500, 18_500)]), "{mode}");
    }
}

#[test]
fn withholding_and_reverse_charge() {
    // 21 % VAT and 15 % withheld on 1000.00: 210.00 - 150.00, to be paid 1060.00.
    let taxes = stack(&[("vat", json!({"percent": "21"}), json!({})), ("irpf", json!({"percent": "-15"}), json!({}))]);
    let held = fixture(taxes, json!({"round_at": "document"})).tax(&[("a", 100_000, 1)]);
    assert_eq!((amounts(&held, 0), sides(&held)), (vec![21_000, -15_000], vec![(100_000, 6000, 106_000)]));
    // What the customer owes is in no sum, whatever the price mode.
    let reverse = json!({"percent": "19", "treatment": {"reverse_charge": "the customer owes the tax"}});
    for mode in ["net", "gross"] {
        let owed = fixture(stack(&[("vat", reverse.clone(), json!({}))]), json!({"price_mode": mode, "round_at": "document"}));
        let owed = owed.tax(&[("a", 10_000, 1)]);
        assert_eq!((amounts(&owed, 0), sides(&owed)), (vec![1900], vec![(10_000, 0, 10_000)]), "{mode}");
        assert_eq!((owed.groups[0].reverse, owed.groups[0].sum.tax), (1900, 0));
    }
}

#[test]
fn a_price_keeps_its_gross_or_its_net() {
    let taxes = || {
        let rate = |id: &str, place: &str, percent: &str| json!({"id": id, "category": "a", "destination": place, "percent": percent});
        json!({"categories": ["a"], "rates": [rate("de", "DE", "19"), rate("fr", "FR", "20"), rate("it", "IT", "19")]})
    };
    // 119.00 with the 19 % of home. At 20 %: 119 / 1.2 = 99.1667 net, or 100.00 net and 120.00 gross.
    let keep_gross = fixture(taxes(), json!({"price_mode": "gross"}));
    assert_eq!(sides(&keep_gross.tax_at("FR", &[("a", 11_900, 1)])), [(9917, 1983, 11_900)]);
    let keep_net = fixture(taxes(), json!({"price_mode": "gross", "destination_price": {"keep_net": "DE"}}));
    assert_eq!(sides(&keep_net.tax_at("FR", &[("a", 11_900, 1)])), [(10_000, 2000, 12_000)]);
    assert_eq!(sides(&keep_net.tax_at("DE", &[("a", 4695, 1)])), [(3945, 750, 4695)]);
}

#[test]
fn rates_that_are_alike_are_one_entry() {
    let rate = |id: &str, category: &str, more: Value| {
        let mut rate = json!({"id": id, "category": category, "destination": "X", "percent": "0"});
        rate.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        rate
    };
    let tax = json!({"categories": ["a", "b", "c", "d"], "rates": [
        rate("one", "a", json!({"percent": "19"})), rate("two", "b", json!({"percent": "19"})),
        rate("zero", "c", json!({"treatment": "zero_rated"})), rate("none", "d", json!({"treatment": {"exempt": "Article 132"}})),
    ]});
    let taxes = fixture(tax, json!({"round_at": "group"})).tax(&[("a", 5, 1), ("b", 5, 1), ("c", 100, 1), ("d", 100, 1)]);
    // 0.05 + 0.05 at 19 % are 0.019 -> 0.02; zero-rated and exempt stand apart.
    let groups: Vec<(bool, i64, i64)> = taxes.groups.iter().map(|group| (group.single, group.sum.net, group.sum.tax)).collect();
    assert_eq!(groups, [(false, 10, 2), (true, 100, 0), (true, 100, 0)]);
}

#[test]
fn mistakes_are_told() {
    let problems = |tax: Value, step: Value| {
        let list = fixture(tax, step).problems;
        list.iter().map(|problem| format!("{problem}")).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(problems(
        json!({"categories": ["a"], "default_destination": "X",
            "taxes": [{"id": "p", "base_includes": ["q", "q"]}, {"id": "q", "base_includes": ["p"]}, {"id": "r", "base_includes": ["s"]}, {"id": "t"}],
            "rates": [
                {"id": "1", "tax": "p", "category": "a", "destination": "X", "percent": "5", "per_unit": "1"},
                {"id": "2", "category": "a", "destination": "X", "percent": "5"},
                {"id": "3", "tax": "r", "category": "a", "destination": "X", "percent_of_gross": "100"},
                {"id": "4", "tax": "q", "category": "a", "destination": "X", "percent": "5", "treatment": {"exempt": " "}},
                {"id": "5", "tax": "q", "category": "a", "destination": "Y", "percent": "-5", "treatment": {"reverse_charge": "why"}},
                {"id": "6", "tax": "q", "category": "a", "destination": "Z", "per_unit": "-1", "customer_class": "c"},
            ]}),
        json!({"round_at": "none", "rounding": {}, "destination_price": {"keep_net": "W"}}),
    ), @"
    error[rulebook.unknown_reference] /step/destination_price/keep_net: there is no rate for the destination `W`
      help: known are `X`, `Y`, `Z`
    error[rulebook.rounding] /step/rounding: nothing is rounded with `round_at: none`, so `rounding` is never used
      help: take it out, or round at the `document`
    error[tax.rate_kind] /tax/rates/0: the rate `1` needs one of `percent`, `per_unit` and `percent_of_gross`
      help: keep one of them
    error[tax.rate_tax] /tax/rates/1: the rate `2` does not say which tax it is a rate of
      help: write under `tax` one of `p`, `q`, `r`, `t`
    error[tax.rate_range] /tax/rates/2/percent_of_gross: `100` percent of the gross are not between 0 and 100; 100 would leave no net amount
    error[tax.treatment] /tax/rates/3/treatment: the rate `4` is `exempt`, which needs the percentage 0
      help: correct the rate, or leave `treatment` out
    error[tax.treatment] /tax/rates/3/treatment/exempt: the reason for `exempt` is empty; write what the invoice must state
    error[tax.treatment] /tax/rates/4/treatment: the rate `5` is `reverse_charge`, which needs a percentage that is not below zero: the one that the customer owes
      help: correct the rate, or leave `treatment` out
    error[tax.customer_class] /tax/rates/5/customer_class: the rate is for a class of customers, but nothing says where the class of a customer stands
      help: name the attribute in `customer_attribute`, such as `customer.tax_class`
    error[tax.rate_range] /tax/rates/5/per_unit: the amount `-1` for a unit is below zero; write 0 or more
    error[rulebook.cycle] /tax/taxes/0/base_includes: the base of the tax `p` includes the tax itself, by way of the taxes in it
      help: taxes of one gross amount are written as `percent_of_gross`, without naming each other
    error[tax.included_twice] /tax/taxes/0/base_includes/1: the tax `q` enters the base of `p` twice; name it once
    error[rulebook.cycle] /tax/taxes/1/base_includes: the base of the tax `q` includes the tax itself, by way of the taxes in it
      help: taxes of one gross amount are written as `percent_of_gross`, without naming each other
    error[rulebook.unknown_reference] /tax/taxes/2/base_includes/0: there is no tax `s`
      help: known are `p`, `q`, `r`, `t`
    warning[tax.never_applies] /tax/taxes/3: the tax `t` has no rate, so it never applies
    ");
}

fn level() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["unit", "line", "group", "document", "none"])
}

/// A stack of up to four taxes of any kind, each on the net amount and some of those before it.
fn any_stack() -> impl Strategy<Value = Value> {
    let percent = prop::sample::select(vec!["19", "7", "5.5", "9.975", "0", "21"]);
    let tax = (0_u8..5, percent, prop::option::of(any::<bool>()), prop::collection::vec(any::<prop::sample::Index>(), 0..3));
    prop::collection::vec(tax, 1..5).prop_map(|taxes| {
        const NAMES: [&str; 4] = ["t0", "t1", "t2", "t3"];
        let declared = taxes.iter().enumerate().map(|(number, (kind, percent, included, base))| {
            let amount = match kind {
                0 => json!({"per_unit": "0.35"}),
                1 => json!({"percent_of_gross": percent}),
                2 => json!({"percent": format!("-{percent}")}),
                _ => json!({"percent": percent}),
            };
            let mut base: Vec<&str> = if number == 0 { Vec::new() } else { base.iter().map(|at| NAMES[at.index(number)]).collect() };
            base.sort_unstable();
            base.dedup();
            // A tax in the price on one that is not is refused; that of the step's mode may be either.
            let included = included.filter(|_| base.is_empty());
            let mut more = json!({"base_includes": base});
            if let Some(included) = included {
                more["included"] = included.into();
            }
            (NAMES[number], amount, more)
        });
        stack(&declared.collect::<Vec<_>>())
    })
}

proptest! {
    #[test]
    fn every_side_adds_up(
        taxes in any_stack(), lines in prop::collection::vec((0_i64..1_000_000, 1_i64..20), 1..8), gross in any::<bool>(),
        level in level(), target in prop::sample::select(vec!["tax", "net"]),
    ) {
        let mode = if gross { "gross" } else { "net" };
        let fixture = fixture(taxes, json!({"price_mode": mode, "round_at": level, "round_target": target}));
        prop_assume!(fixture.problems.is_empty());
        let lines: Vec<(&str, i64, i64)> = lines.iter().map(|(amount, quantity)| ("a", *amount, *quantity)).collect();
        let taxes = fixture.tax(&lines);
        let mut in_lines = 0;
        for (number, (line, (_, amount, _))) in taxes.taxed.iter().zip(&lines).enumerate() {
            prop_assert_eq!(line.net + line.tax, line.gross);
            prop_assert_eq!(taxes.of_line(number).iter().map(|share| share.amount).sum::<i64>(), line.tax);
            let included: i64 = taxes.of_line(number).iter().filter(|share| share.included).map(|share| share.amount).sum();
            prop_assert_eq!(line.net + included, *amount);
            in_lines += line.tax;
        }
        prop_assert_eq!(in_lines, taxes.groups.iter().map(|group| group.sum.tax).sum::<i64>());
        // Rounded once, the document is at most a cent from the exact tax; otherwise one for each rounding.
        let exact = taxes.exact_tax().unwrap();
        let apart = Exact::new(in_lines.into(), 100).unwrap().plus(exact.negated().unwrap()).unwrap();
        let roundings: i128 = match level {
            "document" | "none" if target == "tax" || !gross => 1,
            "unit" => lines.iter().map(|(_, _, quantity)| i128::from(*quantity) * 5).sum(),
            _ => i128::from(i64::try_from(lines.len()).unwrap()) * 5 + 5,
        };
        let limit = Exact::new(roundings, 100).unwrap();
        let near = !limit.plus(apart).unwrap().is_negative() && !limit.plus(apart.negated().unwrap()).unwrap().is_negative();
        // A net price that would fall below zero stays there, and with it the tax that the price includes.
        let at_zero = taxes.taxed.iter().any(|line| line.net == 0);
        prop_assert!(near || at_zero, "{:?} {:?}", apart, exact);
    }

    /// BR-CO-17 of EN 16931: the tax of an entry is the percentage of its net amount.
    #[test]
    fn an_entry_of_the_breakdown_is_its_percentage(lines in prop::collection::vec((0_i64..1_000_000, 0_usize..3), 1..10)) {
        let fixture = fixture(percents(&["19", "7", "0"]), json!({"round_at": "group"}));
        let lines: Vec<(&str, i64, i64)> = lines.iter().map(|(amount, rate)| (["a", "b", "c"][*rate], *amount, 1)).collect();
        for group in fixture.tax(&lines).groups {
            let percent = [19, 7, 0][group.rate.unwrap()];
            prop_assert_eq!(group.sum.tax, (group.sum.net * percent + 50) / 100);
        }
    }

    #[test]
    fn nothing_bears_no_percentage(rates in prop::sample::select(vec!["19", "100", "0.1"]), gross in any::<bool>(), level in level()) {
        let mode = if gross { "gross" } else { "net" };
        let taxes = fixture(percents(&[rates]), json!({"price_mode": mode, "round_at": level})).tax(&[("a", 0, 3)]);
        prop_assert_eq!(sides(&taxes), [(0, 0, 0)]);
    }

    /// What is added to a net price is what is in the gross price that it makes.
    #[test]
    fn out_of_the_price_and_into_it(taxes in any_stack(), amount in 0_i64..1_000_000, quantity in 1_i64..10) {
        let exact = |mode: &str, amount: i64| {
            let fixture = fixture(taxes.clone(), json!({"price_mode": mode}));
            fixture.problems.is_empty().then(|| fixture.tax(&[("a", amount, quantity)]))
        };
        let modes = taxes["taxes"].as_array().unwrap().iter().any(|tax| tax.get("included").is_some());
        prop_assume!(!modes);
        if let Some(net) = exact("net", amount) && net.taxed[0].gross >= 0 {
            let gross = exact("gross", net.taxed[0].gross).unwrap();
            prop_assert!((gross.taxed[0].net - amount).abs() <= 4, "{:?} {:?}", net.taxed[0], gross.taxed[0]);
        }
    }
}
