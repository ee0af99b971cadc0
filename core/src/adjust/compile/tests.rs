//! Stages and rules made by hand.

use super::*;

pub(in super::super) fn stage(policy: Policy, round_at: RoundAt, rules: Vec<Rule>) -> Stage {
    let index = RuleIndex::build(&[]);
    let mut stage = Stage {
        id: "stage".parse().unwrap(),
        scope: StageScope::Line,
        policy,
        compare: Compare::Amount,
        threshold_base: ThresholdBase::StageInput,
        plain: true,
        with_terms: false,
        base: None,
        round_at,
        round: RoundWhat::Price,
        restate_unit: false,
        rounding: Rounding::half_up(2),
        allocate: Allocate::default(),
        guard: None,
        rules,
        actions: Box::default(),
        index,
        fully_indexed: true,
    };
    stage.actions = stage.rules.iter().map(|rule| Action::of(rule, &stage, "EUR".parse().unwrap())).collect();
    stage
}

fn rule(effect: Effect) -> Rule {
    Rule {
        id: "rule".parse().unwrap(),
        valid: Period::ALWAYS,
        when: None,
        lines: None,
        effect,
        exclusive: false,
        stop: false,
        terms: None,
        indexed: true,
        number: Ordinal::of(0),
    }
}

fn euro(text: &str) -> UnitPrice {
    UnitPrice::new(text.parse().unwrap(), "EUR".parse().unwrap()).unwrap()
}

pub(in super::super) fn percent_off(percent: &str) -> Rule {
    rule(Effect::PercentOff { left: Percent::new(percent.parse().unwrap()).unwrap().complement().unwrap() })
}

pub(in super::super) fn amount_off(amount: &str, per: Per) -> Rule {
    rule(Effect::AmountOff { amount: euro(amount), per })
}

pub(in super::super) fn fixed_price(price: &str) -> Rule {
    rule(Effect::FixedPrice(euro(price)))
}
