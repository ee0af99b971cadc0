//! From a definition to checked policies and the facts of locations.

use super::super::expected::SupplyKind;
use super::def::{Relax, SourcingConstraint, SourcingDef, SourcingFactsDef, SourcingObjective, SourcingStrategy, SplitDef};
use crate::id::{CarrierId, LocationId, Map, Set, SourcingId};
use crate::limits::Limits;
use crate::money::{Decimal, Percent};
use crate::report::{Diagnostic, Diagnostics, InventoryCode, LimitCode, Path, ShapeCode};

/// The decimals of distances and costs.
const DECIMALS: u32 = 6;
/// A lead time is shorter than this.
const MOST_LEAD_DAYS: u32 = 3_660;
const DEFAULT_EVALUATIONS: u32 = 100_000;

/// The checked policies, and what is known about each location by its rank.
#[derive(Debug, Clone, Default)]
pub(in crate::inventory) struct Sourcing {
    pub policies: Map<SourcingId, Policy>,
    pub facts: Vec<Facts>,
}

/// A checked policy.
#[derive(Debug, Clone)]
pub(in crate::inventory) struct Policy {
    pub strategy: SourcingStrategy,
    pub default_location: Option<LocationId>,
    pub hard: Vec<Constraint>,
    /// The soft ones with their names, in the order in which they are dropped.
    pub soft: Vec<(Constraint, &'static str)>,
    pub relax: Relax,
    pub objectives: Vec<SourcingObjective>,
    pub split: SplitDef,
    pub supply: Vec<SupplyKind>,
    pub max_evaluations: u32,
}

/// A checked constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::inventory) enum Constraint {
    CanShip,
    MaxDistance(i64),
    MaxLeadDays(u32),
    MaxRejects(u32),
    Capacity,
    Cutoff,
    Carrier,
    OnTime,
}

/// What is known about a location; distances and costs in millionths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::inventory) struct Facts {
    pub priority: u32,
    pub can_ship: Option<bool>,
    pub distance: Option<i64>,
    pub lead_days: Option<u32>,
    pub capacity: Option<u32>,
    pub rejects: Option<u32>,
    pub carriers: Option<Vec<CarrierId>>,
    pub cost_per_shipment: Option<i64>,
    pub cost_per_unit: Option<i64>,
    pub cost_per_distance: Option<i64>,
}

impl Policy {
    /// Whether the policy asks for this.
    pub fn aims_at(&self, objective: SourcingObjective) -> bool {
        self.objectives.contains(&objective)
    }

    /// Whether one objective counts more than another, or counts where the other does not.
    pub fn prefers(&self, objective: SourcingObjective, other: SourcingObjective) -> bool {
        let place = |wanted| self.objectives.iter().position(|known| *known == wanted);
        place(objective).is_some_and(|first| place(other).is_none_or(|second| first < second))
    }
}

impl Facts {
    /// These facts, those that are absent from `declared`.
    pub fn or(self, declared: &Self) -> Self {
        Self {
            priority: declared.priority,
            can_ship: self.can_ship.or(declared.can_ship),
            distance: self.distance.or(declared.distance),
            lead_days: self.lead_days.or(declared.lead_days),
            capacity: self.capacity.or(declared.capacity),
            rejects: self.rejects.or(declared.rejects),
            carriers: self.carriers.or_else(|| declared.carriers.clone()),
            cost_per_shipment: self.cost_per_shipment.or(declared.cost_per_shipment),
            cost_per_unit: self.cost_per_unit.or(declared.cost_per_unit),
            cost_per_distance: self.cost_per_distance.or(declared.cost_per_distance),
        }
    }
}

