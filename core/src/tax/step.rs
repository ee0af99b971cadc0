//! The checked step of the procedure that computes tax.

use super::{DestinationPrice, GROSS_AMOUNT, NET_AMOUNT, PriceMode, PriceModeDef, RoundTarget, Tax, TaxRoundAt, TaxStepDef};
use crate::expr::{CompileContext, EvalError, Expr, Facts, Scope, Slot, Type};
use crate::id::{StepId, Symbol};
use crate::money::{Denomination, Rounding};
use crate::report::{Diagnostic, Path, RulebookCode, check_rounding};

/// The checked step that computes tax.
#[derive(Debug, Clone)]
pub struct TaxStep {
    /// Names the step.
    pub id: StepId,
    /// Whether prices include tax.
    price_mode: StepMode,
    pub(super) round_at: TaxRoundAt,
    pub(super) round_target: RoundTarget,
    pub(super) rounding: Rounding,
    /// The destination whose taxes prices were made with, when the net amount is what they keep.
    home: Option<Symbol>,
}

#[derive(Debug, Clone)]
enum StepMode {
    Always(PriceMode),
    GrossWhen(Expr),
}

impl TaxStep {
    /// Checks the step.
    pub fn compile(def: &TaxStepDef, of: Denomination, tax: Option<&Tax>, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Self {
        let minor = of.document.minor_units();
        let unused = [("rounding", def.rounding.is_some()), ("currency_roundings", !def.currency_roundings.is_empty())];
        for (field, _) in unused.into_iter().filter(|(_, given)| *given && def.round_at == TaxRoundAt::None) {
            let message = format!("nothing is rounded with `round_at: none`, so `{field}` is never used");
            let problem = Diagnostic::error(RulebookCode::Rounding, &path.field(field), message);
            cx.diagnostics.push(problem.help("take it out, or round at the `document`"));
        }
        let chosen = of.rounding(def.rounding, &def.currency_roundings);
        let rounding = check_rounding(chosen, |_| minor, path, cx.diagnostics).unwrap_or(Rounding::half_up(minor));
        Self {
            id: def.id.clone(),
            price_mode: read_mode(&def.price_mode, &path.field("price_mode"), cx),
            round_at: def.round_at,
            round_target: def.round_target,
            rounding,
            home: read_home(&def.destination_price, tax, &path.field("destination_price"), cx),
        }
    }

    /// Whether all prices include tax, or none does; none where each line has to be asked.
    #[must_use]
    pub fn price_mode(&self) -> Option<PriceMode> {
        match &self.price_mode {
            StepMode::Always(mode) => Some(*mode),
            StepMode::GrossWhen(_) => None,
        }
    }

    /// Whether the price of a line includes tax.
    ///
    /// # Errors
    /// [`EvalError`] when the condition has no value.
    pub fn mode_of_line<F: Facts + ?Sized>(&self, facts: &F, line: usize) -> Result<PriceMode, EvalError> {
        match &self.price_mode {
            StepMode::Always(mode) => Ok(*mode),
            StepMode::GrossWhen(condition) => {
                let gross = condition.test(facts, Some(line))?;
                Ok(if gross { PriceMode::Gross } else { PriceMode::Net })
            }
        }
    }

    /// The destination whose taxes prices were made with, when the net amount is what they keep.
    #[must_use]
    pub fn home(&self) -> Option<Symbol> {
        self.home
    }

    /// The condition that decides the price mode of a line.
    #[must_use]
    pub fn condition(&self) -> Option<&Expr> {
        match &self.price_mode {
            StepMode::Always(_) => None,
            StepMode::GrossWhen(condition) => Some(condition),
        }
    }
}

fn read_mode(def: &PriceModeDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> StepMode {
    match def {
        PriceModeDef::Net => StepMode::Always(PriceMode::Net),
        PriceModeDef::Gross => StepMode::Always(PriceMode::Gross),
        PriceModeDef::GrossWhen(text) => {
            let path = path.field("gross_when");
            let condition = Expr::compile(text, &Type::Bool, Scope::Line, &path, cx);
            let decided =
                |slot: &Slot| cx.vocabulary.name(*slot).map(|name| &*name.name).filter(|name| [NET_AMOUNT, GROSS_AMOUNT].contains(name));
            if let Some(name) = condition.as_ref().and_then(|condition| condition.slots().iter().find_map(decided)) {
                let message = format!("`{name}` depends on whether prices include tax, so it cannot decide that");
                cx.diagnostics.push(Diagnostic::error(RulebookCode::StepOrder, &path, message).help("ask for `document.amount`"));
            }
            condition.map_or(StepMode::Always(PriceMode::Net), StepMode::GrossWhen)
        }
    }
}

fn read_home(def: &DestinationPrice, tax: Option<&Tax>, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Symbol> {
    let DestinationPrice::KeepNet(home) = def else { return None };
    let symbol = cx.symbols.intern(home);
    let tax = tax?;
    if !tax.knows_destination(symbol) {
        let known: Vec<&str> = tax.destinations().map(|known| cx.symbols.text(known)).collect();
        cx.diagnostics.unknown(&path.field("keep_net"), "rate for the destination", home, known);
    }
    Some(symbol)
}
