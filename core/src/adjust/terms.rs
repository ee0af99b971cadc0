//! What few rules have: a base of their own, tags, a coupon, limits. Kept apart from what is read for every line.

use super::limit::{CapPer, Limited, Limits};
use super::promotion::{PromotionDef, PromotionPlace, PromotionStepDef};
use super::{AdjustmentDef, StageDef, StagePlace, Stop};
use crate::expr::CompileContext;
use crate::id::{Ordinal, RuleId, StepId, TagId};
use crate::report::{AdjustCode, Diagnostic, Diagnostics, LimitCode, Path, did_you_mean};
use crate::time::Window;

/// A set of a rulebook's tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tags(u128);

impl Tags {
    /// How many different tags a rulebook can have.
    pub const MAX: usize = 128;

    fn of(tag: usize) -> Self {
        Self(u32::try_from(tag).ok().and_then(|tag| 1_u128.checked_shl(tag)).unwrap_or(0))
    }

    /// The tags of both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The tags that both have.
    #[must_use]
    pub const fn shared(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The numbers of the tags.
    pub fn numbers(self) -> impl Iterator<Item = usize> {
        (0..Self::MAX).filter(move |tag| !self.shared(Self::of(*tag)).is_empty())
    }
}

/// The tags that rules have, in the order in which they first occur.
#[must_use]
pub fn tag_names(adjustments: &[AdjustmentDef], promotions: &[PromotionDef]) -> Vec<TagId> {
    let mut names: crate::id::Set<&TagId> = crate::id::Set::default();
    names.extend(adjustments.iter().flat_map(|rule| &rule.tags));
    names.extend(promotions.iter().flat_map(|promotion| &promotion.tags));
    names.into_iter().cloned().collect()
}

/// The terms on which a rule applies.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// The number of the step on whose result its percentage is taken.
    pub base: Option<usize>,
    /// What others may exclude it by.
    pub tags: Tags,
    /// The tags of rules that never apply together with it.
    pub excludes: Tags,
    /// Whether no later stage changes the lines that it applied to.
    pub stops_all: bool,
    /// The moments at which it applies; all when absent.
    pub valid_at: Option<Window>,
    /// Whether it asks for a coupon.
    pub coupon: bool,
    /// What limits it.
    pub limits: Limits,
}

/// A rule whose uses are counted: an adjustment or a promotion.
pub trait Termed {
    /// Names it.
    fn id(&self) -> &RuleId;
    /// Its number among all rules: adjustments first, then promotions.
    fn rule_number(&self) -> Ordinal;
    /// Its terms; none when it has none.
    fn terms(&self) -> Option<&Terms>;
}

impl Terms {
    /// Checks the terms of a rule; none when it has none.
    pub(super) fn compile(
        def: &AdjustmentDef,
        stage: &StageDef,
        place: StagePlace<'_>,
        path: &Path<'_>,
        cx: &mut CompileContext<'_>,
    ) -> Option<Box<Self>> {
        if let Some(window) = def.valid_at {
            cx.diagnostics.check_window(window, &path.field("valid_at"));
        }
        let terms = Self {
            base: base(def, place, path, cx),
            tags: tags(&def.tags, place.tags, |_, _| {}),
            excludes: excludes(&def.exclusive_with, place.tags, path, cx),
            stops_all: def.stop == Some(Stop::All),
            valid_at: def.valid_at,
            coupon: def.coupon.is_some(),
            limits: Limits::compile(def, stage, place.currency, path, cx.diagnostics),
        };
        terms.unless_plain()
    }

    /// Nothing where there are no terms.
    fn unless_plain(self) -> Option<Box<Self>> {
        let plain = self.base.is_none()
            && self.tags.is_empty()
            && self.excludes.is_empty()
            && !self.stops_all
            && self.valid_at.is_none()
            && !self.coupon
            && self.limits == Limits::default();
        (!plain).then(|| Box::new(self))
    }

