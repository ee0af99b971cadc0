//! The codes of what every input meets: its shape, limits, the expression language, decision tables.

families! {
    /// The shape of the input: fields, kinds, types.
    shape ShapeCode {
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
    limit LimitCode {
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
    expr ExprCode {
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
    table TableCode {
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
}
