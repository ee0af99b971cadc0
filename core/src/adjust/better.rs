//! Two sides of a procedure, of which the better one for the customer counts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::StepId;
use crate::report::{AdjustCode, Diagnostic, Diagnostics, Path};

/// A choice between two runs of steps, which stand directly behind it: the side that leaves the lines together at the lower amount counts, the
/// other one is as if it were not there. Where both leave the same, the first counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BetterOfDef {
    /// Names the choice.
    pub id: StepId,
    /// The steps of one side, in their order.
    pub first: Vec<StepId>,
    /// The steps of the other side, in their order.
    pub second: Vec<StepId>,
}

/// A checked choice between two runs of steps.
#[derive(Debug, Clone)]
pub struct BetterOf {
    /// Names the choice.
    pub id: StepId,
    /// How many steps the first side has, which follow directly.
    pub first: usize,
    /// How many steps the second side has, which follow those.
    pub second: usize,
}

/// A step behind a choice, and whether it is one that takes something off.
#[derive(Debug, Clone, Copy)]
pub struct Follower<'f> {
    /// Names the step.
    pub id: &'f StepId,
    /// Whether it is a stage or a step of promotions.
    pub takes_off: bool,
}

impl BetterOf {
    /// Checks a choice; `behind` are the steps that follow it.
    pub fn compile(def: &BetterOfDef, behind: &[Follower<'_>], path: &Path<'_>, all: &mut Diagnostics) -> Self {
        let mut behind = behind.iter();
        for (field, side) in [("first", &def.first), ("second", &def.second)] {
            let place = path.field(field);
            if side.is_empty() {
                let problem = Diagnostic::error(AdjustCode::BetterOf, &place, format!("this side of `{}` has no step", def.id));
                all.push(problem.help("name a stage or a step of promotions"));
            }
            for (index, id) in side.iter().enumerate() {
                let message = match behind.next() {
                    Some(next) if next.id == id && next.takes_off => continue,
                    Some(next) if next.id == id => {
                        format!("`{id}` is neither a stage nor a step of promotions, so it takes no part in a choice")
                    }
                    Some(next) => format!("`{id}` does not stand here in the procedure, but `{}`", next.id),
                    None => format!("`{id}` does not stand behind `{}`", def.id),
                };
                let problem = Diagnostic::error(AdjustCode::BetterOf, &place.index(index), message);
                all.push(problem.help(format!("write the steps of both sides directly behind `{}`, first those of `first`", def.id)));
            }
        }
        Self { id: def.id.clone(), first: def.first.len(), second: def.second.len() }
    }
}
