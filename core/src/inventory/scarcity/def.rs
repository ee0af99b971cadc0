//! What a rule author writes about sharing out what is scarce.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{ProductId, SharingId};
use crate::quantity::Quantity;

/// How a scarce quantity is shared out over those who ask for it.
///
/// ```
/// use dealdesk::inventory::{SharingDef, SharingMethod};
/// let def: SharingDef = serde_json::from_str(r#"{"id": "fair", "method": "pro_rata", "multiple": "12"}"#)?;
/// assert_eq!(def.method, SharingMethod::ProRata);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SharingDef {
    /// Names the policy.
    pub id: SharingId,
    /// How much each demand gets.
    pub method: SharingMethod,
    /// Only whole multiples of this are given: the content of a pack, or the smallest quantity that can be handed out, such as
    /// `0.001` where fractions can. Above zero.
    #[serde(default = "one")]
    pub multiple: Quantity,
    /// The products that are shared out so. Empty: every product that no other policy names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<ProductId>,
}

fn one() -> Quantity {
    Quantity::from(1)
}

/// How much each demand gets of what there is. Nobody gets more than asked, nor less than guaranteed as long as there is enough for
/// all guarantees; what one cannot use goes to the others by the same rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SharingMethod {
    /// All that it asks for, the lowest `seq` first.
    FirstCome,
    /// All that it asks for, the highest `priority` first; of equal ones the one that is wanted earliest, those without a day last;
    /// then the lowest `seq`.
    Priority,
    /// The same for each.
    Equal,
    /// In proportion to what each asks for: of everything 80 percent, when there is 80 percent.
    ProRata,
    /// In proportion to each `weight`.
    Weighted,
    /// So that what each has and gets lasts equally long: each has `stock` and uses `per_day`.
    EqualCover,
}
