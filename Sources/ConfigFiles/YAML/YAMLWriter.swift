import Expressions
import RunbookLoading

/// Writes values in the manner of a file: its indentation, its lists, its line breaks.
struct YAMLWriter: Sendable {
    /// Blanks of one level.
    var step = 2
    /// Whether lists under a key are indented.
    var indentsLists = true
    var lineBreak = "\n"

    // MARK: - In one line

    /// A value on one line; lists and mappings in flow style.
    func inline(_ value: Value, inFlow: Bool, like style: SyntaxNode.Scalar.Style? = nil) -> String {
        switch value {
        case .list(let items): "[" + items.map { inline($0, inFlow: true) }.joined(separator: ", ") + "]"
        case .map(let map):
            "{"
                + map.map { "\(key($0.key.asString ?? "", inFlow: true)): \(inline($0.value, inFlow: true))" }
                .joined(separator: ", ") + "}"
        default: YAMLScalar.inline(value, inFlow: inFlow, like: style)
        }
    }

    func key(_ name: String, inFlow: Bool) -> String { YAMLScalar.text(name, inFlow: inFlow, like: nil) }

    // MARK: - In lines

    /// What follows a key (with its `:`) or dash at a column, from the blank before it on; without a line break at the end.
    func value(_ value: Value, column: Int, like style: SyntaxNode.Scalar.Style? = nil) -> String {
        switch value {
        case .map(let map) where !map.isEmpty:
            return lineBreak + lines(value, indent: column + step).joined(separator: lineBreak)
        case .list(let items) where !items.isEmpty:
            return lineBreak
                + lines(value, indent: column + (indentsLists ? step : 0)).joined(separator: lineBreak)
        case .string(let text):
            if let block = literal(text, indent: column + step, like: style) { return " " + block }
            return " " + inline(value, inFlow: false, like: style)
        default: return " " + inline(value, inFlow: false, like: style)
        }
    }

    /// What follows a dash at a column.
    func item(_ value: Value, column: Int) -> String {
        switch value {
        case .map(let map) where !map.isEmpty: inDash(value, column)
        case .list(let items) where !items.isEmpty: inDash(value, column)
        default: self.value(value, column: column)
        }
    }

    private func inDash(_ value: Value, _ column: Int) -> String {
        let text = lines(value, indent: column + 2).joined(separator: lineBreak)
        return " " + text.dropFirst(column + 2)
    }

    /// The lines of a list or mapping that is not empty, or of a scalar.
    func lines(_ value: Value, indent: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        switch value {
        case .map(let map) where !map.isEmpty:
            return map.map { entry in
                margin + key(entry.key.asString ?? "", inFlow: false) + ":" + self.value(entry.value, column: indent)
            }
        case .list(let items) where !items.isEmpty: return items.map { margin + "-" + item($0, column: indent) }
        default: return [margin + inline(value, inFlow: false)]
        }
    }

    /// A text of several lines as a literal block; nil where quotes are better.
    private func literal(_ text: String, indent: Int, like style: SyntaxNode.Scalar.Style?) -> String? {
        let body = text.hasSuffix("\n") ? String(text.dropLast()) : text
        let isLiteral = style == .literal || style == .folded || body.contains("\n")
        guard isLiteral, style != .doubleQuoted, let first = body.first, first != " ", first != "\n", first != "\t",
            !body.hasSuffix("\n"), !body.hasSuffix(" "),
            body.unicodeScalars.allSatisfy({
                $0 == "\n" || $0 == "\t" || ($0.value >= 0x20 && $0.value < 0x7F) || $0.value >= 0xA0
            })
        else { return nil }
        let margin = String(repeating: " ", count: indent)
        let lines = body.split(separator: "\n", omittingEmptySubsequences: false)
        return ([text.hasSuffix("\n") ? "|" : "|-"] + lines.map { $0.isEmpty ? "" : margin + $0 })
            .joined(separator: lineBreak)
    }
}
