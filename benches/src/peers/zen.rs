//! The rules of W1 and W2 as decision tables of zen-engine, compiled. Prices and effects are this program's own, as zen has neither.

use std::time::Duration;

use serde_json::{Map, Value, json};
use zen_engine::Decision;
use zen_engine::model::GraphContent;
use zen_expression::variable::{Variable, VariableMap};

use super::scan::{Prices, in_order, run};
use crate::clock::fastest_pass;
use crate::report::Report;
use crate::workload::{self, Data, Order, Rule, mix};

const PEER: &str = "zen";

/// A table that collects numbers, for one input or for each of `lines`.
fn decision(columns: &[&str], rows: Vec<Vec<String>>, numbers: Vec<u32>, each_line: bool) -> Decision {
    let rules: Vec<Value> = rows
        .into_iter()
        .zip(numbers)
        .enumerate()
        .map(|(row, (cells, number))| {
            let mut rule: Map<String, Value> =
                columns.iter().map(|column| (*column).to_owned()).zip(cells.into_iter().map(Value::from)).collect();
            rule.insert("_id".into(), json!(format!("row{row}")));
            rule.insert("out".into(), json!(number.to_string()));
            Value::Object(rule)
        })
        .collect();
    let inputs: Vec<Value> = columns.iter().map(|column| json!({"id": column, "name": column, "field": column})).collect();
    let mut content =
        json!({"hitPolicy": "collect", "inputs": inputs, "outputs": [{"id": "out", "name": "out", "field": "out"}], "rules": rules});
    if each_line {
        content["inputField"] = json!("lines");
        content["executionMode"] = json!("loop");
        content["outputPath"] = json!("hits");
    } else {
        content["outputPath"] = json!("hits");
    }
    let node = |id: &str, kind: &str, content: Value| json!({"id": id, "name": id, "type": kind, "content": content, "position": {"x": 0, "y": 0}});
    let edge = |id: &str, from: &str, to: &str| json!({"id": id, "type": "edge", "sourceId": from, "targetId": to});
    let graph = json!({
        "nodes": [node("in", "inputNode", json!({})), node("table", "decisionTableNode", content), node("out", "outputNode", json!({}))],
        "edges": [edge("a", "in", "table"), edge("b", "table", "out")],
    });
    let graph: GraphContent = serde_json::from_value(graph).expect("the shape of a decision");
    let mut decision = Decision::from(graph);
    decision.compile();
    decision
}

fn evaluate(decision: &Decision, input: Variable) -> Variable {
    let response = pollster::block_on(decision.evaluate(input)).expect("an answer");
    response.result.dot("hits").unwrap_or(Variable::Null)
}

/// The numbers that one input collected.
fn collected(hits: &Variable) -> Vec<u32> {
    let number = |hit: &Variable| hit.dot("out").and_then(|out| out.as_number()).map_or(0, |number| number.mantissa() as u32);
    hits.as_array().map_or_else(Vec::new, |hits| hits.borrow().iter().map(number).collect())
}

fn object<'n>(fields: impl IntoIterator<Item = (&'n str, Variable)>) -> Variable {
    let mut map = VariableMap::default();
    for (name, value) in fields {
        map.insert(name.into(), value);
    }
    Variable::from_object(map)
}

fn text(prefix: &str, value: u32) -> Variable {
    Variable::String(format!("{prefix}{value}").as_str().into())
}

fn number(value: u64) -> Variable {
    Variable::Number(value.into())
}

const COLUMNS: [&str; 9] = ["category", "brand", "tier", "region", "channel", "day", "quantity", "amount", "total"];

fn cells(rule: &Rule) -> Vec<String> {
    let text = |prefix: &str, value: Option<u32>| value.map_or_else(String::new, |value| format!("'{prefix}{value}'"));
    let least = |value: u32| if value > 0 { format!(">= {value}") } else { String::new() };
    vec![
        text("C", rule.category),
        text("B", rule.brand),
        text("T", rule.tier),
        text("R", rule.region),
        text("CH", rule.channel),
        format!("[{}..{}]", rule.from, rule.to),
        least(rule.quantity),
        least(rule.line_amount),
        least(rule.order_amount),
    ]
}

struct Engine<'d> {
    data: &'d Data,
    prices: Prices,
    of_lines: Decision,
    of_orders: Decision,
}