    /// Checks the terms of a promotion; none when it has none.
    pub(super) fn of_promotion(
        def: &PromotionDef,
        step: &PromotionStepDef,
        place: PromotionPlace<'_>,
        path: &Path<'_>,
        cx: &mut CompileContext<'_>,
    ) -> Option<Box<Self>> {
        let excludes = excludes(&def.exclusive_with, place.tags, path, cx);
        let based = Based { rule: &def.id, step: &step.id, percentage: def.is_percentage(), before: place.before };
        let base = def.base.as_ref().and_then(|base| based.find(base, &path.field("base"), cx));
        let all = &mut *cx.diagnostics;
        if let Some(window) = def.valid_at {
            all.check_window(window, &path.field("valid_at"));
        }
        if def.cap_amount.is_some_and(|cap| cap.per == CapPer::Line) {
            let cap = path.field("cap_amount");
            all.error(AdjustCode::EffectScope, &cap.field("per"), "what a promotion takes off is capped once; leave `per` out");
        }
        let limited = Limited {
            id: &def.id,
            coupon: def.coupon.is_some(),
            limit: def.limit,
            budget: def.budget,
            cap_amount: def.cap_amount,
            cap_units: None,
        };
        let limits = Limits::read(&limited, place.currency, path, all);
        let tags = tags(&def.tags, place.tags, |_, _| {});
        Self { base, tags, excludes, stops_all: false, valid_at: def.valid_at, coupon: limited.coupon, limits }.unless_plain()
    }

    /// Whether the two never apply to a line together.
    #[must_use]
    pub const fn conflict(&self, tags: Tags, excludes: Tags) -> Tags {
        self.excludes.shared(tags).with(self.tags.shared(excludes))
    }

    /// Whether its uses are redemptions, which the host keeps.
    #[must_use]
    pub fn is_redeemed(&self) -> bool {
        self.coupon || self.limits.counts()
    }

    /// Whether something bounds its use: it asks for a coupon, or is limited.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        self.coupon || self.limits != Limits::default()
    }
}

fn base(def: &AdjustmentDef, place: StagePlace<'_>, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<usize> {
    let based = Based { rule: &def.id, step: &def.stage, percentage: def.effect.is_percentage(), before: place.before };
    based.find(def.base.as_ref()?, &path.field("base"), cx)
}

/// A rule that names the step on whose result its percentage is taken.
struct Based<'b> {
    rule: &'b RuleId,
    /// Where it applies.
    step: &'b StepId,
    percentage: bool,
    before: &'b [StepId],
}

impl Based<'_> {
    /// The number of the step.
    fn find(&self, id: &StepId, at: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<usize> {
        if !self.percentage {
            let message = format!("`{}` takes no percentage, so it has no base; leave `base` out", self.rule);
            cx.diagnostics.error(AdjustCode::Base, at, message);
        }
        let found = self.before.iter().position(|step| step == id);
        if found.is_none() {
            let message = format!("`{id}` is not a step before `{}`, so no percentage can be taken on it", self.step);
            let help = did_you_mean(id.as_str(), self.before.iter().map(StepId::as_str));
            cx.diagnostics.push(Diagnostic::error(AdjustCode::Base, at, message).maybe_help(help));
        }
        found
    }
}

/// The set of the tags; what is not known is told.
fn tags(wanted: &[TagId], known: &[TagId], mut unknown: impl FnMut(usize, &TagId)) -> Tags {
    wanted.iter().enumerate().fold(Tags::default(), |all, (index, tag)| match known.iter().position(|name| name == tag) {
        Some(number) => all.with(Tags::of(number)),
        None => {
            unknown(index, tag);
            all
        }
    })
}

fn excludes(wanted: &[TagId], known: &[TagId], path: &Path<'_>, cx: &mut CompileContext<'_>) -> Tags {
    let at = path.field("exclusive_with");
    tags(wanted, known, |index, tag| {
        cx.diagnostics.unknown(&at.index(index), "rule with the tag", tag.as_str(), known.iter().map(TagId::as_str));
    })
}

/// More different tags than can be told apart are an error.
pub fn check_tags(names: &[TagId], path: &Path<'_>, diagnostics: &mut Diagnostics) {
    if names.len() > Tags::MAX {
        let message = format!("the rules have {} different tags; at most {} can be told apart", names.len(), Tags::MAX);
        diagnostics.error(LimitCode::TooMany, path, message);
    }
}
