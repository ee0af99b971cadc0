//! Products from a CSV file.

use super::{PackagingDef, ProductDef, ProductStatus};
use crate::fact::{Fact, Facts};
use crate::report::{CsvTable, Diagnostics, Path, ShapeCode, Sources};

/// The products of the file, each with its line; what cannot be read is reported with file, row and column.
pub fn products_from_csv(file: &str, sources: &Sources, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Vec<(u64, ProductDef)> {
    const COLUMNS: [&str; 10] =
        ["id", "name", "category", "unit", "status", "successor", "min_order_quantity", "order_multiple", "tax", "packaging"];
    let known = |column: &str| COLUMNS.contains(&column) || column.starts_with("fact.");
    let Some(table) = CsvTable::read(file, sources, path, known, &["id", "unit"], diagnostics) else { return Vec::new() };
    let mut products = Vec::with_capacity(table.rows().len());
    for row in table.rows() {
        for column in ["id", "unit"].into_iter().filter(|column| row.text(column).is_none()) {
            row.problem(ShapeCode::Csv, column, "the cell is empty; a product needs an id and a unit", diagnostics);
        }
        let Some((id, unit)) = row.parse("id", diagnostics).zip(row.parse("unit", diagnostics)) else { continue };
        let status = match row.text("status") {
            None | Some("active") => ProductStatus::Active,
            Some("phased_out") => ProductStatus::PhasedOut,
            Some("discontinued") => ProductStatus::Discontinued,
            Some(other) => {
                row.problem(ShapeCode::Csv, "status", &format!("`{other}` is not `active`, `phased_out` or `discontinued`"), diagnostics);
                continue;
            }
        };
        let mut facts = Facts::default();
        for (column, text) in row.cells() {
            if let Some(name) = column.strip_prefix("fact.") {
                facts = facts.with(name, fact(text));
            }
        }
        let product = ProductDef {
            id,
            name: row.text("name").map(str::to_owned),
            category: row.parse("category", diagnostics),
            unit,
            status,
            successor: row.parse("successor", diagnostics),
            min_order_quantity: row.parse("min_order_quantity", diagnostics),
            order_multiple: row.parse("order_multiple", diagnostics),
            packaging: packaging(row.text("packaging").unwrap_or_default(), |message| {
                row.problem(ShapeCode::Csv, "packaging", message, diagnostics);
            }),
            tax: row.parse("tax", diagnostics),
            facts,
        };
        products.push((row.line(), product));
    }
    products
}

/// A cell is what the attribute's declared type makes of it; only yes and no are told from text here.
fn fact(text: &str) -> Fact {
    match text {
        "true" => Fact::Bool(true),
        "false" => Fact::Bool(false),
        _ => Fact::Text(text.to_owned()),
    }
}

/// `box:10 pallet:400`.
fn packaging(text: &str, mut problem: impl FnMut(&str)) -> Vec<PackagingDef> {
    let mut all = Vec::new();
    for entry in text.split_whitespace() {
        let parsed = entry.split_once(':').and_then(|(unit, factor)| Some((unit.parse().ok()?, factor.parse().ok()?)));
        match parsed {
            Some((unit, factor)) => all.push(PackagingDef { unit, factor }),
            None => problem(&format!("`{entry}` is not a unit with its factor; write it like `box:10`")),
        }
    }
    all
}
