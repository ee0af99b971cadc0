//! Every refusal for want of something names what would pass, and that passes.

use proptest::prelude::*;

use super::super::*;
use super::laws::commands;
use super::story::{Story, command, inventory, three_warehouses};
use crate::quantity::Quantity;
use crate::report::{Detail, Outcome, Refusal};

fn figure(refusal: &Refusal, name: &str) -> Option<Quantity> {
    match refusal.details.get(name)? {
        Detail::Number(number) => (*number).try_into().ok(),
        _ => None,
    }
}

/// The commands that ask for what a refusal names; none when it names nothing.
fn instead(action: &StockAction, refusal: &Refusal) -> Option<Vec<StockAction>> {
    let least = figure(refusal, "sellable").or_else(|| figure(refusal, "available"))?;
    let some = Some(least).filter(|quantity| quantity.is_positive());
    Some(match action.clone() {
        StockAction::Reserve(reserve) => vec![StockAction::Reserve(ReserveStock { quantity: some?, ..reserve })],
        StockAction::Issue(movement) => vec![StockAction::Issue(StockMovement { quantity: some?, ..movement })],
        StockAction::Commit(commit) => vec![StockAction::Commit(CommitStock { quantity: Some(some?), ..commit })],
        StockAction::Release(release) => vec![StockAction::Release(ReleaseStock { quantity: Some(some?), ..release })],
        StockAction::Uncommit(uncommit) => vec![StockAction::Uncommit(UncommitStock { quantity: Some(some?), ..uncommit })],
        StockAction::CancelExpected(cancel) => vec![StockAction::CancelExpected(CancelSupply { quantity: Some(some?), ..cancel })],
        StockAction::Update(update) => {
            let total = figure(refusal, "total").or_else(|| Some(figure(refusal, "reserved")?.saturating_add(least)))?;
            vec![StockAction::Update(UpdateReservation { quantity: Some(total), ..update })]
        }
        // All that is held moves, so what cannot be held there is given up first.
        StockAction::Transfer(transfer) => {
            let most = figure(refusal, "release")?;
            let release = ReleaseStock { quantity: Some(most), ..ReleaseStock::all(transfer.id.clone()) };
            some?;
            vec![StockAction::Release(release), StockAction::Transfer(transfer)]
        }
        _ => return None,
    })
}

fn names_a_quantity(refusal: &Refusal) -> bool {
    let codes = ["insufficient", "quota_exceeded", "exceeds_reservation", "backordered", "exceeds_supply"];
    codes.iter().any(|code| refusal.code.as_str() == format!("inventory.{code}"))
}

/// Tells a history, and after each refusal also what it names, on the side.
fn hold(mut story: Story, shop: impl Fn() -> Story, history: &[(String, i64)]) -> Result<(), TestCaseError> {
    let mut now = 0;
    for (text, pause) in history {
        now += pause;
        let (before, text) = (story.state.clone(), format!("@{now} {text}"));
        let decision = story.tell(&text).unwrap();
        let Outcome::Refused(refusals) = decision.outcome else { continue };
        let asked = command("any", &text);
        if let StockAction::Batch(actions) = &asked.action {
            in_a_batch(&asked, actions, &refusals, (&before, &shop))?;
            continue;
        }
        let Some(refusal) = refusals.first().filter(|refusal| names_a_quantity(refusal)) else { continue };
        let Some(actions) = instead(&asked.action, refusal) else { continue };
        let mut aside = shop();
        aside.state = before.clone();
        for (number, action) in actions.into_iter().enumerate() {
            let again = crate::report::Command { id: format!("again-{number}").parse().unwrap(), action, ..asked.clone() };
            let outcome = aside.handle(&again).unwrap().outcome;
            // What is held may have been counted away: then the commit says how much of it is there.
            if let (StockAction::Commit(_), Outcome::Refused(refusals)) = (&again.action, &outcome) {
                prop_assert_eq!(refusals[0].code.as_str(), "inventory.insufficient");
                prop_assert!(figure(&refusals[0], "available") < figure(refusal, "available"));
                continue;
            }
            prop_assert_eq!(&outcome, &Outcome::Accepted, "{:?} after {} was refused with {:?}", again.action, text, refusal);
        }
        // And on the day that is named, all of it passes.
        let moved = |update: &UpdateReservation| update.wanted_on.is_some() && figure(refusal, "total").is_some();
        if let (StockAction::Update(update), Some(Detail::Date(day))) = (&asked.action, refusal.details.get("next_on"))
            && moved(update)
        {
            let action = StockAction::Update(UpdateReservation { wanted_on: Some(*day), ..update.clone() });
            let mut aside = shop();
            aside.state = before.clone();
            let again = crate::report::Command { id: "later".parse().unwrap(), action, ..asked.clone() };
            prop_assert_eq!(aside.handle(&again).unwrap().outcome, Outcome::Accepted, "{} on {}", text, day);
        }
        if let (StockAction::Reserve(reserve), Some(Detail::Date(day))) = (&asked.action, refusal.details.get("next_on")) {
            let action = StockAction::Reserve(ReserveStock { wanted_on: Some(*day), ..reserve.clone() });
            let mut aside = shop();
            aside.state = before;
            let again = crate::report::Command { id: "later".parse().unwrap(), action, ..asked };
            prop_assert_eq!(aside.handle(&again).unwrap().outcome, Outcome::Accepted, "{} on {}", text, day);
        }
    }
    Ok(())
}

