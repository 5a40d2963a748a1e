import RunPlan
import RunbookModel

/// How a step's effect is taken back, in a few words.
struct UndoWords {
    var actions = ActionWords()

    func words(_ node: PlanNode) -> String? {
        guard node.isLeaf || (node.role == .foreach && node.action != nil) else { return nil }
        let restores = node.step.protect.map { "restores \(path($0))" }
        switch node.step.undo {
        case .irreversible(let why): return "cannot be undone: \(why)"
        case .actions(let undo):
            let own = "undo: " + undo.actions.map { actions.words($0) }.joined(separator: "; ")
            return ([own] + restores).joined(separator: ", ")
        case .readOnly: return nil
        case .nothing: return restores.isEmpty ? "nothing to take back" : restores.joined(separator: ", ")
        case .unspecified: break
        }
        if !restores.isEmpty { return restores.joined(separator: ", ") }
        if node.hasInherentUndo { return "back to the state before" }
        return node.isReadOnly ? nil : "no undo"
    }

    private func path(_ protection: Protection) -> String {
        switch protection {
        case .path(let template, _, _): actions.text(template)
        case .sqlite(let template, _): "database " + actions.text(template)
        }
    }
}
