//! What is to be approved: a document with its totals, as the approval matrix sees it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::compile::Rulebook;
use super::def::AttributeDef;
use super::facts::FactReader;
use super::judged::{self, JudgedRate};
use super::vocabulary::Declared;
use crate::approval::{Approval, Requirement, explain, route};
use crate::credit::CreditStatus;
use crate::expr::{FactValue, Facts as Document, Presence, Scope, Slot, Text, Type, Value, Vocabulary};
use crate::fact::Facts;
use crate::id::Symbols;
use crate::money::{ArithmeticError, Currency, Decimal, Money};
use crate::pricing::ExchangeRate;
use crate::report::{Code, Diagnostic, Diagnostics, Error, Fingerprint, LimitCode, Path, QuoteCode, RulebookCode, ShapeCode};
use crate::table::RowReport;
use crate::time::Date;

/// A document that may need approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRequest {
    /// The document's day.
    pub date: Date,
    /// The currency of the totals; the rulebook's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// Rates of exchange, before those that the rulebook declares.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchange_rates: Vec<ExchangeRate>,
    /// What is known of the customer: `id`, and the declared attributes that begin with `customer.`, without that prefix.
    #[serde(default, skip_serializing_if = "Facts::is_empty")]
    pub customer: Facts,
    /// Where it goes: `country`, and the declared attributes that begin with `destination.`.
    #[serde(default, skip_serializing_if = "Facts::is_empty")]
    pub destination: Facts,
    /// How it was ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The declared attributes that begin with `document.`.
    #[serde(default, skip_serializing_if = "Facts::is_empty")]
    pub document: Facts,
    /// The document's sums, as a quote gives them.
    pub totals: SubjectTotals,
    /// How many lines the document has.
    pub line_count: u32,
    /// What a quote says for approvals, when its procedure has steps that need them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval_facts: Option<ApprovalFacts>,
    /// The verdict of the credit check, when there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_status: Option<CreditStatus>,
    /// Whether every row of the matrix shall be explained.
    #[serde(default)]
    pub explain: bool,
}

/// The sums of a document, as a quote gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubjectTotals {
    /// The lines at the prices that were found.
    pub list: Decimal,
    /// What was taken off.
    pub discount: Decimal,
    /// Without tax.
    pub net: Decimal,
    /// The tax.
    pub tax: Decimal,
    /// With tax.
    pub gross: Decimal,
    /// What charges added; nothing when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charges: Option<Decimal>,
    /// What is to be paid; the gross amount when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payable: Option<Decimal>,
}

/// What a quote says for approvals.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalFacts {
    /// The largest discount of a line, in percent of its list amount; rounded up at the sixth decimal. Absent when no line has a price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub largest_discount_percent: Option<Decimal>,
    /// The margin of the document, in percent of its net amount; rounded down at the sixth decimal. Absent where nothing gives the cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin_percent: Option<Decimal>,
    /// The codes of the warnings and errors among the quote's findings, each once.
    #[serde(default)]
    pub findings: Vec<Code>,
}

/// Who must approve a document, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RouteDecision {
    /// The rulebook that decided.
    pub rulebook: Fingerprint,
    /// The rate by which the amounts were converted before they were judged; absent when they were judged as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchanged: Option<JudgedRate>,
    /// One entry per level and role, levels ascending, then by role. None is needed when it is empty.
    pub requirements: Vec<Requirement>,
    /// For every row of the matrix whether it asks, and which of its tests did not pass; only when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<Vec<RowReport>>,
}

/// The vocabulary of the approval matrix.
#[derive(Debug, Clone)]
pub struct SubjectVocabulary {
    pub(super) vocabulary: Vocabulary,
    slots: SubjectSlots,
    declared: Declared,
}

#[derive(Debug, Clone, Copy)]
struct SubjectSlots {
    channel: Slot,
    currency: Slot,
    date: Slot,
    list_amount: Slot,
    discount: Slot,
    discount_percent: Slot,
    net: Slot,
    tax: Slot,
    gross: Slot,
    charges: Slot,
    payable: Slot,
    line_count: Slot,
    largest_discount_percent: Slot,
    margin_percent: Slot,
    findings: Slot,
    credit_status: Slot,
}

