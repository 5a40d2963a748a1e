/// A string with `${{ expression }}` in it, whose syntax is right.
package struct ParsedTemplate: Sendable {
    /// The text as it was given.
    package let source: String
    /// Every path rooted at a free variable, with ranges in the whole source.
    package let references: [Reference]
    private let parts: [Part]

    enum Part: Sendable {
        case text(String)
        case expression(Syntax)
    }

    init(_ source: String, _ parts: [Part]) {
        self.source = source
        self.parts = parts
        references = parts.flatMap { part -> [Reference] in
            guard case .expression(let syntax) = part else { return [] }
            return ReferenceFinder.references(in: syntax)
        }
    }

    /// Whether there is no expression in it.
    package var isLiteral: Bool { literalText != nil }

    /// The text where there is no expression in it, with `$${{` read as `${{`.
    package var literalText: String? {
        switch parts.first {
        case nil: ""
        case .text(let text)? where parts.count == 1: text
        default: nil
        }
    }

    /// Checks names and types; reports all problems at once.
    package func check(in environment: Environment) -> Result<Template, ExpressionProblems> {
        var checker = Checker(environment)
        var checked: [Template.Part] = []
        var type = ValueType.string
        for part in parts {
            switch part {
            case .text(let text): checked.append(.text(text))
            case .expression(let syntax):
                let result = checker.check(syntax)
                let found = checker.inference.resolve(result.type).settled
                if parts.count == 1 { type = found } else { refuseOptional(found, syntax, &checker) }
                let roots = ReferenceFinder.references(in: syntax).compactMap(\.path.first)
                checked.append(.node(result.node, variables: Set(roots)))
            }
        }
        guard checker.problems.isEmpty else { return .failure(ExpressionProblems(all: checker.problems)) }
        return .success(
            Template(
                source: source, resultType: type, literalText: literalText, references: references, parts: checked,
                slotCount: checker.slotCount))
    }

    private func refuseOptional(_ type: ValueType, _ syntax: Syntax, _ checker: inout Checker) {
        guard case .optional = type else { return }
        checker.report("an optional has no text", syntax.range, help: "write .orValue(…) for when it is absent")
    }
}
