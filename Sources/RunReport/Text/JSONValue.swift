import Expressions
import RunbookModel

/// A value of the expression language inside a view: encoded as the JSON that it stands for.
package struct JSONValue: Encodable, Sendable, Equatable {
    package let value: Value
    package init(_ value: Value) { self.value = value }

    package func encode(to encoder: any Encoder) throws {
        switch value {
        case .null: try encodeNothing(encoder)
        case .bool(let flag): try encodeSingle(flag, encoder)
        case .int(let number): try encodeSingle(number, encoder)
        case .uint(let number): try encodeSingle(number, encoder)
        case .double(let number) where number.isFinite: try encodeSingle(number, encoder)
        case .string(let text): try encodeSingle(text, encoder)
        case .list(let items): try encodeSingle(items.map { JSONValue($0) }, encoder)
        case .map(let map): try encode(map, encoder)
        default: try encodeSingle(value.plainText, encoder)
        }
    }

    private func encodeSingle(_ value: some Encodable, _ encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }

    private func encodeNothing(_ encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encodeNil()
    }

    private func encode(_ map: ValueMap, _ encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for entry in map {
            try container.encode(JSONValue(entry.value), forKey: Key(entry.key.asString ?? entry.key.json()))
        }
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ text: String) { stringValue = text }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }
}
