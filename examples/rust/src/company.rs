//! The company's files: its rulebook, customers, orders and opening stock.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use dealdesk::credit::CreditAccount;
use dealdesk::id::ProductId;
use dealdesk::inventory::{ExpectSupply, ReceiveStock};
use dealdesk::report::Sources;
use dealdesk::{Compiled, Rulebook, RulebookDef};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::Result;

/// Everything that lies in the company's folder.
pub struct Company {
    /// The compiled rulebook.
    pub rulebook: Rulebook,
    /// Customers, as the ERP knows them.
    pub customers: Rc<[Customer]>,
    /// Orders as they came in: their lines are raw, because some of them cannot be read.
    pub orders: Rc<[Order]>,
    /// What the warehouses have and expect before the first order.
    pub stock: Rc<OpeningStock>,
}

/// A customer with the account that pays.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    pub id: String,
    pub name: String,
    pub city: String,
    pub country: String,
    pub level: String,
    #[serde(default)]
    pub contract: bool,
    pub payment_terms: String,
    pub account: CreditAccount,
}

/// An order as it came in.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    pub id: String,
    pub story: String,
    pub customer: String,
    pub date: dealdesk::time::Date,
    pub requested_by: String,
    pub channel: String,
    #[serde(default)]
    pub document: Map<String, Value>,
    #[serde(default)]
    pub coupons: Vec<String>,
    pub lines: Value,
    #[serde(default)]
    pub cancelled: bool,
}

/// What the warehouses have and expect.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpeningStock {
    /// What lies there, in the products' base units; seals by the lot, which says until when they may be fitted.
    pub on_hand: Vec<ReceiveStock>,
    /// What lies nowhere, because it is made when it is ordered.
    pub made_to_order: Vec<ProductId>,
    /// What is on its way.
    pub supplies: Vec<ExpectSupply>,
}

impl Company {
    /// Reads the folder and compiles the rulebook.
    pub fn read(folder: &Path) -> Result<Self> {
        let text = fs::read_to_string(folder.join("rulebook.json"))?;
        let def = RulebookDef::from_json(&text)?;
        let Compiled { rulebook, warnings } = Rulebook::compile(def, &files(folder, &text)?)?;
        for warning in warnings {
            eprintln!("{warning}");
        }
        Ok(Self {
            rulebook,
            customers: json::<Vec<_>>(folder.join("customers.json"))?.into(),
            orders: json::<Vec<_>>(folder.join("orders.json"))?.into(),
            stock: Rc::new(json(folder.join("stock.json"))?),
        })
    }

    /// Whether the warehouses carry a product, or will when it is made. They carry no services.
    pub fn carries(&self, product: &ProductId) -> bool {
        self.stock.on_hand.iter().map(|level| &level.product).chain(&self.stock.made_to_order).any(|carried| carried == product)
    }

    /// The customer of an order.
    pub fn customer(&self, order: &Order) -> Result<&Customer> {
        let found = self.customers.iter().find(|customer| customer.id == order.customer);
        found.ok_or_else(|| format!("order {} names the customer {}, whom nobody knows", order.id, order.customer).into())
    }
}

/// The files that the rulebook names: the engine reads none by itself.
fn files(folder: &Path, rulebook: &str) -> Result<Sources> {
    let names = dealdesk::wire::named_files(rulebook)?;
    names.into_iter().map(|name| Ok((name.clone(), fs::read_to_string(folder.join(name))?))).collect()
}

fn json<T: DeserializeOwned>(file: PathBuf) -> Result<T> {
    Ok(serde_json::from_str(&fs::read_to_string(file)?)?)
}
