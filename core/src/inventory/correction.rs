//! What a reconciliation puts right, as events say it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::def::is_default;
use super::dimensions::StockStatus;
use super::ledger::StockCounter;
use crate::id::{LocationId, LotId, OwnerId, ProductId, QuotaGroupId, QuotaId, SerialId};
use crate::quantity::Quantity;
use crate::time::Date;

/// A counter was put to what the open reservations say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct CounterCorrected {
    /// The product.
    pub product: ProductId,
    /// Where; absent for what waits for stock, which lies nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationId>,
    /// What is counted.
    pub counter: StockCounter,
    /// What the ledger said.
    pub before: Quantity,
    /// What the reservations say.
    pub after: Quantity,
    /// The lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// The serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<SerialId>,
    /// Whether it may be sold.
    #[serde(default, skip_serializing_if = "is_default")]
    pub status: StockStatus,
    /// Whose it is; absent: one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<OwnerId>,
}

/// What is consumed of a quota was put to what the reservations have drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct QuotaCorrected {
    /// The quota.
    pub quota: QuotaId,
    /// The group; absent for everybody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<QuotaGroupId>,
    /// The first day of the period.
    pub on: Date,
    /// What the state said.
    pub before: Quantity,
    /// What the reservations say.
    pub after: Quantity,
}