impl SubjectVocabulary {
    /// Declares the names of the document and its totals, and the rulebook's attributes of document scope.
    pub(super) fn compile(attributes: &[AttributeDef], symbols: &mut Symbols) -> Option<Self> {
        let mut vocabulary = Vocabulary::new();
        let slots = own_names(&mut vocabulary, symbols)?;
        let mut declared = Declared::default();
        // The vocabulary of quotes has reported what is wrong with them.
        let mut reported = Diagnostics::new();
        for def in attributes.iter().filter(|def| !def.id.as_str().starts_with("line.") && !def.id.as_str().starts_with("product.")) {
            declared.declare(def, &mut vocabulary, &Path::ROOT, symbols, &mut reported);
        }
        Some(Self { vocabulary, slots, declared })
    }
}

fn own_names(vocabulary: &mut Vocabulary, symbols: &mut Symbols) -> Option<SubjectSlots> {
    use Presence::{Always, Optional};
    let statuses = ["pass", "warn", "hold", "reject"].map(|status| symbols.intern(status)).to_vec();
    let mut declare = |name, ty, presence, one_of| vocabulary.declare(name, ty, Scope::Document, presence, one_of).ok();
    declare("customer.id", Type::Text, Optional, None)?;
    declare("destination.country", Type::Text, Optional, None)?;
    Some(SubjectSlots {
        channel: declare("channel", Type::Text, Optional, None)?,
        currency: declare("currency", Type::Text, Always, None)?,
        date: declare("date", Type::Date, Always, None)?,
        list_amount: declare("document.list_amount", Type::Number, Always, None)?,
        discount: declare("document.discount", Type::Number, Always, None)?,
        discount_percent: declare("document.discount_percent", Type::Number, Always, None)?,
        net: declare("document.net", Type::Number, Always, None)?,
        tax: declare("document.tax", Type::Number, Always, None)?,
        gross: declare("document.gross", Type::Number, Always, None)?,
        charges: declare("document.charges", Type::Number, Always, None)?,
        payable: declare("document.payable", Type::Number, Always, None)?,
        line_count: declare("document.line_count", Type::Number, Always, None)?,
        largest_discount_percent: declare("document.largest_discount_percent", Type::Number, Optional, None)?,
        margin_percent: declare("document.margin_percent", Type::Number, Optional, None)?,
        findings: declare("document.findings", Type::List(Box::new(Type::Text)), Always, None)?,
        credit_status: declare("credit.status", Type::Text, Optional, Some(statuses))?,
    })
}

impl SubjectVocabulary {
    /// Whether a matrix tests what documents come to.
    pub(super) fn reads_amounts(&self, approval: &Approval) -> bool {
        let own = &self.slots;
        let amounts = [own.list_amount, own.discount, own.net, own.tax, own.gross, own.charges, own.payable];
        let declared = || self.declared.amounts.iter().map(|(slot, _)| slot);
        approval.slots().any(|slot| amounts.contains(slot) || declared().any(|known| known == slot))
    }

    /// Whether a matrix asks for the currency.
    pub(super) fn reads_currency(&self, approval: &Approval) -> bool {
        approval.slots().any(|slot| *slot == self.slots.currency)
    }
}

impl SubjectTotals {
    /// The same in another currency, unrounded.
    pub(super) fn converted(&self, rate: Decimal) -> Result<Self, ArithmeticError> {
        let optional = |amount: Option<Decimal>| amount.map(|amount| amount.checked_mul(rate)).transpose();
        Ok(Self {
            list: self.list.checked_mul(rate)?,
            discount: self.discount.checked_mul(rate)?,
            net: self.net.checked_mul(rate)?,
            tax: self.tax.checked_mul(rate)?,
            gross: self.gross.checked_mul(rate)?,
            charges: optional(self.charges)?,
            payable: optional(self.payable)?,
        })
    }
}

/// The subject as the matrix reads it.
struct Subject<'s> {
    values: Vec<Value<'s>>,
}

impl<'s> Subject<'s> {
    fn set(&mut self, slot: Slot, value: Value<'s>) {
        if let Some(place) = self.values.get_mut(usize::from(slot.index)) {
            *place = value;
        }
    }
}

