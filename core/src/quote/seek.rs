//! Goal seek: which value of an override brings a figure of the document to a target.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::frame::QuoteScratch;
use super::request::{Explain, OverrideRequest, QuoteRequest};
use super::result::{Quote, Totals};
use crate::id::{ActorId, LineId, RoleId, StepId};
use crate::money::{Decimal, Exact, Percent, Rounding};
use crate::report::{Diagnostic, Diagnostics, Error, Finding, LimitCode, Path, QuoteCode, did_you_mean};
use crate::rulebook::{Rulebook, Step};

/// The most values that are tried one by one where no request says otherwise.
const MOST_TRIES: u64 = 10_000;
/// The most that a request may ask for.
const MOST_TRIES_EVER: u64 = 100_000;

/// A document, what may vary, and what is to be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeekTargetRequest {
    /// The document.
    pub quote: Box<QuoteRequest>,
    /// What may vary.
    pub vary: Vary,
    /// What is to be reached.
    pub target: Target,
    /// How many values are tried one by one where halving finds none that reaches the target; 10000 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tries: Option<u64>,
}

/// The override whose value is sought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vary {
    /// The override step.
    pub step: StepId,
    /// The line that it is for; the document when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// Which of its values.
    pub by: VaryBy,
    /// How many decimals the value may have; 2 when absent for percentages, those of the currency for amounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u8>,
    /// The least value; 0 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Decimal>,
    /// The greatest value: 100 percent when absent; needed for amounts and prices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Decimal>,
    /// Why, as every override needs.
    pub reason: String,
    /// Who.
    pub actor: ActorId,
    /// The roles of the actor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<RoleId>,
}

/// Which value of an override is sought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VaryBy {
    /// The percentage that is taken off.
    PercentOff,
    /// The amount that is taken off.
    AmountOff,
    /// The amount that is set.
    Amount,
    /// The price of a unit that is set. Only for a line.
    UnitPrice,
}

/// A figure, and what it is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The figure.
    pub of: TargetFigure,
    /// The line whose figure it is; the document when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// What it is to be.
    pub value: Decimal,
}

/// A figure that can be sought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TargetFigure {
    /// The amount without tax.
    Net,
    /// The amount with tax.
    Gross,
    /// What is to be paid, after cash rounding. Only of the document.
    Payable,
    /// What is left over the cost. The procedure must give the cost.
    Margin,
    /// That in percent of the net amount, with the decimals that the procedure reports it with.
    MarginPercent,
    /// The net amount of one unit, to four decimals more than the currency has. Only of a line.
    UnitPrice,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SeekTarget {
    /// Whether a value reaches the target exactly.
    pub reached: bool,
    /// The figure without the override; absent where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<Decimal>,
    /// The value that reaches the target: of several the least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Sought>,
    /// The value that comes nearest without exceeding the target; absent where it is reached, or none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<Sought>,
    /// The value that comes nearest from above; absent where it is reached, or none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub above: Option<Sought>,
    /// Whether every value was tried: then no other one comes nearer. Otherwise that holds where the figure moves one way only.
    pub exhaustive: bool,
    /// How many times the document was priced.
    pub tries: u64,
}

/// A value, and what comes of it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Sought {
    /// The value of the override.
    pub value: Decimal,
    /// The figure that was sought.
    pub figure: Decimal,
    /// The sums of the document.
    pub totals: Totals,
    /// Whether the document can go on.
    pub complete: bool,
    /// Remarks: limits that the override oversteps, and who must approve.
    pub findings: Vec<Finding>,
}

impl Rulebook {
    /// Finds the value of an override that brings a figure to a target, by pricing the document with one after the other.
    ///
    /// That no value reaches it is an answer, with the nearest on either side; it is not an error.
    ///
    /// # Errors
    /// As [`Rulebook::quote`], and for a target or an override that the document or the rulebook cannot have.
    pub fn seek_target(&self, request: &SeekTargetRequest) -> Result<SeekTarget, Error> {
        // 1. The document without the override, and the values that may be tried.
        let mut search = Search::begin(self, request)?;
        let start = search.figure_without()?;
        let grid = search.grid;
        // 2. Halving: where the figure moves one way, that finds the first value that reaches or passes the target.
        search.halve()?;
        // 3. One by one, where none reached it and they are not too many.
        let most = request.max_tries.unwrap_or(MOST_TRIES);
        let exhaustive = search.found.is_none() && grid.count() <= most;
        if exhaustive {
            search.try_all()?;
        }
        Ok(search.answer(start, exhaustive))
    }
}

