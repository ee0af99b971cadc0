//! dealdesk is an embeddable order-to-cash rules engine.
//!
//! The engine is pure: `(rulebook, state, command, now) -> (verdict, events, explanation)`. The host owns storage, clock, ids,
//! users and network. The same input gives the same bytes in Rust, Python, Node and WASM.
//!
//! The crate is a house with floors; a lower floor never names a higher one:
//!
//! | floor | modules | what lives there |
//! |---|---|---|
//! | 0 values | [`id`] [`time`] [`money`] [`quantity`] [`fact`] | exact numbers, money, rounding, units, dates |
//! | 1 report | [`limits`] [`report`] | paths, diagnostics, codes, errors, findings |
//! | 2 rules | [`expr`] [`table`] | the expression language, and the index over many conditions; decision tables |
//! | 3 slices | [`approval`] [`credit`] [`inventory`] [`receivable`] | one capability each |
//! | 5 flows | [`order`] | slices composed: the life of an order |
//! | 6 door | [`wire`] | every operation by name, with its JSON Schema: what the bindings see |
#![cfg_attr(not(test), deny(
    clippy::arithmetic_side_effects,   // operators panic or wrap; money uses checked_* and says where it overflowed
    clippy::as_conversions,            // `as` truncates silently
    clippy::disallowed_methods,        // clock, randomness and rounding outside their one place, see clippy.toml
    clippy::disallowed_types,          // floats and unordered maps, see clippy.toml
    clippy::expect_used,               // no panic on any input
    clippy::float_arithmetic,          // money is exact
    clippy::indexing_slicing,          // no panic on any input
    clippy::integer_division,          // division truncates: say which rounding is meant
    clippy::panic,                     // no panic on any input
    clippy::print_stderr,              // no I/O
    clippy::print_stdout,              // no I/O
    clippy::string_slice,              // slicing text panics inside a character
    clippy::todo,                      // no stub lands
    clippy::unimplemented,             // no stub lands
    clippy::unreachable,               // no panic on any input
    clippy::unwrap_used                // no panic on any input
))]
#![forbid(unsafe_code)]

pub mod adjust;
pub mod approval;
pub mod catalog;
pub mod charge;
pub mod credit;
pub mod expr;
pub mod fact;
pub mod id;
pub mod inventory;
pub mod limits;
pub mod money;
pub mod order;
pub mod pricing;
pub mod quantity;
pub mod quote;
pub mod receivable;
pub mod report;
pub mod rulebook;
mod sort;
pub mod table;
pub mod tax;
pub mod time;
pub mod wire;

pub use money::{Currency, Decimal, Money};
pub use rulebook::{Compiled, Rulebook, RulebookDef};
pub use time::{Date, Timestamp};

/// The README's example is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
