/// A string with `${{ expression }}` in it, checked and ready to be evaluated.
///
/// Text that is exactly one `${{ e }}` has e's value with its type. Otherwise the result is a string, in which strings
/// stand as they are, numbers and truth values as `string()` gives them, durations as `90s`, moments as RFC 3339,
/// lists and maps as JSON, and null as nothing.
package struct Template: Sendable {
    /// The text as it was given.
    package let source: String
    /// The expression's type where the whole text is one expression; otherwise string.
    package let resultType: ValueType
    /// The text where there is no expression in it, with `$${{` read as `${{`.
    package let literalText: String?
    /// Every path rooted at a free variable, with ranges in the whole source.
    package let references: [Reference]
    let parts: [Part]
    let slotCount: Int

    enum Part: Sendable {
        case text(String)
        /// An expression, and the free variables in it.
        case node(any Node, variables: Set<String>)
    }

    /// Whether there is no expression in it.
    package var isLiteral: Bool { literalText != nil }

    /// Reads a template; reports what is wrong with its syntax.
    package static func parse(_ text: String) -> Result<ParsedTemplate, ExpressionProblems> {
        do throws(ExpressionProblem) {
            return .success(ParsedTemplate(text, try TemplateReader(text).parts()))
        } catch {
            return .failure(ExpressionProblems(all: [error]))
        }
    }

    /// The value with these bindings; what comes out is never read as a template again.
    package func evaluate(_ bindings: some Bindings, limits: Limits = .standard) throws(EvaluationProblem) -> Value {
        if let literalText { return .string(literalText) }
        var frame = Frame(bindings, slotCount: slotCount, limits)
        if parts.count == 1, case .node(let node, _) = parts[0] { return try frame.result(of: node) }
        var result = ""
        for part in parts {
            switch part {
            case .text(let text): result += text
            case .node(let node, _): result += try Self.text(try frame.result(of: node), node)
            }
        }
        return .string(result)
    }

    /// The text in pieces; nil for those that depend on one of these variables.
    package func pieces(
        leavingOpen names: Set<String>, _ bindings: some Bindings, limits: Limits = .standard
    ) throws(EvaluationProblem) -> [String?] {
        if let literalText { return [literalText] }
        var frame = Frame(bindings, slotCount: slotCount, limits)
        var pieces: [String?] = []
        for part in parts {
            switch part {
            case .text(let text): pieces.append(text)
            case .node(_, let variables) where !variables.isDisjoint(with: names): pieces.append(nil)
            case .node(let node, _): pieces.append(try Self.text(try frame.result(of: node), node))
            }
        }
        return pieces
    }

    private static func text(_ value: Value, _ node: any Node) throws(EvaluationProblem) -> String {
        switch value {
        case .null: return ""
        case .string(let text): return text
        case .bool(let flag): return flag ? "true" : "false"
        case .double(let number): return number.celText
        case .bytes(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw EvaluationProblem(message: "these bytes are not UTF-8", range: node.range)
            }
            return text
        case .optional:
            throw EvaluationProblem(message: "an optional has no text; use orValue", range: node.range)
        case .duration(let span): return span.description
        case .timestamp(let moment): return moment.description
        case .version(let version): return version.text
        case .type(let type): return type.name
        case .int, .uint, .list, .map: return value.json()
        }
    }
}
