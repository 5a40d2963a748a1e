import Diagnostics
import Expressions
import RunbookModel

/// Decodes `foreach` with `as`, `key`, `max_parallel` and `max_failed`.
struct ForEachDecoder {
    let context: DecodingContext
    let scope: Scope

    /// The repetition and the type of its variable; nil where the step is not repeated.
    func decode(_ node: SyntaxNode) -> (foreach: ForEach, itemType: ValueType)? {
        guard let source = node.value(for: "foreach") else { return nil }
        // After an error the variable is there all the same, so that its uses are not reported, too.
        let (items, type) = items(source) ?? (.list([]), .error)
        var foreach = ForEach(items: items, variable: variable(node))
        if let key = node.value(for: "key") {
            let inner = scope.adding([foreach.variable: type])
            foreach.key = context.expression(key, inner, gives: .anything)
        }
        foreach.maxParallel = node.value(for: "max_parallel").flatMap { context.int($0, 1...10_000) }
        foreach.maxFailed = node.value(for: "max_failed").flatMap { context.int($0, 0...1_000_000) }
        return (foreach, type)
    }

    private func items(_ node: SyntaxNode) -> (ForEach.Items, ValueType)? {
        if node.sequence != nil {
            let decoder = ArgumentDecoder(context: context, scope: scope)
            guard case .list(let items)? = decoder.decode(node, .list(.value)) else { return nil }
            return (.list(items), .dyn)
        }
        guard let expression = context.expression(node, scope, gives: .items) else { return nil }
        // The items of a mapping are mappings of `key` and `value`.
        if case .list(let item) = expression.resultType { return (.expression(expression), item) }
        return (.expression(expression), .dyn)
    }

    private func variable(_ node: SyntaxNode) -> String {
        guard let name = node.value(for: "as"), let text = context.literal(name),
            let variable = context.identifier(text, name.span, "variable")
        else { return "item" }
        if Self.taken.contains(variable) { context.add(.takenVariable(variable, name.span)) }
        return variable
    }

    private static let taken: Set<String> = ["inputs", "system", "env", "run", "facts", "steps", "secrets", "failure"]
}
