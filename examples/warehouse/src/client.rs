//! A process that gives orders, one after the other, and says on standard output what became of each.
//!
//! What it gives follows from its number alone, so that a client which was killed can be started again and sends the same orders from
//! the first one on, as a caller does who does not know how far it came.

use std::collections::BTreeSet;
use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use dealdesk::id::ProductId;
use dealdesk::inventory::StockAction;
use dealdesk::time::Timestamp;
use serde_json::json;

use crate::desk::{Desk, Order};
use crate::{Result, store};

/// How many products there are.
const PRODUCTS: u64 = 50;
/// Of twenty orders, those from this one on reserve.
const RESERVES: u64 = 14;
const LOCATIONS: [&str; 3] = ["north", "middle", "south"];

/// What to do with which products.
type Actions = Vec<(String, serde_json::Value)>;

/// Gives `orders` orders as client `number` to the store at `address`.
///
/// # Errors
/// What the database says.
pub fn run(address: &str, number: u64, orders: u64) -> Result<()> {
    let mut desk = Desk::new(store::open(address)?)?;
    let mut out = std::io::stdout().lock();
    for index in 0..orders {
        let answer = desk.give(&order(number, index)?, now)?;
        writeln!(out, "{}", serde_json::to_string(&answer)?)?;
        out.flush()?;
    }
    Ok(())
}

/// The host's clock; the engine has none.
fn now() -> Result<Timestamp> {
    let epoch: Timestamp = "1970-01-01T00:00:00Z".parse()?;
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    Ok(epoch.add_seconds(seconds.try_into()?)?)
}

/// The `index`-th order of a client: always the same one.
fn order(client: u64, index: u64) -> Result<Order> {
    let mut dice = Dice::new(client, index);
    let actions = match dice.below(20) {
        RESERVES.. => dice.reserve(client, index),
        roll @ 7.. => match dice.earlier(client, index) {
            Some((earlier, product)) => follow_up(roll, client, earlier, &product, &mut dice),
            None => dice.move_goods(0),
        },
        roll => dice.move_goods(roll),
    };
    let actions =
        actions.into_iter().map(|(product, action)| Ok((ProductId::new(product)?, serde_json::from_value::<StockAction>(action)?)));
    Ok(Order { id: format!("c-{client}-{index}"), actor: format!("client-{client}"), actions: actions.collect::<Result<_>>()? })
}

/// Ships, releases or prolongs what an earlier order of this client reserved.
fn follow_up(roll: u64, client: u64, index: u64, product: &str, dice: &mut Dice) -> Actions {
    let id = reservation(client, index, product);
    let action = match roll {
        7..10 => json!({"commit": {"id": id, "quantity": 1 + dice.below(4), "remainder": "release"}}),
        10 | 11 => json!({"commit": {"id": id}}),
        12 => json!({"release": {"id": id}}),
        _ => json!({"extend": {"id": id, "expires_at": "2126-01-01T00:00:00Z"}}),
    };
    vec![(product.to_owned(), action)]
}

fn reservation(client: u64, index: u64, product: &str) -> String {
    format!("R-{client}-{index}-{product}")
}

/// Random numbers that are always the same: splitmix64.
struct Dice(u64);

impl Dice {
    fn new(client: u64, index: u64) -> Self {
        Self(client.wrapping_mul(0x9E37_79B9).wrapping_add(index).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 33) % end
    }

    fn product(&mut self) -> String {
        format!("P-{:02}", self.below(PRODUCTS))
    }

    /// Reserves one product, or two or three that must all be had.
    fn reserve(&mut self, client: u64, index: u64) -> Actions {
        let wanted = if self.below(4) == 0 { 3 } else { 1 };
        let products: BTreeSet<String> = (0..wanted).map(|_| self.product()).collect();
        let reserve = |product: String| {
            let action = json!({"reserve": {
                "id": reservation(client, index, &product), "demand": format!("order-{client}-{index}"), "product": product,
                "quantity": 1 + self.below(12), "kind": if self.below(3) == 0 { "soft" } else { "hard" },
                "allow": if self.below(4) == 0 { json!({"partial": {}}) } else { json!("full_only") },
            }});
            (product, action)
        };
        products.into_iter().map(reserve).collect()
    }

    /// An earlier order of this client that reserved something, and its first product.
    fn earlier(&mut self, client: u64, index: u64) -> Option<(u64, String)> {
        let tries = (0..8).map(|_| self.below(index.max(1))).collect::<Vec<_>>();
        tries.into_iter().filter(|earlier| *earlier < index).find_map(|earlier| {
            let mut dice = Dice::new(client, earlier);
            let reserved = dice.below(20) >= RESERVES;
            reserved.then(|| dice.reserve(client, earlier)).and_then(|actions| Some((earlier, actions.into_iter().next()?.0)))
        })
    }

    /// Goods come in, are counted, leave; holds that are over end.
    fn move_goods(&mut self, roll: u64) -> Actions {
        let (product, location) = (self.product(), LOCATIONS[usize::try_from(self.below(3)).unwrap_or(0)]);
        let movement = |quantity: u64| json!({"product": product, "location": location, "quantity": quantity});
        let action = match roll {
            0..4 => json!({"receive": movement(1 + self.below(15))}),
            4 => json!({"count": movement(self.below(30))}),
            5 => json!({"issue": movement(1 + self.below(3))}),
            _ => json!({"expire": {}}),
        };
        vec![(product, action)]
    }
}
