//! `cargo xtask floors`: a lower floor never names a higher one, a slice never names its neighbour.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::shell::{Outcome, fail};
use crate::source::{Reference, references};

/// The floors of `core/src`, from the ground up. On a floor a module may use those to its left, except among slices.
const FLOORS: [&[&str]; 7] = [
    &["sort", "id", "time", "money", "quantity", "fact"],
    &["limits", "report"],
    &["expr", "table"],
    &["catalog", "pricing", "adjust", "charge", "tax", "credit", "approval", "inventory", "fulfilment", "receivable", "monitor", "score"],
    &["rulebook"],
    &["quote", "review", "order", "simulate"],
    &["wire"],
];

/// The floor whose modules never name each other.
const SLICES: usize = 3;

/// Checks the project's own core.
pub fn check(root: &Path) -> Outcome {
    let problems = problems(&root.join("core/src"))?;
    if problems.is_empty() {
        println!("floors: every module keeps to its floor");
        return Ok(());
    }
    fail(format!("floors:\n{}", problems.join("\n")))
}

/// Every place under `src` where a module names one that it must not know.
pub fn problems(src: &Path) -> Result<Vec<String>, String> {
    let reexports = reexports(src)?;
    let mut found = Vec::new();
    for file in rust_files(src)? {
        let inside = file.strip_prefix(src).map_err(|error| error.to_string())?;
        let path = module_path(inside);
        let Some(module) = path.first() else { continue };
        let Some(home) = floor_of(module) else {
            found.push(format!("{}: the module `{module}` stands on no floor; add it to xtask/src/floors.rs", inside.display()));
            continue;
        };
        let text = fs::read_to_string(&file).map_err(|error| error.to_string())?;
        for Reference { line, name } in references(&text, path.len()) {
            let target = reexports.get(&name).unwrap_or(&name);
            let place = format!("{}:{line}", inside.display());
            if let Some(problem) = floor_of(target).and_then(|there| judge(module, home, target, there)) {
                found.push(format!("{place}: {problem}"));
            }
        }
    }
    Ok(found)
}

type Place = (usize, usize);

fn floor_of(module: &str) -> Option<Place> {
    let column = |floor: &[&str]| floor.iter().position(|name| *name == module);
    FLOORS.iter().enumerate().find_map(|(number, floor)| column(floor).map(|column| (number, column)))
}

fn judge(module: &str, home: Place, target: &str, there: Place) -> Option<String> {
    let names = format!("`{module}` (floor {}) names `{target}` (floor {})", home.0, there.0);
    if module == target || there.0 < home.0 {
        None
    } else if there.0 > home.0 {
        Some(format!("{names}: a lower floor never names a higher one"))
    } else if home.0 == SLICES {
        Some(format!("{names}: slices never name each other; compose them on the flow floor"))
    } else if there.1 > home.1 {
        Some(format!("{names}: on a floor a module uses only those to its left"))
    } else {
        None
    }
}

/// The names that the crate's root gives to things of its modules: `Decimal` is of `money`.
fn reexports(src: &Path) -> Result<BTreeMap<String, String>, String> {
    let root = fs::read_to_string(src.join("lib.rs")).map_err(|error| format!("{}: {error}", src.display()))?;
    let mut names = BTreeMap::new();
    for statement in root.split("pub use ").skip(1) {
        let statement = statement.split(';').next().unwrap_or_default();
        let Some((module, items)) = statement.split_once("::") else { continue };
        for item in items.trim_matches(['{', '}']).split(',') {
            names.insert(item.trim().to_owned(), module.to_owned());
        }
    }
    Ok(names)
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// `money/allocate.rs` is the module `money::allocate`.
fn module_path(file: &Path) -> Vec<String> {
    let mut path: Vec<String> = file.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if path.last().is_some_and(|last| last == "mod" || last == "lib") {
        path.pop();
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree of sources in a folder of its own.
    fn tree(name: &str, files: &[(&str, &str)]) -> PathBuf {
        let src = std::env::temp_dir().join(format!("dealdesk-floors-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&src);
        for (file, text) in files.iter().chain([&("lib.rs", "pub use money::{Currency, Decimal};\npub use rulebook::Rulebook;")]) {
            let path = src.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        src
    }

    fn found(name: &str, files: &[(&str, &str)]) -> Vec<String> {
        let src = tree(name, files);
        let found = problems(&src).unwrap();
        fs::remove_dir_all(src).unwrap();
        found
    }

    #[test]
    fn what_is_allowed_passes() {
        let files = [
            ("quantity/factor.rs", "use crate::money::Decimal;\nuse super::OrderQuantity;"),
            ("pricing/eval.rs", "use crate::{expr::Expr, money::{Currency, Money}};\nuse crate::Decimal;"),
            ("order/decide.rs", "// see crate::wire\nconst TEXT: &str = \"crate::wire\";\nuse super::super::quote::Quote;"),
            ("rulebook/compile.rs", "mod tests { use super::super::super::tax::Rates; use super::super::*; }"),
        ];
        assert_eq!(found("allowed", &files), Vec::<String>::new());
    }

    #[test]
    fn a_lower_floor_that_names_a_higher_one_is_found() {
        let files = [
            ("money/amount.rs", "use crate::report::Path;"),
            ("expr/mod.rs", "fn f() { crate::wire::OPS; }"),
            ("tax/eval.rs", "use crate::{money::Money, Rulebook};"),
            ("report/path.rs", "use super::super::{time, table::Table};"),
        ];
        assert_eq!(
            found("higher", &files),
            [
                "expr/mod.rs:1: `expr` (floor 2) names `wire` (floor 6): a lower floor never names a higher one",
                "money/amount.rs:1: `money` (floor 0) names `report` (floor 1): a lower floor never names a higher one",
                "report/path.rs:1: `report` (floor 1) names `table` (floor 2): a lower floor never names a higher one",
                "tax/eval.rs:1: `tax` (floor 3) names `rulebook` (floor 4): a lower floor never names a higher one",
            ]
        );
    }

    #[test]
    fn a_slice_that_names_its_neighbour_and_a_look_to_the_right_are_found() {
        let files = [
            ("pricing/eval.rs", "\nuse crate::catalog::Product;"),
            ("adjust/mod.rs", "mod inner { use super::super::tax::Rates; }"),
            ("time.rs", "use crate::money::Decimal;"),
            ("cellar.rs", ""),
        ];
        assert_eq!(
            found("neighbour", &files),
            [
                "adjust/mod.rs:1: `adjust` (floor 3) names `tax` (floor 3): slices never name each other; compose them on the flow floor",
                "cellar.rs: the module `cellar` stands on no floor; add it to xtask/src/floors.rs",
                "pricing/eval.rs:2: `pricing` (floor 3) names `catalog` (floor 3): slices never name each other; compose them on the flow floor",
                "time.rs:1: `time` (floor 0) names `money` (floor 0): on a floor a module uses only those to its left",
            ]
        );
    }
}
