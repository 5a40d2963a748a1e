/// A type of the expression language, as the checker sees it.
package enum ValueType: Hashable, Sendable {
    /// Anything; checked at run time only.
    case dyn
    case null
    case bool
    case int
    case uint
    case double
    case string
    case bytes
    case duration
    case timestamp
    /// A semantic version, which `semver()` makes.
    case version
    /// The type of a type value.
    indirect case type(ValueType)
    indirect case list(ValueType)
    indirect case map(ValueType, ValueType)
    indirect case optional(ValueType)
    /// The type or null.
    indirect case wrapper(ValueType)
    case record(RecordType)
    /// A type parameter of a function, such as `T` in `list(T)`.
    case parameter(String)
    /// A type that has only a name.
    case named(String)
    /// What is given to a part that has already been reported, so that it causes no second problem.
    case error
}

extension ValueType: CustomStringConvertible {
    /// The type as it is named in messages, such as `list(int)`.
    package var description: String {
        switch self {
        case .type(let type): type == .dyn ? "type" : "type(\(type))"
        case .list(let element): "list(\(element))"
        case .map(let key, let value): "map(\(key), \(value))"
        case .optional(let type): "optional(\(type))"
        case .wrapper(let type): "\(type) or null"
        case .record(let record): "record of \(record.noun)s"
        case .parameter: "dyn"
        case .error: "unknown"
        case .duration: "duration"
        case .timestamp: "timestamp"
        default: name
        }
    }

    /// The name of the type alone, which `type(x)` shows.
    package var name: String {
        switch self {
        case .dyn, .parameter, .error: "dyn"
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .duration: "google.protobuf.Duration"
        case .timestamp: "google.protobuf.Timestamp"
        case .version: "version"
        case .type: "type"
        case .list: "list"
        case .map, .record: "map"
        case .optional: "optional_type"
        case .wrapper(let type): type.name
        case .named(let name): name
        }
    }

    /// Whether values of any type may stand here, so that only running can tell.
    var isDynamic: Bool {
        switch self {
        case .dyn, .error, .parameter: true
        case .wrapper: true
        default: false
        }
    }

    /// Whether that holds for any part of it.
    var mentionsDynamic: Bool {
        switch self {
        case .list(let inner), .optional(let inner): inner.mentionsDynamic
        case .map(let key, let value): key.mentionsDynamic || value.mentionsDynamic
        default: isDynamic
        }
    }

    /// What an identifier such as `int` denotes; nil for other names.
    static func denoted(by name: String) -> ValueType? {
        switch name {
        case "bool": .bool
        case "int": .int
        case "uint": .uint
        case "double": .double
        case "string": .string
        case "bytes": .bytes
        case "list": .list(.dyn)
        case "map": .map(.dyn, .dyn)
        case "null_type": .null
        case "type": .type(.dyn)
        case "optional_type": .optional(.dyn)
        case "google.protobuf.Timestamp": .timestamp
        case "google.protobuf.Duration": .duration
        default: nil
        }
    }

    /// Whether a value has this type, looking at its outermost constructor only.
    func accepts(_ value: Value) -> Bool {
        switch (self, value) {
        case (.dyn, _), (.parameter, _), (.error, _): true
        case (.null, .null), (.bool, .bool), (.int, .int), (.uint, .uint), (.double, .double), (.string, .string),
            (.bytes, .bytes), (.duration, .duration), (.timestamp, .timestamp), (.version, .version), (.type, .type),
            (.list, .list), (.map, .map), (.record, .map), (.optional, .optional), (.wrapper, .null):
            true
        case (.wrapper(let type), _): type.accepts(value)
        default: false
        }
    }
}

extension Value {
    /// The type of the value, which `type(x)` gives: parts of lists and maps are `dyn`.
    package var type: ValueType {
        switch self {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .list: .list(.dyn)
        case .map: .map(.dyn, .dyn)
        case .duration: .duration
        case .timestamp: .timestamp
        case .version: .version
        case .type: .type(.dyn)
        case .optional: .optional(.dyn)
        }
    }

    /// The type as messages name it, without the types of parts.
    var typeWord: String {
        switch self {
        case .duration, .timestamp: type.description
        default: type.name
        }
    }
}
