//! Whatever comes in, nothing panics, and every refusal says where and why.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use dealdesk::report::{Diagnostic, Error, Severity, Sources};
use dealdesk::wire::{self, OPS};
use dealdesk::{Rulebook, RulebookDef};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

/// A rulebook that is valid, with its files.
struct Book {
    json: Value,
    files: Vec<(String, String)>,
}

/// Valid input to start from.
struct Seeds {
    books: Vec<Book>,
    /// Requests by operation, with the number of the rulebook that they are for.
    requests: BTreeMap<&'static str, Vec<(usize, Value)>>,
    compiled: Vec<Rulebook>,
    /// Every name of a field.
    words: Vec<String>,
}

static SEEDS: LazyLock<Seeds> = LazyLock::new(Seeds::load);

impl Seeds {
    fn load() -> Self {
        let mut seeds = Self { books: Vec::new(), requests: BTreeMap::new(), compiled: Vec::new(), words: Vec::new() };
        let core = Path::new(env!("CARGO_MANIFEST_DIR"));
        seeds.add_example(&core.join("../examples/pump-maker"));
        let rich = fs::read_to_string(core.join("fuzz/seeds/compile/rich.json")).unwrap();
        assert!(seeds.add_book(serde_json::from_str(&rich).unwrap(), Vec::new()), "the seed of the fuzzer compiles");
        let line = json!({"id": "1", "product": "P-100", "quantity": "12", "unit": "box"});
        let quote = json!({"date": "2026-11-21", "customer": {"level": "gold"}, "explain": "candidates", "lines": [line]});
        seeds.requests.entry("quote").or_default().push((1, quote));
        let folders = fs::read_dir(core.join("tests/vectors")).expect("there are vectors").map(|entry| entry.unwrap().path());
        let mut paths: Vec<_> = folders
            .filter(|path| path.is_dir())
            .flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()))
            .collect();
        paths.sort();
        for path in paths.iter().filter(|path| !path.to_string_lossy().ends_with(".out.json")) {
            seeds.add_vector(&serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap());
        }
        let trees: Vec<Value> = seeds.books.iter().map(|book| book.json.clone()).collect();
        trees.iter().chain(seeds.requests.values().flatten().map(|(_, request)| request)).for_each(|tree| words(tree, &mut seeds.words));
        seeds.words.sort();
        seeds.words.dedup();
        seeds
    }

    fn add_example(&mut self, folder: &Path) {
        let read = |name: &str| fs::read_to_string(folder.join(name)).expect("the example can be read");
        let text = read("rulebook.json");
        let files: Vec<(String, String)> = wire::named_files(&text).unwrap().into_iter().map(|name| (name.clone(), read(&name))).collect();
        self.add_book(serde_json::from_str(&text).unwrap(), files);
        let orders: Vec<Value> = serde_json::from_str(&read("orders.json")).unwrap();
        for order in orders {
            let lines = &order["lines"];
            let customer = json!({"id": order["customer"], "level": "gold"});
            let quote = json!({"date": order["date"], "customer": customer, "channel": "web", "explain": "candidates", "lines": lines});
            self.requests.entry("quote").or_default().push((0, quote));
        }
    }

    fn add_book(&mut self, json: Value, files: Vec<(String, String)>) -> bool {
        let sources: Sources = files.iter().cloned().collect();
        let Ok(compiled) = wire::compile_json(&json.to_string(), &sources) else { return false };
        self.books.push(Book { json, files });
        self.compiled.push(compiled.rulebook);
        true
    }

    fn add_vector(&mut self, vector: &Value) {
        let mut book = 0;
        if vector["rulebook"].is_object() {
            let text = |file: &Value| match file {
                Value::Array(lines) => lines.iter().filter_map(Value::as_str).map(|line| format!("{line}\n")).collect(),
                file => file.as_str().unwrap_or_default().to_owned(),
            };
            let files = vector["files"].as_object().into_iter().flatten().map(|(name, file)| (name.clone(), text(file))).collect();
            if self.add_book(vector["rulebook"].clone(), files) {
                book = self.books.len() - 1;
            }
        }
        for call in vector["calls"].as_array().into_iter().flatten() {
            let op = OPS.iter().find(|op| Some(op.as_str()) == call["op"].as_str());
            if let Some(op) = op {
                self.requests.entry(op.as_str()).or_default().push((book, call["request"].clone()));
            }
        }
    }
}

