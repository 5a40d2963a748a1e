import Expressions

/// A JSON value with its place in the text.
struct JSONNode: Sendable {
    indirect enum Content: Sendable {
        case scalar(Value)
        case array([JSONNode])
        case object([Entry])
    }

    struct Entry: Sendable {
        let name: String
        let key: Range<Int>
        let value: JSONNode
    }

    let content: Content
    let range: Range<Int>

    var data: Value {
        switch content {
        case .scalar(let value): value
        case .array(let items): .list(items.map(\.data))
        case .object(let entries): .map(ValueMap(entries.map { ($0.name, $0.value.data) }))
        }
    }

    /// The parts of a list or mapping, each with its key.
    var parts: [Range<Int>] {
        switch content {
        case .scalar: []
        case .array(let items): items.map(\.range)
        case .object(let entries): entries.map { $0.key.lowerBound..<$0.value.range.upperBound }
        }
    }
}

/// Finds the places of the values of a text that is JSON: `JSONText` has said so, and bounded its depth.
struct JSONTreeReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func read() throws(JSONProblem) -> JSONNode {
        skipBlanks()
        let start = offset
        switch bytes[offset] {
        case UInt8(ascii: "{"):
            let entries = try object()
            return JSONNode(content: .object(entries), range: start..<offset)
        case UInt8(ascii: "["):
            let items = try array()
            return JSONNode(content: .array(items), range: start..<offset)
        default:
            skipScalar()
            return JSONNode(content: .scalar(try JSONText.parse(Array(bytes[start..<offset]))), range: start..<offset)
        }
    }

    private mutating func object() throws(JSONProblem) -> [JSONNode.Entry] {
        var entries: [JSONNode.Entry] = []
        while !closes(UInt8(ascii: "}")) {
            let start = offset
            skipScalar()
            let key = start..<offset
            let name = try JSONText.parse(Array(bytes[key])).asString ?? ""
            skipBlanks()
            offset += 1
            entries.append(JSONNode.Entry(name: name, key: key, value: try read()))
        }
        return entries
    }

    private mutating func array() throws(JSONProblem) -> [JSONNode] {
        var items: [JSONNode] = []
        while !closes(UInt8(ascii: "]")) { items.append(try read()) }
        return items
    }

    /// Steps over the bracket or comma before the next part; true at the closing bracket.
    private mutating func closes(_ bracket: UInt8) -> Bool {
        skipBlanks()
        if bytes[offset] != bracket { offset += 1 }
        skipBlanks()
        guard bytes[offset] == bracket else { return false }
        offset += 1
        return true
    }

    private mutating func skipBlanks() {
        while offset < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset += 1 }
    }

    private mutating func skipScalar() {
        guard bytes[offset] == UInt8(ascii: "\"") else {
            while offset < bytes.count, !Array(",]}: \t\r\n".utf8).contains(bytes[offset]) { offset += 1 }
            return
        }
        offset += 1
        while bytes[offset] != UInt8(ascii: "\"") { offset += bytes[offset] == UInt8(ascii: "\\") ? 2 : 1 }
        offset += 1
    }
}
