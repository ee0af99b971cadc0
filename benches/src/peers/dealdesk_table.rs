//! W2 as a decision table of dealdesk.

use std::time::Duration;

use dealdesk::expr::{CompileContext, Facts, Presence, Scope, Slot, Text, Type, Value, Vocabulary};
use dealdesk::id::Symbols;
use dealdesk::limits::Limits;
use dealdesk::report::{Diagnostics, Path, Sources};
use dealdesk::table::{Scalar, Table, TableDef, TableScratch};
use serde_json::json;

use crate::clock::fastest_pass;
use crate::report::Report;
use crate::workload::approvals::{EXPECTED, Request, Row, requests, rows};
use crate::workload::mix;

/// A request as the table sees it: values by slot.
struct Asked<'s>([Value<'s>; 5]);

impl Facts for Asked<'_> {
    fn value(&self, slot: Slot, _: Option<usize>) -> Value<'_> {
        self.0.get(usize::from(slot.index)).copied().unwrap_or(Value::Missing)
    }

    fn line_count(&self) -> usize {
        0
    }
}

/// The columns, by slot.
const COLUMNS: [(&str, Type); 5] = [
    ("document.net", Type::Number),
    ("document.discount", Type::Number),
    ("customer.region", Type::Text),
    ("document.family", Type::Text),
    ("customer.risk", Type::Text),
];

fn definition(rows: &[Row]) -> TableDef {
    let any = |prefix: &str, value: Option<u32>| value.map_or_else(|| "-".into(), |value| format!("{prefix}{value}"));
    let row = |row: &Row| {
        let amount = format!("[{}..{})", row.amount.start, row.amount.end);
        let discount = format!("[{}..{})", row.discount.start, row.discount.end);
        let when = [amount, discount, any("R", row.region), any("F", row.family), any("K", row.risk)];
        json!({"when": when, "then": [row.level.to_string(), row.role.to_string()]})
    };
    let def = json!({
        "inputs": COLUMNS.map(|(name, _)| json!({"expr": name})),
        "outputs": [{"id": "level", "type": "number"}, {"id": "role", "type": "number"}],
        "hit_policy": "collect",
        "rows": rows.iter().map(row).collect::<Vec<_>>(),
    });
    serde_json::from_value(def).expect("the shape of a table")
}

fn compile(rows: &[Row], symbols: &mut Symbols) -> Table {
    let mut vocabulary = Vocabulary::new();
    for (name, ty) in COLUMNS {
        vocabulary.declare(name, ty, Scope::Document, Presence::Always, None).expect("a name");
    }
    let mut diagnostics = Diagnostics::new();
    let (sources, limits) = (Sources::none(), Limits::default());
    let mut cx = CompileContext { vocabulary: &vocabulary, symbols, sources: &sources, limits: &limits, diagnostics: &mut diagnostics };
    Table::compile(&definition(rows), Scope::Document, &Path::ROOT, &mut cx).expect("a table without errors")
}

fn asked<'s>(request: &Request, symbols: &'s Symbols) -> Asked<'s> {
    let text = |prefix: &str, value: u32| {
        let symbol = symbols.find(&format!("{prefix}{value}"));
        Value::Text(Text { symbol, text: symbol.map_or("", |symbol| symbols.text(symbol)) })
    };
    Asked([
        Value::Number(request.amount.into()),
        Value::Number(request.discount.into()),
        text("R", request.region),
        text("F", request.family),
        text("K", request.risk),
    ])
}

fn number(scalar: &Scalar) -> u32 {
    if let Scalar::Number(number) = scalar { number.mantissa() as u32 } else { 0 }
}

pub fn approvals(report: &mut Report) {
    let (rows, requests) = (rows(), requests());
    let mut symbols = Symbols::default();
    let table = compile(&rows, &mut symbols);
    let requests: Vec<Asked<'_>> = requests.iter().map(|request| asked(request, &symbols)).collect();
    let mut scratch = TableScratch::default();
    let pass = fastest_pass(Duration::from_millis(500), || {
        requests.iter().fold(0, |check, request| {
            let hits = table.evaluate(request, None, &mut scratch).expect("an answer");
            let (mut check, mut fired) = (check, 0);
            for outputs in hits.outputs() {
                let code = outputs.iter().fold(0, |code, output| code * 8 + number(output));
                check = mix(check, code);
                fired += 1;
            }
            mix(check, fired)
        })
    });
    report.single("W2", "dealdesk", rows.len(), pass.0 / requests.len() as u32, pass.1 == EXPECTED, String::new());
}