fn words(tree: &Value, found: &mut Vec<String>) {
    match tree {
        Value::Array(entries) => entries.iter().for_each(|entry| words(entry, found)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            found.push(name.clone());
            words(value, found);
        }),
        _ => {}
    }
}

/// Values that break what is written carelessly.
fn hostile() -> BoxedStrategy<Value> {
    const TEXTS: [&str; 40] = [
        "",
        " ",
        "\u{0}",
        "a/b~c",
        "~",
        "ä🦀\u{202e}",
        "79228162514264337593543950335",
        "-79228162514264337593543950335",
        "792281625142643375935439503350",
        "0.0000000000000000000000000001",
        "99999999999999999999.9999999",
        "-0",
        "-1",
        "0",
        "1e5",
        "1/3",
        "1/0",
        "9223372036854775807/2",
        "9223372036854775807",
        "-9223372036854775808",
        "9999-12-31",
        "0000-01-01",
        "2026-02-30",
        "9999-12-31T23:59:59Z",
        "2026-11-21T09:30:00+99:99",
        "EUR",
        "XAU",
        "CLF",
        "((((",
        "lines.exists(l, l.quantity > 1)",
        "date('2026-02-30') == date",
        "1 / (line.quantity - line.quantity) > 1",
        "line.quantity * 79228162514264337593543950335 * 79228162514264337593543950335 > 1",
        "lines.sum(l, l.amount * l.amount) >= 0",
        "date >= date('0001-01-01')",
        "has(customer.id) && customer.id in ['a']",
        ">= 3",
        "[1..5)",
        "not(-)",
        "addDays(date, 2147483647) > date",
    ];
    let numbers = select(vec![
        json!(0),
        json!(-1),
        json!(1),
        json!(255),
        json!(256),
        json!(65_536),
        json!(i64::MIN),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(0.1),
        json!(1e300),
    ]);
    let shapes = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!([[]])),
        Just(json!({"": {}})),
        (1_usize..200).prop_map(nested),
        (1_usize..6000).prop_map(|length| Value::from("é".repeat(length))),
    ];
    prop_oneof![4 => select(&TEXTS[..]).prop_map(Value::from), 3 => numbers, 2 => shapes, 1 => any::<String>().prop_map(Value::from)]
        .boxed()
}

fn nested(depth: usize) -> Value {
    (0..depth).fold(json!("x"), |inner, level| if level % 2 == 0 { json!([inner]) } else { json!({"not": inner}) })
}

/// A change to one place of a tree.
#[derive(Debug, Clone)]
enum Change {
    Delete,
    Double,
    Replace(Value),
    /// Puts the value of another place here.
    Graft(Index),
    /// Adds a field or an entry.
    Add(Index, Value),
    /// Repeats the text, or the entries, so often.
    Grow(usize),
}

fn changes(most: usize) -> impl Strategy<Value = Vec<(Index, Change)>> {
    let change = prop_oneof![
        2 => Just(Change::Delete),
        2 => Just(Change::Double),
        6 => hostile().prop_map(Change::Replace),
        3 => any::<Index>().prop_map(Change::Graft),
        1 => (any::<Index>(), hostile()).prop_map(|(word, value)| Change::Add(word, value)),
        1 => (2_usize..40).prop_map(Change::Grow),
    ];
    prop::collection::vec((any::<Index>(), change), 1..most)
}

