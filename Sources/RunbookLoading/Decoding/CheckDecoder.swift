import Diagnostics
import Expressions
import RunbookModel

/// Decodes checks: one kind each, with the keys that all checks have.
struct CheckDecoder {
    let context: DecodingContext
    let scope: Scope
    /// Preconditions take `recheck` and `within`, too.
    var arePreconditions = false

    private static let commonKeys: Set<String> = [
        "id", "title", "why", "when", "timeout", "severity", "within", "recheck",
    ]

    /// A check, or a list of checks.
    func checks(_ node: SyntaxNode) -> [CheckCall] {
        if let items = node.sequence, items.isEmpty { context.add(.emptyList(node, of: "checks")) }
        return context.oneOrMany(node).compactMap(check)
    }

    private func check(_ node: SyntaxNode) -> CheckCall? {
        guard let entries = context.mapping(node, "a check, such as {http: {url: …}}") else { return nil }
        let kinds = entries.filter { context.vocabulary.checks[$0.key] != nil }
        let known = Self.commonKeys.union(context.vocabulary.checks.keys)
        context.checkKeys(node, of: "a check", known)
        guard let entry = kinds.first, let declaration = context.vocabulary.checks[entry.key] else {
            if entries.allSatisfy({ Self.commonKeys.contains($0.key) }) { context.add(.noCheck(node)) }
            return nil
        }
        if kinds.count > 1 { context.add(.severalKinds("check", kinds)) }
        if !declaration.isPerformed { context.add(.notPerformed("check", entry)) }
        guard let argument = argument(entry, declaration) else { return nil }
        var call = CheckCall(kind: entry.key, argument: argument, span: entry.keySpan)
        settings(of: node, into: &call)
        return call
    }

    private func argument(_ entry: SyntaxNode.Entry, _ declaration: KindDeclaration) -> Argument? {
        KindRules.check(entry, isAction: false, context)
        if entry.key == "that" {
            return context.expression(entry.value, scope).map(Argument.expression)
        }
        if entry.key == "service" { context.checkService(entry.value) }
        let decoder = ArgumentDecoder(context: context, scope: scope, owner: "`\(entry.key)`")
        return decoder.decode(entry.value, declaration.shape)
    }

    private func settings(of node: SyntaxNode, into call: inout CheckCall) {
        for entry in node.mapping ?? [] {
            switch entry.key {
            case "id":
                call.id = context.literal(entry.value).flatMap { context.identifier($0, entry.value.span, "id") }
                    .map { StepID($0) }
            case "title": call.title = context.template(entry.value, scope)
            case "why": call.why = context.literal(entry.value)
            case "when": call.when = context.expression(entry.value, scope)
            case "timeout": call.timeout = context.durationSetting(entry.value, scope)
            case "severity": call.severity = context.word(entry.value, [.error, .warn]) ?? .error
            case "within", "recheck":
                guard arePreconditions else {
                    context.add(.misplacedKey(entry, of: "a check", why: "only preconditions take it"))
                    continue
                }
                if entry.key == "within" {
                    call.within = context.durationSetting(entry.value, scope)
                } else {
                    call.recheck = context.bool(entry.value) ?? false
                }
            default: break
            }
        }
    }
}
