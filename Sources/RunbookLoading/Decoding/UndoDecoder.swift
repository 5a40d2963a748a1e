import Diagnostics
import RunbookModel

/// Decodes how a step's effect is taken back: `undo`, `protect`, `irreversible`, `read_only`.
struct UndoDecoder {
    let context: DecodingContext
    let scope: Scope

    private static let settings: Set<String> = [
        "env", "retry", "timeout", "verify", "until_stable", "done_when", "on_interrupt",
    ]

    func decode(_ node: SyntaxNode, into step: inout Step) {
        step.protect = node.value(for: "protect").map(protections) ?? []
        let declarations = (node.mapping ?? []).filter { ["undo", "irreversible", "read_only"].contains($0.key) }
        for entry in declarations {
            switch entry.key {
            case "undo": step.undo = undo(entry.value)
            case "irreversible": step.undo = .irreversible(why: context.literal(entry.value, "the reason") ?? "")
            default: if context.bool(entry.value) == true { step.undo = .readOnly }
            }
        }
        if declarations.count > 1 {
            context.add(.contradictoryUndo(declarations[1], with: declarations[0]))
        } else if let first = declarations.first, !step.protect.isEmpty {
            if case .actions = step.undo { return }
            guard let protect = node.mapping?.first(where: { $0.key == "protect" }) else { return }
            context.add(.contradictoryUndo(first, with: protect))
        }
    }

    private func undo(_ node: SyntaxNode) -> Undo {
        let actions = ActionDecoder(context: context, scope: scope)
        switch node.content {
        case .scalar(let scalar):
            if scalar.text == "none" { return .nothing }
            context.add(.undoExpected(node))
            return .nothing
        case .sequence(let items):
            if items.isEmpty { context.add(.emptyList(node, of: "actions")) }
            return .actions(UndoActions(actions: items.compactMap { actions.single($0, for: .undo) }))
        case .mapping: return inFull(node)
        case .refused: return .nothing
        }
    }

    private func inFull(_ node: SyntaxNode) -> Undo {
        let actions = ActionDecoder(context: context, scope: scope)
        guard let action = actions.single(node, settings: Self.settings, for: .undo) else { return .nothing }
        let settings = StepSettings(context: context, scope: scope)
        let checks = CheckDecoder(context: context, scope: scope)
        var undo = UndoActions(actions: [action])
        for entry in node.mapping ?? [] {
            switch entry.key {
            case "env": undo.environment = settings.environment(entry.value)
            case "retry": undo.retry = settings.retry(entry.value)
            case "timeout": undo.timeout = context.durationSetting(entry.value, scope)
            case "verify": undo.verify = checks.checks(entry.value)
            case "until_stable": undo.untilStable = settings.untilStable(entry.value)
            case "done_when": undo.doneWhen = checks.checks(entry.value)
            case "on_interrupt":
                undo.onInterrupt = context.word(entry.value, [InterruptPolicy.probe, .rerun, .ask, .fail])
            default: break
            }
        }
        if undo.untilStable != nil, undo.verify.isEmpty {
            context.add(.senseless("there is no `verify` for `until_stable` to repeat", node.span))
        }
        return .actions(undo)
    }

    // MARK: - Snapshots

    private func protections(_ node: SyntaxNode) -> [Protection] {
        if let items = node.sequence, items.isEmpty { context.add(.emptyList(node, of: "paths")) }
        return context.oneOrMany(node).compactMap(protection)
    }

    private func protection(_ node: SyntaxNode) -> Protection? {
        guard node.mapping != nil else {
            return context.template(node, scope).map { .path($0, exclude: [], node.span) }
        }
        context.checkKeys(node, of: "protect", ["path", "exclude", "sqlite"])
        if let database = node.value(for: "sqlite") {
            let others = (node.mapping ?? []).filter { $0.key != "sqlite" }
            if let other = others.first, let entry = node.mapping?.first(where: { $0.key == "sqlite" }) {
                context.add(.conflictingKeys(other, with: entry))
            }
            return context.template(database, scope).map { .sqlite($0, node.span) }
        }
        guard let path = context.required("path", in: node, of: "protect") else { return nil }
        let exclude = node.value(for: "exclude").map { context.templates($0, scope) } ?? []
        return context.template(path, scope).map { .path($0, exclude: exclude, node.span) }
    }
}
