//! The codes of the slices, one family for each capability.

families! {
    /// Products, units and packaging.
    catalog CatalogCode {
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
    pricing PricingCode {
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
        /// A rate of exchange that is not above zero, that is not the only one of a day, or that nothing uses.
        ExchangeRate = "exchange_rate",
    }
    /// Discounts, surcharges and promotions.
    adjust AdjustCode {
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
        /// A choice between two sides of the procedure that do not stand directly behind it, or whose steps take nothing off.
        BetterOf = "better_of",
        /// A number of units that a promotion cannot count: not whole, below what makes a group, or too large.
        Quantity = "quantity",
    }
    /// Tax.
    tax TaxCode {
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
        /// A tax, a category or a zone of which no rate can ever apply.
        NeverApplies = "never_applies",
        /// A zone in which nothing lies, whose name is a country's, or whose parts cannot be told.
        Zone = "zone",
        /// Two zones of the same rank that have a place in common.
        ZoneOverlap = "zone_overlap",
        /// Letters that are no country's.
        UnknownCountry = "unknown_country",
    }
    /// Charges: freight, fees, duty.
    charge ChargeCode {
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
    /// Credit.
    credit CreditCode {
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
    approval ApprovalCode {
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
    inventory InventoryCode {
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
        /// The reservation is hard already.
        AlreadyFirm = "already_firm",
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
        /// A part of a location where a whole one must be named.
        PartOfLocation = "part_of_location",
        /// A number of days that cannot be.
        Days = "days",
        /// A calendar that has no working days, or contradicts itself.
        Calendar = "calendar",
        /// Less can be had on the day that is wanted; the finding names a day on which all of it can.
        NotInTime = "not_in_time",
        /// Less can be had than is wanted, on any day that is known.
        NotExpected = "not_expected",
        /// Another line of the group, or of the order, cannot be confirmed with it.
        GroupIncomplete = "group_incomplete",
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
        /// A condition or a key of a segment that no demand, or every demand, fulfils.
        SegmentCondition = "segment_condition",
        /// A segment that no demand can belong to.
        SegmentUnreachable = "segment_unreachable",
        /// A demand that never loses, or must get all on time, does not get what it is promised.
        ReplanException = "replan_exception",
        /// Reservations that must keep what they have hold more than there is.
        ReplanInfeasible = "replan_infeasible",
        /// The customer has to be asked about a substitute, or has said both yes and no to it.
        Consent = "consent",
        /// The customer does not want the substitute.
        SubstituteDeclined = "substitute_declined",
        /// The substitute may not be delivered on this day.
        SubstituteNotValid = "substitute_not_valid",
        /// A kit that cannot be taken apart, or something that is said of a kit as if it had stock of its own.
        Kit = "kit",
        /// A reservation that is a part of a kit does not go its own way.
        PartOfKit = "part_of_kit",
        /// A bill of materials that is missing or has no components, or an order for what is never ordered.
        Bill = "bill",
        /// Lot sizes that allow no order.
        Lot = "lot",
        /// What is wanted cannot be there on that day.
        SupplyLate = "supply_late",
        /// Nothing says how a product that is missing is obtained.
        NoSupply = "no_supply",
        /// Less of a product is available than somebody is to know of.
        LowStock = "low_stock",
        /// Stock of a product that is told apart by lots or serial numbers, without one.
        LotMissing = "lot_missing",
        /// A lot or a serial number of a product that has none.
        LotUnexpected = "lot_unexpected",
        /// A quantity that is not the number of its serial numbers, or one of them twice.
        Serials = "serials",
        /// A unit with this serial number is there.
        SerialExists = "serial_exists",
        /// A lot of which another date of expiry is known.
        LotConflict = "lot_conflict",
        /// There is no such lot, or no such unit.
        UnknownLot = "unknown_lot",
        /// A lot that has expired.
        LotExpired = "lot_expired",
        /// A lot that does not stay usable for as long as it has to.
        ShelfLife = "shelf_life",
        /// A lot without a date of expiry where one is needed.
        LotUndated = "lot_undated",
        /// Stock that is in quarantine, or damaged.
        NotUsable = "not_usable",
        /// Stock that belongs to somebody else.
        OtherOwner = "other_owner",
        /// Stock of another lot, or another unit, than the reservation asks for.
        OtherLot = "other_lot",
        /// Stock that is held for others.
        HeldForOthers = "held_for_others",
        /// Settings of a sourcing policy that exclude each other.
        SourcingConflict = "sourcing_conflict",
        /// The customer picks the goods up at another location.
        NotCollectionPoint = "not_collection_point",
        /// The location is not active.
        LocationInactive = "location_inactive",
        /// The location does not ship to customers.
        CannotShip = "cannot_ship",
        /// The location is farther away than allowed.
        TooFar = "too_far",
        /// How far the location is must be known and was not said.
        DistanceUnknown = "distance_unknown",
        /// Goods arrive after more days than allowed.
        TooSlow = "too_slow",
        /// The location has turned the order down more often than allowed.
        TooManyRejects = "too_many_rejects",
        /// The location takes on no more orders.
        NoCapacity = "no_capacity",
        /// The order comes after the location's cutoff.
        PastCutoff = "past_cutoff",
        /// None of the order's carriers calls at the location.
        NoCarrier = "no_carrier",
        /// Goods of the location arrive after the day on which they are wanted.
        Late = "late",
        /// The location has nothing that the order asks for.
        NothingThere = "nothing_there",
        /// More is available than may be taken without splitting the order or a line further.
        SplitLimit = "split_limit",
        /// More is available, at locations that were rejected.
        LocationsRejected = "locations_rejected",
        /// What is missing is less than the multiple in which a line is delivered.
        WholeMultiples = "whole_multiples",
    }
    /// Receivables.
    receivable ReceivableCode {
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
