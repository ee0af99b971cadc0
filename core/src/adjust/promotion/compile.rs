//! From definition to checked promotions.

use super::super::{Termed, Terms, TieBreak};
use super::benefit::Benefit;
use super::def::{
    Apportion, BenefitDef, Combine, GiftDef, OfferDef, PromotionAllocateDef, PromotionDef, PromotionRoundAt, PromotionStepDef, Select,
};
use super::offer::{self, Offer};
use crate::expr::{CompileContext, Expr, RuleIndex, Scope, Slot, Type};
use crate::id::{Ordinal, RuleId, StepId, Symbol, TagId};
use crate::money::{Currency, Denomination, Rounding};
use crate::report::{AdjustCode, Diagnostic, Path, check_rounding};
use crate::sort;
use crate::time::Period;

/// Steps of the search when a step does not say how many.
const STEPS: u32 = 20_000;

/// A checked step of promotions, which stand in the order in which they apply: priority from high to low, then id.
#[derive(Debug, Clone)]
pub struct PromotionStep {
    /// Names the step.
    pub id: StepId,
    /// Which promotion gets a unit that several want.
    pub combine: Combine,
    /// Which figure is rounded.
    pub round_at: PromotionRoundAt,
    /// How it is rounded.
    pub rounding: Rounding,
    /// The document's currency.
    pub currency: Currency,
    /// How what is taken off is split over lines.
    pub allocate: PromotionAllocateDef,
    /// How many steps the search may take.
    pub max_steps: u64,
    /// The promotions.
    pub promotions: Vec<Promotion>,
    /// The earlier steps on whose results percentages are taken, by their numbers.
    pub bases: Vec<usize>,
    /// Finds the parts whose conditions on lines an index can decide; the others are its candidates. Parts are numbered through all
    /// promotions.
    pub index: RuleIndex,
}

/// A checked promotion.
#[derive(Debug, Clone)]
pub struct Promotion {
    /// Names the promotion.
    pub id: RuleId,
    /// Where it stands in the rulebook: its number among the promotions.
    pub number: Ordinal,
    /// When it is valid.
    pub valid: Period,
    /// Its condition on the document.
    pub when: Option<Expr>,
    /// The number of its first part in the step.
    pub first_part: u32,
    /// The units that make a group, part by part, in the order in which they are taken.
    pub parts: Vec<Part>,
    /// Which units of the rewarded parts get the benefit.
    pub within: Within,
    /// What they get.
    pub benefit: Benefit,
    /// What its percentage is taken on: a place in the step's bases. What units cost as they enter the step when there is none.
    pub base: Option<usize>,
    /// How often at most.
    pub repeat: Option<u64>,
    /// Whether fewer rewarded units will do.
    pub partial: bool,
    /// Which units bear what is taken off.
    pub apportion: Apportion,
    /// The product that is given; its units are the last part.
    pub gift: Option<Symbol>,
    /// Its number among all rules: adjustments first, then promotions.
    pub rule: Ordinal,
    /// A coupon, limits; none for nearly all promotions.
    pub terms: Option<Box<Terms>>,
}

impl Termed for Promotion {
    fn id(&self) -> &RuleId {
        &self.id
    }

    fn rule_number(&self) -> Ordinal {
        self.rule
    }

    fn terms(&self) -> Option<&Terms> {
        self.terms.as_deref()
    }
}

/// Units of a group.
#[derive(Debug, Clone)]
pub struct Part {
    /// Which lines are good for it.
    pub lines: Option<Expr>,
    /// Only lines of this product are.
    pub product: Option<Symbol>,
    /// How many units.
    pub quantity: u64,
    /// Which of them.
    pub select: Select,
    /// Whether they get the benefit.
    pub rewarded: bool,
    /// Whether they are used up.
    pub consumed: bool,
    /// How many units of one line at most.
    pub per_line: Option<u64>,
}

/// Which units of the rewarded parts get the benefit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// All.
    All,
    /// So many, the cheapest of the group.
    Cheapest(u64),
    /// So many, the dearest of the group.
    Dearest(u64),
}

impl Part {
    /// How many parts a promotion may have.
    pub const MOST: usize = 6;

