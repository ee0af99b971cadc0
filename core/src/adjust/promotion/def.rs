//! What an author writes about promotions: offers that count units.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::{BudgetDef, CapAmountDef, RuleCouponDef, TieBreak, UsesDef};
use crate::id::{ProductId, RuleId, StepId, TagId};
use crate::money::{AllocationMethod, Currency, CurrencyRoundingDef, Decimal, RoundingDef, ZeroWeights};
use crate::time::{Period, Window};

/// How what a promotion takes off becomes amounts of its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromotionAllocateDef {
    /// How whole minor units are found, and who takes the remainder.
    #[serde(default)]
    pub method: AllocationMethod,
    /// What happens when all its lines are worth nothing.
    #[serde(default)]
    pub zero_weights: ZeroWeights,
}

/// A step of the procedure at which promotions apply. Within it a unit takes part in one promotion only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromotionStepDef {
    /// Names the step; promotions refer to it.
    pub id: StepId,
    /// Which promotion gets a unit that several want.
    pub combine: Combine,
    /// What decides between promotions of equal priority; without it they are an error where the order matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tie_break: Option<TieBreak>,
    /// Which figure is rounded.
    #[serde(default)]
    pub round_at: PromotionRoundAt,
    /// How it is rounded; half-up to the currency's minor unit when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding: Option<RoundingDef>,
    /// How documents in some currencies are rounded instead. An `increment` of `rounding` is in the rulebook's own currency: documents in
    /// others that are not named here are rounded to their minor unit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub currency_roundings: Vec<CurrencyRoundingDef>,
    /// How what a promotion takes off is split over its lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocate: Option<PromotionAllocateDef>,
    /// How many steps the search for the best combination may take, 1 to 1000000; 20000 when absent. A step looks at up to 16 classes of
    /// units that are alike. Only for `optimal`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_steps: Option<u32>,
}

/// Which promotion gets a unit that several want.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Combine {
    /// The one with the highest priority takes what it can, then the next.
    Priority,
    /// The combination that takes off most in all; among equals the one in the order of priority.
    Optimal,
}

/// Which figure a step of promotions rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PromotionRoundAt {
    /// What a promotion leaves of all its rewarded units together: then it makes no difference how units are split over lines.
    #[default]
    Promotion,
    /// What a promotion leaves of each rewarded unit. What it sets or takes off for a group is rounded for the promotion.
    Unit,
}

/// An offer that counts units: buy two, get one; three for 5.00.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromotionDef {
    /// Names the promotion; different from all others, and from all adjustments.
    pub id: RuleId,
    /// How people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The step at which it applies.
    pub step: StepId,
    /// Higher goes first; 0 when absent.
    #[serde(default)]
    pub priority: i32,
    /// When it is valid, judged by the document's date; always when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid: Option<Period>,
    /// From which time to which it is valid too, where days are not fine enough; then only for requests that say `at` which time they are
    /// made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_at: Option<Window>,
    /// The currencies of the documents that it is for, in each of which its amounts are. When it names none, all documents, unless it has
    /// amounts: those are in the rulebook's currency, and so are the documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub currencies: Vec<Currency>,
    /// The condition on the document as it enters the step; always true when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What it offers.
    pub offer: OfferDef,
    /// The earlier step on whose result its percentage is taken; what units cost as they enter the step when absent. Only for `percent_off`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<StepId>,
    /// Which units bear what is taken off.
    #[serde(default)]
    pub apportion: Apportion,
    /// What others may exclude it by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<TagId>,
    /// The tags of adjustments and promotions that never apply to a line together with this one, whichever of the two comes first. A
    /// promotion does not exclude itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclusive_with: Vec<TagId>,
    /// The coupon that it asks for; none when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupon: Option<RuleCouponDef>,
    /// How often it may be used, over all documents; any number of times when absent. A document is one use, however often it applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<UsesDef>,
    /// How much it may take off, over all documents; any amount when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<BudgetDef>,
    /// How much it may take off in one document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap_amount: Option<CapAmountDef>,
}

/// Which units bear what a promotion takes off: what a customer gets back for a unit that returns depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Apportion {
    /// Those that are rewarded.
    #[default]
    Reward,
    /// All units of the group, also those that were only bought, in proportion to their prices.
    All,
}

/// What a promotion offers. Only whole base units count; what is left of a quantity takes no part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OfferDef {
    /// A benefit on single units: on the cheapest one of the order, on at most three of each line.
    Discount(UnitDiscountDef),
    /// Whoever buys some units gets a benefit on others.
    BuyGet(BuyGetDef),
    /// Of every so many units, the cheapest or the dearest get a benefit: every second at half price, three for two.
    NthItem(NthItemDef),
    /// So many units together for a total: three for 5.00.
    SetTotal(SetTotalDef),
    /// Units of several kinds together get a benefit: a starter, a main course and a drink for 15.00.
    MixAndMatch(MixAndMatchDef),
    /// Units of a product for nothing: those that the document has are free, those that it lacks are proposed.
    Gift(GiftDef),
}

/// What rewarded units get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BenefitDef {
    /// A percentage off, 0 to 100.
    PercentOff(Decimal),
    /// An amount off, but never below zero.
    AmountOff(BenefitAmountDef),
    /// This price per unit, where it is lower.
    FixedPrice(Decimal),
    /// This total for the rewarded units of a group, where it is lower.
    SetTotal(Decimal),
}

