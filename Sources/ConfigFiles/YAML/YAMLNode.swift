import Expressions
import RunbookLoading

/// A YAML value with its place in the text.
struct YAMLNode: Sendable {
    indirect enum Content: Sendable {
        case scalar(text: String, style: SyntaxNode.Scalar.Style)
        case sequence([YAMLNode], isFlow: Bool)
        case mapping([Entry], isFlow: Bool)
        case alias(String)
    }

    struct Entry: Sendable {
        let key: YAMLNode
        let name: String
        let value: YAMLNode
        /// A plain `<<`, which brings in the keys of other mappings.
        let isMerge: Bool
    }

    let content: Content
    /// From the first to the last character, without anchor and tag, and without the white space after it.
    let range: Range<Int>
    /// Where its anchor or tag begins; else where it begins itself.
    let start: Int
    let anchor: String?
    /// A tag that is written, as libyaml resolves it.
    let tag: String?
    /// What programs read.
    let data: Value

    var end: Int { range.upperBound }

    /// Whether it is a list or mapping in block style.
    var isBlock: Bool {
        switch content {
        case .sequence(_, let isFlow), .mapping(_, let isFlow): !isFlow
        case .scalar, .alias: false
        }
    }

    var isFlow: Bool {
        switch content {
        case .sequence(_, let isFlow), .mapping(_, let isFlow): isFlow
        case .scalar, .alias: false
        }
    }

    /// Whether nothing is written for it, as after `key:`.
    var isEmptyScalar: Bool { range.isEmpty }

    /// What is written: aliases as themselves, so that no edit changes them unnoticed.
    var written: Value {
        switch content {
        case .alias(let name): .bytes(Array("*\(name)".utf8))
        case .scalar: hasForeignTag ? .bytes(Array("!\(tag ?? "") \(data.json())".utf8)) : data
        case .sequence(let items, _): .list(items.map(\.written))
        case .mapping(let entries, _): .map(ValueMap(entries.map { ($0.name, $0.value.written) }))
        }
    }

    /// Whether there are aliases or foreign tags in it, so that it cannot be written anew from its data.
    var hasOpaqueParts: Bool {
        if hasForeignTag { return true }
        switch content {
        case .alias: return true
        case .scalar: return false
        case .sequence(let items, _): return items.contains(where: \.hasOpaqueParts)
        case .mapping(let entries, _): return entries.contains { $0.isMerge || $0.value.hasOpaqueParts }
        }
    }

    private var hasForeignTag: Bool { tag.map { CoreTag(name: $0) == nil } ?? false }
}
