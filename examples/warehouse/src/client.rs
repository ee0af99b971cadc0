//! A process that gives orders, one after the other, and says on standard output what became of each.
//!
//! What it gives follows from its number alone, so that a client which was killed can be started again and sends the same orders from
//! the first one on, as a caller does who does not know how far it came.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use dealdesk::id::ProductId;
use dealdesk::inventory::StockAction;
use dealdesk::time::Timestamp;
use serde_json::json;

use crate::desk::{Desk, Order};
use crate::{Result, store};

/// How many products there are. The first three come in lots; the last two are in the kit `SET` too; the one before them is under a quota.
const PRODUCTS: u64 = 50;
const OF_LOTS: [&str; 3] = ["P-00", "P-01", "P-02"];
const KIT: &str = "SET";
const IN_THE_KIT: [&str; 2] = ["P-48", "P-49"];
/// Of twenty orders, those from this one on reserve.
const RESERVES: u64 = 14;
const LOCATIONS: [&str; 3] = ["north", "middle", "south"];

/// What to do with which products.
type Actions = Vec<(String, serde_json::Value)>;

/// Where the stock of a product is kept: what is in the kit lies on one shelf, since it is held together.
fn shelf(product: &str) -> &str {
    if IN_THE_KIT.contains(&product) { KIT } else { product }
}

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
        actions.into_iter().map(|(product, action)| Ok((ProductId::new(shelf(&product))?, serde_json::from_value::<StockAction>(action)?)));
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

    /// One of the products; those that are special more often.
    fn product(&mut self) -> String {
        let special = [0, 1, 2, 47, 48, 49];
        let number = if self.below(4) == 0 { special[usize::try_from(self.below(6)).unwrap_or(0)] } else { self.below(PRODUCTS) };
        format!("P-{number:02}")
    }

    /// Reserves one product, or two or three that must all be had, one of each shelf; what is in the kit, half of the time as the kit.
    fn reserve(&mut self, client: u64, index: u64) -> Actions {
        let wanted = if self.below(4) == 0 { 3 } else { 1 };
        let products: BTreeMap<String, String> =
            (0..wanted).map(|_| self.product()).map(|product| (shelf(&product).to_owned(), product)).collect();
        let reserve = |product: String| {
            let is_kit = shelf(&product) == KIT && self.below(2) == 0;
            let product = if is_kit { KIT.to_owned() } else { product };
            let mut reserve = json!({
                "id": reservation(client, index, &product), "demand": format!("order-{client}-{index}"), "product": product,
                "quantity": 1 + self.below(if is_kit { 4 } else { 12 }), "kind": if self.below(3) == 0 { "soft" } else { "hard" },
                "allow": if self.below(4) == 0 { json!({"partial": {}}) } else { json!("full_only") },
            });
            if OF_LOTS.contains(&product.as_str()) && self.below(3) == 0 {
                reserve["removal"] = json!({"lot": self.lot()});
            }
            (product, json!({"reserve": reserve}))
        };
        products.into_values().map(reserve).collect()
    }

    /// One of two lots; the first is used up earlier.
    fn lot(&mut self) -> &'static str {
        ["L-2126", "L-2127"][usize::from(self.below(2) == 0)]
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
        let lot = OF_LOTS.contains(&product.as_str()).then(|| self.lot());
        let movement = |quantity: u64| json!({"product": product, "location": location, "quantity": quantity, "lot": lot});
        let action = match roll {
            0..4 => {
                let mut receive = movement(1 + self.below(15));
                receive["facts"] = json!(lot.map(|lot| json!({"expires_on": format!("{}-12-31", &lot[2..])})));
                json!({"receive": receive})
            }
            4 => json!({"count": movement(self.below(30))}),
            5 => json!({"issue": movement(1 + self.below(3))}),
            _ => json!({"expire": {}}),
        };
        vec![(product, action)]
    }
}
