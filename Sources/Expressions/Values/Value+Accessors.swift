extension Value {
    /// Whether this is `null`.
    package var isNull: Bool { if case .null = self { true } else { false } }
    /// The truth value, or nil for any other type.
    package var asBool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The string, or nil for any other type.
    package var asString: String? { if case .string(let value) = self { value } else { nil } }
    /// The bytes, or nil for any other type.
    package var asBytes: [UInt8]? { if case .bytes(let value) = self { value } else { nil } }
    /// The list, or nil for any other type.
    package var asList: [Value]? { if case .list(let value) = self { value } else { nil } }
    /// The map, or nil for any other type.
    package var asMap: ValueMap? { if case .map(let value) = self { value } else { nil } }
    /// The duration, or nil for any other type.
    package var asDuration: TimeSpan? { if case .duration(let value) = self { value } else { nil } }
    /// The timestamp, or nil for any other type.
    package var asTimestamp: Timestamp? { if case .timestamp(let value) = self { value } else { nil } }

    /// The number as a signed integer where it is one exactly, whatever numeric type it has.
    package var asInt: Int64? {
        switch self {
        case .int(let value): value
        case .uint(let value): Int64(exactly: value)
        case .double(let value): Int64(exactly: value)
        default: nil
        }
    }

    /// The number as a double, rounded where an integer has more than 53 bits.
    package var asDouble: Double? {
        switch self {
        case .int(let value): Double(value)
        case .uint(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    /// The entry of a map with this string key; nil where there is none and for any other type.
    package subscript(_ key: String) -> Value? {
        if case .map(let map) = self { map[key] } else { nil }
    }
}