/// Checks the facts of a location.
pub(in crate::inventory) fn compile_facts(def: &SourcingFactsDef, priority: u32, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Facts {
    let mut number = |number: Option<Decimal>, field| number.and_then(|number| measure(number, &path.field(field), diagnostics));
    let distance = number(def.distance, "distance");
    let cost_per_shipment = number(def.cost_per_shipment, "cost_per_shipment");
    let cost_per_unit = number(def.cost_per_unit, "cost_per_unit");
    let cost_per_distance = number(def.cost_per_distance, "cost_per_distance");
    if let Some(days) = def.lead_days.filter(|days| *days > MOST_LEAD_DAYS) {
        let message = format!("a lead time of `{days}` days is more than ten years; write at most {MOST_LEAD_DAYS}");
        diagnostics.error(ShapeCode::InvalidValue, &path.field("lead_days"), message);
    }
    Facts {
        priority,
        can_ship: def.can_ship,
        distance,
        lead_days: def.lead_days.map(|days| days.min(MOST_LEAD_DAYS)),
        capacity: def.capacity,
        rejects: def.rejects,
        carriers: def.carriers.clone(),
        cost_per_shipment,
        cost_per_unit,
        cost_per_distance,
    }
}

/// A distance or a cost in millionths.
fn measure(number: Decimal, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Option<i64> {
    if number.is_negative() {
        diagnostics.error(ShapeCode::InvalidValue, path, format!("`{number}` is below zero; write zero or more"));
        return None;
    }
    let measured = number.mantissa_at(DECIMALS).ok();
    if measured.is_none() {
        let message = format!("`{number}` has too many digits; write at most 12 before the point and {DECIMALS} after it");
        diagnostics.error(ShapeCode::InvalidValue, path, message);
    }
    measured
}

/// Checks the policies; `known` are the locations of the rulebook, `may_wait` whether any product may be backordered.
pub(in crate::inventory) fn compile_policies(
    defs: &[SourcingDef],
    (known, may_wait): (&Map<LocationId, bool>, bool),
    path: &Path<'_>,
    diagnostics: &mut Diagnostics,
) -> Map<SourcingId, Policy> {
    let mut policies = Map::default();
    for (index, def) in defs.iter().enumerate() {
        let here = path.index(index);
        let policy = compile_policy(def, (known, may_wait), &here, diagnostics);
        if policies.insert(def.id.clone(), policy).is_some() {
            diagnostics.duplicate(&here.field("id"), "sourcing policy", def.id.as_str());
        }
    }
    policies
}

fn compile_policy(
    def: &SourcingDef,
    (known, may_wait): (&Map<LocationId, bool>, bool),
    path: &Path<'_>,
    diagnostics: &mut Diagnostics,
) -> Policy {
    check_strategy(def, known, path, diagnostics);
    check_objectives(def, path, diagnostics);
    check_split(&def.split, &path.field("split"), diagnostics);
    check_supply(def, may_wait, &path.field("supply"), diagnostics);
    let most = Limits::default().sourcing_evaluations;
    if let Some(asked) = def.max_evaluations.filter(|asked| *asked > most) {
        let message = format!("`{asked}` evaluations are more than the {most} that a search may have");
        diagnostics.error(LimitCode::TooMany, &path.field("max_evaluations"), message);
    }
    let (hard, soft) = compile_constraints(def, path, diagnostics);
    let default = || vec![SourcingObjective::Unfilled, SourcingObjective::Shipments, SourcingObjective::Priority];
    Policy {
        strategy: def.strategy,
        default_location: def.default_location.clone(),
        hard: hard.into_iter().map(|(constraint, _)| constraint).collect(),
        soft,
        relax: def.relax,
        objectives: def.objectives.clone().filter(|objectives| !objectives.is_empty()).unwrap_or_else(default),
        split: def.split.clone(),
        supply: def.supply.clone(),
        max_evaluations: def.max_evaluations.unwrap_or(DEFAULT_EVALUATIONS).min(most),
    }
}

fn check_strategy(def: &SourcingDef, known: &Map<LocationId, bool>, path: &Path<'_>, diagnostics: &mut Diagnostics) {
    let here = path.field("default_location");
    match (&def.default_location, def.strategy) {
        (Some(location), SourcingStrategy::DefaultLocationFirstThenPosition) => {
            if !known.contains_key(location) {
                diagnostics.unknown(&here, "location", location.as_str(), known.keys().map(LocationId::as_str));
            }
        }
        (Some(location), _) => {
            let message = format!("the strategy never looks at the default location `{location}`");
            let help = "write `\"strategy\": \"default_location_first_then_position\"`, or leave the location out";
            diagnostics.push(Diagnostic::error(InventoryCode::SourcingConflict, &here, message).help(help));
        }
        (None, _) => {}
    }
    if def.strategy == SourcingStrategy::Objectives {
        return;
    }
    for (given, field) in [(def.objectives.is_some(), "objectives"), (def.max_evaluations.is_some(), "max_evaluations")] {
        if given {
            let message = format!("this strategy takes one location after the other and searches nothing: `{field}` is never looked at");
            let help = "leave it out, or leave `strategy` out";
            diagnostics.push(Diagnostic::error(InventoryCode::SourcingConflict, &path.field(field), message).help(help));
        }
    }
}

fn check_objectives(def: &SourcingDef, path: &Path<'_>, diagnostics: &mut Diagnostics) {
    let path = path.field("objectives");
    let mut seen = Set::default();
    for (index, objective) in def.objectives.iter().flatten().enumerate() {
        if index == 0 && *objective != SourcingObjective::Unfilled {
            let message = format!("with `{}` before `unfilled` the best plan is to ship nothing", objective.name());
            let problem = Diagnostic::error(InventoryCode::SourcingConflict, &path.index(0), message);
            diagnostics.push(problem.help("write `unfilled` first"));
        }
        if !seen.insert(*objective) {
            let message = format!("`{}` stands in the list before; keep one of them", objective.name());
            diagnostics.error(InventoryCode::SourcingConflict, &path.index(index), message);
        }
    }
}

fn check_supply(def: &SourcingDef, may_wait: bool, path: &Path<'_>, diagnostics: &mut Diagnostics) {
    for (index, kind) in def.supply.iter().enumerate() {
        if def.supply.iter().take(index).any(|earlier| earlier == kind) {
            diagnostics.error(InventoryCode::SourcingConflict, &path.index(index), "this kind of supply is named twice; keep one of them");
        }
    }
    if !def.supply.is_empty() && !may_wait {
        let message =
            "what is on its way is held as a backorder, and the rulebook denies backorders of every product: it would never count";
        let help = "allow `backorder`, of all products or of some, or leave `supply` out";
        diagnostics.push(Diagnostic::error(InventoryCode::SourcingConflict, path, message).help(help));
    }
}

fn check_split(split: &SplitDef, path: &Path<'_>, diagnostics: &mut Diagnostics) {
    let mut conflict = |field, message: &str| diagnostics.error(InventoryCode::SourcingConflict, &path.field(field), message);
    if !split.allow_order_split {
        let over_again = [(split.max_splits.is_some(), "max_splits"), (split.no_split_below_amount.is_some(), "no_split_below_amount")];
        for (_, field) in over_again.into_iter().filter(|(given, _)| *given) {
            conflict(field, "an order that is never split needs no such limit; leave it out, or allow orders to be split");
        }
    }
    let undivided = !split.allow_order_split || !split.allow_line_split;
    let least = [(split.min_split_qty.is_some(), "min_split_qty"), (split.min_split_percent.is_some(), "min_split_percent")];
    for (_, field) in least.into_iter().filter(|(given, _)| *given && undivided) {
        conflict(field, "a line that is never split has no least part; leave it out, or allow lines to be split");
    }
    if split.min_split_qty.is_some() && split.min_split_percent.is_some() {
        conflict("min_split_percent", "the least part is given as a quantity and as a percentage; keep one of them");
    }
    if let Some(quantity) = split.min_split_qty.filter(|quantity| !quantity.is_positive()) {
        let message = format!("the least part `{quantity}` is not above zero; leave it out when any part will do");
        diagnostics.error(InventoryCode::Quantity, &path.field("min_split_qty"), message);
    }
    let half = |percent: Decimal| !percent.is_zero() && !percent.is_negative() && percent <= Decimal::from(50);
    if let Some(percent) = split.min_split_percent.map(Percent::to_decimal).filter(|percent| !half(*percent)) {
        let message =
            format!("a part of `{percent}` percent is not above 0 and at most 50; two parts of more than half are more than a line");
        diagnostics.error(ShapeCode::InvalidValue, &path.field("min_split_percent"), message);
    }
    if let Some(amount) = split.no_split_below_amount.filter(|amount| amount.is_negative()) {
        let message = format!("the amount `{amount}` is below zero; write zero or more");
        diagnostics.error(ShapeCode::InvalidValue, &path.field("no_split_below_amount"), message);
    }
}

type Named = (Constraint, &'static str);

fn compile_constraints(def: &SourcingDef, path: &Path<'_>, diagnostics: &mut Diagnostics) -> (Vec<Named>, Vec<Named>) {
    let mut seen: Set<&'static str> = Set::default();
    let mut compile = |list: &[SourcingConstraint], path: &Path<'_>| -> Vec<Named> {
        let mut compiled = Vec::with_capacity(list.len());
        for (index, constraint) in list.iter().enumerate() {
            let here = path.index(index);
            if !seen.insert(constraint.name()) {
                let message = format!("`{}` stands in the policy before; keep one of them", constraint.name());
                diagnostics.error(InventoryCode::SourcingConflict, &here, message);
            }
            compiled.extend(compile_constraint(constraint, &here, diagnostics).map(|checked| (checked, constraint.name())));
        }
        compiled
    };
    let hard = compile(&def.hard, &path.field("hard"));
    let soft = compile(&def.soft, &path.field("soft"));
    (hard, soft)
}

fn compile_constraint(constraint: &SourcingConstraint, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Option<Constraint> {
    Some(match constraint {
        SourcingConstraint::CanShip => Constraint::CanShip,
        SourcingConstraint::MaxDistance(most) => Constraint::MaxDistance(measure(*most, &path.field("max_distance"), diagnostics)?),
        SourcingConstraint::MaxLeadDays(most) => Constraint::MaxLeadDays(*most),
        SourcingConstraint::MaxRejects(most) => Constraint::MaxRejects(*most),
        SourcingConstraint::Capacity => Constraint::Capacity,
        SourcingConstraint::Cutoff => Constraint::Cutoff,
        SourcingConstraint::Carrier => Constraint::Carrier,
        SourcingConstraint::OnTime => Constraint::OnTime,
    })
}
