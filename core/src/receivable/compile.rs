//! From the written terms to checked ones.

use crate::id::{Map, TermsId};
use crate::money::{Decimal, Percent};
use crate::report::{Diagnostic, Diagnostics, Path, ReceivableCode, RulebookCode, did_you_mean};

use super::def::{CashDiscountDef, DueDef, FixedDayDef, InstalmentDef, ReceivableDef, TermsDef};

/// The most days that terms may grant: a hundred years, beyond which a figure is a slip of the finger.
const MAX_DAYS: u32 = 36_500;
/// The most months that terms may grant.
const MAX_MONTHS: u32 = 1_200;

/// The checked terms of payment of a rulebook.
#[derive(Debug, Clone, Default)]
pub struct Receivables {
    pub(super) terms: Map<TermsId, Terms>,
    pub(super) default_terms: Option<TermsId>,
}

/// Checked terms of payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    pub(super) due: Due,
    pub(super) cash_discount: Option<(Percent, i32)>,
}

/// When an invoice is due; days and months are within the calendar's reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Due {
    NetDays(i32),
    EndOfMonth {
        months: i32,
    },
    FixedDay {
        day: i8,
        months: i32,
    },
    /// Parts of 100 percent as weights of one scale, each with its days.
    Instalments(Vec<(u64, i32)>),
}

impl Receivables {
    /// The terms of that name.
    #[must_use]
    pub fn terms(&self, id: &TermsId) -> Option<&Terms> {
        self.terms.get(id)
    }

    /// The terms of an invoice that names none.
    #[must_use]
    pub fn default_terms(&self) -> Option<&TermsId> {
        self.default_terms.as_ref()
    }

    /// The problem of a reference to terms that are not declared; `None` when they are.
    #[must_use]
    pub fn unknown(&self, id: &TermsId, path: &Path<'_>) -> Option<Diagnostic> {
        if self.terms.contains_key(id) {
            return None;
        }
        let known = self.terms.keys().map(TermsId::as_str);
        let message = format!("there are no terms of payment `{id}` in the rulebook");
        Some(Diagnostic::error(ReceivableCode::UnknownTerms, path, message).maybe_help(did_you_mean(id.as_str(), known)))
    }
}

