import Diagnostics
import Expressions
import RunbookModel

// The wording of R3xx: expressions. What is wrong inside one is worded by `Expressions`.

extension Diagnostic {
    static func expression(_ problem: ExpressionProblem, _ node: SyntaxNode, _ code: DiagnosticCode) -> Diagnostic {
        Diagnostic(code, problem.message, at: node.span(ofText: problem.range), help: problem.help)
    }

    static func expressionExpected(_ node: SyntaxNode) -> Diagnostic {
        let isFlow = node.scalar == nil && ["[", "{"].contains(node.span.text.prefix(1))
        return Diagnostic(
            .wrongType, "expected an expression, found \(node.kindForPeople)", at: node.span,
            help: isFlow ? "quote it: \(YAMLTrap.quoted(node.span.text).shortened)" : nil)
    }

    static func wrappedExpression(_ source: String, _ span: Span) -> Diagnostic {
        let inner = source.hasPrefix("${{") && source.hasSuffix("}}") ? source.dropFirst(3).dropLast(2) : "…"
        return Diagnostic(
            .wrappedExpression, "this is an expression already: it takes no '${{ }}'", at: span,
            help: "write \(String(inner).trimmingSpaces.shortened)")
    }

    static func wrongResult(_ span: Span, wanted: String, found: ValueType) -> Diagnostic {
        Diagnostic(.wrongResult, "expected \(wanted), but this gives \(found.words)", at: span)
    }

    static func misplacedSecret(_ span: Span, entry: String?) -> Diagnostic {
        Diagnostic(
            .misplacedSecret,
            entry.map { "'\($0)' holds a secret, which cannot be used here" } ?? "a secret cannot be used here",
            at: span,
            notes: [
                "secrets may stand in `env`, `stdin`, the headers and body of `http`, and values of `config` and `files`"
            ], help: "pass it to the program through `env` or `stdin`")
    }

    static func referenceNotNeeded(_ reference: StepReference, from step: Step) -> Diagnostic {
        if reference.name == step.id.text {
            return Diagnostic(.notNeeded, "'\(step.id)' uses its own result before there is one", at: reference.span)
        }
        let others = step.needs.map(\.text).filter { $0 != reference.name } + [reference.name]
        return Diagnostic(
            .notNeeded, "'\(step.id)' uses '\(reference.name)', but need not wait for it", at: reference.span,
            help: "add needs: [\(others.joined(separator: ", "))]")
    }

    static func templateInScript(_ expression: String, _ span: Span) -> Diagnostic {
        let variable = environmentVariable(for: expression)
        let use =
            variable.isInput
            ? "write \"$\(variable.name)\": every input is in the environment"
            : "add env: {\(variable.name): \"${{ \(expression.shortened) }}\"} and write \"$\(variable.name)\""
        return Diagnostic(
            .templateInScript, "a script is never interpolated", at: span,
            notes: ["so that no value can become shell code"], help: use)
    }

    /// The variable by which a script gets a value: inputs have one, other values need an entry of `env`.
    private static func environmentVariable(for expression: String) -> (name: String, isInput: Bool) {
        let parts = expression.split(separator: ".")
        let isPath = parts.allSatisfy { StepID.isValid(String($0)) }
        if isPath, parts.count == 2, parts[0] == "inputs" { return ("INPUT_\(parts[1].uppercased())", true) }
        if isPath, parts.count == 2, parts[0] == "env" { return (String(parts[1]), false) }
        return (isPath ? parts.last?.uppercased() ?? "VALUE" : "VALUE", false)
    }

    static func notInterpolated(_ span: Span) -> Diagnostic {
        Diagnostic(
            .notInterpolated, "'${{ }}' is not evaluated here", at: span,
            help: "write the text as it is; for a literal '${{' write '$${{'")
    }

    static func scriptNotPinned(_ span: Span) -> Diagnostic {
        Diagnostic(
            .notInterpolated, "the `file` of a script is fixed when a run starts, and so takes no '${{ }}'", at: span,
            help: "make a step of each script, with a `when`")
    }

    static func badPattern(_ problem: PatternProblem, _ node: SyntaxNode) -> Diagnostic {
        Diagnostic(
            .badPattern, "this is not a pattern: \(problem.message)",
            at: node.span(ofText: problem.offset..<problem.offset))
    }
}

extension ValueType {
    /// The type in an operator's words.
    var words: String {
        switch self {
        case .null: "nothing"
        case .bool: "true or false"
        case .int, .uint: "a whole number"
        case .double: "a number"
        case .string: "text"
        case .bytes: "bytes"
        case .list: "a list"
        case .map, .record: "a mapping"
        case .duration: "a duration"
        case .timestamp: "a time"
        case .version: "a version"
        case .wrapper(let type), .optional(let type): type.words
        case .dyn, .type, .parameter, .named, .error: "a value of another kind"
        }
    }
}
