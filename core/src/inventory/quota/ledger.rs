//! What reservations have consumed of quotas, as the events have made it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::request::QuotaUse;
use crate::id::{QuotaGroupId, QuotaId};
use crate::quantity::Quantity;
use crate::time::Date;

/// A quota, and how many events have drawn on it or given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotaVersion {
    /// The quota.
    pub quota: QuotaId,
    /// How many events; 0 for one that nothing has drawn on.
    pub version: u64,
}

/// The quotas of a state. Empty, and without any cost, where no reservation draws on one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in super::super) struct QuotaLedger {
    consumed: BTreeMap<(QuotaId, Option<QuotaGroupId>, Date), Quantity>,
    versions: BTreeMap<QuotaId, u64>,
}

impl QuotaLedger {
    /// What is consumed, in order of quota, group and period.
    pub fn uses(&self) -> impl Iterator<Item = QuotaUse> + '_ {
        self.consumed.iter().map(|((quota, group, on), quantity)| QuotaUse {
            quota: quota.clone(),
            group: group.clone(),
            on: *on,
            quantity: *quantity,
        })
    }

    /// The quotas that events were about, in order.
    pub fn versions(&self) -> impl Iterator<Item = QuotaVersion> + '_ {
        self.versions.iter().map(|(quota, version)| QuotaVersion { quota: quota.clone(), version: *version })
    }

    pub fn version(&self, quota: &QuotaId) -> u64 {
        self.versions.get(quota).copied().unwrap_or_default()
    }

    pub fn set_version(&mut self, seen: QuotaVersion) {
        self.versions.insert(seen.quota, seen.version);
    }

    /// Counts what is consumed, or given back when it is below zero.
    pub fn consume(&mut self, used: QuotaUse) {
        let key = (used.quota, used.group, used.on);
        let sum = self.consumed.get(&key).copied().unwrap_or_default().saturating_add(used.quantity);
        if sum.is_zero() {
            self.consumed.remove(&key);
        } else {
            self.consumed.insert(key, sum);
        }
    }

    /// An event was about a quota.
    pub fn touch(&mut self, quota: &QuotaId) {
        let version = self.versions.entry(quota.clone()).or_default();
        *version = version.saturating_add(1);
    }
}
