import Diagnostics
import Expressions
import RunbookModel

/// Decodes `requires`.
struct RequirementsDecoder {
    let context: DecodingContext

    func decode(_ node: SyntaxNode) -> Requirements {
        var requires = Requirements()
        guard context.mapping(node, "a mapping with system and commands") != nil else { return requires }
        context.checkKeys(node, of: "requires", ["system", "commands"])
        requires.system = (node.value(for: "system").flatMap { context.list($0, "a list of profile keys") } ?? [])
            .compactMap(key)
        requires.commands = node.value(for: "commands").map { context.literals($0) } ?? []
        return requires
    }

    /// A dotted path, or `{path: optional}`.
    private func key(_ node: SyntaxNode) -> Requirements.SystemKey? {
        guard let entries = node.mapping else {
            return context.literal(node, "a profile key").flatMap { path($0, node.span, isOptional: false) }
        }
        guard entries.count == 1, let entry = entries.first, entry.value.scalar?.text == "optional" else {
            context.wrongType(node, expected: "a profile key, or {key: optional}")
            return nil
        }
        return path(entry.key, entry.keySpan, isOptional: true)
    }

    private func path(_ text: String, _ span: Span, isOptional: Bool) -> Requirements.SystemKey? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ StepID.isValid(String($0)) }) else {
            context.add(.badName(text, span, "profile key"))
            return nil
        }
        return Requirements.SystemKey(path: text, isOptional: isOptional, span: span)
    }
}

/// A given profile has what a runbook requires.
struct RequirementsCheck {
    let context: DecodingContext
    let profile: SystemProfile?

    func run(_ requires: Requirements) {
        guard let profile else { return }
        for key in requires.system where !key.isOptional {
            var value: Value? = .map(profile.value)
            for part in key.path.split(separator: ".") { value = value?[String(part)] }
            if value == nil { context.add(.missingProfileKey(key, profile)) }
        }
    }
}

extension ServiceNames {
    /// The services of a given profile; else those that a runbook requires by name; nil where neither is known.
    init?(profile: SystemProfile?, requires: Requirements) {
        if let profile {
            self.init(names: profile.services.keys.sorted(), origin: "the profile '\(profile.name)'")
            return
        }
        let names = requires.system.compactMap { key in
            key.path.hasPrefix("services.") ? String(key.path.dropFirst(9).prefix { $0 != "." }) : nil
        }
        if names.isEmpty || requires.system.contains(where: { $0.path == "services" }) { return nil }
        self.init(names: names, origin: "`requires.system`")
    }
}
