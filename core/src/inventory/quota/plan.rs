//! Holding lines against their quotas.

use std::collections::BTreeMap;

use super::super::compile::Inventory;
use super::book::{Book, Pot};
use super::claim::QuotaClaim;
use super::compile::{Quota, Quotas};
use super::request::{CheckQuotaRequest, QuotaDraw, QuotaLine, QuotaPlan, QuotaPlanLine, QuotaUse};
use crate::id::{AttributeId, Map, ProductId, QuotaGroupId, QuotaId, Set};
use crate::limits::Limits;
use crate::quantity::Quantity;
use crate::report::{Detail, Diagnostics, Error, Finding, InventoryCode, LimitCode, Path, Severity};
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
    let (mut lines, mut findings) = (Vec::with_capacity(request.lines.len()), Vec::new());
    for line in &request.lines {
        let want = Want::from(line);
        let served = serve(&mut book, &want, find_draws(quotas, &want, |_| true));
        findings.extend(finding(line, exceeded(&want, &served)));
        lines.push(planned(line, served));
    }
    // 4. Sum up.
    Ok(QuotaPlan { complete: findings.is_empty(), consumed: sum_up(&lines), lines, findings })
}

fn finding(line: &QuotaLine, exceeded: Option<(String, Vec<(&'static str, Detail)>)>) -> Option<Finding> {
    let (message, details) = exceeded?;
    let finding = Finding::new(InventoryCode::QuotaExceeded, Severity::Error, message).line(line.id.clone());
    Some(details.into_iter().fold(finding, |finding, (name, value)| finding.detail(name, value)))
}

fn planned(line: &QuotaLine, served: Served) -> QuotaPlanLine {
    QuotaPlanLine {
        id: line.id.clone(),
        requested: line.quantity,
        granted: served.granted,
        short: line.quantity.saturating_sub(served.granted),
        next_on: served.next_on,
        draws: served.draws,
    }
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
        check_want(quotas, &line.into(), &path, &mut problems);
    }
    problems.finish().map(|_| ())
}

/// What is wanted of a product.
pub(super) struct Want<'l> {
    pub product: &'l ProductId,
    pub quantity: Quantity,
    pub on: Date,
    pub multiple: Quantity,
    pub characteristics: &'l BTreeMap<AttributeId, String>,
}

impl<'l> From<&'l QuotaLine> for Want<'l> {
    fn from(line: &'l QuotaLine) -> Self {
        let QuotaLine { product, quantity, on, multiple, characteristics, .. } = line;
        Self { product, quantity: *quantity, on: *on, multiple: *multiple, characteristics }
    }
}

/// What quotas allow of it.
pub(super) struct Served {
    pub granted: Quantity,
    pub next_on: Option<Date>,
    pub draws: Vec<QuotaDraw>,
}

pub(super) fn check_want(quotas: &Quotas, want: &Want<'_>, path: &Path<'_>, problems: &mut Diagnostics) {
    for (name, quantity) in [("quantity", want.quantity), ("multiple", want.multiple)] {
        let here = path.field(name);
        if !quantity.is_positive() {
            problems.error(InventoryCode::Quantity, &here, format!("the {name} `{quantity}` is not above zero"));
            continue;
        }
        let factors = quotas.quotas.iter().filter_map(|quota| quota.factor(want.product));
        for factor in factors.filter(|factor| times(quantity, *factor).is_none()) {
            let message = format!("`{quantity}` times the factor `{factor}` is no quantity: at most 6 decimals can be consumed");
            problems.error(InventoryCode::Quantity, &here, message);
        }
    }
    let strange = want.characteristics.keys().filter(|name| !quotas.characteristics.contains(*name));
    for name in strange {
        let known = quotas.characteristics.iter().map(AttributeId::as_str);
        problems.unknown(&path.field("characteristics").field(name.as_str()), "characteristic of a quota", name.as_str(), known);
    }
}

/// The product of two quantities, when it is exact and can be held.
pub(super) fn times(quantity: Quantity, factor: Quantity) -> Option<Quantity> {
    let product = i128::from(quantity.millionths()).checked_mul(i128::from(factor.millionths()))?;
    if product.checked_rem(MILLION)? != 0 {
        return None;
    }
    let millionths = i64::try_from(product.checked_div(MILLION)?).ok()?;
    Some(Quantity::from_millionths(millionths)).filter(|quantity| *quantity <= Quantity::MAX)
}

/// The product of two quantities without what lies below a millionth, and never more than can be held.
pub(super) fn product_down(quantity: Quantity, factor: Quantity) -> Quantity {
    let product = i128::from(quantity.millionths()).saturating_mul(factor.millionths().into()).checked_div(MILLION).unwrap_or_default();
    Quantity::from_millionths(i64::try_from(product).unwrap_or(i64::MAX)).min(Quantity::MAX)
}

/// One quota of a line while it is served.
pub(super) struct Draw {
    pub pot: Pot,
    pub factor: Quantity,
    allowed: Quantity,
    pub drawn: Vec<(Date, Quantity)>,
}

