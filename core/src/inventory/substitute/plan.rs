//! Planning what is delivered instead.

use super::super::compile::Inventory;
use super::super::kit::{self, Kit, KitsWanted, PlannedComponent, TakenKits};
use super::super::part::StockPart;
use super::super::plan::not_positive;
use super::super::removal::Ask;
use super::super::state::StockState;
use super::super::supply::Supply;
use super::compile::Candidate;
use super::request::{FulfilledAs, PlanSubstitutesRequest, RejectedSubstitute, SubstituteDemand, SubstituteLine, SubstitutePlan};
use crate::id::{ProductId, Set};
use crate::limits::Limits;
use crate::quantity::Quantity;
use crate::report::{Diagnostics, Error, Finding, InventoryCode, LimitCode, Path, Severity};
use crate::time::Date;

/// Plans what each line gets of its own product, and what is delivered in the place of the rest. Nothing is held by a plan.
///
/// # Errors
/// [`Error`] with every problem of the request: quantities of zero or below, locations that the rulebook does not declare, lines that
/// stand there twice, a substitute that is both accepted and declined.
///
/// ```
/// use dealdesk::inventory::{InventoryDef, compile, plan_substitutes};
/// use dealdesk::report::{Diagnostics, Path};
/// let def: InventoryDef = serde_json::from_str(r#"{"locations": [{"id": "north"}], "substitutes": [
///     {"from": "BOLT-10", "to": "BOLT-5", "ratio": {"from": "1", "to": "2"}}]}"#)?;
/// let inventory = compile(&def, &Path::ROOT, &mut Diagnostics::new());
/// let plan = plan_substitutes(&inventory, &serde_json::from_str(r#"{"at": "2026-12-01T08:00:00Z", "lines": [{"id": "1", "product": "BOLT-10", "quantity": "5"}],
///     "state": {"positions": [{"product": "BOLT-10", "location": "north", "on_hand": "2"}, {"product": "BOLT-5", "location": "north", "on_hand": "9"}]}}"#)?)?;
/// assert_eq!(plan.lines[0].fulfilled_as[0].quantity.to_string(), "6");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn plan_substitutes(inventory: &Inventory, request: &PlanSubstitutesRequest) -> Result<SubstitutePlan, Error> {
    // 1. Refuse what cannot be judged.
    check(inventory, request)?;
    let mut stock = Stock::of(inventory, request);
    // 2. What each line gets of its own product.
    let mut lines: Vec<SubstituteLine> = request.lines.iter().map(|line| stock.own(line)).collect();
    // 3. What is delivered instead, and then what could be, if the customer agreed.
    for asks in [false, true] {
        for (demand, line) in request.lines.iter().zip(&mut lines) {
            stock.substitute(demand, line, asks);
        }
    }
    // 4. What has to be said.
    let findings: Vec<Finding> = lines.iter().flat_map(remarks).collect();
    Ok(SubstitutePlan { complete: findings.is_empty(), lines, findings })
}

fn check(inventory: &Inventory, request: &PlanSubstitutesRequest) -> Result<(), Error> {
    let mut problems = Diagnostics::new();
    let most = Limits::default().lines;
    if request.lines.len() > most {
        let message = format!("there are {} lines; at most {most} are allowed", request.lines.len());
        problems.error(LimitCode::TooMany, &Path::ROOT.field("lines"), message);
    }
    for (index, location) in request.locations.iter().flatten().enumerate() {
        if inventory.rank(location).is_none() {
            problems.push(inventory.unknown_location(location, &Path::ROOT.field("locations").index(index)));
        }
    }
    let mut seen = Set::default();
    for (index, line) in request.lines.iter().enumerate() {
        let list = Path::ROOT.field("lines");
        let path = list.index(index);
        if !seen.insert(&line.id) {
            problems.duplicate(&path.field("id"), "line", line.id.as_str());
        }
        if !line.quantity.is_positive() {
            problems.push(not_positive(line.quantity, &path.field("quantity")));
        }
        for (number, product) in line.declines.iter().enumerate().filter(|(_, product)| line.accepts.contains(product)) {
            let message = format!("the customer both accepts and declines `{product}`; keep one of them");
            problems.error(InventoryCode::Consent, &path.field("declines").index(number), message);
        }
    }
    kit::check_whole(inventory, request.lines.iter().map(|line| (&line.product, line.quantity)), &Path::ROOT, &mut problems);
    problems.finish().map(|_| ())
}

/// The stock while lines take from it.
struct Stock<'s> {
    inventory: &'s Inventory,
    state: &'s StockState,
    today: Date,
    supply: Supply<'s>,
}

impl<'s> Stock<'s> {
    fn of(inventory: &'s Inventory, request: &'s PlanSubstitutesRequest) -> Self {
        let supply = Supply::at(inventory, &request.state, request.at).without(&request.replaces);
        let supply = match &request.locations {
            None => supply.by_priority(),
            Some(locations) => supply.along(locations.iter()),
        };
        Self { inventory, state: &request.state, today: request.at.date(), supply }
    }

    fn available(&mut self, product: &ProductId) -> Quantity {
        if let Some(kit) = self.inventory.kit(product) {
            return kit::as_quantity(self.take_kits(kit, 0).available);
        }
        if self.supply.is_untracked(product) { Quantity::MAX } else { self.supply.available(product) }
    }

    fn take_kits(&mut self, kit: &Kit, kits: i64) -> TakenKits {
        kit::share_components(kit, &mut self.supply);
        kit::take_kits(self.inventory, KitsWanted { kit, terms: None, kits }, &mut self.supply)
    }

