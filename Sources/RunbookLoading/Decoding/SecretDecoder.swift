import Diagnostics
import RunbookModel

/// Decodes `secrets`: names and where their values come from.
struct SecretDecoder {
    let context: DecodingContext
    let scope: Scope

    private static let sources: [String] = ["env", "file", "command", "credential", "prompt"]

    func decode(_ node: SyntaxNode) -> [SecretDeclaration] {
        (context.mapping(node, "a mapping of secrets") ?? []).compactMap { entry in
            guard context.identifier(entry.key, entry.keySpan, "secret name") != nil,
                let source = source(entry.value)
            else { return nil }
            return SecretDeclaration(name: entry.key, source: source, span: entry.keySpan)
        }
    }

    private func source(_ node: SyntaxNode) -> SecretDeclaration.Source? {
        guard let entries = context.mapping(node, "a source, such as {env: NAME}") else { return nil }
        context.checkKeys(node, of: "a secret", Set(Self.sources))
        let known = entries.filter { Self.sources.contains($0.key) }
        guard let entry = known.first else {
            if entries.isEmpty { context.add(.missingKey("env", in: node, of: "a secret")) }
            return nil
        }
        if known.count > 1 { context.add(.conflictingKeys(known[1], with: known[0])) }
        switch entry.key {
        case "env": return context.literal(entry.value).map { .environment($0) }
        case "file": return context.template(entry.value, scope).map { .file($0) }
        case "command":
            let words = context.templates(entry.value, scope, "a program and its arguments")
            return words.isEmpty ? nil : .command(words)
        case "credential": return context.literal(entry.value).map { .credential($0) }
        default: return context.literal(entry.value, "the question").map { .prompt($0) }
        }
    }
}