    /// Whether the index alone decides which lines are good for it.
    #[must_use]
    pub fn is_indexed(&self) -> bool {
        self.product.is_none() && self.lines.as_ref().is_none_or(Expr::is_fully_indexed)
    }
}

/// What promotions need to know of the rulebook around them.
#[derive(Debug, Clone, Copy)]
pub struct PromotionPlace<'p> {
    /// The document's currency.
    pub currency: Currency,
    /// The rulebook's own.
    pub own: Currency,
    /// How many adjustments there are.
    pub adjustments: usize,
    /// The slot of the document's date.
    pub date: Slot,
    /// The ids of the steps before this one.
    pub before: &'p [StepId],
    /// The tags that rules have.
    pub tags: &'p [TagId],
}

impl PromotionStep {
    /// Checks a step with its promotions, which are given with their numbers among the promotions.
    pub fn compile(
        def: &PromotionStepDef,
        promotions: &[(usize, &PromotionDef)],
        around: PromotionPlace<'_>,
        path: &Path<'_>,
        all: &Path<'_>,
        cx: &mut CompileContext<'_>,
    ) -> Self {
        let currency = around.currency;
        // 1. The step's own settings.
        let rounding = rounding(def, around, path, cx);
        let max_steps = max_steps(def, path, cx);
        if promotions.is_empty() {
            let message = format!("no promotion names the step `{}`", def.id);
            cx.diagnostics.warning(AdjustCode::EmptyStage, path, message);
        }
        // 2. Its promotions in the order in which they apply.
        let mut sorted: Vec<(usize, &PromotionDef)> = promotions.to_vec();
        sort::by(&mut sorted, |(_, one), (_, other)| other.priority.cmp(&one.priority).then_with(|| one.id.cmp(&other.id)));
        check_priorities(def, &sorted, all, cx);
        let mut compiled: Vec<Promotion> = Vec::with_capacity(sorted.len());
        let (mut first_part, mut bases) = (0_u32, Vec::new());
        for (number, promotion) in sorted {
            let place = all.index(number);
            let Some(mut promotion) = Promotion::compile(promotion, number, def, around, &place, cx) else { continue };
            promotion.first_part = first_part;
            promotion.base = promotion.terms.as_ref().and_then(|terms| terms.base).map(|step| place_of(step, &mut bases));
            first_part = first_part.saturating_add(u32::try_from(promotion.parts.len()).unwrap_or(u32::MAX));
            compiled.push(promotion);
        }
        super::super::lint::warn_promotions(&compiled, around.date, all, cx.diagnostics);
        // 3. The index over their conditions on lines.
        let atoms = |part: &Part| part.lines.as_ref().map(|lines| lines.atoms().to_vec()).unwrap_or_default();
        let atoms: Vec<_> = compiled.iter().flat_map(|promotion| promotion.parts.iter().map(atoms)).collect();
        Self {
            id: def.id.clone(),
            combine: def.combine,
            round_at: def.round_at,
            rounding,
            currency,
            allocate: def.allocate.unwrap_or_default(),
            max_steps,
            promotions: compiled,
            bases,
            index: RuleIndex::build(&atoms),
        }
    }

    /// Every part with its promotion, in the order of their numbers.
    pub fn parts(&self) -> impl Iterator<Item = (&Promotion, &Part)> {
        self.promotions.iter().flat_map(|promotion| promotion.parts.iter().map(move |part| (promotion, part)))
    }

    /// Every expression of the step.
    pub fn expressions(&self) -> impl Iterator<Item = &Expr> {
        let of_parts = self.parts().filter_map(|(_, part)| part.lines.as_ref());
        self.promotions.iter().filter_map(|promotion| promotion.when.as_ref()).chain(of_parts)
    }
}

/// The place of a step among the bases, where it is put when it is new.
fn place_of(step: usize, bases: &mut Vec<usize>) -> usize {
    let known = bases.iter().position(|known| *known == step);
    known.unwrap_or_else(|| {
        bases.push(step);
        bases.len().saturating_sub(1)
    })
}

