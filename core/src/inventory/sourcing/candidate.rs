//! The locations that may ship an order: what is known about them, and what a constraint holds against them.

use super::super::compile::Inventory;
use super::compile::{Constraint, Facts, Policy, compile_facts};
use super::def::{SourcingObjective, SourcingStrategy};
use super::plan::SourcingObjection;
use super::request::{SourcingCandidate, SourcingDemand};
use crate::id::{CarrierId, LocationId, Set};
use crate::money::Decimal;
use crate::report::{Code, Details, Diagnostic, Diagnostics, Error, InventoryCode, LimitCode, Path};
use crate::time::{Date, Timestamp};

/// A location that may ship.
#[derive(Debug, Clone)]
pub(super) struct Candidate<'r> {
    pub rank: usize,
    pub location: &'r LocationId,
    pub active: bool,
    pub facts: Facts,
    pub cutoff: Option<Timestamp>,
    /// When its goods arrive.
    pub arrives_on: Date,
}

/// What the order brings to the judgement of a location.
#[derive(Debug, Clone, Copy)]
pub(super) struct Occasion<'r> {
    pub at: Timestamp,
    pub carriers: &'r [CarrierId],
    pub collection_point: Option<&'r LocationId>,
    /// Whether distances are asked for.
    pub measures: bool,
}

impl<'r> Occasion<'r> {
    pub fn of(demand: &'r SourcingDemand, policy: &Policy) -> Self {
        let measures = policy.aims_at(SourcingObjective::Distance) || policy.strategy == SourcingStrategy::ClosestLocation;
        Self { at: demand.at, carriers: &demand.carriers, collection_point: demand.collection_point.as_ref(), measures }
    }
}

/// The candidates of a request by rank: those that it names, or all.
pub(super) fn candidates<'r>(inventory: &'r Inventory, demand: &'r SourcingDemand) -> Result<Vec<Candidate<'r>>, Error> {
    let mut problems = Diagnostics::new();
    let mut found: Vec<Candidate<'r>> = match &demand.candidates {
        None => (0..inventory.names().len()).filter_map(|rank| declared(inventory, rank, demand.at)).collect(),
        Some(named) => {
            let mut seen = Set::default();
            let path = Path::ROOT.field("candidates");
            let mut listed = Vec::with_capacity(named.len());
            for (index, candidate) in named.iter().enumerate() {
                let here = path.index(index);
                if !seen.insert(&candidate.location) {
                    problems.duplicate(&here.field("location"), "candidate", candidate.location.as_str());
                }
                listed.extend(given(inventory, candidate, demand.at, &here, &mut problems));
            }
            listed
        }
    };
    problems.finish()?;
    found.sort_by_key(|candidate| candidate.rank);
    for candidate in &mut found {
        candidate.arrives_on = candidate.arrival(demand.at)?;
    }
    Ok(found)
}

fn declared(inventory: &Inventory, rank: usize, at: Timestamp) -> Option<Candidate<'_>> {
    let location = inventory.names().get(rank)?;
    let facts = inventory.sourcing().facts.get(rank).cloned().unwrap_or_default();
    Some(Candidate { rank, location, active: inventory.is_active(location), facts, cutoff: None, arrives_on: at.date() })
}

fn given<'r>(
    inventory: &'r Inventory,
    candidate: &'r SourcingCandidate,
    at: Timestamp,
    path: &Path<'_>,
    problems: &mut Diagnostics,
) -> Option<Candidate<'r>> {
    let Some(rank) = inventory.rank(&candidate.location) else {
        problems.push(inventory.unknown_location(&candidate.location, &path.field("location")));
        return None;
    };
    let mut found = declared(inventory, rank, at)?;
    found.cutoff = candidate.cutoff;
    if let Some(facts) = &candidate.facts {
        found.facts = compile_facts(facts, 0, &path.field("facts"), problems).or(&found.facts);
    }
    Some(found)
}