/// What a refusal in a batch names passes in the place of its action, after those before it that were not refused.
fn in_a_batch(
    asked: &crate::report::Command<StockAction>,
    actions: &[StockAction],
    refusals: &[Refusal],
    (before, shop): (&StockState, &impl Fn() -> Story),
) -> Result<(), TestCaseError> {
    let number = |refusal: &Refusal| figure(refusal, "action").map(|number| usize::try_from(number.millionths() / 1_000_000).unwrap());
    let refused: Vec<usize> = refusals.iter().filter_map(number).collect();
    for refusal in refusals.iter().filter(|refusal| names_a_quantity(refusal)) {
        let place = number(refusal).unwrap();
        let Some(named) = instead(&actions[place], refusal) else { continue };
        let earlier = (0..place).filter(|place| !refused.contains(place)).map(|place| actions[place].clone());
        let action = StockAction::Batch(earlier.chain(named).collect());
        let mut aside = shop();
        aside.state = before.clone();
        let again = crate::report::Command { id: "again".parse().unwrap(), action, ..asked.clone() };
        let outcome = aside.handle(&again).unwrap().outcome;
        // What is held may have been counted away, as above.
        let counted_away = |outcome: &Outcome| match outcome {
            Outcome::Refused(again) => {
                again[0].code.as_str() == "inventory.insufficient" && matches!(actions[place], StockAction::Commit(_))
            }
            _ => false,
        };
        prop_assert!(outcome == Outcome::Accepted || counted_away(&outcome), "{:?} after {:?}: {:?}", again.action, refusal, outcome);
    }
    Ok(())
}

/// A history in batches of so many commands.
fn batched(history: &[(String, i64)], sizes: &[usize]) -> Vec<(String, i64)> {
    let mut batches = Vec::new();
    let mut rest = history;
    for size in sizes {
        let (batch, others) = rest.split_at(rest.len().min(*size));
        let fits = |text: &&str| !["expire", "reconcile", "batch"].iter().any(|word| text.starts_with(word));
        let actions: Vec<&str> = batch.iter().map(|(text, _)| text.as_str()).filter(fits).collect();
        if !actions.is_empty() {
            batches.push((format!("batch {}", actions.join("; ")), batch.iter().map(|(_, pause)| pause).sum()));
        }
        rest = others;
    }
    batches
}

/// The same warehouses with a quota for `P` and `B` together.
fn with_quota() -> Story {
    Story::new(inventory(
        r#"{"locations": [{"id": "west", "priority": 3}, {"id": "old", "active": false}, {"id": "north", "priority": 1},
            {"id": "south", "priority": 2}],
        "safety_stock": [{"location": "north", "product": "S", "quantity": "2"}], "hold_ttl_seconds": 900,
        "products": [{"product": "B", "sku_threshold": "1", "backorder": {"limit": "10"}}, {"product": "U", "backorder": "unlimited"}],
        "quotas": [{"id": "q", "products": [{"product": "P"}, {"product": "B", "factor": "2"}],
            "others": {"caps": [{"period": "day", "quantity": "9"}, {"period": "month", "quantity": "25"}]}}]}"#,
    ))
}

#[test]
fn more_on_another_day_is_what_both_the_stock_and_the_quota_of_that_day_allow() {
    // Nine a day in pairs are four `B`; five of six are there, one being kept back.
    let history = ["receive B north 6", "reserve R-3 B 1", "update R-3 to 6 on 2026-11-26"];
    hold(with_quota(), with_quota, &history.map(|text| (text.to_owned(), 0))).unwrap();
}

proptest! {
    #[test]
    fn every_refusal_names_what_passes(history in commands()) {
        let shop = || Story::new(three_warehouses());
        hold(shop(), shop, &history)?;
    }

    #[test]
    fn so_does_every_refusal_in_a_batch(history in commands(), sizes in prop::collection::vec(1_usize..4, 40)) {
        let shop = || Story::new(three_warehouses());
        hold(shop(), shop, &batched(&history, &sizes))?;
        hold(with_quota(), with_quota, &batched(&history, &sizes))?;
    }

    #[test]
    fn so_does_every_refusal_of_a_quota(history in commands()) {
        hold(with_quota(), with_quota, &history)?;
    }
}
