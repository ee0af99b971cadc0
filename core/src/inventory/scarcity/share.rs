//! Sharing out.

use std::cmp::Ordering;

use super::super::compile::Inventory;
use super::count::{Claim, count, find_policy, in_multiples, whole};
use super::def::SharingMethod;
use super::level::{Part, proportional};
use super::request::{Share, ShareDemand, ShareEntry, ShareOutRequest, SharePlan, ShareStep};
use crate::money::ArithmeticError;
use crate::quantity::Quantity;
use crate::report::{Diagnostic, Error, Finding, InventoryCode, LimitCode, Path, Severity};
use crate::sort;

/// Shares out a scarce quantity over those who ask for it.
///
/// # Errors
/// [`Error`] with every problem of the request: no policy, quantities below zero, a demand that stands there twice, a demand without
/// the number that the policy measures by, numbers too large to be weighed.
///
/// ```
/// use dealdesk::inventory::{InventoryDef, compile, share_out};
/// use dealdesk::report::{Diagnostics, Path};
/// let def: InventoryDef = serde_json::from_str(r#"{"sharing": [{"id": "fair", "method": "pro_rata"}]}"#)?;
/// let inventory = compile(&def, &Path::ROOT, &mut Diagnostics::new());
/// let plan = share_out(&inventory, &serde_json::from_str(r#"{"supply": "80", "demands": [
///     {"id": "a", "quantity": "50"}, {"id": "b", "quantity": "30"}, {"id": "c", "quantity": "20"}]}"#)?)?;
/// let given: Vec<_> = plan.shares.iter().map(|share| share.given.to_string()).collect();
/// assert_eq!(given, ["40", "24", "16"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn share_out(inventory: &Inventory, request: &ShareOutRequest) -> Result<SharePlan, Error> {
    // 1. Find the policy, and count in whole multiples.
    let (id, policy) = find_policy(inventory.sharing(), request)?;
    let claims = count(request, policy)?;
    // 2. Line up: who comes first, or who is given the remainder first.
    let line = line_up(&request.demands, policy.method);
    let queue: Vec<Claim> = line.iter().filter_map(|index| claims.get(*index)).copied().collect();
    // 3. Share.
    let parts = share(&queue, whole(request.supply, policy.multiple), policy.method).map_err(too_large)?;
    // 4. Explain.
    let mut shares: Vec<Option<Share>> = vec![None; claims.len()];
    for ((index, claim), part) in line.into_iter().zip(&queue).zip(parts) {
        if let (Some(slot), Some(demand)) = (shares.get_mut(index), request.demands.get(index)) {
            *slot = Some(explain(demand, *claim, part, policy.multiple));
        }
    }
    let shares: Vec<Share> = shares.into_iter().flatten().collect();
    let given: Quantity = shares.iter().map(|share| share.given).sum();
    let findings = request.demands.iter().zip(&shares).flat_map(|(demand, share)| remarks(demand, share)).collect();
    Ok(SharePlan {
        policy: id.clone(),
        method: policy.method,
        multiple: policy.multiple,
        supply: request.supply,
        requested: request.demands.iter().map(|demand| demand.quantity).sum(),
        given,
        left: request.supply.saturating_sub(given),
        shares,
        findings,
    })
}

fn too_large(error: ArithmeticError) -> Error {
    Diagnostic::error(LimitCode::Overflow, &Path::ROOT.field("demands"), error.to_string()).into()
}

/// The places of the demands, the first to be served first.
fn line_up(demands: &[ShareDemand], method: SharingMethod) -> Vec<usize> {
    let came = |demand: &ShareDemand| (demand.seq, demand.id.clone());
    let urgent = |a: &ShareDemand, b: &ShareDemand| b.priority.cmp(&a.priority);
    let compare = |a: &ShareDemand, b: &ShareDemand| match method {
        SharingMethod::FirstCome => Ordering::Equal,
        SharingMethod::Priority => {
            let day = |demand: &ShareDemand| (demand.wanted_on.is_none(), demand.wanted_on);
            urgent(a, b).then_with(|| day(a).cmp(&day(b)))
        }
        SharingMethod::Equal | SharingMethod::ProRata | SharingMethod::Weighted | SharingMethod::EqualCover => urgent(a, b),
    };
    let mut line: Vec<(usize, &ShareDemand)> = demands.iter().enumerate().collect();
    sort::by(&mut line, |(_, a), (_, b)| compare(a, b).then_with(|| came(a).cmp(&came(b))));
    line.into_iter().map(|(index, _)| index).collect()
}

