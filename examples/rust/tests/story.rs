//! Runs the program: its totals are those calculated by hand, and a day that was run is not run again.

use std::path::Path;
use std::process::Command;

const COMPANY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../pump-maker");

fn demo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_dealdesk-demo")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_totals_are_those_calculated_by_hand() {
    let expected = std::fs::read_to_string(Path::new(COMPANY).join("EXPECTED.md")).unwrap();
    let summary = demo(&["summary", COMPANY]);
    let mut compared = 0;
    for line in summary.lines() {
        let [order, "ok", "net", net, "tax", tax, "gross", gross] = line.split(' ').collect::<Vec<_>>()[..] else { continue };
        // Up to the next order: a section of its own, or a row of the table at the end.
        let about = expected.split_once(&format!("{order}:")).or_else(|| expected.split_once(&format!("## {order} "))).unwrap().1;
        let about = about.split("## O-").next().unwrap().split("| O-").next().unwrap();
        for amount in [net, tax, gross] {
            assert!(about.contains(amount), "{order}: {amount} is not what was calculated by hand");
        }
        compared += 1;
    }
    let late: Vec<&str> = summary.lines().filter(|line| line.contains('/')).collect();
    assert_eq!(late, ["O-2014/1 D-40 2026-11-24", "O-2021/1 T-150 2026-12-09"], "as EXPECTED.md counts them");
    assert_eq!((summary.lines().count(), compared), (21 + late.len(), 14));
}

#[test]
fn a_day_that_was_run_is_not_run_again() {
    let state = std::env::temp_dir().join(format!("dealdesk-demo-{}.sqlite", std::process::id()));
    let state = state.to_str().unwrap();
    let (first, second, third) = (demo(&[COMPANY, state]), demo(&[COMPANY, state]), demo(&[COMPANY, state]));
    std::fs::remove_file(state).unwrap();

    assert!(first.contains("O-2010 ") && first.contains("credit hold") && first.contains("approval, level 2: sales_director"));
    assert!(first.contains("reserved T-80: 21 in ULM, 9 in LNZ"));
    assert!(first.contains("reserved S-28: 10 of lot S28-2604 in ULM"));
    for too_little in ["costs `850.27`, `77.23` less", "costs `7369.10`, `30.90` less"] {
        assert!(first.contains(too_little), "{too_little}, as EXPECTED.md calculates it");
    }
    for ordered in [
        "make 2 T-150 in ULM, start 2026-12-03, due 2026-12-09, for O-2021/1",
        "buy 10 S-43 in ULM, start 2026-11-23, due 2026-12-03, for O-2021/1",
        "buy 30 S-43 in ULM, start 2026-11-23, due 2026-12-03: 13 left",
    ] {
        assert!(first.contains(ordered), "{ordered}, as EXPECTED.md counts it");
    }
    assert!(second.contains("nothing new: the command was handled before"));
    assert!(second.contains("released L-32-8: 2 in ULM"));
    // 14 orders were entered, one was cancelled, one rejected, one waits for its pumps, one was shipped in two parts.
    assert_eq!(first.matches("  invoice R-").count() + second.matches("  invoice R-").count(), 12);
    assert_eq!(third, "nothing is left to do; delete the state file to begin again\n");
}
