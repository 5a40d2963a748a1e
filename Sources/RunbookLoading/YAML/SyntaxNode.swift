import Diagnostics

/// A YAML value with its place in the file, before anything is known about what it means.
package struct SyntaxNode: Sendable {
    package enum Content: Sendable {
        case scalar(Scalar)
        case sequence([SyntaxNode])
        case mapping([Entry])
        /// Stands in for what has been reported already, so that it causes no second diagnostic.
        case refused
    }

    /// A scalar: the text after quotes, escapes and folding are taken away.
    package struct Scalar: Sendable {
        package enum Style: Sendable {
            case plain, singleQuoted, doubleQuoted, literal, folded
        }

        package let text: String
        package let style: Style
        /// The core schema's tag where one is written, for example `str`.
        package let tag: CoreTag?

        package init(text: String, style: Style, tag: CoreTag?) {
            self.text = text
            self.style = style
            self.tag = tag
        }
    }

    /// A key of a mapping and its value, in the order of the file.
    package struct Entry: Sendable {
        package let key: String
        package let keySpan: Span
        package let value: SyntaxNode

        /// From the key to the end of the value.
        package var span: Span { value.span.file === keySpan.file ? keySpan.union(value.span) : keySpan }
    }

    package let content: Content
    /// From the first to the last character, quotes and brackets included, trailing line breaks not.
    package let span: Span

    package var scalar: Scalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    package var sequence: [SyntaxNode]? {
        if case .sequence(let items) = content { items } else { nil }
    }

    package var mapping: [Entry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    var isRefused: Bool {
        if case .refused = content { true } else { false }
    }

    /// Whether the value is absent or null by the core schema.
    package var isNull: Bool { scalar?.value == .null }

    /// The value of a key of a mapping; nil where there is no such key or the node is no mapping.
    package func value(for key: String) -> SyntaxNode? {
        mapping?.first { $0.key == key }?.value
    }
}

/// The tags of the core schema, YAML 1.2.2 section 10.3.
package enum CoreTag: String, Sendable {
    case string = "str"
    case integer = "int"
    case number = "float"
    case boolean = "bool"
    case null = "null"
    case sequence = "seq"
    case mapping = "map"

    /// The tag of its resolved name, for example `tag:yaml.org,2002:str`; nil for one outside the core schema.
    package init?(name: String) {
        let prefix = "tag:yaml.org,2002:"
        guard name.hasPrefix(prefix), let tag = CoreTag(rawValue: String(name.dropFirst(prefix.count))) else {
            return nil
        }
        self = tag
    }
}
