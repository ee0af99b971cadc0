//! Every limit of the engine, with its default. A limit is reported as a typed error with both numbers.
//!
//! The limits bound the work that input from outside can cause. They are generous for business data and small for an attacker.

/// The limits of a rulebook's compilation and of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a rulebook's JSON or of one attached file.
    pub text_bytes: usize,
    /// Diagnostics that one compilation reports; the rest is counted, not listed.
    pub diagnostics: usize,
    /// Entries of any one collection of a rulebook other than price records.
    pub entries: usize,
    /// Price records of all lists together.
    pub price_records: usize,
    /// Tiers of one price record.
    pub tiers: usize,
    /// How many price lists may stand on each other.
    pub price_list_depth: usize,
    /// Keys that are looked up for one line in one price list, where attributes have several values.
    pub price_keys: usize,
    /// Rows of one decision table.
    pub table_rows: usize,
    /// Inputs and outputs of one decision table.
    pub table_columns: usize,
    /// Steps, of about one machine word each, that each search of a decision table's analysis may take.
    pub table_work: u64,
    /// Characters of one expression.
    pub expression_characters: usize,
    /// Nesting of one expression.
    pub expression_depth: usize,
    /// Operations that one expression may cost in the worst case.
    pub expression_cost: u64,
    /// Steps that one search for the best combination of promotions may be allowed.
    pub promotion_steps: u64,
    /// How often a rulebook's promotions are held against its products to find those that are idle.
    pub promotion_looks: u64,
    /// Periods of a quota's window to either side, and how many periods ahead a day is looked for on which a line would pass.
    pub quota_periods: u32,
    /// Periods of quotas that one request may look at to find such days.
    pub quota_looks: u64,
    /// Sets of locations that one search for the best sourcing may be allowed to try.
    pub sourcing_evaluations: u32,
    /// Lines of one document.
    pub lines: usize,
    /// Events, postings or reservations that one state may hold.
    pub state_entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            text_bytes: 256 * 1024 * 1024,
            diagnostics: 200,
            entries: 100_000,
            price_records: 5_000_000,
            tiers: 100,
            price_list_depth: 16,
            price_keys: 1_000,
            table_rows: 20_000,
            table_columns: 64,
            table_work: 50_000_000,
            expression_characters: 4_000,
            expression_depth: 32,
            expression_cost: 1_000_000,
            promotion_steps: 1_000_000,
            promotion_looks: 20_000_000,
            quota_periods: 400,
            quota_looks: 2_000_000,
            sourcing_evaluations: 10_000_000,
            lines: 10_000,
            state_entries: 1_000_000,
        }
    }
}
