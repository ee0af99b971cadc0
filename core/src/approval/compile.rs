//! From a definition to a matrix that can be asked.

use super::def::{ApprovalAmounts, ApprovalDef, NoMatch, RequiredDef};
use crate::expr::{CompileContext, Expr, Scope, Slot};
use crate::id::{RoleId, Set};
use crate::report::{ApprovalCode, Diagnostic, Path, RulebookCode, TableCode, did_you_mean};
use crate::table::{HitPolicy, OutputType, Scalar, Table, TableDef};

/// A checked approval policy.
#[derive(Debug, Clone, Default)]
pub struct Approval {
    /// None when the definition has no usable matrix, which is reported; then no row ever fires.
    pub(super) matrix: Option<Matrix>,
    pub(super) no_match: Vec<RequiredDef>,
    pub(super) roles: Set<RoleId>,
    pub(super) requester_may_approve: bool,
    /// In which currency the matrix judges amounts.
    pub amounts: ApprovalAmounts,
}

impl Approval {
    /// What the inputs of the matrix read.
    pub fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.matrix.iter().flat_map(|matrix| matrix.table.inputs()).flat_map(Expr::slots)
    }
}

/// The matrix and what each of its rows asks for.
#[derive(Debug, Clone)]
pub(super) struct Matrix {
    pub table: Table,
    /// Row by row: level and role.
    pub asked: Vec<(u32, RoleId)>,
}

