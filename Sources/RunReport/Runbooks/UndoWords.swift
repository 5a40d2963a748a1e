import RunPlan
import RunbookModel

/// How a step's effect is taken back, in a few words.
enum UndoWords {
    static func words(_ node: PlanNode) -> String? {
        guard node.isLeaf else { return nil }
        let restores = node.step.protect.map { "restores \(path($0))" }
        switch node.step.undo {
        case .irreversible(let why): return "cannot be undone: \(why)"
        case .actions(let undo):
            return (["undo: " + undo.actions.map { ActionWords.words($0) }.joined(separator: "; ")] + restores).joined(
                separator: ", ")
        case .readOnly: return nil
        case .nothing: return restores.isEmpty ? "nothing to take back" : restores.joined(separator: ", ")
        case .unspecified: break
        }
        if !restores.isEmpty { return restores.joined(separator: ", ") }
        if node.hasInherentUndo { return "back to the state before" }
        return node.isReadOnly ? nil : "no undo"
    }

    private static func path(_ protection: Protection) -> String {
        switch protection {
        case .path(let template, _, _): template.source
        case .sqlite(let template, _): "database " + template.source
        }
    }
}

/// What an action or check does, in a few words.
enum ActionWords {
    static func words(_ action: ActionCall) -> String { words(action.kind, action.argument) }
    static func words(_ check: CheckCall) -> String { check.title?.source ?? words(check.kind, check.argument) }

    private static func words(_ kind: String, _ argument: Argument) -> String {
        let text = short(argument)
        return text.isEmpty ? kind : "\(kind) \(text)"
    }

    /// The argument on one line; a script by its first line.
    private static func short(_ argument: Argument) -> String {
        switch argument {
        case .constant(let value):
            let text = value.plainWords
            let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
            return lines.count > 1 ? "\(lines[0]) …" : String(lines.first ?? "")
        case .template(let template, _): return template.source
        case .expression(let expression): return expression.source
        case .list(let items): return items.map(short).joined(separator: " ")
        case .record(let fields):
            return fields.filter { !isNothing($0.value) }.map { "\($0.key): \(short($0.value))" }.joined(
                separator: ", ")
        case .checks(let checks): return checks.map(words).joined(separator: "; ")
        }
    }

    private static func isNothing(_ argument: Argument) -> Bool {
        if case .constant(.null) = argument { true } else { false }
    }
}
