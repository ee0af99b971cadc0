//! What documents may have beside lines, entries and sums: kept apart, so that those without neither make room for it nor move it about.

use std::ops::{Deref, DerefMut};

use super::better::Chosen;
use super::charge::CashResult;
use super::comparison::Other;
use super::ladder::PriceLadder;
use super::manual::Manual;
use super::outcome::ChargeResult;
use super::prices::TariffResult;
use super::promotion::PromotionResult;
use super::redemption::Redemption;
use super::result::Rejected;
use super::statistic::Figures;
use super::unrounded::Unrounded;
use crate::report::Fingerprint;
use crate::tax::Assessment;

/// What documents may have.
#[derive(Debug, Clone)]
pub(super) struct ExtraParts {
    pub(super) tax: Assessment,
    /// Rules that did not apply, where candidates are asked for.
    pub(super) rejected: Vec<Rejected>,
    pub(super) charges: Vec<ChargeResult>,
    pub(super) cash: Option<CashResult>,
    /// What persons set by hand.
    pub(super) manual: Vec<Manual>,
    /// Figures beside the price.
    pub(super) figures: Vec<Figures>,
    pub(super) promotions: PromotionResult,
    pub(super) tariffs: TariffResult,
    pub(super) ladders: Vec<PriceLadder>,
    pub(super) others: Vec<Other>,
    pub(super) redemptions: Vec<Redemption>,
    /// What became of choices between two sides.
    pub(super) chosen: Vec<Chosen>,
    /// What steps change of lines without rounding, where that is reported.
    pub(super) unrounded: Unrounded,
    /// The rulebook whose prices these are, where they are to be frozen.
    pub(super) frozen_by: Option<Fingerprint>,
}

impl ExtraParts {
    const NONE: Self = Self {
        tax: Assessment::NONE,
        rejected: Vec::new(),
        charges: Vec::new(),
        cash: None,
        manual: Vec::new(),
        figures: Vec::new(),
        promotions: PromotionResult::NONE,
        tariffs: TariffResult::NONE,
        ladders: Vec::new(),
        others: Vec::new(),
        redemptions: Vec::new(),
        chosen: Vec::new(),
        unrounded: Unrounded::NONE,
        frozen_by: None,
    };
}

/// [`ExtraParts`], which take no room until something is written to them: to read them writes nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Extras(Option<Box<ExtraParts>>);

impl Extras {
    /// The parts, where there are any.
    pub(super) fn any_mut(&mut self) -> Option<&mut ExtraParts> {
        self.0.as_deref_mut()
    }

    /// The charges, of which most documents have none.
    pub(super) fn charges_mut(&mut self) -> impl Iterator<Item = &mut ChargeResult> {
        self.any_mut().into_iter().flat_map(|parts| &mut parts.charges)
    }
}

impl Deref for Extras {
    type Target = ExtraParts;

    #[inline]
    fn deref(&self) -> &ExtraParts {
        static NONE: ExtraParts = ExtraParts::NONE;
        self.0.as_deref().unwrap_or(&NONE)
    }
}

impl DerefMut for Extras {
    #[inline]
    fn deref_mut(&mut self) -> &mut ExtraParts {
        self.0.get_or_insert_with(|| Box::new(ExtraParts::NONE))
    }
}
