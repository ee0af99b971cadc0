//! Which location gives what for the lines of a document. A plan changes nothing.

use std::ops::Range;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::compile::Inventory;
use super::def::is_default;
use super::dimensions::StockDimensions;
use super::kit::{self, Kit, KitsWanted, PlannedComponent, TakenKits};
use super::part::StockPart;
use super::removal::{Ask, PassedOver, RemovalTerms};
use super::rows::Asked;
use super::state::StockState;
use super::supply::{Supply, Taken};
use super::waiting::{Awaited, own_holds};
use crate::id::{DemandId, LineId, LocationId, Map, ProductId, ReservationId};
use crate::quantity::Quantity;
use crate::report::{Diagnostic, Diagnostics, Error, Finding, InventoryCode, Path, Severity};
use crate::time::Timestamp;

/// What the lines of a document need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// The moment: holds that have ended by then do not count.
    pub at: Timestamp,
    /// The locations to take from, in this order. Absent: the active locations in order of priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locations: Option<Vec<LocationId>>,
    /// Holds that the reservation will take the place of, such as those of the cart; they do not count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<ReservationId>,
    /// What the lines are for: as for a reservation, the soft holds of these demands for the products of the lines do not count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub demands: Vec<DemandId>,
    /// Whether what is missing may wait for stock, as far as the rulebook's `backorder` allows.
    #[serde(default, skip_serializing_if = "is_default")]
    pub backorder: bool,
    /// The lines, the first served first.
    pub lines: Vec<DemandLine>,
}

/// What one line needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DemandLine {
    /// The line.
    pub id: LineId,
    /// The product.
    pub product: ProductId,
    /// How much, in the product's unit; above zero.
    pub quantity: Quantity,
    /// Which stock it takes, where it is special.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removal: Option<Box<RemovalTerms>>,
}

impl DemandLine {
    fn ask(&self) -> Ask<'_> {
        Ask { product: &self.product, terms: self.removal.as_deref(), wanted_on: None }
    }
}

/// Which location gives what for each line, and what is short.
///
/// Lines and parts lie in flat arrays and name locations by number; they are read through [`Self::lines`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservationPlan {
    locations: Arc<[LocationId]>,
    lines: Vec<Entry>,
    parts: Vec<(usize, Quantity)>,
    pub(super) findings: Vec<Finding>,
    /// What waits for stock, by the number of the line.
    pub(super) waits: Map<usize, Quantity>,
    /// What tells the stock of a part apart, by the number of the part; most plans have none.
    lots: Map<usize, StockDimensions>,
    /// What was passed over, by the number of the line.
    passed_over: Map<usize, Vec<PassedOver>>,
    /// What is taken of the components of kits, by the number of the line.
    pub(super) kits: Map<usize, Vec<PlannedComponent>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    id: LineId,
    requested: Quantity,
    taken: Taken,
    parts: Range<usize>,
}

/// One line of a plan.
#[derive(Debug, Clone, Copy)]
pub struct PlannedLine<'p> {
    plan: &'p ReservationPlan,
    entry: &'p Entry,
    number: usize,
}

impl ReservationPlan {
    /// Whether every line gets all that it asks for.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.findings.is_empty()
    }

    /// The lines, in the order of the demand.
    pub fn lines(&self) -> impl ExactSizeIterator<Item = PlannedLine<'_>> {
        self.lines.iter().enumerate().map(|(number, entry)| PlannedLine { plan: self, entry, number })
    }

    /// What a line does not get of what is there.
    /// The number of the last line, and what it misses.
    pub(super) fn missing(&self) -> (usize, Quantity) {
        let missing = self.lines.last().map_or(Quantity::ZERO, |entry| entry.requested.saturating_sub(entry.taken.quantity));
        (self.lines.len().saturating_sub(1), missing)
    }

    /// One remark for each line that is short.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

