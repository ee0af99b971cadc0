//! Receivables: invoices and when they are due.
//!
//! Invariants: the parts of a line that is invoiced in several invoices sum exactly to the line's net and tax, whatever the parts;
//! the gross of an invoice line is its net plus its tax; the instalments of an invoice sum exactly to its gross; a due date never
//! lies before the invoice's date.
//!
//! | item | what it is |
//! |---|---|
//! | [`ReceivableDef`] | terms of payment as a rulebook writes them |
//! | [`compile`], [`Receivables`] | the checked terms |
//! | [`issue`] | makes an [`Invoice`] of an [`InvoiceRequest`]: amounts, tax breakdown, due dates |
//! | [`Amounts`] | net, tax and gross, and their exact share by quantity |

mod amounts;
mod compile;
mod def;
mod due;
mod invoice;
mod issue;
mod taxes;

pub use amounts::Amounts;
pub use compile::{Receivables, Terms, compile};
pub use def::{CashDiscountDef, DueDef, EndOfMonthDef, FixedDayDef, InstalmentDef, ReceivableDef, TermsDef};
pub use invoice::{CashDiscount, Instalment, Invoice, InvoiceCharge, InvoiceLine};
pub use issue::{InvoiceRequest, InvoiceRequestLine, issue};
pub use taxes::{InvoiceTax, InvoiceTaxGroup};
pub(crate) use taxes::{add_up as taxes_add_up, in_currency as taxes_in_currency};
