//! Holding lines against their quotas.

use super::super::compile::Inventory;
use super::book::{Book, Pot};
use super::compile::Quotas;
use super::request::{CheckQuotaRequest, QuotaDraw, QuotaLine, QuotaPlan, QuotaPlanLine, QuotaUse};
use crate::id::{Map, QuotaGroupId, QuotaId, Set};
use crate::limits::Limits;
use crate::quantity::Quantity;
use crate::report::{Diagnostics, Error, Finding, InventoryCode, LimitCode, Path, Severity};
use crate::time::Date;

const MILLION: i128 = 1_000_000;

/// Says how much of each line its quotas allow, and what that consumes. Lines draw in their order; nothing is consumed by asking.
///
/// # Errors
/// [`Error`] with every problem of the request: quantities of zero or below, a line that stands there twice, a characteristic that no
/// quota tells groups apart by, a quantity that consumes a fraction below a millionth.
///
/// ```
/// use dealdesk::inventory::{InventoryDef, check_quota, compile};
/// use dealdesk::report::{Diagnostics, Path};
/// let def: InventoryDef = serde_json::from_str(r#"{"quotas": [{"id": "pumps", "products": [{"product": "P", "factor": "2"}],
///     "others": {"caps": [{"period": "month", "quantity": "200"}]}}]}"#)?;
/// let inventory = compile(&def, &Path::ROOT, &mut Diagnostics::new());
/// let plan = check_quota(&inventory, &serde_json::from_str(r#"{"lines": [{"id": "1", "product": "P", "quantity": "100", "on": "2026-12-09"}]}"#)?)?;
/// assert!(plan.complete);
/// assert_eq!(plan.consumed[0].quantity.to_string(), "200");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check_quota(inventory: &Inventory, request: &CheckQuotaRequest) -> Result<QuotaPlan, Error> {
    let quotas = inventory.quotas();
    // 1. Refuse what cannot be judged.
    check(quotas, request)?;
    // 2. Enter what was consumed before.
    let mut book = Book::new(quotas);
    for used in &request.consumed {
        book.enter(used);
    }
    // 3. Draw, line by line.
    let lines: Vec<QuotaPlanLine> = request.lines.iter().map(|line| serve(quotas, &mut book, line)).collect();
    // 4. Sum up.
    let findings: Vec<Finding> = request.lines.iter().zip(&lines).filter_map(|(line, planned)| exceeded(line, planned)).collect();
    Ok(QuotaPlan { complete: findings.is_empty(), consumed: sum_up(&lines), lines, findings })
}

fn check(quotas: &Quotas, request: &CheckQuotaRequest) -> Result<(), Error> {
    let mut problems = Diagnostics::new();
    let most = Limits::default().lines;
    if request.lines.len() > most {
        let message = format!("there are {} lines; at most {most} are allowed", request.lines.len());
        problems.error(LimitCode::TooMany, &Path::ROOT.field("lines"), message);
    }
    let list = Path::ROOT.field("lines");
    let mut seen = Set::default();
    for (index, line) in request.lines.iter().enumerate() {
        let path = list.index(index);
        if !seen.insert(&line.id) {
            problems.duplicate(&path.field("id"), "line", line.id.as_str());
        }
        check_line(quotas, line, &path, &mut problems);
    }
    problems.finish().map(|_| ())
}

fn check_line(quotas: &Quotas, line: &QuotaLine, path: &Path<'_>, problems: &mut Diagnostics) {
    for (name, quantity) in [("quantity", line.quantity), ("multiple", line.multiple)] {
        let here = path.field(name);
        if !quantity.is_positive() {
            problems.error(InventoryCode::Quantity, &here, format!("the {name} `{quantity}` is not above zero"));
            continue;
        }
        let factors = quotas.quotas.iter().filter_map(|quota| quota.factor(&line.product));
        for factor in factors.filter(|factor| times(quantity, *factor).is_none()) {
            let message = format!("`{quantity}` times the factor `{factor}` is no quantity: at most 6 decimals can be consumed");
            problems.error(InventoryCode::Quantity, &here, message);
        }
    }
    let strange = line.characteristics.keys().filter(|name| !quotas.characteristics.contains(*name));
    for name in strange {
        let known = quotas.characteristics.iter().map(crate::id::AttributeId::as_str);
        problems.unknown(&path.field("characteristics").field(name.as_str()), "characteristic of a quota", name.as_str(), known);
    }
}

/// The product of two quantities, when it is exact and can be held.
fn times(quantity: Quantity, factor: Quantity) -> Option<Quantity> {
    let product = i128::from(quantity.millionths()).checked_mul(i128::from(factor.millionths()))?;
    if product.checked_rem(MILLION)? != 0 {
        return None;
    }
    let millionths = i64::try_from(product.checked_div(MILLION)?).ok()?;
    Some(Quantity::from_millionths(millionths)).filter(|quantity| *quantity <= Quantity::MAX)
}

/// One quota of a line while it is served.
struct Draw {
    pot: Pot,
    factor: Quantity,
    allowed: Quantity,
    drawn: Vec<(Date, Quantity)>,
}

