/// Reading of JSON as RFC 8259 has it.
package enum JSONText {
    /// Reads one JSON text; integers that fit become ints, other numbers doubles; duplicate keys are refused.
    package static func parse(_ text: String, maxDepth: Int = 64) throws(JSONProblem) -> Value {
        try parse(Array(text.utf8), maxDepth: maxDepth)
    }

    /// Reads one JSON text from UTF-8, which is checked.
    package static func parse(_ text: [UInt8], maxDepth: Int = 64) throws(JSONProblem) -> Value {
        var reader = JSONReader(text, maxDepth: maxDepth)
        return try reader.document()
    }
}

/// Why a text is not JSON.
package struct JSONProblem: Error, Hashable, Sendable {
    /// What is wrong; lower case, no full stop.
    package let message: String
    /// Where, as a UTF-8 offset.
    package let offset: Int
}
