/// The type of an input, an output or a field of a form.
package indirect enum InputType: Sendable, Hashable {
    case string, int, number, bool, version, duration, size, path, url
    case list(InputType)
    case map
}

extension InputType {
    private static let simple: [(name: String, type: InputType)] = [
        ("string", .string), ("int", .int), ("number", .number), ("bool", .bool), ("version", .version),
        ("duration", .duration), ("size", .size), ("path", .path), ("url", .url), ("map", .map),
    ]

    /// How the types are written, for suggestions.
    package static let names = simple.map(\.name) + ["list<string>"]

    /// Reads a type as it is written.
    package init?(_ text: String) {
        if let found = Self.simple.first(where: { $0.name == text }) {
            self = found.type
        } else if text.utf8.count <= 64, text.hasPrefix("list<"), text.hasSuffix(">"),
            let item = InputType(String(text.dropFirst(5).dropLast()))
        {
            self = .list(item)
        } else {
            return nil
        }
    }

    /// The type as it is written.
    package var name: String {
        switch self {
        case .list(let item): "list<\(item.name)>"
        default: Self.simple.first { $0.type == self }?.name ?? ""
        }
    }
}