/// Checks the terms; every problem goes to `diagnostics`, and what can be used is in the result.
pub fn compile(def: ReceivableDef, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Receivables {
    let mut compiled = Receivables::default();
    let list = path.field("terms");
    for (terms, index) in def.terms.into_iter().zip(0_usize..) {
        let at = list.index(index);
        let id = terms.id.clone();
        let checked = check_terms(terms, &at, diagnostics);
        if let Some(first) = compiled.terms.get_index_of(&id) {
            let message = format!("the terms `{id}` are declared twice; rename or remove one of them");
            let problem = Diagnostic::error(RulebookCode::DuplicateId, &at.field("id"), message);
            diagnostics.push(problem.related(&list.index(first).field("id"), "declared first here"));
            continue;
        }
        // Terms with a problem keep their name, so that a reference to them is not reported as well.
        compiled.terms.insert(id, checked.unwrap_or(Terms { due: Due::NetDays(0), cash_discount: None }));
    }
    if let Some(id) = def.default_terms {
        if let Some(problem) = compiled.unknown(&id, &path.field("default_terms")) {
            diagnostics.push(problem);
        }
        compiled.default_terms = Some(id);
    }
    compiled
}

fn check_terms(terms: TermsDef, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Option<Terms> {
    let discount = terms.cash_discount.map(|discount| check_cash_discount(discount, &path.field("cash_discount"), diagnostics));
    let due = check_due(terms.due, &path.field("due"), diagnostics)?;
    match discount {
        None => Some(Terms { due, cash_discount: None }),
        Some(discount) => discount.map(|checked| Terms { due, cash_discount: Some(checked) }),
    }
}

fn check_cash_discount(def: CashDiscountDef, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Option<(Percent, i32)> {
    let days = within(def.net_days, MAX_DAYS, "days", &path.field("net_days"), diagnostics);
    let percent = check_percent(def.percent, &path.field("percent"), diagnostics);
    Some((percent?, days?))
}

fn check_due(def: DueDef, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Option<Due> {
    match def {
        DueDef::NetDays(days) => within(days, MAX_DAYS, "days", &path.field("net_days"), diagnostics).map(Due::NetDays),
        DueDef::EndOfMonth(def) => {
            let months = within(def.months, MAX_MONTHS, "months", &path.field("end_of_month").field("months"), diagnostics)?;
            Some(Due::EndOfMonth { months })
        }
        DueDef::FixedDay(def) => check_fixed_day(def, &path.field("fixed_day"), diagnostics),
        DueDef::Instalments(parts) => check_instalments(&parts, &path.field("instalments"), diagnostics),
    }
}

fn check_fixed_day(def: FixedDayDef, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Option<Due> {
    let months = within(def.months, MAX_MONTHS, "months", &path.field("months"), diagnostics);
    let day = i8::try_from(def.day).ok().filter(|day| (1..=31).contains(day));
    if day.is_none() {
        let message = format!("`{}` is not a day of a month; write 1 to 31", def.day);
        diagnostics.error(ReceivableCode::DueDate, &path.field("day"), message);
    }
    Some(Due::FixedDay { day: day?, months: months? })
}

fn check_instalments(parts: &[InstalmentDef], path: &Path<'_>, diagnostics: &mut Diagnostics) -> Option<Due> {
    let mut sum = Some(Decimal::ZERO);
    let mut checked = Vec::with_capacity(parts.len());
    for (part, index) in parts.iter().zip(0_usize..) {
        let at = path.index(index);
        let days = within(part.net_days, MAX_DAYS, "days", &at.field("net_days"), diagnostics);
        let percent = check_percent(part.percent, &at.field("percent"), diagnostics);
        sum = sum.zip(percent).and_then(|(sum, percent)| sum.checked_add(percent.to_decimal()).ok());
        let weight = percent.and_then(|percent| percent.to_decimal().mantissa_at(Percent::MAX_SCALE).ok());
        checked.extend(weight.and_then(|weight| u64::try_from(weight).ok()).zip(days));
    }
    // A percentage that is wrong by itself makes the sum meaningless.
    let sum = sum?;
    if sum != Decimal::HUNDRED {
        let message = format!("the instalments sum to `{sum}` percent; change them so that they sum to 100");
        diagnostics.error(ReceivableCode::Instalments, path, message);
        return None;
    }
    (checked.len() == parts.len()).then_some(Due::Instalments(checked))
}

fn check_percent(number: Decimal, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Option<Percent> {
    let in_range = number > Decimal::ZERO && number <= Decimal::HUNDRED;
    let percent = Percent::new(number).ok().filter(|_| in_range);
    if percent.is_none() {
        let message = format!("`{number}` is not a part of the whole; write a percentage above 0 and up to 100, with at most 12 decimals");
        diagnostics.error(ReceivableCode::PercentRange, path, message);
    }
    percent
}

fn within(number: u32, most: u32, what: &str, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Option<i32> {
    if number > most {
        diagnostics.error(ReceivableCode::DueDate, path, format!("`{number}` {what} are too many; write at most {most}"));
        return None;
    }
    i32::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(json: &str) -> Vec<String> {
        let def: ReceivableDef = serde_json::from_str(json).unwrap();
        let mut diagnostics = Diagnostics::new();
        compile(def, &Path::ROOT.field("receivable"), &mut diagnostics);
        let all = diagnostics.finish().unwrap_or_else(|error| error.diagnostics().to_vec());
        all.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn all_problems_are_found_at_once() {
        let found = problems(
            r#"{"terms": [
                {"id": "a", "due": {"net_days": 30}},
                {"id": "a", "due": {"net_days": 40000}},
                {"id": "b", "due": {"fixed_day": {"day": 32, "months": 5000}}},
                {"id": "c", "due": {"instalments": [{"percent": "30", "net_days": 0}, {"percent": "60", "net_days": 30}]}},
                {"id": "d", "due": {"instalments": [{"percent": "-30", "net_days": 0}, {"percent": "130", "net_days": 30}]}},
                {"id": "e", "due": {"instalments": []}, "cash_discount": {"percent": "0", "net_days": 99999}}
            ], "default_terms": "ab"}"#,
        );
        insta::assert_snapshot!(found.join("\n"), @r"
        error[receivable.unknown_terms] /receivable/default_terms: there are no terms of payment `ab` in the rulebook
          help: did you mean `a`?
        error[receivable.due_date] /receivable/terms/1/due/net_days: `40000` days are too many; write at most 36500
        error[rulebook.duplicate_id] /receivable/terms/1/id: the terms `a` are declared twice; rename or remove one of them
          see /receivable/terms/0/id: declared first here
        error[receivable.due_date] /receivable/terms/2/due/fixed_day/day: `32` is not a day of a month; write 1 to 31
        error[receivable.due_date] /receivable/terms/2/due/fixed_day/months: `5000` months are too many; write at most 1200
        error[receivable.instalments] /receivable/terms/3/due/instalments: the instalments sum to `90` percent; change them so that they sum to 100
        error[receivable.percent_range] /receivable/terms/4/due/instalments/0/percent: `-30` is not a part of the whole; write a percentage above 0 and up to 100, with at most 12 decimals
        error[receivable.percent_range] /receivable/terms/4/due/instalments/1/percent: `130` is not a part of the whole; write a percentage above 0 and up to 100, with at most 12 decimals
        error[receivable.due_date] /receivable/terms/5/cash_discount/net_days: `99999` days are too many; write at most 36500
        error[receivable.percent_range] /receivable/terms/5/cash_discount/percent: `0` is not a part of the whole; write a percentage above 0 and up to 100, with at most 12 decimals
        error[receivable.instalments] /receivable/terms/5/due/instalments: the instalments sum to `0` percent; change them so that they sum to 100
        ");
    }

    #[test]
    fn good_terms_have_no_problems() {
        let text = r#"{"terms": [
            {"id": "net30", "due": {"net_days": 30}, "cash_discount": {"percent": "2", "net_days": 10}},
            {"id": "eom", "due": {"end_of_month": {"months": 1}}},
            {"id": "15th", "due": {"fixed_day": {"day": 15, "months": 1}}},
            {"id": "thirds", "due": {"instalments": [{"percent": "33.333333333333", "net_days": 0}, {"percent": "66.666666666667", "net_days": 30}]}}
        ], "default_terms": "net30"}"#;
        assert_eq!(problems(text), Vec::<String>::new());
    }
}