    /// Takes up to a quantity of a product: from where, and of a kit which components.
    fn take(&mut self, product: &ProductId, quantity: Quantity) -> (Vec<StockPart>, Vec<PlannedComponent>) {
        let Some(kit) = self.inventory.kit(product) else { return (self.take_goods(product, quantity), Vec::new()) };
        let TakenKits { places, components, .. } = self.take_kits(kit, kit::whole(quantity));
        (places.into_iter().map(|(location, kits)| StockPart::plain(location, kit::as_quantity(kits))).collect(), components)
    }

    fn take_goods(&mut self, product: &ProductId, quantity: Quantity) -> Vec<StockPart> {
        let names = self.inventory.names();
        let mut parts = Vec::new();
        if self.supply.is_untracked(product) {
            let location = self.supply.first().and_then(|rank| names.get(rank)).cloned();
            parts.extend(location.map(|location| StockPart::untracked(location, quantity)));
            return parts;
        }
        let Some(shelf) = self.state.shelves.get_index_of(product) else { return parts };
        self.supply.share(shelf);
        self.supply.pick(Ask::any(product), shelf, quantity, |rank, quantity, stock| {
            if let Some(location) = names.get(rank) {
                parts.push(StockPart::of(location.clone(), quantity, stock));
            }
        });
        parts
    }

    fn own(&mut self, demand: &SubstituteDemand) -> SubstituteLine {
        let (parts, components) = self.take(&demand.product, demand.quantity);
        let own = match self.inventory.kit(&demand.product) {
            None => parts.iter().map(|part| part.quantity).sum(),
            Some(kit) => kit::as_quantity(kit.count(&components)),
        };
        SubstituteLine {
            id: demand.id.clone(),
            product: demand.product.clone(),
            requested: demand.quantity,
            own,
            parts,
            components,
            fulfilled_as: Vec::new(),
            asked: Vec::new(),
            short: demand.quantity.saturating_sub(own),
            rejected: Vec::new(),
        }
    }

    /// Covers what is short with substitutes: those that may be delivered, or (`asks`) those that the customer has to be asked about.
    fn substitute(&mut self, demand: &SubstituteDemand, line: &mut SubstituteLine, asks: bool) {
        let mut open = line.short;
        let inventory = self.inventory;
        for candidate in inventory.substitutes().candidates(&demand.product, self.today) {
            let consent = candidate.needs_consent && !demand.accepts.contains(candidate.product);
            if !open.is_positive() || consent != asks {
                continue;
            }
            match self.replace(demand, &candidate, open) {
                Ok(instead) => {
                    open = open.saturating_sub(instead.covers);
                    if asks {
                        line.asked.push(instead);
                    } else {
                        line.short = open;
                        line.fulfilled_as.push(instead);
                    }
                }
                Err(code) => line.rejected.push(RejectedSubstitute { product: candidate.product.clone(), code: code.into() }),
            }
        }
    }

    /// As many whole sets of a candidate as are needed and there.
    fn replace(&mut self, demand: &SubstituteDemand, candidate: &Candidate<'_>, open: Quantity) -> Result<FulfilledAs, InventoryCode> {
        if demand.declines.contains(candidate.product) {
            return Err(InventoryCode::SubstituteDeclined);
        }
        if candidate.closed.is_some() {
            return Err(InventoryCode::SubstituteNotValid);
        }
        let ratio = candidate.ratio;
        let sets = |quantity: Quantity, each: Quantity| quantity.millionths().checked_div(each.millionths()).unwrap_or_default();
        let count = sets(open, ratio.from).min(sets(self.available(candidate.product), ratio.to));
        if count <= 0 {
            return Err(InventoryCode::Insufficient);
        }
        let times = |each: Quantity| Quantity::from_millionths(each.millionths().saturating_mul(count));
        let (parts, components) = self.take(candidate.product, times(ratio.to));
        Ok(FulfilledAs {
            product: candidate.product.clone(),
            quantity: times(ratio.to),
            ratio,
            covers: times(ratio.from),
            price: candidate.price,
            through: candidate.through.iter().map(|product| (*product).clone()).collect(),
            parts,
            components,
        })
    }
}

fn remarks(line: &SubstituteLine) -> impl Iterator<Item = Finding> {
    let ask = |instead: &FulfilledAs| {
        let FulfilledAs { product, quantity, covers, .. } = instead;
        let message = format!("`{}`: {covers} are not there; would the customer take {quantity} of `{product}` instead?", line.product);
        Finding::new(InventoryCode::Consent, Severity::Warning, message)
            .line(line.id.clone())
            .detail("product", line.product.as_str())
            .detail("substitute", product.as_str())
            .detail("quantity", quantity.to_decimal())
            .detail("covers", covers.to_decimal())
    };
    let short = line.short.is_positive().then(|| {
        let covered = line.requested.saturating_sub(line.short);
        let instead = covered.saturating_sub(line.own);
        let message = format!("`{}`: {} asked for, {covered} covered, {instead} of it by substitutes", line.product, line.requested);
        Finding::new(InventoryCode::Insufficient, Severity::Error, message)
            .line(line.id.clone())
            .detail("product", line.product.as_str())
            .detail("requested", line.requested.to_decimal())
            .detail("available", covered.to_decimal())
            .detail("short", line.short.to_decimal())
    });
    line.asked.iter().map(ask).chain(short).collect::<Vec<_>>().into_iter()
}