/// Checks an approval policy. Every problem goes to `cx.diagnostics`.
///
/// The inputs of the matrix read the names of the document that `cx.vocabulary` declares.
pub fn compile(def: &ApprovalDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Approval {
    let roles = read_roles(def, &path.field("roles"), cx);
    let place = path.field("matrix");
    let table = TableDef { hit_policy: Some(def.matrix.hit_policy.unwrap_or(HitPolicy::Collect)), ..def.matrix.clone() };
    let outputs = check_outputs(&table, &place, cx);
    let table = Table::compile(&table, Scope::Document, &place, cx).filter(|_| outputs);
    let matrix = table.and_then(|table| read_matrix(def, table, &roles, &place, cx));
    let no_match = match &def.no_match {
        NoMatch::AutoApprove => Vec::new(),
        NoMatch::Require(required) => check_required(required, &roles, &path.field("no_match").field("require"), cx),
    };
    Approval { matrix, no_match, roles, requester_may_approve: def.requester_may_approve, amounts: def.amounts }
}

fn read_roles(def: &ApprovalDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Set<RoleId> {
    let mut roles: Set<RoleId> = Set::default();
    for (at, role) in def.roles.iter().enumerate() {
        if !roles.insert(role.id.clone()) {
            let message = format!("the role `{}` is listed twice", role.id);
            cx.diagnostics.error(RulebookCode::DuplicateId, &path.index(at).field("id"), message);
        }
    }
    roles
}

/// The matrix must give a level and a role, and one of each per row.
fn check_outputs(table: &TableDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> bool {
    const WANTED: [(&str, OutputType, &str); 2] = [("level", OutputType::Number, "number"), ("role", OutputType::Text, "text")];
    let mut good = true;
    let mut problem = |place: &Path<'_>, code: crate::report::Code, message: String, help: &str| {
        cx.diagnostics.push(Diagnostic::error(code, place, message).help(help));
        good = false;
    };
    let place = path.field("outputs");
    for (id, kind, name) in WANTED {
        match table.outputs.iter().position(|output| output.id.as_str() == id) {
            None => problem(
                &place,
                ApprovalCode::Outputs.into(),
                format!("the matrix has no output `{id}`"),
                "it needs the outputs `level` and `role`",
            ),
            Some(at) if table.outputs.get(at).is_some_and(|output| output.kind != kind) => {
                let message = format!("the output `{id}` is not of type `{name}`");
                problem(&place.index(at).field("type"), ApprovalCode::Outputs.into(), message, &format!("write `{name}`"));
            }
            Some(_) => {}
        }
    }
    for (at, output) in table.outputs.iter().enumerate() {
        if WANTED.iter().all(|wanted| wanted.0 != output.id.as_str()) {
            let message = format!("an approval has no `{}`", output.id);
            problem(
                &place.index(at),
                ApprovalCode::Outputs.into(),
                message,
                "the matrix has the outputs `level` and `role`, and no others",
            );
        }
        if output.default.is_some() {
            let message = format!("the output `{}` has a default", output.id);
            problem(
                &place.index(at).field("default"),
                ApprovalCode::Outputs.into(),
                message,
                "say in `no_match` what is needed when no row fires",
            );
        }
    }
    if let Some(policy) = table.hit_policy.filter(|policy| policy.aggregates()) {
        let message = format!("`{}` makes one number of the rows, but every row asks for an approval of its own", policy.as_str());
        problem(&path.field("hit_policy"), TableCode::HitPolicy.into(), message, "use `collect`");
    }
    good
}

fn read_matrix(def: &ApprovalDef, table: Table, roles: &Set<RoleId>, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Matrix> {
    let (level, role) = (table.output("level")?, table.output("role")?);
    let mut asked = Vec::with_capacity(table.row_count());
    for (at, (id, outputs)) in table.rows().enumerate() {
        let read = |output: usize| outputs.get(output);
        let found = (read(level).and_then(whole_level), read(role).map(|role| checked_role(role, roles)));
        let mut problem = |output: usize, code: ApprovalCode, message: String, help: Option<String>| {
            let (rows, file) = (path.field("rows"), path.field("rows_csv"));
            let (row, then) = (rows.index(at), "then");
            let cells = row.field(then);
            // The table has told apart the cells of a file; here the row's name is enough.
            let diagnostic = if def.matrix.rows_csv.is_some() {
                Diagnostic::error(code, &file, format!("row `{id}`: {message}"))
            } else {
                Diagnostic::error(code, &cells.index(output), message)
            };
            cx.diagnostics.push(diagnostic.maybe_help(help));
        };
        if found.0.is_none() {
            let message = format!("`{}` is not a level", read(level).map(ToString::to_string).unwrap_or_default());
            problem(level, ApprovalCode::Level, message, Some("levels are whole numbers from 1".to_owned()));
        }
        match found {
            (Some(level), Some(Ok(role))) => asked.push((level, role)),
            (_, Some(Err((message, help)))) => problem(role, ApprovalCode::UnknownRole, message, help),
            _ => {}
        }
    }
    (asked.len() == table.row_count()).then_some(Matrix { table, asked })
}

fn whole_level(value: &Scalar) -> Option<u32> {
    let Scalar::Number(number) = value else { return None };
    number.mantissa_at(0).ok().and_then(|level| u32::try_from(level).ok()).filter(|level| *level > 0)
}

fn checked_role(value: &Scalar, roles: &Set<RoleId>) -> Result<RoleId, (String, Option<String>)> {
    let Scalar::Text(text) = value else { return Err((format!("`{value}` is not a role"), None)) };
    let role = RoleId::new(text.clone()).map_err(|error| (format!("`{text}` is not a role: {error}"), None))?;
    known_role(&role, roles)?;
    Ok(role)
}

/// Whether the role is one of those that are declared, when any are.
pub(super) fn known_role(role: &RoleId, roles: &Set<RoleId>) -> Result<(), (String, Option<String>)> {
    if roles.is_empty() || roles.contains(role) {
        return Ok(());
    }
    let help = did_you_mean(role.as_str(), roles.iter().map(RoleId::as_str));
    Err((format!("there is no role `{role}`"), help))
}

fn check_required(required: &[RequiredDef], roles: &Set<RoleId>, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Vec<RequiredDef> {
    for (at, entry) in required.iter().enumerate() {
        let path = path.index(at);
        if entry.level == 0 {
            cx.diagnostics.error(ApprovalCode::Level, &path.field("level"), "`0` is not a level; levels are whole numbers from 1");
        }
        if let Err((message, help)) = known_role(&entry.role, roles) {
            cx.diagnostics.push(Diagnostic::error(ApprovalCode::UnknownRole, &path.field("role"), message).maybe_help(help));
        }
    }
    required.to_vec()
}