/// An amount off rewarded units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BenefitAmountDef {
    /// The amount, in the document's currency.
    pub amount: Decimal,
    /// What it is taken off; the group when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<BenefitPer>,
}

/// What an amount off is counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BenefitPer {
    /// Each rewarded unit.
    Unit,
    /// The rewarded units of a group together.
    Group,
}

/// Which of the units that could take part do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Select {
    /// Those with the lowest price.
    Cheapest,
    /// Those with the highest price.
    Dearest,
    /// Those with which the combination takes off most. Only in a step that combines `optimal`.
    Any,
}

/// How often an offer applies to one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RepeatDef {
    /// Once.
    Once,
    /// At most so often.
    AtMost(Decimal),
    /// As often as there are units.
    #[default]
    Unlimited,
}

/// Units of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitsDef {
    /// The condition on the lines whose units count; all lines when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<String>,
    /// How many units; a whole number from 1.
    pub quantity: Decimal,
    /// Which of them; the dearest when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<Select>,
}

/// A benefit on single units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitDiscountDef {
    /// The condition on the lines whose units count; all lines when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<String>,
    /// What each of them gets; no `set_total`.
    pub benefit: BenefitDef,
    /// How many units of the document at most; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Decimal>,
    /// How many units of each line at most; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most_per_line: Option<Decimal>,
    /// Which units; the cheapest when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<Select>,
}

/// Whoever buys some units gets a benefit on others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BuyGetDef {
    /// What must be bought, at its own price. It is taken before the reward.
    pub trigger: UnitsDef,
    /// What gets the benefit. It may be among what may be bought: a unit is either bought or rewarded.
    pub reward: RewardDef,
    /// How often.
    #[serde(default)]
    pub repeat: RepeatDef,
    /// Which units are used up.
    #[serde(default)]
    pub consume: Consume,
    /// Whether fewer rewarded units will do where there are not enough.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
}

/// What gets the benefit of a `buy_get`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RewardDef {
    /// The condition on the lines whose units count; all lines when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<String>,
    /// How many units; a whole number from 1.
    pub quantity: Decimal,
    /// Which of them; the cheapest when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<Select>,
    /// What they get.
    pub benefit: BenefitDef,
}

/// Which units an offer uses up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Consume {
    /// Those that are bought and those that are rewarded: each counts once.
    #[default]
    TriggerAndReward,
    /// Only those that are rewarded: what is bought counts again, for this offer and for others. Buy a phone, get a fifth off all accessories.
    Reward,
}

/// Of every so many units some get a benefit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NthItemDef {
    /// The condition on the lines whose units count; all lines when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<String>,
    /// How many units make a group; a whole number from 2.
    pub every: Decimal,
    /// How many of them get the benefit, fewer than the group; 1 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    /// Which of the group; the cheapest when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<NthSelect>,
    /// How the groups are made.
    #[serde(default)]
    pub favour: Favour,
    /// What they get.
    pub benefit: BenefitDef,
    /// How often.
    #[serde(default)]
    pub repeat: RepeatDef,
}

/// Which units of a group get the benefit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NthSelect {
    /// Those with the lowest price.
    #[default]
    Cheapest,
    /// Those with the highest price.
    Dearest,
}

/// How units are put into groups of which some get a benefit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Favour {
    /// Like with like, from the dearest down: of 9, 8, 7, 6, 5, 4 in groups of three, the 7 and the 4 are the cheapest.
    #[default]
    Customer,
    /// The dearest with those that get the benefit: of 9, 8, 7, 6, 5, 4 in groups of three, the 5 and the 4 are the cheapest.
    Retailer,
}

/// So many units together for a total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetTotalDef {
    /// The condition on the lines whose units count; all lines when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<String>,
    /// How many units make a group; a whole number from 1.
    pub quantity: Decimal,
    /// What they cost together, where it is lower.
    pub total: Decimal,
    /// Which units; the dearest when absent, and in a step that combines `optimal` those with which it takes off most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<Select>,
    /// How often.
    #[serde(default)]
    pub repeat: RepeatDef,
}

/// Units of several kinds together get a benefit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MixAndMatchDef {
    /// The kinds, 1 to 6. A unit that is of several kinds counts for one of them.
    pub groups: Vec<MixGroupDef>,
    /// What the rewarded units get.
    pub benefit: BenefitDef,
    /// How often.
    #[serde(default)]
    pub repeat: RepeatDef,
}

/// A kind of units of a `mix_and_match`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MixGroupDef {
    /// The condition on the lines whose units count; all lines when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<String>,
    /// How many units; a whole number from 1.
    pub quantity: Decimal,
    /// Which of them; the dearest when absent, and in a step that combines `optimal` those with which it takes off most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<Select>,
    /// Whether they get the benefit; true when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rewarded: Option<bool>,
}

/// Units of a product for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GiftDef {
    /// The product.
    pub product: ProductId,
    /// How many base units of it for each group that is bought; a whole number from 1.
    pub quantity: Decimal,
    /// What must be bought for it, each unit counting once; only the condition on the document when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<UnitsDef>,
    /// How often; once when there is no trigger.
    #[serde(default)]
    pub repeat: RepeatDef,
}
