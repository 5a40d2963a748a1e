import Diagnostics

/// A name of the field, kept apart from other strings: parse once, compare cheaply, print as written.
package protocol Name: Hashable, Sendable, Codable, Comparable, CustomStringConvertible, ExpressibleByStringLiteral {
    var text: String { get }
    init(_ text: String)
}

extension Name {
    package var description: String { text }
    package init(stringLiteral value: String) { self.init(value) }
    package init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
    package static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

/// The name of a runbook: `[a-z][a-z0-9_-]*`, equal to its file's base name.
package struct RunbookName: Name {
    package let text: String
    package init(_ text: String) { self.text = text }
}

/// The identifier of a step within its own list of steps: `[a-z][a-z0-9_]*`.
package struct StepID: Name {
    package let text: String
    package init(_ text: String) { self.text = text }
}

/// The address of a step in the whole graph: `backup/snapshot`, `osds@host3/drain`, `handlers/finish/tell`.
package struct StepPath: Name {
    package let text: String
    package init(_ text: String) { self.text = text }

    /// The path of a step inside this group.
    package func child(_ id: StepID) -> StepPath { StepPath(text + "/" + id.text) }
    /// The path of one instance of this `foreach` step.
    package func instance(_ key: String) -> StepPath { StepPath(text + "@" + key) }
}

extension StepID {
    /// Whether a text may stand as an identifier of a step, an input or a profile key.
    package static func isValid(_ text: String) -> Bool {
        isLowercaseWord(text, alsoAllowing: "_")
    }
}

extension RunbookName {
    /// Whether a text may stand as the name of a runbook.
    package static func isValid(_ text: String) -> Bool {
        isLowercaseWord(text, alsoAllowing: "_-")
    }
}

private func isLowercaseWord(_ text: String, alsoAllowing extra: String) -> Bool {
    guard let first = text.utf8.first, UInt8(ascii: "a")...UInt8(ascii: "z") ~= first else { return false }
    let extras = Array(extra.utf8)
    return text.utf8.allSatisfy { byte in
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
            || extras.contains(byte)
    }
}