/// The values that may be tried: so many units of the last digit.
#[derive(Debug, Clone, Copy)]
struct Grid {
    first: i64,
    last: i64,
    decimals: u8,
}

impl Grid {
    fn count(self) -> u64 {
        self.last.abs_diff(self.first).saturating_add(1)
    }

    fn value(self, place: i64) -> Decimal {
        Decimal::from_parts(place.into(), self.decimals.into()).unwrap_or_default()
    }
}

/// A search under way.
struct Search<'r> {
    rulebook: &'r Rulebook,
    request: &'r SeekTargetRequest,
    /// The document with the override, whose value changes.
    quote: QuoteRequest,
    /// The line that the override is for.
    line: Option<usize>,
    /// The line whose figure is sought.
    of_line: Option<usize>,
    grid: Grid,
    scratch: QuoteScratch,
    tries: u64,
    found: Option<(i64, Sought)>,
    below: Option<(i64, Sought)>,
    above: Option<(i64, Sought)>,
}

impl<'r> Search<'r> {
    fn begin(rulebook: &'r Rulebook, request: &'r SeekTargetRequest) -> Result<Self, Error> {
        let mut diagnostics = Diagnostics::new();
        let line = find_line(request, request.vary.line.as_ref(), &Path::ROOT.field("vary"), &mut diagnostics);
        let of_line = find_line(request, request.target.line.as_ref(), &Path::ROOT.field("target"), &mut diagnostics);
        let grid = read_grid(rulebook, request, &mut diagnostics);
        check(rulebook, request, line, &mut diagnostics);
        diagnostics.finish()?;
        let mut quote = (*request.quote).clone();
        (quote.explain, quote.price_ladder, quote.rounding_report) = (Explain::Totals, false, false);
        let scratch = QuoteScratch::default();
        let grid = grid.unwrap_or(Grid { first: 0, last: 0, decimals: 0 });
        Ok(Self { rulebook, request, quote, line, of_line, grid, scratch, tries: 0, found: None, below: None, above: None })
    }

    /// The figure without the override, which is then put into the document.
    fn figure_without(&mut self) -> Result<Option<Decimal>, Error> {
        let quote = self.price()?;
        let figure = self.figure(&quote);
        if figure.is_none() && quote.is_complete() {
            let problem = Diagnostic::error(QuoteCode::Target, &Path::ROOT.field("target").field("of"), no_figure(self.request.target.of));
            return Err(problem.help("add a step that gives it, or seek the `net` amount").into());
        }
        let Vary { step, reason, actor, roles, .. } = self.request.vary.clone();
        let own = OverrideRequest { step, unit_price: None, amount: None, percent_off: None, amount_off: None, reason, actor, roles };
        self.overrides().push(own);
        Ok(figure)
    }

    fn overrides(&mut self) -> &mut Vec<OverrideRequest> {
        let Self { quote, line, .. } = self;
        match line.and_then(|line| quote.lines.get_mut(line)) {
            Some(line) => &mut line.overrides,
            None => &mut quote.overrides,
        }
    }

    fn price(&mut self) -> Result<Quote, Error> {
        self.tries = self.tries.saturating_add(1);
        self.rulebook.quote_with(&self.quote, &mut self.scratch).map_err(|error| error.below(&Path::ROOT.field("quote")))
    }

    /// Prices the document with a value, and keeps it where it is the best so far. Tells how the figure stands to the target.
    fn test(&mut self, place: i64) -> Result<Option<std::cmp::Ordering>, Error> {
        let value = self.grid.value(place);
        let by = self.request.vary.by;
        if let Some(own) = self.overrides().last_mut() {
            match by {
                VaryBy::PercentOff => own.percent_off = Percent::new(value).ok(),
                VaryBy::AmountOff => own.amount_off = Some(value),
                VaryBy::Amount => own.amount = Some(value),
                VaryBy::UnitPrice => own.unit_price = Some(value),
            }
        }
        let quote = self.price()?;
        let Some(figure) = self.figure(&quote) else { return Ok(None) };
        let order = figure.cmp(&self.request.target.value);
        let (slot, nearer): (_, fn(Decimal, Decimal) -> bool) = match order {
            std::cmp::Ordering::Equal => (&mut self.found, |_, _| false),
            std::cmp::Ordering::Less => (&mut self.below, |new, known| new > known),
            std::cmp::Ordering::Greater => (&mut self.above, |new, known| new < known),
        };
        // Of equals the least value.
        let better = |(known, sought): &(i64, Sought)| nearer(figure, sought.figure) || figure == sought.figure && place < *known;
        if slot.as_ref().is_none_or(better) {
            let sought =
                Sought { value, figure, totals: *quote.totals(), complete: quote.is_complete(), findings: quote.findings().to_vec() };
            *slot = Some((place, sought));
        }
        Ok(Some(order))
    }

