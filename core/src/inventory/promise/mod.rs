//! Promising: when each line of a document can be had, from what is there and what is on its way.
//!
//! Invariants: a promise never breaks one that was made before it; what is promised is covered by what is there and what comes, unit by
//! unit; with the cumulative method more supply never makes a promise later or less.
//!
//! | file | what it does |
//! |---|---|
//! | `def`, `compile`, `calendar` | the policy and its working days |
//! | `ground` | what counts, and when |
//! | `timeline` | what can be promised, day by day |
//! | `offer`, `confirm` | what a line takes of it, alone or with its group |
//! | `kit` | the same for kits, by their components |
//! | `pegging` | which supply it comes from |
//! | `project` | what of a product can be promised, day by day |

mod answer;
mod calendar;
mod compile;
mod confirm;
mod def;
mod ground;
mod kit;
mod offer;
mod pegging;
mod project;
mod request;
mod say;
#[cfg(test)]
mod tests;
mod timeline;

pub use answer::{
    Nearest, Peg, PegSource, Projection, ProjectionDay, Promisable, PromisePlan, PromisedComponent, PromisedLine, ScheduleLine,
};
pub(super) use compile::{PromisePolicy, compile};
pub use def::{CalendarDef, ConfirmationRule, Overcommitted, PromiseDef, PromiseMethod, PromiseScope};
pub use project::project;
pub use request::{DatedDemand, ProjectionRequest, PromiseLine, PromiseRequest};

use confirm::Desk;
use ground::{Beside, Ground};

use super::compile::Inventory;
use super::kit::{as_quantity, whole};
use crate::limits::Limits;
use crate::report::{Diagnostic, Diagnostics, Error, InventoryCode, LimitCode, Path};

/// Says when each line can be had. Lines of one product share what there is, the first served first. Nothing is held by a promise.
///
/// # Errors
/// [`Error`] for a quantity of zero or below, a location that the rulebook does not declare, a supply that is given twice, a calendar
/// without working days. A line that cannot be confirmed is not an error.
///
/// ```
/// use dealdesk::inventory::{InventoryDef, PromiseRequest, compile, promise};
/// use dealdesk::report::{Diagnostics, Path};
/// let def: InventoryDef = serde_json::from_str(r#"{"locations": [{"id": "north"}]}"#)?;
/// let inventory = compile(&def, &Path::ROOT, &mut Diagnostics::new());
/// let request: PromiseRequest = serde_json::from_str(r#"{"at": "2026-11-21T09:30:00Z", "state": {
///     "positions": [{"product": "P", "location": "north", "on_hand": "4"}],
///     "supplies": [{"id": "PO-1", "product": "P", "location": "north", "due": "2026-12-01", "open": "10"}]},
///     "lines": [{"id": "1", "product": "P", "quantity": "6"}]}"#)?;
/// let promise = promise(&inventory, &request)?;
/// let parts: Vec<_> = promise.lines[0].schedule_lines.iter().map(|part| format!("{} on {}", part.quantity, part.date)).collect();
/// assert_eq!(parts, ["4 on 2026-11-21", "2 on 2026-12-01"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn promise(inventory: &Inventory, request: &PromiseRequest) -> Result<PromisePlan, Error> {
    let policy = inventory.promise();
    // 1. Refuse what cannot be judged.
    let mut problems = Diagnostics::new();
    let calendar = request.calendar.as_ref().map(|def| calendar::compile(def, &Path::ROOT.field("calendar"), &mut problems));
    let ground = Ground::lay(inventory, beside(request), calendar.as_ref())?;
    ground.check(&mut problems);
    check_lines(&ground, &request.lines, &mut problems);
    problems.finish()?;
    // 2. Confirm the lines.
    let mut desk = Desk::new(&ground, &request.lines, request.confirm.unwrap_or(policy.confirm));
    let confirmed = desk.confirm(request.together.unwrap_or(policy.together));
    // 3. Find where it comes from, and say it.
    Ok(say::promise(&mut desk, confirmed, request.pegging))
}

fn beside(request: &PromiseRequest) -> Beside<'_> {
    Beside {
        state: &request.state,
        at: request.at,
        today: request.today,
        replaces: &request.replaces,
        supplies: &request.supplies,
        demands: &request.demands,
        anew: request.lines.iter().filter_map(|line| line.demand.as_ref()).collect(),
    }
}

fn check_lines(ground: &Ground<'_>, lines: &[PromiseLine], problems: &mut Diagnostics) {
    let path = Path::ROOT.field("lines");
    let most = Limits::default().lines;
    if lines.len() > most {
        let message = format!("{} lines are more than the {most} that are promised at once; promise them in parts", lines.len());
        problems.push(Diagnostic::error(LimitCode::TooMany, &path, message));
    }
    for (index, line) in lines.iter().enumerate() {
        let here = path.index(index);
        ground.check_entry(line.quantity, None, &here, problems);
        if ground.inventory.kit(&line.product).is_some() && as_quantity(whole(line.quantity)) != line.quantity {
            let message = format!("`{}` kits are no whole number of them; write a whole number", line.quantity);
            problems.error(InventoryCode::Quantity, &here.field("quantity"), message);
        }
        ground.check_location(line.location.as_ref(), &here, problems);
    }
}