/// What each of the queue gets.
fn share(queue: &[Claim], supply: i64, method: SharingMethod) -> Result<Vec<Part>, ArithmeticError> {
    let sum =
        |of: fn(&Claim) -> i64| queue.iter().try_fold(0_i64, |sum, claim| sum.checked_add(of(claim))).ok_or(ArithmeticError::Overflow);
    if sum(|claim| claim.minimum)? > supply {
        // There is not enough for all guarantees: they are what is shared out.
        let guaranteed: Vec<Claim> = queue.iter().map(|claim| guarantee(claim, method)).collect();
        return share(&guaranteed, supply, method);
    }
    let supply = supply.min(sum(|claim| claim.asked)?);
    match method {
        SharingMethod::FirstCome | SharingMethod::Priority => Ok(in_turn(queue, supply, sum(|claim| claim.minimum)?)),
        SharingMethod::Equal | SharingMethod::ProRata | SharingMethod::Weighted | SharingMethod::EqualCover => proportional(queue, supply),
    }
}

/// The guarantee as what is asked for.
fn guarantee(claim: &Claim, method: SharingMethod) -> Claim {
    let weight = if method == SharingMethod::ProRata { claim.minimum.unsigned_abs() } else { claim.weight };
    Claim { asked: claim.minimum, minimum: 0, weight, ..*claim }
}

/// Each its minimum, then the first as much as it asks for, then the next.
fn in_turn(queue: &[Claim], supply: i64, guaranteed: i64) -> Vec<Part> {
    let mut left = supply.saturating_sub(guaranteed);
    let serve = |claim: &Claim| {
        let more = claim.asked.saturating_sub(claim.minimum).min(left);
        left = left.saturating_sub(more);
        Part { given: claim.minimum.saturating_add(more), rounded_up: false }
    };
    queue.iter().map(serve).collect()
}

fn explain(demand: &ShareDemand, claim: Claim, part: Part, multiple: Quantity) -> Share {
    let minimum = claim.minimum.min(part.given);
    let above = part.given.saturating_sub(minimum);
    let remainder = i64::from(part.rounded_up).min(above);
    let mut entries = Vec::new();
    let mut has = Quantity::ZERO;
    for (step, count) in
        [(ShareStep::Minimum, minimum), (ShareStep::Share, above.saturating_sub(remainder)), (ShareStep::Remainder, remainder)]
    {
        if count > 0 {
            let delta = in_multiples(count, multiple);
            let after = has.saturating_add(delta);
            entries.push(ShareEntry { step, before: has, delta, after });
            has = after;
        }
    }
    Share { id: demand.id.clone(), requested: demand.quantity, given: has, short: demand.quantity.saturating_sub(has), entries }
}

fn remarks(demand: &ShareDemand, share: &Share) -> impl Iterator<Item = Finding> {
    let remark = |code: InventoryCode, severity: Severity, message: String| {
        Finding::new(code, severity, message)
            .detail("demand", demand.id.as_str())
            .detail("requested", demand.quantity.to_decimal())
            .detail("given", share.given.to_decimal())
            .detail("short", share.short.to_decimal())
    };
    let guaranteed = demand.minimum.filter(|minimum| share.given < *minimum).map(|minimum| {
        let message = format!("`{}` is guaranteed {minimum} and gets {}", demand.id, share.given);
        remark(InventoryCode::MinimumNotMet, Severity::Error, message).detail("minimum", minimum.to_decimal())
    });
    let short = share.short.is_positive().then(|| {
        let message = format!("`{}` asks for {} and gets {}", demand.id, demand.quantity, share.given);
        remark(InventoryCode::Insufficient, Severity::Warning, message)
    });
    guaranteed.into_iter().chain(short)
}