fn serve(quotas: &Quotas, book: &mut Book<'_>, line: &QuotaLine) -> QuotaPlanLine {
    // 1. Each quota gives what it can.
    let mut draws = find_draws(quotas, line);
    for draw in &mut draws {
        draw.drawn = book.draw(draw.pot, line.on, whole(line, draw.factor));
        draw.allowed = allowed(line, draw);
    }
    // 2. The least of that passes.
    let granted = draws.iter().map(|draw| draw.allowed).min().unwrap_or(line.quantity);
    // 3. Where that is not all, it is drawn anew; and on which day would all of it pass?
    let next_on = if granted < line.quantity { find_day(book, line, &mut draws) } else { None };
    for draw in draws.iter_mut().filter(|_| granted < line.quantity) {
        draw.drawn = book.draw(draw.pot, line.on, times(granted, draw.factor).unwrap_or_default());
    }
    QuotaPlanLine {
        id: line.id.clone(),
        requested: line.quantity,
        granted,
        short: line.quantity.saturating_sub(granted),
        next_on,
        draws: draws.into_iter().filter_map(|draw| describe(quotas, draw)).collect(),
    }
}

fn find_draws(quotas: &Quotas, line: &QuotaLine) -> Vec<Draw> {
    let draw = |(place, quota): (usize, &super::compile::Quota)| {
        let factor = quota.factor(&line.product)?;
        let group = quota.group_of(&line.characteristics)?;
        Some(Draw { pot: Pot { quota: place, group }, factor, allowed: Quantity::ZERO, drawn: Vec::new() })
    };
    quotas.quotas.iter().enumerate().filter_map(draw).collect()
}

/// What the whole line consumes.
fn whole(line: &QuotaLine, factor: Quantity) -> Quantity {
    times(line.quantity, factor).unwrap_or_default()
}

/// How much of the line may pass with what was drawn: all of it, or as many whole multiples as there is enough for.
fn allowed(line: &QuotaLine, draw: &Draw) -> Quantity {
    let drawn: Quantity = draw.drawn.iter().map(|(_, quantity)| *quantity).sum();
    if drawn >= whole(line, draw.factor) {
        return line.quantity;
    }
    let each = times(line.multiple, draw.factor).unwrap_or(Quantity::MAX);
    let count = drawn.millionths().checked_div(each.millionths()).unwrap_or_default();
    Quantity::from_millionths(count.saturating_mul(line.multiple.millionths()))
}

/// Gives everything back and looks for the first later period in which the whole line would pass.
fn find_day(book: &mut Book<'_>, line: &QuotaLine, draws: &mut [Draw]) -> Option<Date> {
    for draw in draws.iter_mut() {
        book.give_back(draw.pot, &mut draw.drawn);
    }
    let mut on = line.on;
    for _ in 0..Limits::default().quota_periods {
        if book.looks() > Limits::default().quota_looks {
            return None;
        }
        on = draws.iter().map(|draw| book.next_period(draw.pot, on)).collect::<Option<Vec<Date>>>()?.into_iter().min()?;
        if draws.iter().all(|draw| passes(book, line, draw, on)) {
            return Some(on);
        }
    }
    None
}

fn passes(book: &mut Book<'_>, line: &QuotaLine, draw: &Draw, on: Date) -> bool {
    let wanted = whole(line, draw.factor);
    let mut drawn = book.draw(draw.pot, on, wanted);
    let enough = drawn.iter().map(|(_, quantity)| *quantity).sum::<Quantity>() >= wanted;
    book.give_back(draw.pot, &mut drawn);
    enough
}

fn describe(quotas: &Quotas, draw: Draw) -> Option<QuotaDraw> {
    let quota = quotas.quotas.get(draw.pot.quota)?;
    let group = quota.groups.get(draw.pot.group)?.id.clone();
    let used = |(on, quantity)| QuotaUse { quota: quota.id.clone(), group: group.clone(), on, quantity };
    let uses = draw.drawn.into_iter().map(used).collect();
    Some(QuotaDraw { quota: quota.id.clone(), group: group.clone(), factor: draw.factor, allowed: draw.allowed, uses })
}

fn exceeded(line: &QuotaLine, planned: &QuotaPlanLine) -> Option<Finding> {
    if planned.short.is_zero() {
        return None;
    }
    let tightest = planned.draws.iter().min_by_key(|draw| draw.allowed)?;
    let later = planned.next_on.map(|on| format!("; all of it passes on {on}")).unwrap_or_default();
    let message =
        format!("`{}`: {} asked for, the quota `{}` allows {}{later}", line.product, line.quantity, tightest.quota, planned.granted);
    let finding = Finding::new(InventoryCode::QuotaExceeded, Severity::Error, message)
        .line(line.id.clone())
        .detail("product", line.product.as_str())
        .detail("quota", tightest.quota.as_str())
        .detail("requested", line.quantity.to_decimal())
        .detail("granted", planned.granted.to_decimal())
        .detail("short", planned.short.to_decimal());
    let finding = match &tightest.group {
        Some(group) => finding.detail("group", group.as_str()),
        None => finding,
    };
    Some(match planned.next_on {
        Some(on) => finding.detail("next_on", on),
        None => finding,
    })
}

/// What all lines consume, one entry for each period.
fn sum_up(lines: &[QuotaPlanLine]) -> Vec<QuotaUse> {
    type Key<'l> = (&'l QuotaId, Option<&'l QuotaGroupId>, Date);
    let mut sums: Map<Key<'_>, Quantity> = Map::default();
    for used in lines.iter().flat_map(|line| &line.draws).flat_map(|draw| &draw.uses) {
        let sum = sums.entry((&used.quota, used.group.as_ref(), used.on)).or_default();
        *sum = sum.saturating_add(used.quantity);
    }
    let entry =
        |((quota, group, on), quantity): (Key<'_>, Quantity)| QuotaUse { quota: quota.clone(), group: group.cloned(), on, quantity };
    sums.into_iter().map(entry).collect()
}
