//! Checking the rounding of a step.

use super::{Diagnostics, Path, RulebookCode};
use crate::money::{ChosenRounding, Rounding, RoundingDef};

/// Checks the rounding of a step, which stands at `path` with the fields `rounding` and `currency_roundings`; `scale` says how many digits
/// after the point its results have. None where there is none, or none that can be used.
pub(crate) fn check_rounding(
    chosen: ChosenRounding,
    scale: impl FnOnce(RoundingDef) -> u8,
    path: &Path<'_>,
    all: &mut Diagnostics,
) -> Option<Rounding> {
    let def = chosen.def?;
    let error = match Rounding::new(def, scale(def)) {
        Ok(rounding) => return Some(rounding),
        Err(error) => error.to_string(),
    };
    match chosen.entry {
        None => all.error(RulebookCode::Rounding, &path.field("rounding"), error),
        Some(entry) => all.error(RulebookCode::Rounding, &path.field("currency_roundings").index(entry).field("rounding"), error),
    }
    None
}
