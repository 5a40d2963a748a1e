import Diagnostics
import Expressions
import RunbookModel

/// Decodes `outputs`: read from `$BELAY_OUTPUT`, or computed by an expression.
struct OutputDecoder {
    let context: DecodingContext
    let scope: Scope
    let extras: Scope.Extras

    func decode(_ node: SyntaxNode) -> [OutputDeclaration] {
        (context.mapping(node, "a mapping of outputs") ?? []).compactMap { entry in
            guard context.identifier(entry.key, entry.keySpan, "output name") != nil,
                let source = source(entry.value)
            else { return nil }
            return OutputDeclaration(name: entry.key, source: source, span: entry.keySpan)
        }
    }

    private func source(_ node: SyntaxNode) -> OutputDeclaration.Source? {
        guard node.mapping != nil else {
            return context.expression(node, scope, extras, gives: .anything).map { .expression($0) }
        }
        context.checkKeys(node, of: "an output", ["type", "description"])
        guard let type = context.required("type", in: node, of: "an output") else { return nil }
        return context.inputType(type).map { .file($0) }
    }
}

extension DecodingContext {
    /// The type of an input or output, such as `list<string>`.
    func inputType(_ node: SyntaxNode) -> InputType? {
        guard let text = text(node, "a type") else { return nil }
        if let type = InputType(text) { return type }
        add(.unknownWord(text, node.span, known: InputType.names))
        return nil
    }
}
