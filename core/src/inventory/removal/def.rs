//! What a rule author and a reservation say about which stock is taken.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{LotId, OwnerId, SerialId};
use crate::inventory::def::is_default;
use crate::time::Date;

/// How stock is taken. What a product leaves out is as for all products; what those leave out is as written at each setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemovalDef {
    /// Which stock goes first; left out: `fifo`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<RemovalStrategy>,
    /// When `fefo` takes stock without a date of expiry; left out: `last`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undated: Option<UndatedStock>,
    /// What becomes of lots that have expired; left out: `confirm`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired: Option<ExpiredLots>,
    /// What a reservation that names a lot may take; left out: `strict`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot_match: Option<LotMatch>,
    /// For how many days after the day on which it ships a lot must still be usable; left out: 0, up to that day itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_shelf_life_days: Option<u32>,
    /// What becomes of stock that belongs to somebody else; left out: `excluded`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consigned: Option<ConsignedStock>,
}

/// Which stock goes first. A strategy chooses within a location and all its parts; the locations themselves stand in their own order.
/// Of equal stock what came first goes first, then the smaller lot id. What is not known of a lot comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RemovalStrategy {
    /// What came in first.
    #[default]
    Fifo,
    /// What came in last.
    Lifo,
    /// What expires first.
    Fefo,
    /// What lies nearest: in the order of the locations that the demand names, otherwise of their priority.
    Closest,
    /// What makes the fewest packages be opened or taken.
    LeastPackages,
    /// What has cost least.
    LowestCost,
    /// What has cost most.
    HighestCost,
    /// What lies at the location of the lowest `priority`, such as a picking bin before bulk, whatever order the demand names.
    LocationPriority,
}

/// When `fefo` takes stock without a date of expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UndatedStock {
    /// After all that has a date.
    #[default]
    Last,
    /// Before all that has a date.
    First,
    /// Never.
    Excluded,
}

/// What becomes of lots whose date of expiry has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExpiredLots {
    /// They are not available. A reservation takes them, and a commit ships them, only when it says `confirm_expired`.
    #[default]
    Confirm,
    /// They are never reserved nor shipped.
    Never,
    /// They are taken as if they had not expired.
    Allow,
}

/// What a reservation that names a lot may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LotMatch {
    /// That lot only; and the product's stock always comes in with a lot.
    #[default]
    Strict,
    /// That lot, then stock without a lot; and stock may come in without one.
    LotOrUntracked,
}

/// What becomes of stock that belongs to somebody else and lies among one's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsignedStock {
    /// It is not available, except to a reservation that names its owner.
    #[default]
    Excluded,
    /// It is available, and taken when one's own stock is not enough.
    Last,
    /// It is available, and taken like one's own.
    Any,
}

/// Which stock a reservation takes, where it is special.
///
/// ```
/// use dealdesk::inventory::RemovalTerms;
/// let terms: RemovalTerms = serde_json::from_str(r#"{"min_shelf_life_days": 90, "ships_on": "2026-12-01"}"#)?;
/// assert_eq!(terms.min_shelf_life_days, Some(90));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemovalTerms {
    /// This lot; `lot_match` of the rulebook says whether stock without a lot will do too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// These units and no others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serials: Vec<SerialId>,
    /// Stock of this owner and no other. Safety stock and thresholds are of one's own stock, and do not count against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<OwnerId>,
    /// Which stock goes first; absent: as the rulebook says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<RemovalStrategy>,
    /// For how many days after it ships a lot must still be usable, in the place of what the rulebook says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_shelf_life_days: Option<u32>,
    /// The day on which it ships; absent: the day on which it is wanted, otherwise that of the command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ships_on: Option<Date>,
    /// Lots that will have expired by then are taken too.
    #[serde(default, skip_serializing_if = "is_default")]
    pub confirm_expired: bool,
}

impl RemovalTerms {
    /// Whether they name stock that must be there: a lot, units or an owner.
    pub(in crate::inventory) fn names_stock(&self) -> bool {
        self.lot.is_some() || self.owner.is_some() || !self.serials.is_empty()
    }
}