/// Draws what is wanted from quotas, as much as all of them allow.
pub(super) fn serve(book: &mut Book<'_>, want: &Want<'_>, mut draws: Vec<Draw>) -> Served {
    // 1. Each quota gives what it can.
    for draw in &mut draws {
        draw.drawn = book.draw(draw.pot, want.on, whole(want, draw.factor));
        draw.allowed = allowed(want, draw);
    }
    // 2. The least of that passes.
    let granted = draws.iter().map(|draw| draw.allowed).min().unwrap_or(want.quantity);
    // 3. Where that is not all, it is drawn anew; and on which day would all of it pass?
    let next_on = if granted < want.quantity { find_day(book, want, &mut draws) } else { None };
    if granted < want.quantity {
        for draw in &mut draws {
            draw.drawn = book.draw(draw.pot, want.on, product_down(granted, draw.factor));
        }
    }
    Served { granted, next_on, draws: draws.into_iter().filter_map(|draw| describe(book.quotas(), draw)).collect() }
}

/// The quotas that limit what is wanted, of those that `counts` names.
pub(super) fn find_draws(quotas: &Quotas, want: &Want<'_>, counts: impl Fn(&Quota) -> bool) -> Vec<Draw> {
    let draw = |(place, quota): (usize, &Quota)| {
        let factor = quota.factor(want.product).filter(|_| counts(quota))?;
        let group = quota.group_of(want.characteristics)?;
        Some(Draw { pot: Pot { quota: place, group }, factor, allowed: Quantity::ZERO, drawn: Vec::new() })
    };
    quotas.quotas.iter().enumerate().filter_map(draw).collect()
}

/// The same quotas and groups that a reservation has drawn on before.
pub(super) fn draws_of_claims(quotas: &Quotas, product: &ProductId, claims: &[QuotaClaim]) -> Vec<Draw> {
    let draw = |claim: &QuotaClaim| {
        let place = quotas.quotas.iter().position(|quota| quota.id == claim.quota && quota.by_reservations)?;
        let quota = quotas.quotas.get(place)?;
        let group = quota.group_named(claim.group.as_ref())?;
        Some(Draw { pot: Pot { quota: place, group }, factor: quota.factor(product)?, allowed: Quantity::ZERO, drawn: Vec::new() })
    };
    claims.iter().filter_map(draw).collect()
}

/// What the whole line consumes.
fn whole(want: &Want<'_>, factor: Quantity) -> Quantity {
    product_down(want.quantity, factor)
}

/// How much of the line may pass with what was drawn: all of it, or as many whole multiples as there is enough for.
pub(super) fn allowed(want: &Want<'_>, draw: &Draw) -> Quantity {
    let drawn: Quantity = draw.drawn.iter().map(|(_, quantity)| *quantity).sum();
    if drawn >= whole(want, draw.factor) {
        return want.quantity;
    }
    let each = times(want.multiple, draw.factor).unwrap_or(Quantity::MAX);
    let count = drawn.millionths().checked_div(each.millionths()).unwrap_or_default();
    Quantity::from_millionths(count.saturating_mul(want.multiple.millionths()))
}

/// Gives everything back and looks for the first later period in which the whole line would pass.
fn find_day(book: &mut Book<'_>, want: &Want<'_>, draws: &mut [Draw]) -> Option<Date> {
    for draw in draws.iter_mut() {
        book.give_back(draw.pot, &mut draw.drawn);
    }
    let mut on = want.on;
    for _ in 0..Limits::default().quota_periods {
        if book.looks() > Limits::default().quota_looks {
            return None;
        }
        on = draws.iter().map(|draw| book.next_period(draw.pot, on)).collect::<Option<Vec<Date>>>()?.into_iter().min()?;
        if draws.iter().all(|draw| passes(book, want, draw, on)) {
            return Some(on);
        }
    }
    None
}

fn passes(book: &mut Book<'_>, want: &Want<'_>, draw: &Draw, on: Date) -> bool {
    let wanted = whole(want, draw.factor);
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

/// What has to be said when not all of it passes: the message, and the figures.
pub(super) fn exceeded(want: &Want<'_>, served: &Served) -> Option<(String, Vec<(&'static str, Detail)>)> {
    let short = want.quantity.saturating_sub(served.granted);
    let tightest = served.draws.iter().min_by_key(|draw| draw.allowed).filter(|_| short.is_positive())?;
    let later = served.next_on.map(|on| format!("; all of it passes on {on}")).unwrap_or_default();
    let message =
        format!("`{}`: {} asked for, the quota `{}` allows {}{later}", want.product, want.quantity, tightest.quota, served.granted);
    let mut details: Vec<(&'static str, Detail)> = vec![
        ("product", want.product.as_str().into()),
        ("quota", tightest.quota.as_str().into()),
        ("requested", want.quantity.to_decimal().into()),
        ("granted", served.granted.to_decimal().into()),
        ("short", short.to_decimal().into()),
    ];
    details.extend(tightest.group.as_ref().map(|group| ("group", group.as_str().into())));
    details.extend(served.next_on.map(|on| ("next_on", on.into())));
    Some((message, details))
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
