//! From definition to checked stages.

use super::terms::{Termed, Terms};
use super::{
    Action, AdjustmentDef, Allocate, AmountOffDef, Compare, EffectDef, Per, Policy, RoundAt, RoundWhat, StageDef, StageScope, Stop,
    ThresholdBase, TieBreak,
};
use crate::expr::{Atom, CompileContext, Expr, Literal, RuleIndex, Scope, Slot, Type};
use crate::id::{Ordinal, RuleId, StepId, TagId};
use crate::money::{ArithmeticError, Currency, Decimal, Denomination, Percent, Rounding, RoundingDef, UnitPrice};
use crate::report::{AdjustCode, Diagnostic, LimitCode, Path, check_rounding};
use crate::time::Period;

/// A checked stage with its rules in the order in which they apply: priority from high to low, then id.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Names the stage.
    pub id: StepId,
    /// What its rules work on.
    pub scope: StageScope,
    /// Which rules apply when several match.
    pub policy: Policy,
    /// What `best` and `worst` compare.
    pub compare: Compare,
    /// Which figures the conditions see.
    pub threshold_base: ThresholdBase,
    /// Whether a rule has terms.
    pub with_terms: bool,
    /// Whether every line can be judged by itself, as it enters the stage: no rule has terms, and the settings ask for no more.
    pub plain: bool,
    /// The number of the step on whose result percentages are taken.
    pub base: Option<usize>,
    /// Which figure is rounded.
    pub round_at: RoundAt,
    /// Whether the price is rounded, or the discount.
    pub round: RoundWhat,
    /// Whether the line is restated as a price per unit, times the quantity.
    pub restate_unit: bool,
    /// How it is rounded.
    pub rounding: Rounding,
    /// How a document's amount is split over the lines.
    pub allocate: Allocate,
    /// The number of the guard that keeps lines above its floor when the amount is split.
    pub guard: Option<usize>,
    /// The rules.
    pub rules: Vec<Rule>,
    /// What lines need of them, by the same numbers.
    pub actions: Box<[Action]>,
    /// Finds the rules whose conditions an index can decide; the others are its candidates.
    pub index: RuleIndex,
    /// Whether the index decides all of them.
    pub fully_indexed: bool,
}

/// A checked rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Names the rule.
    pub id: RuleId,
    /// When it is valid.
    pub valid: Period,
    /// Its condition.
    pub when: Option<Expr>,
    /// Which lines take part in a document rule.
    pub lines: Option<Expr>,
    /// What it does.
    pub effect: Effect,
    /// Keeps all others out.
    pub exclusive: bool,
    /// No rule of the stage applies after it.
    pub stop: bool,
    /// The terms on which it applies, which few rules have.
    pub terms: Option<Box<Terms>>,
    /// Whether the index alone decides that it matches.
    pub indexed: bool,
    /// Where it stands in the rulebook: its number among the adjustments.
    pub number: Ordinal,
}

/// What a rule does.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Leaves this percentage.
    PercentOff {
        /// 100 percent minus what is taken off.
        left: Percent,
    },
    /// Takes an amount off.
    AmountOff {
        /// The amount.
        amount: UnitPrice,
        /// What it is taken off.
        per: Per,
    },
    /// Sets the price per unit, where that is lower.
    FixedPrice(UnitPrice),
    /// Makes it this percentage.
    PercentOn {
        /// 100 percent and what is added.
        whole: Percent,
    },
    /// Adds an amount.
    AmountOn {
        /// The amount.
        amount: UnitPrice,
        /// What it is added to.
        per: Per,
    },
}

/// What a stage needs to know of the procedure around it.
#[derive(Debug, Clone, Copy)]
pub struct StagePlace<'a> {
    /// The document's currency.
    pub currency: Currency,
    /// The rulebook's own.
    pub own: Currency,
    /// The ids of the steps before it.
    pub before: &'a [StepId],
    /// Whether a step before it has rounded the amounts of lines.
    pub lines_rounded: bool,
    /// The slot of the document's date.
    pub date: Slot,
    /// The tags that the rulebook's rules have.
    pub tags: &'a [TagId],
}

