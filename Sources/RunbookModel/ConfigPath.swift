/// A place in a configuration file: dotted (`server.ports[0]`, `labels."app.name"`) or a JSON Pointer (`/server/ports/0`).
package struct ConfigPath: Hashable, Sendable {
    /// A key, or the position in a list; a bare number may be either, as the document decides.
    package struct Component: Hashable, Sendable {
        package let text: String
        /// Written in brackets: a position, never a key.
        package let isPosition: Bool

        package init(_ text: String, isPosition: Bool = false) {
            self.text = text
            self.isPosition = isPosition
        }

        /// The position in a list; nil where the text is no number.
        package var position: Int? {
            text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
        }
    }

    /// From the root down; none: the whole document.
    package let components: [Component]
    /// As it was written.
    package let source: String

    /// Reads a path; the empty text and `.` are the whole document.
    package init(_ text: String) throws(ArgumentProblem) {
        source = text
        if text.isEmpty || text == "." {
            components = []
        } else if text.hasPrefix("/") {
            components = try Self.pointer(text)
        } else {
            var reader = DottedPathReader(text)
            components = try reader.read()
        }
    }

    /// RFC 6901.
    private static func pointer(_ text: String) throws(ArgumentProblem) -> [Component] {
        var components: [Component] = []
        for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            var result = ""
            var rest = part[...]
            while let character = rest.popFirst() {
                guard character == "~" else {
                    result.append(character)
                    continue
                }
                switch rest.popFirst() {
                case "0": result.append("~")
                case "1": result.append("/")
                default: throw ArgumentProblem("'\(text)' is not a JSON Pointer: '~' is written ~0, and '/' ~1")
                }
            }
            components.append(Component(result))
        }
        return components
    }
}

/// Reads `a.b[0]."c.d"` and `a['b']`.
private struct DottedPathReader {
    private let text: String
    private var rest: Substring

    init(_ text: String) {
        self.text = text
        rest = text[...]
    }

    mutating func read() throws(ArgumentProblem) -> [ConfigPath.Component] {
        var components = [try first()]
        while let character = rest.popFirst() {
            switch character {
            case ".": components.append(try name())
            case "[": components.append(try bracket())
            default: throw problem("expected '.' or '[' before '\(character)'")
            }
        }
        return components
    }

    private mutating func first() throws(ArgumentProblem) -> ConfigPath.Component {
        guard rest.first == "[" else { return try name() }
        rest.removeFirst()
        return try bracket()
    }

    private func problem(_ why: String) -> ArgumentProblem {
        ArgumentProblem("'\(text)' is not a path such as server.ports[0] or labels.\"app.name\": \(why)")
    }

    private mutating func name() throws(ArgumentProblem) -> ConfigPath.Component {
        if let quote = rest.first, quote == "\"" || quote == "'" { return .init(try quoted()) }
        let name = rest.prefix { !".[]\"'".contains($0) }
        guard !name.isEmpty else { throw problem("a key is missing") }
        rest = rest[name.endIndex...]
        return .init(String(name))
    }

    private mutating func bracket() throws(ArgumentProblem) -> ConfigPath.Component {
        let component: ConfigPath.Component
        if let quote = rest.first, quote == "\"" || quote == "'" {
            component = .init(try quoted())
        } else {
            let digits = rest.prefix { $0 != "]" }
            component = .init(String(digits), isPosition: true)
            guard component.position != nil, !digits.isEmpty else {
                throw problem("in brackets stands a number, or a key in quotes")
            }
            rest = rest[digits.endIndex...]
        }
        guard rest.popFirst() == "]" else { throw problem("']' is missing") }
        return component
    }

    private mutating func quoted() throws(ArgumentProblem) -> String {
        let quote = rest.removeFirst()
        var result = ""
        while let character = rest.popFirst() {
            if character == quote { return result }
            if character == "\\", let next = rest.popFirst() { result.append(next) } else { result.append(character) }
        }
        throw problem("a quote is never closed")
    }
}