    /// Finds the first value at which the figure has reached or passed the target, if it moves one way.
    fn halve(&mut self) -> Result<(), Error> {
        let Grid { first, last, .. } = self.grid;
        let Some(begins) = self.test(first)? else { return Ok(()) };
        let Some(ends) = self.test(last)? else { return Ok(()) };
        if begins == ends || begins == std::cmp::Ordering::Equal {
            return Ok(());
        }
        let (mut low, mut high) = (first, last);
        while low.checked_add(1).is_some_and(|next| next < high) {
            let Some(middle) = high.checked_sub(low).and_then(|gap| low.checked_add(gap.checked_div(2)?)) else { break };
            match self.test(middle)? {
                Some(order) if order == begins => low = middle,
                Some(_) => high = middle,
                None => break,
            }
        }
        Ok(())
    }

    fn try_all(&mut self) -> Result<(), Error> {
        let Grid { first, last, .. } = self.grid;
        for place in first..=last {
            if self.test(place)? == Some(std::cmp::Ordering::Equal) {
                break;
            }
        }
        Ok(())
    }

    /// The figure that is sought; none where there is none.
    fn figure(&self, quote: &Quote) -> Option<Decimal> {
        let digits = quote.currency().minor_units();
        let totals = quote.totals();
        let line = self.of_line.and_then(|line| quote.lines().nth(line));
        let margin = || if self.of_line.is_some() { line.and_then(|line| line.view().margin) } else { quote.margin() };
        match self.request.target.of {
            TargetFigure::Net => line.map_or(Some(totals.net), |line| line.net()).map(|net| net.to_decimal()),
            TargetFigure::Gross => line.map_or(Some(totals.gross), |line| line.gross()).map(|gross| gross.to_decimal()),
            TargetFigure::Payable => Some(totals.payable.unwrap_or(totals.gross).to_decimal()),
            TargetFigure::Margin => margin().map(|margin| margin.amount.to_decimal()),
            TargetFigure::MarginPercent => margin()?.percent,
            TargetFigure::UnitPrice => {
                let line = line?;
                let scale = digits.saturating_add(4);
                let each = line.net()?.to_exact().ok()?.quotient(Exact::from_decimal(line.quantity()).ok()?).ok()?;
                let each = Rounding::half_up(scale).apply(each).ok()?;
                Decimal::from_parts(each.into(), scale.into()).ok()
            }
        }
    }

    fn answer(self, start: Option<Decimal>, exhaustive: bool) -> SeekTarget {
        let Self { tries, found, below, above, .. } = self;
        let reached = found.is_some();
        let nearest = |side: Option<(i64, Sought)>| side.filter(|_| !reached).map(|(_, sought)| sought);
        let (below, above) = (nearest(below), nearest(above));
        SeekTarget { reached, start, found: found.map(|(_, sought)| sought), below, above, exhaustive, tries }
    }
}

fn no_figure(figure: TargetFigure) -> &'static str {
    match figure {
        TargetFigure::Margin | TargetFigure::MarginPercent => "no step of the procedure gives a cost, so there is no margin to be reached",
        _ => "the line has no such figure",
    }
}