impl Stage {
    /// Checks a stage with its rules, which are given with their numbers among the adjustments.
    pub fn compile(
        def: &StageDef,
        rules: &[(usize, &AdjustmentDef)],
        place: StagePlace<'_>,
        path: &Path<'_>,
        adjustments: &Path<'_>,
        cx: &mut CompileContext<'_>,
    ) -> Self {
        // 1. The stage's own settings.
        let base = base(def, place, path, cx);
        let round_at = round_at(def, place, path, cx);
        let rounding = rounding(def, place, round_at, path, cx);
        let compare = compare(def, round_at, path, cx);
        let threshold_base = threshold_base(def, path, cx);
        if def.scope == StageScope::Line && def.allocate.is_some() {
            cx.diagnostics.error(AdjustCode::Policy, &path.field("allocate"), "only a stage with the scope `document` allocates");
        }
        let allocate = def.allocate.as_ref().map(|allocate| Allocate::compile(allocate, place.before.iter(), &path.field("allocate"), cx));
        if rules.is_empty() {
            let message = format!("no adjustment names the stage `{}`", def.id);
            cx.diagnostics.warning(AdjustCode::EmptyStage, path, message);
        }
        // 2. Its rules in the order in which they apply.
        let mut sorted: Vec<(usize, &AdjustmentDef)> = rules.to_vec();
        sorted.sort_by(|(_, a), (_, b)| b.priority.cmp(&a.priority).then_with(|| a.id.cmp(&b.id)));
        let before = cx.diagnostics.count();
        check_priorities(def, &sorted, adjustments, cx);
        let ordered = cx.diagnostics.count() == before;
        let compiled: Vec<Rule> =
            sorted.iter().filter_map(|(number, rule)| Rule::compile(rule, *number, def, place, &adjustments.index(*number), cx)).collect();
        if ordered {
            super::lint::warn_never_fires(def.policy, &compiled, place.date, adjustments, cx.diagnostics);
        }
        // 3. The index over their conditions and validities.
        let atoms: Vec<Vec<Atom>> = compiled.iter().map(|rule| rule.atoms(place.date)).collect();
        let index = RuleIndex::build(&atoms);
        let judged_alone = compare == Compare::Amount && threshold_base == ThresholdBase::StageInput && def.policy != Policy::Worst;
        let mut stage = Self {
            with_terms: compiled.iter().any(|rule| rule.terms.is_some()),
            plain: judged_alone && compiled.iter().all(|rule| rule.terms.is_none()),
            fully_indexed: compiled.iter().all(|rule| rule.indexed),
            id: def.id.clone(),
            scope: def.scope,
            policy: def.policy,
            compare,
            threshold_base,
            base,
            round_at,
            round: def.round.unwrap_or_default(),
            restate_unit: def.restate_unit,
            rounding,
            allocate: allocate.unwrap_or_default(),
            guard: None,
            rules: compiled,
            actions: Box::default(),
            index,
        };
        stage.actions = stage.rules.iter().map(|rule| Action::of(rule, &stage, place.currency)).collect();
        stage
    }

    /// The rule by which no line reaches a later stage: it always applies, and stops all others.
    #[must_use]
    pub fn closed_by(&self) -> Option<&Rule> {
        super::lint::closes(self)
    }

    /// The number of every step on whose result the stage, or the rule of that number, takes percentages.
    pub fn bases(&self) -> impl Iterator<Item = (Option<Ordinal>, usize)> {
        let of_rules = self.rules.iter().filter_map(|rule| Some((Some(rule.number), rule.terms.as_ref()?.base?)));
        self.base.map(|base| (None, base)).into_iter().chain(of_rules)
    }
}

