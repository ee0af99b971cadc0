//! Every code, one enum per family. Codes are API: they are never renamed or reused.

use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! families {
    ($($(#[$family_doc:meta])* $family:ident $enum:ident $variant:ident { $($(#[doc = $meaning:literal])+ $code:ident = $text:literal,)* })*) => {
        $(
            $(#[$family_doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #[non_exhaustive]
            pub enum $enum {
                $($(#[doc = $meaning])+ $code,)*
            }

            impl $enum {
                /// Every code of the family.
                pub const ALL: &'static [Self] = &[$(Self::$code),*];

                /// The code as it stands in results: family, point, name.
                #[must_use]
                pub const fn as_str(self) -> &'static str {
                    match self {
                        $(Self::$code => concat!(stringify!($family), ".", $text),)*
                    }
                }

                /// What the code means, in one sentence or two.
                #[must_use]
                pub const fn meaning(self) -> &'static str {
                    match self {
                        $(Self::$code => concat!($($meaning,)+),)*
                    }
                }
            }

            impl From<$enum> for Code {
                fn from(code: $enum) -> Code {
                    Code::$variant(code)
                }
            }
        )*

        /// Every code that a diagnostic, a finding or a verdict can carry.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$family_doc])* $variant($enum),)*
        }

        const ALL: &[Code] = &[$($(Code::$variant($enum::$code),)*)*];

        impl Code {
            /// The code as it stands in results, such as `pricing.tier_gap`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant(code) => code.as_str(),)*
                }
            }

            /// What the code means.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant(code) => code.meaning(),)*
                }
            }

            /// Every code there is, family by family.
            pub fn all() -> impl Iterator<Item = Code> {
                ALL.iter().copied()
            }
        }
    };
}