/// The number of the line with that id.
fn find_line(request: &SeekTargetRequest, id: Option<&LineId>, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Option<usize> {
    let id = id?;
    let found = request.quote.lines.iter().position(|line| line.id == *id);
    if found.is_none() {
        let help = did_you_mean(id.as_str(), request.quote.lines.iter().map(|line| line.id.as_str()));
        let problem = Diagnostic::error(QuoteCode::Target, &path.field("line"), format!("the document has no line `{id}`"));
        diagnostics.push(problem.maybe_help(help));
    }
    found
}

/// The values that may be tried.
fn read_grid(rulebook: &Rulebook, request: &SeekTargetRequest, diagnostics: &mut Diagnostics) -> Option<Grid> {
    const MOST_DECIMALS: u8 = 8;
    let vary = &request.vary;
    let path = Path::ROOT.field("vary");
    let percent = vary.by == VaryBy::PercentOff;
    let minor = request.quote.currency.unwrap_or(rulebook.currency()).minor_units();
    let decimals = vary.decimals.unwrap_or(if percent { 2 } else { minor });
    let most = if percent {
        MOST_DECIMALS
    } else if vary.by == VaryBy::UnitPrice {
        minor.saturating_add(4)
    } else {
        minor
    };
    if decimals > most {
        let message = format!("the value can have at most {most} decimals, not {decimals}");
        diagnostics.error(QuoteCode::Target, &path.field("decimals"), message);
        return None;
    }
    let Some(to) = vary.to.or(percent.then(|| Decimal::from(100_u64))) else {
        let problem =
            Diagnostic::error(QuoteCode::Target, &path.field("to"), "the greatest value is missing; only percentages have one, 100");
        diagnostics.push(problem.help("give the most that may be tried, such as what the document costs now"));
        return None;
    };
    let from = vary.from.unwrap_or_default();
    let mut place = |value: Decimal, field: &'static str| {
        let place = value.mantissa_at(decimals.into()).ok();
        if place.is_none() {
            let message = format!("`{value}` has more than {decimals} decimals, or too many digits");
            diagnostics.error(QuoteCode::Target, &path.field(field), message);
        }
        place
    };
    let (first, last) = (place(from, "from")?, place(to, "to")?);
    if first > last {
        diagnostics.error(QuoteCode::Target, &path.field("from"), format!("`{from}` is above `{to}`, so there is nothing between them"));
        return None;
    }
    if !percent && first < 0 {
        diagnostics.error(QuoteCode::Target, &path.field("from"), format!("`{from}` is below zero"));
    }
    if percent && to > Decimal::from(100_u64) {
        diagnostics.error(QuoteCode::Target, &path.field("to"), format!("`{to}` percent cannot be taken off; write at most 100"));
    }
    Some(Grid { first, last, decimals })
}

/// What is sought fits what varies: a line has a price per unit, the document a sum that is paid; nothing else is set at the step.
fn check(rulebook: &Rulebook, request: &SeekTargetRequest, line: Option<usize>, diagnostics: &mut Diagnostics) {
    let (vary, target) = (&request.vary, &request.target);
    let of = Path::ROOT.field("target");
    let of = of.field("of");
    match (target.of, &target.line) {
        (TargetFigure::UnitPrice, None) => {
            diagnostics.error(QuoteCode::Target, &of, "all lines together have no price per unit; name the `line`");
        }
        (TargetFigure::Payable, Some(_)) => {
            diagnostics.error(QuoteCode::Target, &of, "what is to be paid is a figure of the document; leave `line` out");
        }
        _ => {}
    }
    let given = match line.and_then(|line| request.quote.lines.get(line)) {
        Some(line) => &line.overrides,
        None => &request.quote.overrides,
    };
    if given.iter().any(|other| other.step == vary.step) {
        let message = format!("the document has an override at the step `{}` already; take it out", vary.step);
        diagnostics.error(QuoteCode::Target, &Path::ROOT.field("vary").field("step"), message);
    }
    let id_of = |step: &'_ Step| if let Step::Override(step) = step { Some(step.id.clone()) } else { None };
    let steps: Vec<StepId> = rulebook.parts().procedure.iter().filter_map(id_of).collect();
    if !steps.contains(&vary.step) {
        let message = format!("`{}` is no step that takes overrides", vary.step);
        let problem = Diagnostic::error(QuoteCode::Target, &Path::ROOT.field("vary").field("step"), message);
        let help = did_you_mean(vary.step.as_str(), steps.iter().map(StepId::as_str));
        diagnostics.push(problem.maybe_help(help));
    }
    if request.max_tries.is_some_and(|most| most > MOST_TRIES_EVER) {
        let message = format!("at most {MOST_TRIES_EVER} values are tried one by one");
        diagnostics.error(LimitCode::TooMany, &Path::ROOT.field("max_tries"), message);
    }
}