fn rounding(def: &PromotionStepDef, place: PromotionPlace<'_>, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Rounding {
    let minor = place.currency.minor_units();
    let chosen = Denomination { document: place.currency, own: place.own }.rounding(def.rounding, &def.currency_roundings);
    check_rounding(chosen, |_| minor, path, cx.diagnostics).unwrap_or(Rounding::half_up(minor))
}

fn max_steps(def: &PromotionStepDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> u64 {
    let most = cx.limits.promotion_steps;
    let steps = def.max_steps.unwrap_or(STEPS);
    let place = path.field("max_steps");
    if def.max_steps.is_some() && def.combine != Combine::Optimal {
        let message = format!("only a step that combines `optimal` searches; leave `max_steps` of `{}` out", def.id);
        cx.diagnostics.error(AdjustCode::Policy, &place, message);
    } else if steps == 0 || u64::from(steps) > most {
        let message = format!("a search takes 1 to {most} steps, not `{steps}`");
        cx.diagnostics.error(crate::report::LimitCode::TooMany, &place, message);
    }
    steps.into()
}

/// Where the order of promotions decides, two of them with one priority need a declared tie-break.
fn check_priorities(step: &PromotionStepDef, sorted: &[(usize, &PromotionDef)], all: &Path<'_>, cx: &mut CompileContext<'_>) {
    if step.combine == Combine::Optimal || step.tie_break == Some(TieBreak::Id) {
        return;
    }
    for pair in sorted.windows(2) {
        let [(first, one), (second, other)] = pair else { continue };
        if one.priority != other.priority {
            continue;
        }
        let message = format!(
            "`{}` and `{}` have the same priority `{}` in the step `{}`, where the order decides",
            one.id, other.id, one.priority, step.id
        );
        let later = all.index((*first).max(*second));
        let problem = Diagnostic::error(AdjustCode::AmbiguousPriority, &later.field("priority"), message)
            .help("give them different priorities, or the step `\"tie_break\": \"id\"`")
            .related(&all.index((*first).min(*second)), "the other promotion");
        cx.diagnostics.push(problem);
    }
}

impl Promotion {
    fn compile(
        def: &PromotionDef,
        number: usize,
        step: &PromotionStepDef,
        place: PromotionPlace<'_>,
        path: &Path<'_>,
        cx: &mut CompileContext<'_>,
    ) -> Option<Self> {
        let valid = def.valid.unwrap_or(Period::ALWAYS);
        cx.diagnostics.check_period(valid, &path.field("valid"));
        let when_path = path.field("when");
        let when = def.when.as_ref().map(|text| Expr::compile(text, &Type::Bool, Scope::Document, &when_path, cx));
        let offer = offer::compile(def, step, place.currency, &path.field("offer"), cx);
        let terms = Terms::of_promotion(def, step, place, path, cx);
        if matches!(when, Some(None)) {
            return None;
        }
        let Offer { parts, within, benefit, repeat, partial, gift } = offer?;
        Some(Self {
            id: def.id.clone(),
            number: Ordinal::of(number),
            valid,
            when: when.flatten(),
            first_part: 0,
            parts,
            within,
            benefit,
            base: None,
            repeat,
            partial,
            apportion: def.apportion,
            gift,
            rule: Ordinal::of(place.adjustments.saturating_add(number)),
            terms,
        })
    }
}

impl PromotionDef {
    /// Whether it takes a percentage off.
    #[must_use]
    pub fn is_percentage(&self) -> bool {
        let benefit = match &self.offer {
            OfferDef::Discount(offer) => &offer.benefit,
            OfferDef::BuyGet(offer) => &offer.reward.benefit,
            OfferDef::NthItem(offer) => &offer.benefit,
            OfferDef::MixAndMatch(offer) => &offer.benefit,
            OfferDef::SetTotal(_) | OfferDef::Gift(_) => return false,
        };
        matches!(benefit, BenefitDef::PercentOff(_))
    }

    /// The product that it gives, with where it is named below the promotion.
    #[must_use]
    pub fn gift(&self) -> Option<&GiftDef> {
        if let OfferDef::Gift(gift) = &self.offer { Some(gift) } else { None }
    }
}