fn compare(def: &StageDef, round_at: RoundAt, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Compare {
    let compare = def.compare.unwrap_or_default();
    let message = match compare {
        _ if def.compare.is_some() && !matches!(def.policy, Policy::Best | Policy::Worst) => {
            format!("only the policies `best` and `worst` compare; `{}` has another", def.id)
        }
        Compare::UnitPrice if round_at == RoundAt::Line && !def.restate_unit => {
            "the stage rounds the amount of the line, so there is no price per unit to compare".to_owned()
        }
        Compare::Document if def.scope == StageScope::Document => {
            "a stage with the scope `document` always compares what its rules leave of the document; leave `compare` out".to_owned()
        }
        _ => return compare,
    };
    cx.diagnostics.error(AdjustCode::Policy, &path.field("compare"), message);
    Compare::Amount
}

fn threshold_base(def: &StageDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> ThresholdBase {
    let base = def.threshold_base.unwrap_or_default();
    if base == ThresholdBase::Running && !matches!(def.policy, Policy::Compound | Policy::OnBase | Policy::Exclusive) {
        let message =
            format!("one rule of the stage `{}` applies at most, so there is none before it that could change the figures", def.id);
        let problem = Diagnostic::error(AdjustCode::Policy, &path.field("threshold_base"), message);
        cx.diagnostics.push(problem.help("use the policy `compound`, `on_base` or `exclusive`, or leave `threshold_base` out"));
    }
    base
}

fn base(def: &StageDef, place: StagePlace<'_>, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<usize> {
    let id = def.base.as_ref()?;
    let found = place.before.iter().position(|step| step == id);
    if found.is_none() {
        let message = format!("`{id}` is not a step before the stage `{}`, so no percentage can be taken on it", def.id);
        let help = crate::report::did_you_mean(id.as_str(), place.before.iter().map(StepId::as_str));
        cx.diagnostics.push(Diagnostic::error(AdjustCode::Base, &path.field("base"), message).maybe_help(help));
    }
    found
}

fn round_at(def: &StageDef, place: StagePlace<'_>, path: &Path<'_>, cx: &mut CompileContext<'_>) -> RoundAt {
    let round_at = def.round_at.unwrap_or_default();
    if def.scope == StageScope::Document && def.round_at.is_some() {
        cx.diagnostics.error(
            AdjustCode::Policy,
            &path.field("round_at"),
            "a stage with the scope `document` rounds amounts; leave `round_at` out",
        );
        return RoundAt::Line;
    }
    if def.restate_unit && (def.scope == StageScope::Document || round_at == RoundAt::Unit) {
        let message = "what is restated is the amount of a line, which this stage does not round";
        let problem = Diagnostic::error(AdjustCode::Policy, &path.field("restate_unit"), message);
        cx.diagnostics.push(problem.help("leave `restate_unit` out, or round at `line` with the scope `line`"));
    }
    if round_at == RoundAt::Unit && place.lines_rounded {
        let message = "a step before this stage has rounded the amounts of lines, so there is no exact price per unit any more";
        let problem = Diagnostic::error(AdjustCode::RoundAtOrder, &path.field("round_at"), message);
        cx.diagnostics.push(problem.help("put stages that round at `unit` before all others"));
    }
    round_at
}

fn rounding(def: &StageDef, place: StagePlace<'_>, round_at: RoundAt, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Rounding {
    let minor = place.currency.minor_units();
    // A price per unit may keep more digits than an amount.
    let scale = |rounding: RoundingDef| match round_at {
        RoundAt::Unit => UnitPrice::rounding_scale(rounding, place.currency),
        RoundAt::Line => minor,
    };
    let chosen = Denomination { document: place.currency, own: place.own }.rounding(def.rounding, &def.currency_roundings);
    check_rounding(chosen, scale, path, cx.diagnostics).unwrap_or(Rounding::half_up(minor))
}

/// Where the order of rules decides, two of them with one priority need a declared tie-break.
fn check_priorities(stage: &StageDef, sorted: &[(usize, &AdjustmentDef)], path: &Path<'_>, cx: &mut CompileContext<'_>) {
    let order_matters = matches!(stage.policy, Policy::First | Policy::Compound | Policy::Exclusive);
    if !order_matters || stage.tie_break == Some(TieBreak::Id) {
        return;
    }
    for pair in sorted.windows(2) {
        let [(first, a), (second, b)] = pair else { continue };
        if a.priority != b.priority {
            continue;
        }
        let message = format!(
            "`{}` and `{}` have the same priority `{}` in the stage `{}`, where the order decides",
            a.id, b.id, a.priority, stage.id
        );
        let later = (*first).max(*second);
        let place = path.index(later);
        let problem = Diagnostic::error(AdjustCode::AmbiguousPriority, &place.field("priority"), message)
            .help("give them different priorities, or the stage `\"tie_break\": \"id\"`")
            .related(&path.index((*first).min(*second)), "the other rule");
        cx.diagnostics.push(problem);
    }
}

impl Termed for Rule {
    fn id(&self) -> &RuleId {
        &self.id
    }

    fn rule_number(&self) -> Ordinal {
        self.number
    }

    fn terms(&self) -> Option<&Terms> {
        self.terms.as_deref()
    }
}

impl Rule {
    fn compile(
        def: &AdjustmentDef,
        number: usize,
        stage: &StageDef,
        place: StagePlace<'_>,
        path: &Path<'_>,
        cx: &mut CompileContext<'_>,
    ) -> Option<Self> {
        check_flags(def, stage, path, cx);
        let terms = Terms::compile(def, stage, place, path, cx);
        let valid = def.valid.unwrap_or(Period::ALWAYS);
        cx.diagnostics.check_period(valid, &path.field("valid"));
        let effect = effect(&def.effect, stage, place.currency, &path.field("effect"), cx);
        let scope = if stage.scope == StageScope::Line { Scope::Line } else { Scope::Document };
        let (when_path, lines_path) = (path.field("when"), path.field("lines"));
        let when = def.when.as_ref().map(|text| Expr::compile(text, &Type::Bool, scope, &when_path, cx));
        let lines = def.lines.as_ref().map(|text| Expr::compile(text, &Type::Bool, Scope::Line, &lines_path, cx));
        let (when, lines) = match (when, lines) {
            (Some(None), _) | (_, Some(None)) => return None,
            (when, lines) => (when.flatten(), lines.flatten()),
        };
        let indexed = when.as_ref().is_none_or(Expr::is_fully_indexed);
        Some(Self {
            id: def.id.clone(),
            valid,
            when,
            lines,
            effect: effect?,
            exclusive: def.exclusive,
            stop: def.stop.is_some(),
            terms,
            indexed,
            number: Ordinal::of(number),
        })
    }

    /// What an index can decide: the condition's atoms and the validity.
    fn atoms(&self, date: Slot) -> Vec<Atom> {
        let mut atoms = self.when.as_ref().map(|when| when.atoms().to_vec()).unwrap_or_default();
        atoms.extend(self.valid.from.map(|from| Atom::AtLeast { slot: date, bound: Literal::Date(from) }));
        atoms.extend(self.valid.until.map(|until| Atom::Below { slot: date, bound: Literal::Date(until) }));
        atoms
    }
}

fn check_flags(def: &AdjustmentDef, stage: &StageDef, path: &Path<'_>, cx: &mut CompileContext<'_>) {
    if def.exclusive && stage.policy != Policy::Exclusive {
        let message = format!("`exclusive` means something only in a stage with the policy `exclusive`, which `{}` has not", stage.id);
        cx.diagnostics.error(AdjustCode::Policy, &path.field("exclusive"), message);
    }
    if def.stop == Some(Stop::Stage) && !matches!(stage.policy, Policy::Compound | Policy::Exclusive) {
        let message =
            format!("`stop` of the stage means something only with the policy `compound` or `exclusive`, which `{}` has not", stage.id);
        cx.diagnostics.error(AdjustCode::Policy, &path.field("stop"), message);
    }
    if def.lines.is_some() && stage.scope == StageScope::Line {
        let message = "`lines` chooses the lines of a document rule; at line scope write the condition in `when`";
        cx.diagnostics.error(AdjustCode::EffectScope, &path.field("lines"), message);
    }
}

fn effect(def: &EffectDef, stage: &StageDef, currency: Currency, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Effect> {
    match def {
        EffectDef::PercentOff(percent) => {
            let left = percentage(*percent, Percent::complement, &path.field("percent_off"), cx)?;
            Some(Effect::PercentOff { left })
        }
        EffectDef::PercentOn(percent) => {
            let whole = percentage(
                *percent,
                |percent| Percent::new(Decimal::HUNDRED.checked_add(percent.to_decimal())?),
                &path.field("percent_on"),
                cx,
            )?;
            Some(Effect::PercentOn { whole })
        }
        EffectDef::AmountOff(def) => {
            let (amount, per) = amount(def, stage, currency, &path.field("amount_off"), cx)?;
            Some(Effect::AmountOff { amount, per })
        }
        EffectDef::AmountOn(def) => {
            let (amount, per) = amount(def, stage, currency, &path.field("amount_on"), cx)?;
            Some(Effect::AmountOn { amount, per })
        }
        EffectDef::FixedPrice(fixed) => {
            let place = path.field("fixed_price");
            if stage.scope == StageScope::Document {
                let message = format!("a document has no price per unit; move the rule to a stage of line scope, or `{}` to it", stage.id);
                cx.diagnostics.error(AdjustCode::EffectScope, &place, message);
                return None;
            }
            price(*fixed, currency, &place, cx).map(Effect::FixedPrice)
        }
    }
}

/// What a percentage leaves or makes of a whole. One that is taken off is at most 100.
fn percentage(
    percent: Decimal,
    of_whole: impl FnOnce(Percent) -> Result<Percent, ArithmeticError>,
    path: &Path<'_>,
    cx: &mut CompileContext<'_>,
) -> Option<Percent> {
    match Percent::new(percent).and_then(of_whole) {
        Ok(whole) if !percent.is_negative() && !whole.to_decimal().is_negative() => return Some(whole),
        Ok(_) if percent.is_negative() => {
            let message = format!("`{percent}` percent is below zero");
            let problem = Diagnostic::error(AdjustCode::PercentRange, path, message);
            cx.diagnostics.push(problem.help("`percent_off` takes off, `percent_on` adds; both are written without a sign"));
        }
        Ok(_) => cx.diagnostics.error(AdjustCode::PercentRange, path, format!("`{percent}` is not between 0 and 100 percent")),
        Err(error) => cx.diagnostics.error(LimitCode::TooLong, path, format!("the percentage `{percent}` cannot be used: {error}")),
    }
    None
}

fn amount(
    def: &AmountOffDef,
    stage: &StageDef,
    currency: Currency,
    path: &Path<'_>,
    cx: &mut CompileContext<'_>,
) -> Option<(UnitPrice, Per)> {
    if stage.scope == StageScope::Document && def.per.is_some() {
        let message = "an amount off a document is taken off once; leave `per` out";
        cx.diagnostics.error(AdjustCode::EffectScope, &path.field("per"), message);
    }
    let amount = price(def.amount, currency, &path.field("amount"), cx)?;
    Some((amount, def.per.unwrap_or(Per::Line)))
}

fn price(number: Decimal, currency: Currency, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<UnitPrice> {
    if number.is_negative() {
        let problem = Diagnostic::error(AdjustCode::NegativeAmount, path, format!("`{number}` is below zero"));
        cx.diagnostics.push(problem.help("`amount_off` takes off, `amount_on` adds; both are written without a sign"));
        return None;
    }
    match UnitPrice::new(number, currency) {
        Ok(price) => Some(price),
        Err(error) => {
            let (code, problem) = match error {
                ArithmeticError::Inexact => (LimitCode::TooLong, format!("`{number}` has more than {} decimals", UnitPrice::MAX_SCALE)),
                _ => (LimitCode::Overflow, format!("`{number}` is too large: at most 18 digits can be held")),
            };
            cx.diagnostics.error(code, path, problem);
            None
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
