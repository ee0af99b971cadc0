//! From a definition to a checked policy.

use super::calendar;
use super::def::{ConfirmationRule, Overcommitted, PromiseDef, PromiseMethod, PromiseScope};
use crate::id::{CalendarId, Set};
use crate::inventory::SupplyKind;
use crate::report::{Diagnostic, Diagnostics, InventoryCode, Path, RulebookCode, did_you_mean};
use crate::time::{Date, TimeError, Workdays};

/// How dates are promised, checked.
#[derive(Debug, Clone, Default)]
pub(in crate::inventory) struct PromisePolicy {
    pub(super) method: PromiseMethod,
    pub(super) overcommitted: Overcommitted,
    firm: bool,
    planned: bool,
    pub(super) confirm: ConfirmationRule,
    pub(super) together: PromiseScope,
    pub(super) delayed_supply_offset: i32,
    pub(super) delayed_demand_offset: i32,
    pub(super) backward_supply_fence: Option<i32>,
    pub(super) backward_demand_fence: Option<i32>,
    pub(super) infinite_supply_after: Option<i32>,
    pub(super) calendar: Option<Workdays>,
}

impl PromisePolicy {
    /// Whether supply of this kind counts.
    pub(super) fn counts(&self, kind: SupplyKind) -> bool {
        match kind {
            SupplyKind::Firm => self.firm,
            SupplyKind::Planned => self.planned,
        }
    }
}

impl PromisePolicy {
    /// What is overdue from an earlier day than the first does not count any more; the rest is taken to come on the second.
    ///
    /// # Errors
    /// [`TimeError`] when a day lies outside the calendar.
    pub(in crate::inventory) fn overdue_supply(&self, today: Date) -> Result<(Option<Date>, Date), TimeError> {
        let day = |days: i32| calendar::shift(self.calendar.as_ref(), today, days);
        let from = self.backward_supply_fence.map(|days| day(days.saturating_neg())).transpose()?;
        Ok((from, day(self.delayed_supply_offset)?))
    }
}

/// The longest time that a setting may name: ten years.
const MOST_DAYS: i32 = 3_660;

/// Checks how dates are promised. Problems go to `diagnostics` with their place below `path`.
pub(in crate::inventory) fn compile(def: &PromiseDef, path: &Path<'_>, diagnostics: &mut Diagnostics) -> PromisePolicy {
    check_kinds(&def.supply, &path.field("supply"), diagnostics);
    check_days(def, path, diagnostics);
    let calendars = compile_calendars(def, path, diagnostics);
    let calendar = def.calendar.as_ref().and_then(|id| choose(&calendars, id, &path.field("calendar"), diagnostics));
    PromisePolicy {
        method: def.method,
        overcommitted: def.overcommitted,
        firm: def.supply.contains(&SupplyKind::Firm),
        planned: def.supply.contains(&SupplyKind::Planned),
        confirm: def.confirm,
        together: def.together,
        delayed_supply_offset: def.delayed_supply_offset,
        delayed_demand_offset: def.delayed_demand_offset,
        backward_supply_fence: def.backward_supply_fence,
        backward_demand_fence: def.backward_demand_fence,
        infinite_supply_after: def.infinite_supply_after,
        calendar,
    }
}

fn check_kinds(kinds: &[SupplyKind], path: &Path<'_>, diagnostics: &mut Diagnostics) {
    for (index, kind) in kinds.iter().enumerate() {
        if kinds.iter().take(index).any(|earlier| earlier == kind) {
            diagnostics.error(RulebookCode::DuplicateId, &path.index(index), "this kind of supply is named twice; keep one of them");
        }
    }
}

fn check_days(def: &PromiseDef, path: &Path<'_>, diagnostics: &mut Diagnostics) {
    for (name, days) in [
        ("backward_demand_fence", def.backward_demand_fence),
        ("backward_supply_fence", def.backward_supply_fence),
        ("delayed_demand_offset", Some(def.delayed_demand_offset)),
        ("delayed_supply_offset", Some(def.delayed_supply_offset)),
        ("infinite_supply_after", def.infinite_supply_after),
    ] {
        let Some(days) = days.filter(|days| !(0..=MOST_DAYS).contains(days)) else { continue };
        let message = format!("`{days}` is not a number of days from 0 to {MOST_DAYS}");
        diagnostics.error(InventoryCode::Days, &path.field(name), message);
    }
}

fn compile_calendars(def: &PromiseDef, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Vec<(CalendarId, Workdays)> {
    let path = path.field("calendars");
    let mut seen = Set::default();
    let mut calendars = Vec::with_capacity(def.calendars.len());
    for (index, declared) in def.calendars.iter().enumerate() {
        let here = path.index(index);
        if !seen.insert(&declared.id) {
            let message = format!("the calendar `{}` is declared twice; give each calendar its own id", declared.id);
            diagnostics.error(RulebookCode::DuplicateId, &here.field("id"), message);
        }
        calendars.push((declared.id.clone(), calendar::compile(declared, &here, diagnostics)));
    }
    calendars
}

fn choose(calendars: &[(CalendarId, Workdays)], id: &CalendarId, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Option<Workdays> {
    let found = calendars.iter().find(|(known, _)| known == id).map(|(_, calendar)| calendar.clone());
    if found.is_none() {
        let message = format!("the calendar `{id}` is not declared; declare it in `calendars`");
        let help = did_you_mean(id.as_str(), calendars.iter().map(|(known, _)| known.as_str()));
        diagnostics.push(Diagnostic::error(RulebookCode::UnknownReference, path, message).maybe_help(help));
    }
    found
}
