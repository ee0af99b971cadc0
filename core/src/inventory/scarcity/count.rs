//! A request in whole multiples, with everything that is wrong with it said at once.

use super::compile::{Policy, Sharing};
use super::def::SharingMethod;
use super::request::{ShareDemand, ShareOutRequest};
use crate::id::{Set, SharingId};
use crate::limits::Limits;
use crate::quantity::Quantity;
use crate::report::{Diagnostic, Diagnostics, Error, InventoryCode, LimitCode, Path, RulebookCode};

/// A demand in whole multiples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Claim {
    /// The most that it may get.
    pub asked: i64,
    /// The least that it may get, never above `asked`.
    pub minimum: i64,
    /// What it has already.
    pub stock: i64,
    /// Its part of the whole.
    pub weight: u64,
}

/// The policy that applies to the request.
pub(super) fn find_policy<'s>(sharing: &'s Sharing, request: &ShareOutRequest) -> Result<(&'s SharingId, Policy), Error> {
    let found = match &request.policy {
        Some(id) => sharing.named(id).ok_or_else(|| {
            let mut problems = Diagnostics::new();
            problems.unknown(&Path::ROOT.field("policy"), "sharing policy", id.as_str(), sharing.names());
            problems
        }),
        None => sharing.of_product(request.product.as_ref()).ok_or_else(|| {
            let message = match &request.product {
                Some(product) => format!("no sharing policy is for the product `{product}`, and none is for every product"),
                None => "the request names neither a policy nor a product, and no sharing policy is for every product".to_owned(),
            };
            let problem = Diagnostic::error(RulebookCode::NotDeclared, &Path::ROOT, message);
            let mut problems = Diagnostics::new();
            problems.push(problem.help("declare it under `inventory.sharing`, or name a `policy`"));
            problems
        }),
    };
    let (id, mut policy) = found.or_else(|problems| problems.finish().and(Err(nothing())))?;
    if let Some(multiple) = request.multiple {
        policy.multiple = multiple;
    }
    Ok((id, policy))
}

fn nothing() -> Error {
    Diagnostic::error(RulebookCode::NotDeclared, &Path::ROOT, "there is no sharing policy").into()
}

/// The demands in whole multiples: what a demand asks for is rounded down, what it is guaranteed is rounded up.
///
/// Every problem of the request is in the error.
pub(super) fn count(request: &ShareOutRequest, policy: Policy) -> Result<Vec<Claim>, Error> {
    let mut problems = Diagnostics::new();
    check_whole(request, policy, &mut problems);
    let list = Path::ROOT.field("demands");
    let mut seen = Set::default();
    for (index, demand) in request.demands.iter().enumerate() {
        let path = list.index(index);
        if !seen.insert(&demand.id) {
            problems.duplicate(&path.field("id"), "demand", demand.id.as_str());
        }
        check_demand(demand, policy.method, &path, &mut problems);
    }
    problems.finish()?;
    Ok(request.demands.iter().map(|demand| claim(demand, policy)).collect())
}

fn check_whole(request: &ShareOutRequest, policy: Policy, problems: &mut Diagnostics) {
    let most = Limits::default().lines;
    if request.demands.len() > most {
        let message = format!("there are {} demands; at most {most} are allowed", request.demands.len());
        problems.error(LimitCode::TooMany, &Path::ROOT.field("demands"), message);
    }
    if request.supply.is_negative() {
        let message = format!("the supply `{}` is below zero; write zero or more", request.supply);
        problems.error(InventoryCode::Quantity, &Path::ROOT.field("supply"), message);
    }
    if !policy.multiple.is_positive() {
        let message = format!("nothing can be given in multiples of `{}`; write what a pack holds", policy.multiple);
        problems.error(InventoryCode::Quantity, &Path::ROOT.field("multiple"), message);
    }
}

fn check_demand(demand: &ShareDemand, method: SharingMethod, path: &Path<'_>, problems: &mut Diagnostics) {
    if !demand.quantity.is_positive() {
        let message = format!("the quantity `{}` is not above zero", demand.quantity);
        problems.error(InventoryCode::Quantity, &path.field("quantity"), message);
    }
    if let Some(minimum) = demand.minimum.filter(|minimum| minimum.is_negative() || *minimum > demand.quantity) {
        let message = format!("the minimum `{minimum}` is not between zero and the quantity `{}`", demand.quantity);
        problems.error(InventoryCode::Quantity, &path.field("minimum"), message);
    }
    let measured = [
        ("weight", demand.weight, method == SharingMethod::Weighted),
        ("per_day", demand.per_day, method == SharingMethod::EqualCover),
        ("stock", demand.stock, false),
    ];
    for (name, number, needed) in measured {
        match number {
            Some(number) if number.is_negative() => {
                let message = format!("`{number}` is below zero; write zero or more");
                problems.error(InventoryCode::Quantity, &path.field(name), message);
            }
            None if needed => {
                let message = format!("the policy shares out by `{name}`, and the demand `{}` has none", demand.id);
                problems.error(InventoryCode::ShareWeight, &path.field(name), message);
            }
            _ => {}
        }
    }
}

fn claim(demand: &ShareDemand, policy: Policy) -> Claim {
    let asked = whole(demand.quantity, policy.multiple);
    let minimum = demand.minimum.unwrap_or_default();
    let least = whole(minimum, policy.multiple);
    let least = if in_multiples(least, policy.multiple) < minimum { least.saturating_add(1) } else { least };
    let weight = match policy.method {
        SharingMethod::FirstCome | SharingMethod::Priority | SharingMethod::Equal => Quantity::from(1),
        SharingMethod::ProRata => demand.quantity,
        SharingMethod::Weighted => demand.weight.unwrap_or_default(),
        SharingMethod::EqualCover => demand.per_day.unwrap_or_default(),
    };
    let stock = if policy.method == SharingMethod::EqualCover { demand.stock.unwrap_or_default() } else { Quantity::ZERO };
    Claim { asked, minimum: least.min(asked), stock: whole(stock, policy.multiple), weight: weight.millionths().unsigned_abs() }
}

/// How many whole multiples a quantity has.
pub(super) fn whole(quantity: Quantity, multiple: Quantity) -> i64 {
    quantity.millionths().checked_div(multiple.millionths()).unwrap_or_default()
}

/// So many multiples.
pub(super) fn in_multiples(count: i64, multiple: Quantity) -> Quantity {
    Quantity::from_millionths(count.saturating_mul(multiple.millionths()))
}
