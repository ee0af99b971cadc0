//! The codes of the rulebook as a whole, and of the flows over it.

families! {
    /// The rulebook as a whole.
    rulebook RulebookCode {
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
    /// Quotes.
    quote QuoteCode {
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
        /// A target that is no figure of the document, or an override that cannot vary as it is asked.
        Target = "target",
    }
    /// Orders. The reasons to refuse a command stand first, in the order in which they count.
    order OrderCode {
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
}
