//! Price records from a CSV file.

use super::{PriceListDef, PriceRecordDef, TierDef};
use crate::expr::CompileContext;
use crate::id::{AttributeId, Map};
use crate::report::{CsvRow, CsvTable, Path, PricingCode, ShapeCode};
use crate::time::Period;

/// The records of the file, each with the line where it starts; what cannot be read is reported with file, row and column.
pub(super) fn records_from_csv(
    file: &str,
    list: &PriceListDef,
    path: &Path<'_>,
    cx: &mut CompileContext<'_>,
) -> Vec<(u64, PriceRecordDef)> {
    const COLUMNS: [&str; 6] = ["price", "from", "unit", "per", "valid_from", "valid_until"];
    let keys: Vec<&str> = list.keys.iter().map(AttributeId::as_str).collect();
    let known = |column: &str| keys.contains(&column) || COLUMNS.contains(&column);
    let required: Vec<&str> = keys.iter().copied().chain(["price"]).collect();
    let Some(table) = CsvTable::read(file, cx.sources, path, known, &required, cx.diagnostics) else { return Vec::new() };
    // Rows that agree in everything but quantity and price are the tiers of one record.
    let mut records: Map<Vec<&str>, (u64, PriceRecordDef)> = Map::default();
    for row in table.rows() {
        let Some(record) = record(&row, &keys, cx) else { continue };
        let mut identity: Vec<&str> = keys.iter().map(|key| row.text(key).unwrap_or_default()).collect();
        identity.extend(["unit", "per", "valid_from", "valid_until"].map(|column| row.text(column).unwrap_or_default()));
        match records.entry(identity) {
            indexmap::map::Entry::Vacant(vacant) => {
                vacant.insert((row.line(), record));
            }
            indexmap::map::Entry::Occupied(mut occupied) if record.tiers.is_empty() || occupied.get().1.tiers.is_empty() => {
                let (line, _) = occupied.get_mut();
                let message = format!("the same key as line {line}; give both rows a `from` to make them tiers");
                row.problem(PricingCode::Ambiguous, "price", &message, cx.diagnostics);
            }
            indexmap::map::Entry::Occupied(mut occupied) => occupied.get_mut().1.tiers.extend(record.tiers),
        }
    }
    let mut records: Vec<(u64, PriceRecordDef)> = records.into_values().collect();
    records.iter_mut().for_each(|(_, record)| record.tiers.sort_by_key(|tier| tier.from));
    records
}

fn record(row: &CsvRow<'_>, keys: &[&str], cx: &mut CompileContext<'_>) -> Option<PriceRecordDef> {
    let empty: Vec<&&str> = keys.iter().filter(|key| row.text(key).is_none()).collect();
    if !empty.is_empty() {
        empty
            .iter()
            .for_each(|key| row.problem(ShapeCode::Csv, key, "the cell is empty; a price needs every key of its list", cx.diagnostics));
        return None;
    }
    let key: Vec<String> = keys.iter().map(|key| row.text(key).unwrap_or_default().to_owned()).collect();
    if row.text("price").is_none() {
        row.problem(PricingCode::PriceOrTiers, "price", "there is no price", cx.diagnostics);
        return None;
    }
    let price = row.parse("price", cx.diagnostics)?;
    let has_from = row.text("from").is_some();
    let from = row.parse("from", cx.diagnostics);
    let tiers = match (has_from, from) {
        (true, Some(from)) => vec![TierDef { from, until: None, price }],
        (true, None) => return None,
        (false, _) => Vec::new(),
    };
    let (from, until) = (row.parse("valid_from", cx.diagnostics), row.parse("valid_until", cx.diagnostics));
    let valid = (row.text("valid_from").is_some() || row.text("valid_until").is_some()).then_some(Period { from, until });
    Some(PriceRecordDef {
        key,
        price: tiers.is_empty().then_some(price),
        tiers,
        unit: row.parse("unit", cx.diagnostics),
        per: row.parse("per", cx.diagnostics),
        valid,
    })
}
