//! Kits: products that are sold whole and held as their components.
//!
//! Invariants: a kit has no stock of its own; its components are held, committed and released in whole kits, all of them or none; of a kit
//! that ships complete, all components of one kit lie at one place; a component that several kits hold, or that is sold alone too, is
//! held once.
//!
//! | item | what it is |
//! |---|---|
//! | [`KitDef`] | what a rule author writes: which product is a kit, and whether it ships complete |
//! | [`PlannedComponent`] | what a plan takes of a component |
//! | [`KitPart`] | what the reservation of a component says of its kit |
//! | [`judge`] | judges an action that is about a kit |

mod availability;
mod change;
mod compile;
mod components;
mod def;
mod hold;
mod plan;
mod reserve;
mod resolve;
mod stock;
#[cfg(test)]
mod tests;

pub(super) use availability::kits_available;
pub use availability::{KitAvailability, KitComponent};
pub(super) use compile::{Kit, Kits, compile};
pub(super) use components::check_no_components;
pub use def::{KitDef, KitPart, KitShipping};
pub use plan::PlannedComponent;
pub(super) use plan::{KitsWanted, TakenKits, check_whole, share_components, take_kits};
pub(super) use stock::{as_quantity, enough_for, times, whole};

use super::action::{
    CommitStock, ExtendReservation, FirmReservation, ReleaseStock, StockAction, TransferReservation, UncommitStock, UpdateReservation,
};
use super::decide::{Ground, Judgement, refuse};
use crate::id::{ProductId, ReservationId};
use crate::report::{Diagnostic, InventoryCode, Path};
use hold::Hold;

/// Judges an action that is about a kit; `None` for every other.
pub(super) fn judge(ground: &Ground<'_>, action: &StockAction, path: &Path<'_>) -> Option<Judgement> {
    if ground.inventory.kits().is_empty() && ground.state.kits.is_empty() {
        return None;
    }
    match action {
        StockAction::Reserve(request) => {
            let kit = ground.inventory.kit(&request.product)?;
            Some(reserve::reserve(ground, request, kit, &path.field("reserve")))
        }
        StockAction::Receive(receive) => has_no_stock(ground, &receive.product, &path.field("receive")),
        StockAction::Count(movement) => has_no_stock(ground, &movement.product, &path.field("count")),
        StockAction::Issue(movement) => has_no_stock(ground, &movement.product, &path.field("issue")),
        StockAction::ChangeOwner(change) => has_no_stock(ground, &change.product, &path.field("change_owner")),
        StockAction::Expect(expect) => has_no_stock(ground, &expect.product, &path.field("expect")),
        _ => of_reservation(ground, action, path),
    }
}

fn has_no_stock(ground: &Ground<'_>, product: &ProductId, path: &Path<'_>) -> Option<Judgement> {
    let kit = ground.inventory.kit(product)?;
    let inside: Vec<String> = kit.components.iter().map(|component| format!("`{}`", component.product)).collect();
    let message = format!("`{product}` is a kit and has no stock of its own");
    let problem = Diagnostic::error(InventoryCode::Kit, &path.field("product"), message);
    Some(Err(problem.help(format!("name its components: {}", inside.join(", "))).into()))
}

/// An action about a reservation: of a kit, whose components follow; or of a component, which does not go its own way.
fn of_reservation(ground: &Ground<'_>, action: &StockAction, path: &Path<'_>) -> Option<Judgement> {
    let id = named(action)?;
    let Some(hold) = Hold::find(ground, id) else {
        let kit = ground.state.reservation(id)?.kit.as_deref()?;
        let message = format!("the reservation `{id}` is a part of the kit `{}`; name that, and whole kits", kit.id);
        let refusal = refuse(InventoryCode::PartOfKit, message).detail("reservation", id.as_str());
        return Some(Ok(Err(vec![refusal.detail("kit", kit.id.as_str()).detail("product", kit.product.as_str())])));
    };
    Some(match action {
        StockAction::Commit(commit) => resolve::commit(ground, &hold, commit, &path.field("commit")),
        StockAction::Release(release) => resolve::release(ground, &hold, release, &path.field("release")),
        StockAction::Uncommit(uncommit) => resolve::uncommit(ground, &hold, uncommit, &path.field("uncommit")),
        StockAction::Update(update) => change::update(ground, &hold, update, &path.field("update")),
        StockAction::Extend(extend) => {
            let same = |id: ReservationId| StockAction::Extend(ExtendReservation { id, ..extend.clone() });
            resolve::each(ground, &hold, path, |part| same(part.id.clone()))
        }
        StockAction::Firm(firm) => {
            let same = |id: ReservationId| StockAction::Firm(FirmReservation { id, ..firm.clone() });
            resolve::each(ground, &hold, path, |part| same(part.id.clone()))
        }
        StockAction::Transfer(transfer) => {
            let same = |id: ReservationId| StockAction::Transfer(TransferReservation { id, ..transfer.clone() });
            resolve::each(ground, &hold, path, |part| same(part.id.clone()))
        }
        _ => return None,
    })
}

/// The reservation that an action resolves or changes.
fn named(action: &StockAction) -> Option<&ReservationId> {
    match action {
        StockAction::Commit(CommitStock { id, .. })
        | StockAction::Release(ReleaseStock { id, .. })
        | StockAction::Extend(ExtendReservation { id, .. })
        | StockAction::Firm(FirmReservation { id, .. })
        | StockAction::Transfer(TransferReservation { id, .. })
        | StockAction::Update(UpdateReservation { id, .. })
        | StockAction::Uncommit(UncommitStock { id, .. }) => Some(id),
        _ => None,
    }
}