impl Subject<'_> {
    /// Converts declared amounts as the totals were, unrounded.
    fn convert(&mut self, amounts: impl Iterator<Item = Slot>, rate: Decimal) -> Result<(), Error> {
        for slot in amounts {
            if let Some(Value::Number(amount)) = self.values.get_mut(usize::from(slot.index)) {
                let too_large = |_| Diagnostic::error(LimitCode::Overflow, &Path::ROOT, format!("`{amount}` is too large to be converted"));
                *amount = amount.checked_mul(rate).map_err(too_large)?;
            }
        }
        Ok(())
    }
}

impl Document for Subject<'_> {
    fn value(&self, slot: Slot, _line: Option<usize>) -> Value<'_> {
        match slot.scope {
            Scope::Document => self.values.get(usize::from(slot.index)).copied().unwrap_or(Value::Missing),
            Scope::Line => Value::Missing,
        }
    }

    fn line_count(&self) -> usize {
        0
    }
}

impl Rulebook {
    /// Finds who must approve a document, and why.
    ///
    /// # Errors
    /// [`Error`] when the rulebook has no approval matrix, the facts are not those it declares, or an input of the matrix has no value.
    pub fn route_approval(&self, request: &ApprovalRequest) -> Result<RouteDecision, Error> {
        let parts = self.parts();
        let Some(approval) = &parts.approval else {
            return Err(Diagnostic::error(RulebookCode::NotDeclared, &Path::ROOT, "the rulebook declares no `approval`").into());
        };
        // 1. Read the subject.
        let given = self.read_subject(request)?;
        let codes = request.approval_facts.iter().flat_map(|facts| &facts.findings).map(|code| code.as_str());
        let findings: Vec<Value<'_>> = codes.map(|text| Value::Text(Text { symbol: parts.symbols.find(text), text })).collect();
        check_totals(&request.totals, request.currency.unwrap_or(parts.currency))?;
        let (totals, exchanged) = judged::judged(parts, approval, request)?;
        let mut subject = self.subject(request, &totals, &given)?;
        subject.set(parts.subject.slots.findings, Value::List(&findings));
        if let Some(exchanged) = exchanged {
            subject.convert(parts.subject.declared.amounts.iter().map(|(slot, _)| *slot), exchanged.rate)?;
        }
        // 2. Ask the matrix.
        let matrix = Path::ROOT.field("approval");
        let failed = |error: crate::expr::EvalError| {
            let problem = error.into_diagnostic(&Path::ROOT.field("totals"));
            Error::from(problem.related(&matrix.field("matrix"), "the input that has no value, in the rulebook"))
        };
        let requirements = route(approval, &subject).map_err(failed)?.requirements;
        let rows = if request.explain { Some(explain(approval, &subject).map_err(failed)?) } else { None };
        Ok(RouteDecision { rulebook: self.fingerprint().clone(), exchanged, requirements, rows })
    }