impl<'d> Engine<'d> {
    fn new(data: &'d Data) -> Self {
        let (of_lines, of_orders) = in_order(&data.rules);
        let table = |rules: &[&Rule], each_line| {
            let (rows, ids) = (rules.iter().map(|rule| cells(rule)).collect(), rules.iter().map(|rule| rule.id).collect());
            decision(&COLUMNS, rows, ids, each_line)
        };
        Self { data, prices: Prices::new(&data.prices), of_lines: table(&of_lines, true), of_orders: table(&of_orders, false) }
    }

    fn input(order: &Order, line: [Variable; 4], total: u64) -> Variable {
        let [category, brand, quantity, amount] = line;
        object([
            ("category", category),
            ("brand", brand),
            ("tier", text("T", order.tier)),
            ("region", text("R", order.region)),
            ("channel", text("CH", order.channel)),
            ("day", number(order.day.into())),
            ("quantity", quantity),
            ("amount", amount),
            ("total", number(total)),
        ])
    }

    fn quote(&self, order: &Order, check: u32) -> u32 {
        let rule = |id: u32| &self.data.rules[id as usize];
        let lists: Vec<u64> = order.lines.iter().map(|line| self.prices.get(line.product, order, line.quantity)).collect();
        let gross: u64 = lists.iter().zip(&order.lines).map(|(list, line)| list * u64::from(line.quantity)).sum();
        let line = |(list, line): (&u64, &workload::Line)| {
            let product = &self.data.products[line.product as usize];
            let quantity = u64::from(line.quantity);
            let own = [text("C", product.category), text("B", product.brand), number(quantity), number(list * quantity)];
            Self::input(order, own, gross)
        };
        let lines = Variable::from_array(lists.iter().zip(&order.lines).map(line).collect());
        let hits = evaluate(&self.of_lines, object([("lines", lines)]));
        let hits: Vec<Vec<u32>> = hits.as_array().map_or_else(Vec::new, |lines| lines.borrow().iter().map(collected).collect());
        let (mut check, mut sum) = (check, 0);
        for ((list, line), hits) in lists.iter().zip(&order.lines).zip(hits) {
            let (net, applied) = run(hits.into_iter().map(rule), *list);
            check = mix(mix(check, net as u32), applied.len() as u32);
            check = applied.iter().fold(check, |check, id| mix(check, *id));
            sum += net * u64::from(line.quantity);
        }
        let hits = collected(&evaluate(&self.of_orders, Self::input(order, [const { Variable::Null }; 4], sum)));
        let (total, applied) = run(hits.into_iter().map(rule), sum);
        check = applied.iter().fold(check, |check, id| mix(check, *id));
        mix(mix(check, applied.len() as u32), total as u32)
    }
}

pub fn quotes(data: &Data, report: &mut Report) {
    let engine = Engine::new(data);
    for batch in workload::batches() {
        let pass = fastest_pass(Duration::from_millis(300), || batch.orders.iter().fold(0, |check, order| engine.quote(order, check)));
        report.documents("W1", PEER, batch.lines, batch.orders.len(), pass, batch.expected);
    }
}

pub fn approvals(report: &mut Report) {
    use workload::approvals::{EXPECTED, Row, requests, rows};
    let (rows, requests) = (rows(), requests());
    let cells = |row: &Row| {
        let text = |prefix: &str, value: Option<u32>| value.map_or_else(String::new, |value| format!("'{prefix}{value}'"));
        let range = |range: &std::ops::Range<u32>| format!("[{}..{})", range.start, range.end);
        vec![range(&row.amount), range(&row.discount), text("R", row.region), text("F", row.family), text("K", row.risk)]
    };
    let columns = ["amount", "discount", "region", "family", "risk"];
    let table = decision(&columns, rows.iter().map(cells).collect(), rows.iter().map(Row::code).collect(), false);
    let pass = fastest_pass(Duration::from_millis(300), || {
        requests.iter().fold(0, |check, request| {
            let input = object([
                ("amount", number(request.amount.into())),
                ("discount", number(request.discount.into())),
                ("region", text("R", request.region)),
                ("family", text("F", request.family)),
                ("risk", text("K", request.risk)),
            ]);
            let codes = collected(&evaluate(&table, input));
            mix(codes.iter().fold(check, |check, code| mix(check, *code)), codes.len() as u32)
        })
    });
    report.single("W2", PEER, rows.len(), pass.0 / requests.len() as u32, pass.1 == EXPECTED, String::new());
}
