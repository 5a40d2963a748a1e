/// A value of the expression language, and of everything that is journaled or read from JSON.
package enum Value: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case list([Value])
    case map(ValueMap)
    case duration(TimeSpan)
    case timestamp(Timestamp)
    indirect case version(SemanticVersion)
    case type(ValueType)
    indirect case optional(Value?)
}
