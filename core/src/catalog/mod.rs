//! The catalogue: products with units, packaging, order quantities and status.
//!
//! Invariants: every product has a base unit; every packaging unit converts to it by an exact factor; minimum order quantity and
//! order multiple are in base units.
//!
//! | item | what it is |
//! |---|---|
//! | [`ProductDef`], [`UnitDef`], [`CategoryDef`] | what authors write |
//! | [`Catalog`] | the checked form: products by id |
//! | [`Product`] | one product with its facts |
//! | [`Brief`] | what nearly every line asks of its product |
//! | [`FoundProducts`] | the products of many lines |
//! | [`Catalog::check_quantity`] | whether a quantity may be ordered, and the nearest that may |

mod compile;
mod csv;
mod def;
mod eval;
mod finder;
mod product;

pub use compile::{Catalog, CatalogDef};
pub use csv::products_from_csv;
pub use def::{CategoryDef, PackagingDef, ProductDef, ProductStatus, UnitDef};
pub use eval::{Brief, Ordered, QuantityProblem};
pub use finder::FoundProducts;
pub use product::Product;