impl Candidate<'_> {
    fn past_cutoff(&self, at: Timestamp) -> bool {
        self.cutoff.is_some_and(|cutoff| at >= cutoff)
    }

    fn arrival(&self, at: Timestamp) -> Result<Date, Error> {
        let days = self.facts.lead_days.unwrap_or(0).saturating_add(u32::from(self.past_cutoff(at)));
        let arrival = i32::try_from(days).ok().and_then(|days| at.date().add_days(days).ok());
        arrival.ok_or_else(|| {
            let message = format!("{days} days after `{at}` there is no date; correct `at` or the lead time of `{}`", self.location);
            Diagnostic::error(LimitCode::Overflow, &Path::ROOT.field("at"), message).into()
        })
    }

    /// When goods arrive that are there to be shipped on a later day.
    pub fn arrives_of(&self, day: Date) -> Option<Date> {
        let days = i32::try_from(self.facts.lead_days.unwrap_or(0)).ok()?;
        Some(day.add_days(days).ok()?.max(self.arrives_on))
    }

    /// What a shipment costs, whatever is in it.
    pub fn shipment_cost(&self) -> i128 {
        let by_distance = i128::from(self.facts.cost_per_distance.unwrap_or(0)).saturating_mul(self.facts.distance.unwrap_or(0).into());
        i128::from(self.facts.cost_per_shipment.unwrap_or(0)).saturating_mul(1_000_000).saturating_add(by_distance)
    }

    /// Why it may not ship at all, whatever the policy's constraints.
    pub fn unfit(&self, occasion: &Occasion<'_>) -> Option<SourcingObjection> {
        if let Some(point) = occasion.collection_point.filter(|point| *point != self.location) {
            let message = format!("the goods are picked up at `{point}`");
            return Some(objection(InventoryCode::NotCollectionPoint, message).with("collection_point", point.as_str()));
        }
        if !self.active {
            return Some(objection(InventoryCode::LocationInactive, "the location is not active".to_owned()));
        }
        let by_distance = self.facts.cost_per_distance.is_some_and(|cost| cost > 0);
        let blind = occasion.collection_point.is_none() && (occasion.measures || by_distance) && self.facts.distance.is_none();
        blind.then(distance_unknown)
    }

    /// Whether it breaks a constraint. `on_time` is a matter of each line.
    pub fn breaks(&self, constraint: Constraint, occasion: &Occasion<'_>) -> bool {
        match constraint {
            Constraint::CanShip => self.facts.can_ship == Some(false),
            Constraint::MaxDistance(most) => self.facts.distance.is_none_or(|distance| distance > most),
            Constraint::MaxLeadDays(most) => self.facts.lead_days.unwrap_or(0) > most,
            Constraint::MaxRejects(most) => self.facts.rejects.unwrap_or(0) > most,
            Constraint::Capacity => self.facts.capacity == Some(0),
            Constraint::Cutoff => self.past_cutoff(occasion.at),
            Constraint::Carrier => {
                let calls = |carriers: &Vec<CarrierId>| occasion.carriers.iter().any(|wanted| carriers.contains(wanted));
                !occasion.carriers.is_empty() && !self.facts.carriers.as_ref().is_none_or(calls)
            }
            Constraint::OnTime => false,
        }
    }

    /// What a constraint that it breaks holds against it, with the figures.
    pub fn objection(&self, constraint: Constraint, occasion: &Occasion<'_>) -> SourcingObjection {
        let above = |code: InventoryCode, what: &str, actual: Decimal, most: Decimal| {
            objection(code, format!("{what} {actual}, at most {most}")).with("actual", actual).with("limit", most)
        };
        match constraint {
            Constraint::CanShip | Constraint::OnTime => {
                objection(InventoryCode::CannotShip, "the location does not ship to customers".to_owned())
            }
            Constraint::MaxDistance(most) => match self.facts.distance {
                Some(distance) => above(InventoryCode::TooFar, "distance", millionths(distance), millionths(most)),
                None => distance_unknown(),
            },
            Constraint::MaxLeadDays(most) => {
                let days = self.facts.lead_days.unwrap_or(0);
                above(InventoryCode::TooSlow, "days until arrival", days.into(), most.into())
            }
            Constraint::MaxRejects(most) => {
                let rejects = self.facts.rejects.unwrap_or(0);
                above(InventoryCode::TooManyRejects, "turned down", rejects.into(), most.into())
            }
            Constraint::Capacity => {
                objection(InventoryCode::NoCapacity, "the location takes on no more orders".to_owned()).with("actual", Decimal::ZERO)
            }
            Constraint::Cutoff => {
                let cutoff = self.cutoff.map_or_else(String::new, |cutoff| cutoff.to_string());
                let message = format!("the order comes at {}, the cutoff was at {cutoff}", occasion.at);
                objection(InventoryCode::PastCutoff, message).with("actual", occasion.at.to_string()).with("limit", cutoff)
            }
            Constraint::Carrier => {
                let names = |carriers: &[CarrierId]| carriers.iter().map(CarrierId::as_str).collect::<Vec<_>>().join(", ");
                let (here, wanted) = (names(self.facts.carriers.as_deref().unwrap_or_default()), names(occasion.carriers));
                let message = format!("carriers: {here}; wanted: {wanted}");
                objection(InventoryCode::NoCarrier, message).with("actual", here).with("limit", wanted)
            }
        }
    }
}

/// A distance or a cost as a decimal.
pub(super) fn millionths(number: i64) -> Decimal {
    Decimal::from_parts(number.into(), 6).unwrap_or_default().normalize()
}

pub(super) fn objection(code: InventoryCode, message: String) -> SourcingObjection {
    SourcingObjection { code: Code::from(code), message, details: Details::default() }
}

fn distance_unknown() -> SourcingObjection {
    objection(InventoryCode::DistanceUnknown, "how far the location is was not said".to_owned())
}