impl<'p> PlannedLine<'p> {
    /// The line.
    #[must_use]
    pub fn id(self) -> &'p LineId {
        &self.entry.id
    }

    /// What it asks for.
    #[must_use]
    pub fn requested(self) -> Quantity {
        self.entry.requested
    }

    /// What it gets.
    #[must_use]
    pub fn reserved(self) -> Quantity {
        self.entry.taken.quantity
    }

    /// What waits for stock, where the demand lets it.
    #[must_use]
    pub fn backordered(self) -> Quantity {
        self.plan.waits.get(&self.number).copied().unwrap_or_default()
    }

    /// What it does not get.
    #[must_use]
    pub fn short(self) -> Quantity {
        self.requested().saturating_sub(self.reserved()).saturating_sub(self.backordered())
    }

    /// What there was for it after the lines before it.
    #[must_use]
    pub fn available(self) -> Quantity {
        self.entry.taken.available
    }

    /// Which location gives how much.
    pub fn parts(self) -> impl Iterator<Item = (&'p LocationId, Quantity)> {
        let parts = self.plan.parts.get(self.entry.parts.clone()).unwrap_or_default();
        parts.iter().filter_map(|(rank, quantity)| self.plan.locations.get(*rank).map(|location| (location, *quantity)))
    }

    /// The same with the lots, serial numbers and owners.
    pub fn stock_parts(self) -> impl Iterator<Item = StockPart> {
        let numbers = self.entry.parts.clone();
        let part = move |(number, (location, quantity)): (usize, (&LocationId, Quantity))| {
            StockPart::of(location.clone(), quantity, self.plan.lots.get(&number))
        };
        numbers.zip(self.parts()).map(part)
    }

    /// What is there of the product and was not taken, and why.
    #[must_use]
    pub fn passed_over(self) -> &'p [PassedOver] {
        self.plan.passed_over.get(&self.number).map(Vec::as_slice).unwrap_or_default()
    }

    /// What is taken of the components, for a kit.
    #[must_use]
    pub fn components(self) -> &'p [PlannedComponent] {
        self.plan.kits.get(&self.number).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Plans the reservation of a document's lines: for each line which location gives what, what is short, what is available. Lines
/// of the same product share what there is, the first served first. Nothing is held by a plan.
///
/// # Errors
/// [`Error`] for a quantity of zero or below, and for a location that the rulebook does not declare. A line that is short is not an
/// error.
///
/// ```
/// use dealdesk::inventory::{Demand, InventoryDef, StockState, compile, plan_reservation};
/// use dealdesk::report::{Diagnostics, Path};
/// let def: InventoryDef = serde_json::from_str(r#"{"locations": [{"id": "north", "priority": 1}, {"id": "south", "priority": 2}]}"#)?;
/// let inventory = compile(&def, &Path::ROOT, &mut Diagnostics::new());
/// let stock: StockState = serde_json::from_str(r#"{"positions": [
///     {"product": "P-100", "location": "north", "on_hand": "10"}, {"product": "P-100", "location": "south", "on_hand": "15"}]}"#)?;
/// let demand: Demand = serde_json::from_str(r#"{"at": "2026-11-21T09:30:00Z", "lines": [{"id": "1", "product": "P-100", "quantity": "13"}]}"#)?;
/// let plan = plan_reservation(&inventory, &stock, &demand)?;
/// let line = plan.lines().next().ok_or("no line")?;
/// let parts: Vec<_> = line.parts().map(|(location, quantity)| format!("{location}: {quantity}")).collect();
/// assert_eq!(parts, ["north: 10", "south: 3"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn plan_reservation(inventory: &Inventory, state: &StockState, demand: &Demand) -> Result<ReservationPlan, Error> {
    // 1. Refuse what cannot be judged.
    let mut problems = Diagnostics::new();
    check_lines(inventory, demand.locations.as_deref(), &demand.lines, &Path::ROOT, &mut problems);
    problems.finish()?;
    // 2. Lay out the route.
    let supply = Supply::at(inventory, state, demand.at).without(&own_holds(inventory, state, demand));
    let mut supply = match &demand.locations {
        None => supply.by_priority(),
        Some(locations) => supply.along(locations.iter()),
    };
    // 3. Find the products, and those that several lines ask for.
    supply.make_room(demand.lines.len());
    let asked = ask_for(&demand.lines, &mut supply);
    // 4. Take, line by line; what is missing waits, where it may.
    Ok(plan_lines(inventory, &demand.lines, &asked, (&mut supply, demand.backorder)))
}

