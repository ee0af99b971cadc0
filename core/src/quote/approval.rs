//! What a quote says for approvals: the figures and findings that an approval matrix asks about.

use serde::{Serialize, Serializer};

use super::result::Quote;
use crate::money::{Decimal, Exact, Rounding, RoundingDef, RoundingMode};
use crate::report::{Code, Severity};
use crate::rulebook::{ApprovalFacts, Step};

/// [`Quote::approval_facts`], computed when it is read.
#[derive(Debug, Clone, Copy)]
pub struct ApprovalFactsView<'q> {
    pub(super) quote: &'q Quote,
}

impl Serialize for ApprovalFactsView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.quote.approval_facts().serialize(serializer)
    }
}

impl Quote {
    /// What the approval matrix asks about: to be copied into the request of `route_approval`.
    #[must_use]
    pub fn approval_facts(&self) -> ApprovalFacts {
        let mut findings: Vec<Code> = Vec::new();
        for finding in self.findings.iter().filter(|finding| finding.severity > Severity::Info) {
            if !findings.contains(&finding.code) {
                findings.push(finding.code);
            }
        }
        let discount = |list: i64, amount: i64| percent(list.checked_sub(amount)?, list, RoundingMode::Up);
        let of_lines = self.lines.iter().filter_map(|line| discount(line.price?.amount, line.figure.amount));
        let margin = self.margin().and_then(|margin| {
            let net = margin.cost.checked_add(margin.amount).ok()?;
            percent(margin.amount.minor(), net.minor(), RoundingMode::Floor)
        });
        ApprovalFacts { largest_discount_percent: of_lines.max(), margin_percent: margin, findings }
    }

    /// Whether the procedure has a step whose outcome may need an approval.
    pub(super) fn asks_for_approval(&self) -> bool {
        self.rulebook.parts().procedure.iter().any(Step::may_need_approval)
    }
}

/// A part in percent of the whole, to six decimals; none of nothing.
fn percent(part: i64, whole: i64, mode: RoundingMode) -> Option<Decimal> {
    const DIGITS: u8 = 6;
    let share = Exact::new(i128::from(part).checked_mul(100)?, i128::from(whole)).ok()?;
    let rounding = Rounding::new(RoundingDef { mode, ..RoundingDef::default() }, DIGITS).ok()?;
    Some(Decimal::from_parts(rounding.apply(share).ok()?.into(), DIGITS.into()).ok()?.normalize())
}
