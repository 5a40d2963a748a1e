import RunbookModel

extension Step {
    /// The action, where the step has one.
    package var action: ActionCall? {
        if case .action(let call) = body { call } else { nil }
    }

    /// Whether the step only looks, waits, computes or tells.
    package var isReadOnly: Bool {
        if case .readOnly = undo { return true }
        guard let action else { return true }
        return Vocabulary.standard.actions[action.kind]?.effect == .readOnly
    }

    /// What can be taken back when a step has been attempted.
    package enum TakeBack: Equatable, Sendable {
        case nothing
        /// By its own undo, its protected paths, or both.
        case possible
        case irreversible(why: String)
    }

    package var takeBack: TakeBack {
        switch undo {
        case .actions: return .possible
        case .irreversible(let why): return .irreversible(why: why)
        case .nothing: return protect.isEmpty ? .nothing : .possible
        case .readOnly: return .nothing
        case .unspecified: break
        }
        if !protect.isEmpty || hasInherentUndo { return .possible }
        return isReadOnly ? .nothing : .irreversible(why: "the runbook does not say how to undo it")
    }

    /// Whether the action itself knows how to take its effect back.
    package var hasInherentUndo: Bool {
        guard case .unspecified = undo, let action else { return false }
        return Vocabulary.standard.actions[action.kind]?.effect == .reversible
    }
}