    /// The declared defaults, then the facts of the request.
    fn read_subject<'s>(&'s self, request: &'s ApprovalRequest) -> Result<Vec<(Slot, FactValue<'s>)>, Error> {
        let parts = self.parts();
        let words = &parts.subject;
        let mut diagnostics = Diagnostics::new();
        let currencies: Vec<Currency> = self.currencies().collect();
        judged::check_request(request, &currencies, &mut diagnostics);
        let own = words.slots;
        let computed = [
            own.list_amount,
            own.discount,
            own.discount_percent,
            own.net,
            own.tax,
            own.gross,
            own.charges,
            own.payable,
            own.line_count,
            own.largest_discount_percent,
            own.margin_percent,
            own.findings,
        ];
        let settable = |slot: Slot| !computed.contains(&slot);
        let reader = FactReader { vocabulary: &words.vocabulary, symbols: &parts.symbols, settable: &settable };
        let defaults = words.declared.defaults.iter();
        let mut given: Vec<_> = defaults.map(|(slot, default)| (*slot, default.fact_value(&parts.symbols))).collect();
        for (scope, facts) in [("customer", &request.customer), ("destination", &request.destination), ("document", &request.document)] {
            reader.read(scope, facts, &Path::ROOT.field(scope), |slot, value| given.push((slot, value)), &mut diagnostics);
        }
        for slot in &words.declared.required {
            let name = words.vocabulary.name(*slot).map_or("", |name| &*name.name);
            let (scope, key) = name.split_once('.').unwrap_or(("", name));
            let facts = match scope {
                "customer" => &request.customer,
                "destination" => &request.destination,
                _ => &request.document,
            };
            if facts.get(key).is_some() {
                continue;
            }
            let message = format!("the attribute `{name}` is missing; the rulebook declares it without a default");
            diagnostics.error(QuoteCode::MissingAttribute, &Path::ROOT.field(scope).field(key), message);
        }
        diagnostics.finish()?;
        Ok(given)
    }

    /// The subject with its totals as they are judged.
    fn subject<'s>(
        &'s self,
        request: &'s ApprovalRequest,
        totals: &SubjectTotals,
        given: &'s [(Slot, FactValue<'s>)],
    ) -> Result<Subject<'s>, Error> {
        let parts = self.parts();
        let words = &parts.subject;
        let mut values = vec![Value::Missing; words.vocabulary.slot_count(Scope::Document)];
        let mut set = |slot: Slot, value: Value<'s>| {
            if let Some(place) = values.get_mut(usize::from(slot.index)) {
                *place = value;
            }
        };
        given.iter().for_each(|(slot, value)| set(*slot, value.value()));
        let own = words.slots;
        let text = |text: &'s str| Value::Text(Text { symbol: parts.symbols.find(text), text });
        set(own.list_amount, Value::Number(totals.list));
        set(own.discount, Value::Number(totals.discount));
        set(own.discount_percent, Value::Number(discount_percent(&request.totals)?));
        set(own.net, Value::Number(totals.net));
        set(own.tax, Value::Number(totals.tax));
        set(own.gross, Value::Number(totals.gross));
        set(own.charges, Value::Number(totals.charges.unwrap_or_default()));
        set(own.payable, Value::Number(totals.payable.unwrap_or(totals.gross)));
        set(own.line_count, Value::Number(request.line_count.into()));
        set(own.date, Value::Date(request.date));
        set(own.currency, text(request.currency.unwrap_or(parts.currency).code()));
        if let Some(channel) = &request.channel {
            set(own.channel, text(channel));
        }
        let facts = request.approval_facts.as_ref();
        let number = |number: Option<Decimal>| number.map_or(Value::Missing, Value::Number);
        set(own.largest_discount_percent, number(facts.and_then(|facts| facts.largest_discount_percent)));
        set(own.margin_percent, number(facts.and_then(|facts| facts.margin_percent)));
        if let Some(status) = request.credit_status {
            set(own.credit_status, text(status.as_str()));
        }
        Ok(Subject { values })
    }
}

/// Every total is an amount of the currency.
fn check_totals(totals: &SubjectTotals, currency: Currency) -> Result<(), Error> {
    let mut diagnostics = Diagnostics::new();
    let path = Path::ROOT.field("totals");
    let fields = [("list", totals.list), ("discount", totals.discount), ("net", totals.net), ("tax", totals.tax), ("gross", totals.gross)];
    let optional = [("charges", totals.charges), ("payable", totals.payable)].map(|(field, amount)| Some((field, amount?)));
    for (field, amount) in fields.into_iter().chain(optional.into_iter().flatten()) {
        if let Err(error) = Money::from_decimal(amount, currency) {
            let code = if error == ArithmeticError::Inexact { Code::from(ShapeCode::InvalidValue) } else { LimitCode::Overflow.into() };
            diagnostics.error(code, &path.field(field), format!("`{amount}` is no amount in `{currency}`: {error}"));
        }
    }
    diagnostics.finish().map(|_| ())
}

/// What was taken off, in percent of the list amount; zero for a list amount of zero.
fn discount_percent(totals: &SubjectTotals) -> Result<Decimal, Error> {
    if totals.list.is_zero() {
        return Ok(Decimal::ZERO);
    }
    let percent = totals.discount.checked_mul(Decimal::HUNDRED).and_then(|hundredfold| hundredfold.checked_div(totals.list));
    percent.map_err(|error| Diagnostic::error(LimitCode::Overflow, &Path::ROOT.field("totals"), error.to_string()).into())
}