/// The pointers of all places of a tree.
fn places(tree: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match tree {
        Value::Array(entries) => entries.iter().enumerate().for_each(|(index, entry)| places(entry, &format!("{at}/{index}"), found)),
        Value::Object(fields) => {
            for (name, value) in fields {
                places(value, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        _ => {}
    }
}

fn changed(tree: &Value, changes: &[(Index, Change)]) -> Value {
    let mut tree = tree.clone();
    for (place, change) in changes {
        let mut all = Vec::new();
        places(&tree, "", &mut all);
        let at = place.get(&all).as_str();
        let other = tree
            .pointer(match change {
                Change::Graft(other) => other.get(&all).as_str(),
                _ => at,
            })
            .cloned()
            .unwrap_or_default();
        match change {
            Change::Delete | Change::Double => {
                let (parent, last) = at.rsplit_once('/').unwrap_or_default();
                match tree.pointer_mut(parent) {
                    Some(Value::Array(entries)) => {
                        let Ok(index) = last.parse::<usize>() else { continue };
                        if matches!(change, Change::Delete) {
                            entries.remove(index);
                        } else {
                            entries.insert(index, other);
                        }
                    }
                    Some(Value::Object(fields)) if matches!(change, Change::Delete) => {
                        fields.remove(last);
                    }
                    _ => {}
                }
            }
            Change::Replace(value) => *tree.pointer_mut(at).unwrap() = value.clone(),
            Change::Graft(_) => *tree.pointer_mut(at).unwrap() = other,
            Change::Add(word, value) => match tree.pointer_mut(at).unwrap() {
                Value::Array(entries) => entries.push(value.clone()),
                Value::Object(fields) => {
                    fields.insert(word.get(&SEEDS.words).clone(), value.clone());
                }
                _ => {}
            },
            Change::Grow(times) => match tree.pointer_mut(at).unwrap() {
                Value::Array(entries) if entries.len() < 100 => *entries = (0..*times).flat_map(|_| entries.clone()).collect(),
                Value::String(text) if text.len() < 1000 => *text = text.repeat(*times),
                _ => {}
            },
        }
    }
    tree
}

/// Trees that only look like something.
fn trees() -> impl Strategy<Value = Value> {
    hostile().prop_recursive(6, 60, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((any::<Index>(), inner), 0..6).prop_map(|fields| {
                fields.into_iter().map(|(word, value)| (word.get(&SEEDS.words).clone(), value)).collect::<Map<_, _>>().into()
            }),
        ]
    })
}

/// Every diagnostic has a code, a pointer, and a message that begins in lower case.
fn check_diagnostics(diagnostics: &[Diagnostic]) -> Result<(), TestCaseError> {
    for diagnostic in diagnostics {
        let (family, name) = diagnostic.code.as_str().split_once('.').unwrap_or_default();
        prop_assert!(!family.is_empty() && !name.is_empty());
        for path in std::iter::once(&diagnostic.path).chain(diagnostic.related.iter().map(|related| &related.path)) {
            prop_assert!(path.is_empty() || path.starts_with('/'), "{:?}", diagnostic);
            prop_assert!(path.split('~').skip(1).all(|rest| rest.starts_with(['0', '1'])), "{:?}", diagnostic);
        }
        let first = diagnostic.message.chars().next();
        prop_assert!(first.is_some_and(|first| !first.is_uppercase()), "{:?}", diagnostic);
        for internal in ["dealdesk::", "alloc::", "Option<", "Vec<", "struct ", " enum "] {
            prop_assert!(!diagnostic.message.contains(internal), "{:?}", diagnostic);
        }
    }
    Ok(())
}

fn check(error: &Error) -> Result<(), TestCaseError> {
    prop_assert!(error.diagnostics().iter().any(|diagnostic| diagnostic.severity == Severity::Error));
    check_diagnostics(error.diagnostics())
}

fn compile(json: &str, files: &Sources) -> Result<Option<Rulebook>, TestCaseError> {
    match RulebookDef::from_json(json).and_then(|def| Rulebook::compile(def, files)) {
        Ok(compiled) => check_diagnostics(&compiled.warnings).map(|()| Some(compiled.rulebook)),
        Err(error) => check(&error).map(|()| None),
    }
}

fn call(rulebook: Option<&Rulebook>, op: &str, request: &str) -> Result<(), TestCaseError> {
    match wire::call_json(rulebook, op, request) {
        Ok(answer) => prop_assert!(serde_json::from_str::<Value>(&answer).is_ok(), "{}", answer),
        Err(error) => check(&serde_json::from_str::<Error>(&error).expect("an error is JSON"))?,
    }
    Ok(())
}

fn sources(book: &Book) -> Sources {
    book.files.iter().cloned().collect()
}

fn config(cases: u32) -> ProptestConfig {
    let factor = std::env::var("DEALDESK_ROBUSTNESS_FACTOR").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    ProptestConfig { cases: cases * factor, failure_persistence: None, max_shrink_iters: 500, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn arbitrary_trees_are_refused_or_answered(tree in trees()) {
        let text = tree.to_string();
        compile(&text, &Sources::none())?;
        for op in OPS {
            call(SEEDS.compiled.first(), op.as_str(), &text)?;
        }
    }

    #[test]
    fn changed_rulebooks_are_refused_or_compiled(book in any::<Index>(), changes in changes(4), request in any::<Index>()) {
        let number = book.index(SEEDS.books.len());
        let book = &SEEDS.books[number];
        let json = changed(&book.json, &changes);
        if let Some(rulebook) = compile(&json.to_string(), &sources(book))? {
            for (op, requests) in &SEEDS.requests {
                let own: Vec<&Value> = requests.iter().filter(|(owner, _)| *owner == number).map(|(_, request)| request).collect();
                if !own.is_empty() {
                    call(Some(&rulebook), op, &request.get(&own).to_string())?;
                }
            }
        }
    }

    #[test]
    fn broken_files_are_refused_or_read(
        file in any::<Index>(), cuts in prop::collection::vec((any::<Index>(), any::<Index>(), "\\PC{0,6}|[\",;\\r\\n]{1,3}|é|-?[0-9]{1,30}(\\.[0-9]{1,30})?"), 1..5),
    ) {
        let book = &SEEDS.books[0];
        let mut files = book.files.clone();
        let place = file.index(files.len());
        for (from, to, text) in cuts {
            let characters: Vec<char> = files[place].1.chars().collect();
            let from = from.index(characters.len().max(1));
            let to = (from + to.index(12)).min(characters.len());
            files[place].1 = characters[..from].iter().chain(text.chars().collect::<Vec<_>>().iter()).chain(&characters[to..]).collect();
        }
        compile(&book.json.to_string(), &files.into_iter().collect())?;
    }

    #[test]
    fn broken_text_is_refused_or_read(at in any::<Index>(), length in 0_usize..40, text in "[\\[\\]{}:,\"\\\\a-z0-9.eE-]{0,12}", op in select(OPS)) {
        let broken = |whole: String| {
            let from = at.index(whole.len());
            let to = (from + length).min(whole.len());
            let bytes = [&whole.as_bytes()[..from], text.as_bytes(), &whole.as_bytes()[to..]].concat();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let book = &SEEDS.books[0];
        compile(&broken(book.json.to_string()), &sources(book))?;
        for (number, request) in SEEDS.requests.get(op.as_str()).into_iter().flatten().take(3) {
            call(SEEDS.compiled.get(*number), op.as_str(), &broken(request.to_string()))?;
        }
    }
}

proptest! {
    #![proptest_config(config(1_000))]

    #[test]
    fn changed_requests_are_refused_or_answered(op in any::<Index>(), request in any::<Index>(), changes in changes(5)) {
        let operations: Vec<&&str> = SEEDS.requests.keys().collect();
        let op = op.get(&operations);
        let (book, request) = request.get(&SEEDS.requests[**op]);
        call(SEEDS.compiled.get(*book), op, &changed(request, &changes).to_string())?;
    }
}

#[test]
fn deep_nesting_of_any_kind_ends_with_an_error() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("{\"adjustments\":[", "]}")] {
        let text = format!("{}1{}", open.repeat(5_000), close.repeat(5_000));
        compile(&text, &Sources::none()).unwrap();
        for op in OPS {
            call(None, op.as_str(), &text).unwrap();
        }
    }
    for (open, close) in
        [("(", ")"), ("!", ""), ("-", ""), ("[", "]"), ("has(", ")"), ("true ? ", " : true"), ("lines.exists(l, ", ")"), ("1 + ", "")]
    {
        let mut book = SEEDS.books[0].json.clone();
        book["adjustments"][0]["when"] = format!("{}true{}", open.repeat(900), close.repeat(400)).into();
        assert!(compile(&book.to_string(), &sources(&SEEDS.books[0])).unwrap().is_none());
    }
}
