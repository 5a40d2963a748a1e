/// One lexical element of an expression.
struct Token: Sendable {
    let kind: Kind
    /// Where it stands, in UTF-8 offsets.
    let range: Range<Int>

    enum Kind: Sendable, Equatable {
        case int(Int64)
        case uint(UInt64)
        case double(Double)
        /// An integer without sign that only fits when it is negated: 9223372036854775808.
        case intMagnitude
        case string(String)
        case bytes([UInt8])
        case identifier(String)
        /// A field name in backticks, which may have characters that names cannot have.
        case quotedField(String)
        case symbol(String)
        case end
    }

    /// Whether it is this operator or bracket.
    func isSymbol(_ text: String) -> Bool { kind == .symbol(text) }
}