/// Takes for each line what it gets along the route; whether what a line misses waits.
pub(super) fn plan_lines(
    inventory: &Inventory,
    lines: &[DemandLine],
    asked: &[Option<Asked>],
    (supply, backorder): (&mut Supply<'_>, bool),
) -> ReservationPlan {
    let mut plan = ReservationPlan {
        locations: Arc::clone(inventory.names()),
        lines: Vec::with_capacity(lines.len()),
        parts: std::mem::take(&mut supply.spare),
        findings: Vec::new(),
        waits: Map::default(),
        lots: Map::default(),
        passed_over: Map::default(),
        kits: Map::default(),
    };
    supply.lay_rows(asked);
    let mut awaited = Awaited::default();
    for (line, asked) in lines.iter().zip(asked) {
        plan.serve(line, *asked, supply);
        if backorder {
            plan.let_wait(line, &mut awaited, supply);
        }
    }
    // What has grown serves the next plan of the same supply.
    supply.spare = std::mem::take(&mut plan.parts);
    plan.parts = supply.spare.as_slice().into();
    supply.spare.clear();
    plan
}

/// What cannot be judged in the locations and lines of a document at `path`.
pub(super) fn check_lines(
    inventory: &Inventory,
    locations: Option<&[LocationId]>,
    lines: &[DemandLine],
    path: &Path<'_>,
    problems: &mut Diagnostics,
) {
    for (index, location) in locations.iter().copied().flatten().enumerate() {
        if inventory.rank(location).is_none() {
            problems.push(inventory.unknown_location(location, &path.field("locations").index(index)));
        }
    }
    for (index, line) in lines.iter().enumerate() {
        if !line.quantity.is_positive() {
            problems.push(not_positive(line.quantity, &path.field("lines").index(index).field("quantity")));
        }
    }
    kit::check_whole(inventory, lines.iter().map(|line| (&line.product, line.quantity)), path, problems);
}

pub(super) fn not_positive(quantity: Quantity, path: &Path<'_>) -> Diagnostic {
    Diagnostic::error(InventoryCode::Quantity, path, format!("the quantity `{quantity}` is not above zero"))
}

/// Finds each line's product; one that several lines ask for is shared by them.
pub(super) fn ask_for(lines: &[DemandLine], supply: &mut Supply<'_>) -> Vec<Option<Asked>> {
    let inventory = supply.inventory;
    if inventory.kits().is_empty() {
        return lines.iter().map(|line| supply.ask(line.ask())).collect();
    }
    let ask = |line: &DemandLine| match inventory.kit(&line.product) {
        None => supply.ask(line.ask()),
        Some(kit) => {
            kit::share_components(kit, supply);
            None
        }
    };
    lines.iter().map(ask).collect()
}

impl ReservationPlan {
    fn serve(&mut self, line: &DemandLine, asked: Option<Asked>, supply: &mut Supply<'_>) {
        let start = self.parts.len();
        let taken = match asked {
            _ if supply.is_untracked(&line.product) => self.serve_untracked(line, supply),
            Some(asked) => self.serve_asked(line, asked, supply),
            None => match supply.inventory.kit(&line.product) {
                Some(kit) => return self.serve_kits(line, kit, supply),
                None => Taken::default(),
            },
        };
        if taken.quantity < line.quantity {
            self.findings.push(short_finding(line, taken.available));
        }
        self.lines.push(Entry { id: line.id.clone(), requested: line.quantity, taken, parts: start..self.parts.len() });
    }

    fn serve_asked(&mut self, line: &DemandLine, asked: Asked, supply: &mut Supply<'_>) -> Taken {
        if let Some(taken) = supply.take_plain(asked, line.quantity, &mut self.parts) {
            return taken;
        }
        match supply.shelf(asked) {
            Some(shelf) if supply.is_plain(line.ask(), shelf) => {
                supply.take(&line.product, shelf, line.quantity, |rank, quantity| self.parts.push((rank, quantity)))
            }
            Some(shelf) => self.serve_lots(line, shelf, supply),
            None => Taken::default(),
        }
    }

    /// Kits are taken apart: their parts are whole kits, and their components say which stock.
    fn serve_kits(&mut self, line: &DemandLine, kit: &Kit, supply: &mut Supply<'_>) {
        let (start, inventory) = (self.parts.len(), supply.inventory);
        let wanted = KitsWanted { kit, terms: line.removal.as_deref(), kits: kit::whole(line.quantity) };
        let TakenKits { available, kits, places, components, scarce } = kit::take_kits(inventory, wanted, supply);
        let rank = |(place, kits): (LocationId, i64)| Some((inventory.rank(&place)?, kit::as_quantity(kits)));
        self.parts.extend(places.into_iter().filter_map(rank));
        let taken = Taken { available: kit::as_quantity(available), quantity: kit::as_quantity(kits) };
        if taken.quantity < line.quantity {
            let finding = short_finding(line, taken.available);
            self.findings.push(scarce.iter().fold(finding, |finding, product| finding.detail("component", product.as_str())));
        }
        self.kits.insert(self.lines.len(), components);
        self.lines.push(Entry { id: line.id.clone(), requested: line.quantity, taken, parts: start..self.parts.len() });
    }

    /// Of stock that is told apart it is said which is taken, and which is not.
    fn serve_lots(&mut self, line: &DemandLine, shelf: usize, supply: &mut Supply<'_>) -> Taken {
        let passed_over = supply.passed_over(line.ask());
        if !passed_over.is_empty() {
            self.passed_over.insert(self.lines.len(), passed_over);
        }
        supply.pick(line.ask(), shelf, line.quantity, |rank, quantity, stock| {
            if let Some(stock) = stock {
                self.lots.insert(self.parts.len(), stock.clone());
            }
            self.parts.push((rank, quantity));
        })
    }

    /// Of a product that is not tracked the first location of the route gives any quantity.
    fn serve_untracked(&mut self, line: &DemandLine, supply: &Supply<'_>) -> Taken {
        let Some(rank) = supply.first() else { return Taken::default() };
        self.parts.push((rank, line.quantity));
        Taken { available: line.quantity, quantity: line.quantity }
    }
}

fn short_finding(line: &DemandLine, available: Quantity) -> Finding {
    let message = format!("`{}`: {} asked for, {available} available", line.product, line.quantity);
    Finding::new(InventoryCode::Insufficient, Severity::Error, message)
        .line(line.id.clone())
        .detail("product", line.product.as_str())
        .detail("requested", line.quantity.to_decimal())
        .detail("available", available.to_decimal())
        .detail("short", line.quantity.saturating_sub(available).to_decimal())
}

impl Serialize for ReservationPlan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut plan = serializer.serialize_struct("ReservationPlan", 3)?;
        plan.serialize_field("complete", &self.complete())?;
        plan.serialize_field("lines", &self.lines().collect::<Vec<_>>())?;
        plan.serialize_field("findings", &self.findings)?;
        plan.end()
    }
}

