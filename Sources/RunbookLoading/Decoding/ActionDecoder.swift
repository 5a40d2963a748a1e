import Diagnostics
import RunbookModel

/// Decodes actions: what a step, an `apply:` or an `undo:` does.
struct ActionDecoder {
    let context: DecodingContext
    let scope: Scope

    /// The action under a key whose name is a kind of action.
    func call(_ entry: SyntaxNode.Entry) -> ActionCall? {
        guard let declaration = context.vocabulary.actions[entry.key] else { return nil }
        if !declaration.isPerformed { context.add(.notPerformed("action", entry)) }
        KindRules.check(entry, isAction: true, context)
        let decoder = ArgumentDecoder(context: context, scope: scope, owner: "`\(entry.key)`")
        guard let argument = decoder.decode(entry.value, declaration.shape) else { return nil }
        if entry.key == "service" { context.checkService(entry.value) }
        let complete = PinnedPartsDecoder(context: context, scope: scope).complete(argument, of: entry.key)
        return ActionCall(kind: entry.key, argument: complete, span: entry.keySpan)
    }

    /// An action written as `{kind: …}`, beside which only `settings` may stand.
    func single(_ node: SyntaxNode, settings: Set<String> = [], for place: ActionPlace) -> ActionCall? {
        guard let entries = context.mapping(node, "an action, such as {run: …}") else { return nil }
        let kinds = entries.filter { context.vocabulary.actions[$0.key] != nil }
        context.checkKeys(node, of: place.words, settings.union(context.vocabulary.actions.keys))
        guard let entry = kinds.first else {
            if entries.allSatisfy({ settings.contains($0.key) }) { context.add(.noAction(node, of: place.words)) }
            return nil
        }
        if kinds.count > 1 { context.add(.severalKinds("action", kinds)) }
        if place.refused.contains(entry.key) { context.add(.actionNotAllowed(entry, in: place.words)) }
        return call(entry)
    }
}

/// Where an action stands; not every action makes sense everywhere.
enum ActionPlace {
    case step, undo, apply, handler

    var words: String {
        switch self {
        case .step: "a step"
        case .undo: "an undo"
        case .apply: "`apply`"
        case .handler: "a handler"
        }
    }

    var refused: Set<String> {
        switch self {
        case .step: []
        case .undo: ["end", "reboot", "approve", "confirm", "set"]
        case .apply: ["end", "reboot", "approve", "confirm", "set", "manual", "wait"]
        case .handler: ["end", "reboot", "manual", "approve", "confirm"]
        }
    }
}
