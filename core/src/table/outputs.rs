//! The columns that a table gives: their values, defaults and ranks, and what the hit policy needs of them.

use super::scalar::article;
use super::{HitPolicy, OutputDef, OutputType, Scalar, TableDef};
use crate::id::TableId;
use crate::report::{Diagnostic, Diagnostics, Path, TableCode, did_you_mean};
use crate::sort;

/// A column that is given.
#[derive(Debug, Clone)]
pub(super) struct Output {
    pub id: TableId,
    kind: OutputType,
    /// The values it may have, the highest rank first.
    values: Option<Box<[Scalar]>>,
}

impl Output {
    /// The value of a cell; otherwise what is wrong and what to do.
    pub fn value(&self, text: &str) -> Result<Scalar, (String, Option<String>)> {
        let value =
            Scalar::read(text, self.kind).map_err(|message| (message, Some(format!("`{}` gives {}", self.id, article(self.kind)))))?;
        match &self.values {
            Some(values) if !values.contains(&value) => {
                let known: Vec<String> = values.iter().map(plain).collect();
                let message = format!("`{}` is not one of the values of `{}`", plain(&value), self.id);
                Err((message, did_you_mean(&plain(&value), known.iter().map(String::as_str))))
            }
            _ => Ok(value),
        }
    }

    fn rank(&self, value: &Scalar) -> usize {
        self.values.as_ref().and_then(|values| values.iter().position(|known| known == value)).unwrap_or_default()
    }
}

fn plain(value: &Scalar) -> String {
    if let Scalar::Text(text) = value { text.to_string() } else { value.to_string() }
}

/// Checks that the table declares what its hit policy needs.
pub(super) fn check_policy(def: &TableDef, policy: HitPolicy, path: &Path<'_>, all: &mut Diagnostics) -> bool {
    let name = policy.as_str();
    let one_number = matches!(def.outputs.as_slice(), [OutputDef { kind: OutputType::Number, .. }]);
    let ranked = def.outputs.iter().any(|output| output.values.is_some());
    let problem = match policy {
        HitPolicy::CollectSum | HitPolicy::CollectMin | HitPolicy::CollectMax if !one_number => {
            Some((format!("`{name}` needs exactly one output, of type `number`"), "use `collect` to get all rows that fire"))
        }
        HitPolicy::Priority | HitPolicy::OutputOrder if !ranked => {
            Some((format!("`{name}` needs an output with `values`"), "list the values of an output, the most important first"))
        }
        HitPolicy::CollectCount => None,
        _ if def.outputs.is_empty() => Some(("the table has no outputs".to_owned(), "say in `outputs` what the rows give")),
        _ => None,
    };
    if let Some((message, help)) = problem {
        all.push(Diagnostic::error(TableCode::HitPolicy, &path.field("hit_policy"), message).help(help));
        return false;
    }
    true
}

/// The outputs; none in the place of one that cannot be used.
pub(super) fn read(def: &TableDef, path: &Path<'_>, all: &mut Diagnostics) -> Vec<Option<Output>> {
    let path = path.field("outputs");
    let read = |(at, output): (usize, &OutputDef)| {
        let path = path.index(at);
        let values = match &output.values {
            None => None,
            Some(values) => Some(read_values(values, output.kind, &path.field("values"), all)?),
        };
        Some(Output { id: output.id.clone(), kind: output.kind, values })
    };
    def.outputs.iter().enumerate().map(read).collect()
}

fn read_values(values: &[String], kind: OutputType, path: &Path<'_>, all: &mut Diagnostics) -> Option<Box<[Scalar]>> {
    let mut read = Vec::with_capacity(values.len());
    let mut good = !values.is_empty();
    if values.is_empty() {
        all.error(TableCode::OutputValue, path, "the list of values is empty; leave it out when any value will do");
    }
    for (at, text) in values.iter().enumerate() {
        match Scalar::read(text, kind) {
            Ok(value) if read.contains(&value) => {
                all.error(TableCode::OutputValue, &path.index(at), format!("`{text}` is listed twice"));
                good = false;
            }
            Ok(value) => read.push(value),
            Err(message) => {
                all.error(TableCode::OutputValue, &path.index(at), message);
                good = false;
            }
        }
    }
    good.then_some(read.into())
}

/// What the outputs are when no row fires: `Some(None)` when the table does not say, `None` when what it says cannot be used.
pub(super) fn read_default(def: &TableDef, path: &Path<'_>, all: &mut Diagnostics) -> Option<Option<Box<[Scalar]>>> {
    if def.outputs.iter().all(|output| output.default.is_none()) {
        return Some(None);
    }
    let path = path.field("outputs");
    let mut defaults = Vec::with_capacity(def.outputs.len());
    let columns = read(def, &Path::ROOT, &mut Diagnostics::new());
    for (at, (output, column)) in def.outputs.iter().zip(columns).enumerate() {
        let path = path.index(at);
        match (&output.default, column) {
            (None, _) => {
                let message = format!("`{}` has no default, but another output has", output.id);
                all.push(Diagnostic::error(TableCode::OutputValue, &path, message).help("give every output a `default`, or none"));
            }
            (Some(text), Some(column)) => match column.value(text) {
                Ok(value) => defaults.push(value),
                Err((message, help)) => {
                    all.push(Diagnostic::error(TableCode::OutputValue, &path.field("default"), message).maybe_help(help));
                }
            },
            (Some(_), None) => {}
        }
    }
    (defaults.len() == def.outputs.len()).then(|| Some(defaults.into()))
}

/// The place of each row among all rows: by rank of the outputs where the policy ranks, else from top to bottom.
pub(super) fn ranks<'r>(policy: HitPolicy, outputs: &[Output], rows: impl Iterator<Item = &'r [Scalar]>) -> Vec<usize> {
    let key = |row: &[Scalar]| -> Vec<usize> {
        if policy.ranks() { outputs.iter().zip(row).map(|(output, value)| output.rank(value)).collect() } else { Vec::new() }
    };
    let mut order: Vec<(Vec<usize>, usize)> = rows.enumerate().map(|(at, row)| (key(row), at)).collect();
    sort::ascending(&mut order);
    let mut places: Vec<(usize, usize)> = order.into_iter().enumerate().map(|(place, (_, row))| (row, place)).collect();
    sort::ascending(&mut places);
    places.into_iter().map(|(_, place)| place).collect()
}