impl Serialize for PlannedLine<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let parts: Vec<StockPart> = self.stock_parts().collect();
        let passed_over = self.passed_over();
        let mut line = serializer.serialize_struct("PlannedLine", 9)?;
        line.serialize_field("id", self.id())?;
        line.serialize_field("requested", &self.requested())?;
        line.serialize_field("reserved", &self.reserved())?;
        line.serialize_field("short", &self.short())?;
        line.serialize_field("available", &self.available())?;
        line.serialize_field("parts", &parts)?;
        if !passed_over.is_empty() {
            line.serialize_field("passed_over", passed_over)?;
        }
        if !self.backordered().is_zero() {
            line.serialize_field("backordered", &self.backordered())?;
        }
        if !self.components().is_empty() {
            line.serialize_field("components", self.components())?;
        }
        line.end()
    }
}

/// A plan as it is written; it says the same as the two `Serialize` above.
#[derive(JsonSchema)]
#[schemars(rename = "ReservationPlan")]
#[expect(dead_code, reason = "only its schema is used")]
struct PlanForm {
    /// Whether every line gets all that it asks for.
    complete: bool,
    /// The lines, in the order of the demand.
    lines: Vec<LineForm>,
    /// One remark for each line that is short.
    findings: Vec<Finding>,
}

#[derive(JsonSchema)]
#[schemars(rename = "PlannedLine")]
#[expect(dead_code, reason = "only its schema is used")]
struct LineForm {
    /// The line.
    id: LineId,
    /// What it asks for.
    requested: Quantity,
    /// What it gets.
    reserved: Quantity,
    /// What it does not get.
    short: Quantity,
    /// What there was for it after the lines before it.
    available: Quantity,
    /// Which location gives how much.
    parts: Vec<StockPart>,
    /// What is there of the product and was not taken, and why; left out when there is none.
    #[schemars(skip_serializing_if = "Vec::is_empty")]
    passed_over: Vec<PassedOver>,
    /// What waits for stock, where the demand lets it; left out when nothing does.
    #[schemars(skip_serializing_if = "is_default")]
    backordered: Quantity,
    /// Of a kit, what is taken of each component; its `parts` are whole kits then, and nothing for one that ships apart. Left out for others.
    #[schemars(skip_serializing_if = "Vec::is_empty")]
    components: Vec<PlannedComponent>,
}

impl JsonSchema for ReservationPlan {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        PlanForm::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        PlanForm::json_schema(generator)
    }
}