families! {
    /// The shape of the input: fields, kinds, types.
    shape ShapeCode Shape {
        /// The text is not JSON.
        Syntax = "syntax",
        /// A field that does not exist.
        UnknownField = "unknown_field",
        /// A kind or choice that does not exist.
        UnknownKind = "unknown_kind",
        /// A required field is absent.
        MissingField = "missing_field",
        /// A field occurs twice in one object.
        DuplicateField = "duplicate_field",
        /// A value of another type than the field has.
        WrongType = "wrong_type",
        /// A JSON number with a fraction, or a float of the host language, where a decimal belongs; write it as text.
        FractionalNumber = "fractional_number",
        /// A text that is not what the field needs: an id, a date, a currency, a decimal.
        InvalidValue = "invalid_value",
        /// The name of an operation that does not exist.
        UnknownOperation = "unknown_operation",
        /// A CSV file that cannot be read: its header, a row, a cell.
        Csv = "csv",
        /// A file that a rulebook names was not given, or that stands beside what it would hold.
        File = "file",
    }
    /// Limits.
    limit LimitCode Limit {
        /// A text is longer than the limit.
        TooLong = "too_long",
        /// A nesting is deeper than the limit.
        TooDeep = "too_deep",
        /// A collection has more entries than the limit.
        TooMany = "too_many",
        /// An expression, or the analysis of a decision table, may cost more than the limit.
        TooCostly = "too_costly",
        /// A number, or the result of a calculation, is larger than can be held exactly.
        Overflow = "overflow",
    }
    /// The expression language.
    expr ExprCode Expr {
        /// The text cannot be parsed.
        Syntax = "syntax",
        /// A text or a bracket is not closed.
        Unterminated = "unterminated",
        /// A name that is neither in the vocabulary nor declared.
        UnknownName = "unknown_name",
        /// A function that does not exist.
        UnknownFunction = "unknown_function",
        /// A value of one type where another is needed.
        Type = "type",
        /// A function with too few or too many arguments.
        Arguments = "arguments",
        /// An optional attribute is used without `has()` and without a default.
        Optional = "optional",
        /// A text that can never equal any of the values that the attribute may have.
        NotOneOf = "not_one_of",
        /// A condition that is always true or always false.
        Constant = "constant",
        /// A division by zero.
        DivisionByZero = "division_by_zero",
        /// A name of a line used where there is no line.
        Scope = "scope",
    }
    /// Decision tables.
    table TableCode Table {
        /// A row has more or fewer cells than the table has columns.
        RowWidth = "row_width",
        /// A cell cannot be read as a test of its column.
        Cell = "cell",
        /// Two rows of a unique table can both fire, or of an any table with different outputs.
        Overlap = "overlap",
        /// Some input reaches no row.
        Gap = "gap",
        /// A row can never fire.
        Unreachable = "unreachable",
        /// An output value that is not in the column's list of values.
        OutputValue = "output_value",
        /// A hit policy that needs what the table does not declare: ranked output values, one numeric output.
        HitPolicy = "hit_policy",
        /// Two columns or rows of one table with the same id.
        Duplicate = "duplicate",
    }
    /// The rulebook as a whole.
    rulebook RulebookCode Rulebook {
        /// A schema version that this engine does not read.
        SchemaVersion = "schema_version",
        /// Two entries of one collection with the same id.
        DuplicateId = "duplicate_id",
        /// A reference to something that is not declared.
        UnknownReference = "unknown_reference",
        /// A chain of references that comes back to where it began.
        Cycle = "cycle",
        /// A declared attribute clashes with the vocabulary, or its default does not fit its type.
        Attribute = "attribute",
        /// A step of the procedure stands where it cannot work.
        StepOrder = "step_order",
        /// Something is declared and never used.
        Unused = "unused",
        /// A period that no day belongs to.
        EmptyPeriod = "empty_period",
        /// A rounding that cannot be used.
        Rounding = "rounding",
        /// The rulebook declares nothing for what the operation needs.
        NotDeclared = "not_declared",
    }
    /// Products, units and packaging.
    catalog CatalogCode Catalog {
        /// The product is not in the catalogue.
        UnknownProduct = "unknown_product",
        /// The product is not sold any more.
        Discontinued = "discontinued",
        /// The product is being phased out; there may be a successor.
        PhasedOut = "phased_out",
        /// The unit cannot be converted to the product's unit.
        UnknownUnit = "unknown_unit",
        /// The quantity is below the product's minimum order quantity.
        BelowMinimum = "below_minimum",
        /// The quantity is not a multiple of the product's order multiple.
        NotMultiple = "not_multiple",
        /// The quantity has more decimals than its unit.
        QuantityDecimals = "quantity_decimals",
        /// A conversion factor, minimum or multiple that is not above zero.
        NotPositive = "not_positive",
        /// The minimum order quantity is not itself a multiple of the order multiple.
        MinimumNotMultiple = "minimum_not_multiple",
    }
    /// Price determination.
    pricing PricingCode Pricing {
        /// No list of the access sequence has a price.
        NoPrice = "no_price",
        /// A price below zero.
        NegativePrice = "negative_price",
        /// Two records of one list that can both apply.
        Ambiguous = "ambiguous",
        /// The tiers leave a range of quantities without a price.
        TierGap = "tier_gap",
        /// Two tiers cover the same quantity.
        TierOverlap = "tier_overlap",
        /// A record has neither a price nor tiers, or both.
        PriceOrTiers = "price_or_tiers",
        /// A record has more or fewer key values than its list has keys.
        KeyWidth = "key_width",
        /// A key that is not an attribute of text.
        Key = "key",
        /// A price list that no access sequence names.
        UnusedList = "unused_list",
        /// The document's currency, or a list's, is not the rulebook's.
        Currency = "currency",
        /// A larger quantity costs less in total than a smaller one.
        NonMonotone = "non_monotone",
        /// A part of a list, a record or a tier that its mode or basis cannot use, or that is missing there.
        Tariff = "tariff",
        /// A calculated price that cannot be calculated.
        Calculate = "calculate",
    }
    /// Discounts, surcharges and promotions.
    adjust AdjustCode Adjust {
        /// Two rules of one stage have the same priority, and the stage does not say how ties are broken.
        AmbiguousPriority = "ambiguous_priority",
        /// A percentage above 100 or below zero.
        PercentRange = "percent_range",
        /// An amount or price below zero.
        NegativeAmount = "negative_amount",
        /// An effect that the stage's scope cannot carry.
        EffectScope = "effect_scope",
        /// A stage that no rule uses.
        EmptyStage = "empty_stage",
        /// A rule that can never fire.
        NeverFires = "never_fires",
        /// The base of a stage is not an earlier step.
        Base = "base",
        /// A rule's setting that its stage's policy does not use.
        Policy = "policy",
        /// A unit-level step after the line's amount was rounded.
        RoundAtOrder = "round_at_order",
        /// Part of a document discount is lost, because the lines that take part are worth no more.
        Unallocated = "unallocated",
        /// Settings of an allocation that do not go together.
        Allocate = "allocate",
        /// Two steps that both give the cost of the margin, or none where one is needed.
        Margin = "margin",
        /// A guard without a floor, with nothing to guard, or with a setting that its scope does not use.
        Guard = "guard",
        /// A line, or the document, costs less than a guard allows.
        BelowFloor = "below_floor",
        /// A line, or the document, costs so little that someone must approve it.
        NeedsApproval = "needs_approval",
        /// A setting of an override step that its scope does not use, or a limit that bounds nothing.
        Override = "override",
        /// A price set by hand goes beyond what the actor may.
        OverrideLimit = "override_limit",
        /// An override of a line that has no price to begin with.
        OverrideWithoutPrice = "override_without_price",
        /// A limit, a budget or a cap that cannot be used, or a coupon without a code.
        Limit = "limit",
        /// A stage that no line reaches, because an earlier rule always stops all others.
        Unreached = "unreached",
        /// A coupon that no rule asks for.
        UnknownCoupon = "unknown_coupon",
        /// A coupon that takes nothing off, because no rule that asks for it applies.
        CouponUnmet = "coupon_unmet",
        /// A coupon that was used as often, or has given as much, as it may.
        CouponUsedUp = "coupon_used_up",
        /// A number of units that a promotion cannot count: not whole, below what makes a group, or too large.
        Quantity = "quantity",
    }
    /// Tax.
    tax TaxCode Tax {
        /// No rate for the product's tax category at the destination, or the product has no category.
        MissingRate = "missing_rate",
        /// Two rates of one category and destination that can both apply.
        Ambiguous = "ambiguous",
        /// A rate outside its range, or rates that leave no net amount together.
        RateRange = "rate_range",
        /// The document has no destination, and there is no default.
        NoDestination = "no_destination",
        /// A rate that says none or several of what it may take: a percentage, an amount for each unit, a percentage of the gross.
        RateKind = "rate_kind",
        /// A rate that does not say which of the declared taxes it is a rate of.
        RateTax = "rate_tax",
        /// A treatment that the rate does not fit, or without the reason that the invoice must state.
        Treatment = "treatment",
        /// A rate for a class of customers, where nothing says how the class of a customer is known.
        CustomerClass = "customer_class",
        /// A tax that enters the base of another twice.
        IncludedTwice = "included_twice",
        /// A tax that prices include, on top of one that they do not include.
        Included = "included",
        /// A tax or a category of which no rate can ever apply.
        NeverApplies = "never_applies",
    }
    /// Charges: freight, fees, duty.
    charge ChargeCode Charge {
        /// An amount that the currency cannot hold, or a minimum above the maximum.
        Amount = "amount",
        /// A scale without steps, with steps that do not ascend, or that counts in units that are not above zero.
        Scale = "scale",
        /// A decision table that does not give an amount or a percentage.
        Output = "output",
        /// A charge that does not say how it is taxed, or says so where its lines decide.
        Tax = "tax",
        /// A base that includes a charge twice, or one that is not computed before.
        Base = "base",
        /// A charge that no step charges.
        Unreached = "unreached",
        /// A charge that would be charged twice.
        Repeated = "repeated",
        /// No row of the charge's table fits the document.
        NoRow = "no_row",
        /// A charge is not allocated, because the weights of its lines are all zero.
        Unallocated = "unallocated",
    }
    /// Quotes.
    quote QuoteCode Quote {
        /// Two lines of a document with the same id.
        DuplicateLine = "duplicate_line",
        /// A document without lines.
        NoLines = "no_lines",
        /// An attribute that the rulebook does not declare.
        UnknownAttribute = "unknown_attribute",
        /// An attribute that a rule needs and the request does not give.
        MissingAttribute = "missing_attribute",
        /// A value of another type than the attribute has.
        AttributeType = "attribute_type",
        /// A quantity of zero or below.
        Quantity = "quantity",
        /// A counter that no price list uses.
        UnknownCounter = "unknown_counter",
        /// An override of a step that takes none, without a reason, with no value or several, or twice on one step.
        Override = "override",
        /// A reading of uses that belongs to no rule with a limit or a coupon, that stands there twice, or that is below zero.
        Usage = "usage",
        /// A frozen price of another line, product, quantity, unit or currency than the request asks for.
        Frozen = "frozen",
    }
    /// Credit.
    credit CreditCode Credit {
        /// The exposure with this document is above the limit.
        OverLimit = "over_limit",
        /// Open items are overdue beyond what the check allows.
        Overdue = "overdue",
        /// The oldest open item is overdue by more days than the check allows.
        OldestItem = "oldest_item",
        /// The document is larger than one document may be.
        DocumentValue = "document_value",
        /// The account is blocked.
        Blocked = "blocked",
        /// A bucket is above its own limit.
        BucketLimit = "bucket_limit",
        /// The limit's validity has ended.
        LimitExpired = "limit_expired",
        /// The request's currency is not the account's, or the account's not that of the checks' amounts.
        Currency = "currency",
        /// The account pays in advance, and the document is not paid.
        CashOnly = "cash_only",
        /// An amount below zero where none can be, or with more decimals than its currency.
        Amount = "amount",
    }
    /// Approvals. The reasons to refuse a command stand first, in the order in which they count.
    approval ApprovalCode Approval {
        /// The same command id with other content.
        CommandConflict = "command_conflict",
        /// The state has moved on since the caller read it.
        VersionConflict = "version_conflict",
        /// There is no such case.
        NotOpened = "not_opened",
        /// The case is open or approved already.
        AlreadyOpen = "already_open",
        /// The case is closed.
        Closed = "closed",
        /// The level is not open: decided already, or an earlier one is pending.
        LevelNotOpen = "level_not_open",
        /// The actor requested what is to be approved.
        SelfApproval = "self_approval",
        /// The actor may not decide at this level, or not take the request back.
        NotEntitled = "not_entitled",
        /// A matrix without the outputs that an approval needs, or with others.
        Outputs = "outputs",
        /// A level that is not a whole number from 1.
        Level = "level",
        /// A role that is not declared.
        UnknownRole = "unknown_role",
        /// The same level and role twice in one route.
        Repeated = "repeated",
    }
    /// Stock.
    inventory InventoryCode Inventory {
        /// Less is available than asked for.
        Insufficient = "insufficient",
        /// There is no such reservation.
        UnknownReservation = "unknown_reservation",
        /// A reservation with this id exists.
        ReservationExists = "reservation_exists",
        /// The reservation was committed in full.
        AlreadyCommitted = "already_committed",
        /// The reservation was released.
        AlreadyReleased = "already_released",
        /// The reservation has expired.
        Expired = "expired",
        /// More than the reservation still holds.
        ExceedsReservation = "exceeds_reservation",
        /// What is asked for still waits for stock.
        Backordered = "backordered",
        /// Settings of stock that is kept, for a product that is not tracked.
        Untracked = "untracked",
        /// The location is not declared or not active.
        UnknownLocation = "unknown_location",
        /// A quantity of zero or below where there must be one.
        Quantity = "quantity",
        /// The same command id with other content.
        CommandConflict = "command_conflict",
        /// The state has moved on since the caller read it.
        VersionConflict = "version_conflict",
        /// No such supply is expected.
        UnknownSupply = "unknown_supply",
        /// A supply with this id exists.
        SupplyExists = "supply_exists",
        /// Nothing of the supply is expected any more.
        SupplyClosed = "supply_closed",
        /// More than is still expected.
        ExceedsSupply = "exceeds_supply",
        /// The supply is of another product than the receipt.
        SupplyMismatch = "supply_mismatch",
        /// A demand gets less than it was guaranteed, because there is less than all guarantees together.
        MinimumNotMet = "minimum_not_met",
        /// A demand lacks the number that its share is measured by.
        ShareWeight = "share_weight",
        /// A quota allows less than is asked for.
        QuotaExceeded = "quota_exceeded",
        /// A quota without a cap, or with two for the same kind of period.
        QuotaCaps = "quota_caps",
        /// A group of a quota that no demand can belong to.
        QuotaUnreachable = "quota_unreachable",
    }
    /// Orders. The reasons to refuse a command stand first, in the order in which they count.
    order OrderCode Order {
        /// The same command id with other content.
        CommandConflict = "command_conflict",
        /// The state has moved on since the caller read it.
        VersionConflict = "version_conflict",
        /// The command does not fit the order's state.
        WrongState = "wrong_state",
        /// The quote is not complete: a line has no price.
        IncompleteQuote = "incomplete_quote",
        /// The quote was made with another rulebook.
        RulebookMismatch = "rulebook_mismatch",
        /// The credit check turned the order down.
        CreditRejected = "credit_rejected",
        /// There is no such line.
        UnknownLine = "unknown_line",
        /// There is no such hold.
        UnknownHold = "unknown_hold",
        /// There is no such reservation on the line.
        UnknownReservation = "unknown_reservation",
        /// A hold with this id is there.
        HoldExists = "hold_exists",
        /// The order has an invoice with this id.
        InvoiceExists = "invoice_exists",
        /// A hold of this kind is not released by hand: the approval that it waits for ends it.
        HoldKind = "hold_kind",
        /// The approval belongs to another case than the one the order waits for.
        OtherCase = "other_case",
        /// A hold blocks the step.
        Held = "held",
        /// More than is still to be reserved, shipped or invoiced.
        ExceedsOpen = "exceeds_open",
        /// Part of the order was shipped, so it cannot be cancelled whole.
        AlreadyShipped = "already_shipped",
        /// What is to be cancelled was invoiced; a credit note must come first.
        AlreadyInvoiced = "already_invoiced",
        /// Something is still open, so the order cannot be closed.
        StillOpen = "still_open",
        /// Amounts of an order that do not add up.
        Totals = "totals",
        /// A quantity of zero or below.
        Quantity = "quantity",
        /// A hold that blocks no step.
        BlocksNothing = "blocks_nothing",
    }
    /// Receivables.
    receivable ReceivableCode Receivable {
        /// Terms of payment that are not declared.
        UnknownTerms = "unknown_terms",
        /// A due date that cannot be: outside the calendar, on a day that no month has, or absurdly far away.
        DueDate = "due_date",
        /// Instalments that do not sum to 100 percent.
        Instalments = "instalments",
        /// A percentage that is not above zero and up to 100.
        PercentRange = "percent_range",
        /// A quantity of zero or below, or beyond what the line has.
        Quantity = "quantity",
        /// Nothing to invoice.
        Nothing = "nothing",
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Code::all()
            .find(|code| code.as_str() == text)
            .ok_or_else(|| serde::de::Error::custom(format_args!("`{text}` is not a code of this version")))
    }
}

impl schemars::JsonSchema for Code {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let all: Vec<&str> = Code::all().map(Code::as_str).collect();
        schemars::json_schema!({"type": "string", "enum": all, "description": "What happened; stable across versions."})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_one_of_its_kind_and_has_a_meaning() {
        let mut seen: Vec<&str> = Code::all().map(Code::as_str).collect();
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), count);
        assert!(Code::all().all(|code| code.meaning().trim().ends_with('.')));
    }
}
