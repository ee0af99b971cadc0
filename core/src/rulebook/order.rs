//! The rulebook's settings for the life of an order. They stand here and not beside the flow, because a rulebook names no flow.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::report::{Diagnostics, OrderCode, Path};

/// The settings for orders. Each has a default, so that `{}` is a good definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OrderDef {
    /// Until when a whole order may be cancelled; `before_shipped` by default. What is left of a partly shipped order can always be
    /// cancelled.
    pub cancel_allowed: CancelAllowed,
    /// From when on a line may be invoiced; `shipped` by default.
    pub invoice_when: InvoiceWhen,
    /// What must have happened to everything before the order may be closed; `shipped_and_invoiced` by default.
    pub close_when: CloseWhen,
    /// What a hold blocks that a credit check places; `confirm`, `reserve` and `ship` by default.
    pub credit_hold_blocks: Vec<OrderStep>,
    /// What the hold blocks under which an order waits for approval; `confirm`, `reserve` and `ship` by default.
    pub approval_hold_blocks: Vec<OrderStep>,
}

impl Default for OrderDef {
    fn default() -> Self {
        let before_delivery = vec![OrderStep::Confirm, OrderStep::Reserve, OrderStep::Ship];
        Self {
            cancel_allowed: CancelAllowed::default(),
            invoice_when: InvoiceWhen::default(),
            close_when: CloseWhen::default(),
            credit_hold_blocks: before_delivery.clone(),
            approval_hold_blocks: before_delivery,
        }
    }
}

/// A step of an order that a hold can block. Cancelling and closing are never blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderStep {
    /// To confirm the order.
    Confirm,
    /// To reserve stock for it.
    Reserve,
    /// To ship.
    Ship,
    /// To invoice.
    Invoice,
}

impl OrderStep {
    /// Every step, in the order in which an order takes them.
    pub const ALL: [Self; 4] = [Self::Confirm, Self::Reserve, Self::Ship, Self::Invoice];

    /// The step as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Reserve => "reserve",
            Self::Ship => "ship",
            Self::Invoice => "invoice",
        }
    }
}

/// Until when a whole order may be cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancelAllowed {
    /// Until it is confirmed.
    BeforeConfirmed,
    /// Until something of it is shipped.
    #[default]
    BeforeShipped,
}

/// From when on a line may be invoiced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceWhen {
    /// As much as is shipped.
    #[default]
    Shipped,
    /// All that is not cancelled, as soon as the order is confirmed.
    Confirmed,
}

/// What must have happened to everything that is not cancelled before an order may be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CloseWhen {
    /// It is shipped.
    Shipped,
    /// It is shipped and invoiced.
    #[default]
    ShippedAndInvoiced,
}

/// The checked settings for orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderPolicy {
    /// Until when a whole order may be cancelled.
    pub cancel_allowed: CancelAllowed,
    /// From when on a line may be invoiced.
    pub invoice_when: InvoiceWhen,
    /// What must have happened before the order may be closed.
    pub close_when: CloseWhen,
    /// What the hold of a credit check blocks; each step once, in the order of [`OrderStep::ALL`].
    pub credit_hold_blocks: Vec<OrderStep>,
    /// What the hold for an approval blocks; each step once, in the order of [`OrderStep::ALL`].
    pub approval_hold_blocks: Vec<OrderStep>,
}

impl Default for OrderPolicy {
    fn default() -> Self {
        Self::compile(OrderDef::default(), &Path::ROOT, &mut Diagnostics::new())
    }
}

impl OrderPolicy {
    /// Checks the settings; every problem goes to `diagnostics`.
    pub fn compile(def: OrderDef, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Self {
        let mut blocks = |steps: &[OrderStep], field: &str| {
            if steps.is_empty() {
                let message = "a hold that blocks no step has no effect; name at least one of `confirm`, `reserve`, `ship`, `invoice`";
                diagnostics.warning(OrderCode::BlocksNothing, &path.field(field), message);
            }
            OrderStep::ALL.into_iter().filter(|step| steps.contains(step)).collect()
        };
        Self {
            cancel_allowed: def.cancel_allowed,
            invoice_when: def.invoice_when,
            close_when: def.close_when,
            credit_hold_blocks: blocks(&def.credit_hold_blocks, "credit_hold_blocks"),
            approval_hold_blocks: blocks(&def.approval_hold_blocks, "approval_hold_blocks"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_a_default() {
        let def: OrderDef = serde_json::from_str("{}").unwrap();
        assert_eq!(def, OrderDef::default());
        let policy = OrderPolicy::default();
        assert_eq!(policy.credit_hold_blocks, [OrderStep::Confirm, OrderStep::Reserve, OrderStep::Ship]);
    }

    #[test]
    fn steps_are_kept_once_and_in_order_and_a_hold_without_steps_is_remarked() {
        let def: OrderDef =
            serde_json::from_str(r#"{"credit_hold_blocks": ["ship", "confirm", "ship"], "approval_hold_blocks": []}"#).unwrap();
        let mut diagnostics = Diagnostics::new();
        let policy = OrderPolicy::compile(def, &Path::ROOT.field("order"), &mut diagnostics);
        assert_eq!(policy.credit_hold_blocks, [OrderStep::Confirm, OrderStep::Ship]);
        let warnings: Vec<String> = diagnostics.finish().unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(
            warnings,
            ["warning[order.blocks_nothing] /order/approval_hold_blocks: a hold that blocks no step has no effect; name at least one of \
              `confirm`, `reserve`, `ship`, `invoice`"]
        );
    }
}
