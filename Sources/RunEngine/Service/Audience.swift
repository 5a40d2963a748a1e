import RunPlan
import RunbookModel

/// What a runbook says about who may answer, and whether this state directory can hold to it.
enum Audience {
    /// Nobody but its owner can write to a private state directory, so `by` would promise what it cannot keep.
    ///
    /// Errors: `.refused` with the steps that say `by`.
    static func check(_ loaded: Runbook, _ included: some Sequence<Runbook>, _ workspace: Workspace)
        throws(ServiceFailure)
    {
        guard workspace.state.group == nil else { return }
        let places = ([loaded] + included.sorted { $0.name < $1.name }).flatMap { runbook in
            StepCalls.all(in: runbook.steps).filter { $0.call.argument["by"] != nil }.map { "\($0.call.span)" }
        }
        guard !places.isEmpty else { return }
        throw .refused(
            "`by` says who may answer, and only you can write to the state directory \(workspace.state.path)\n"
                + places.map { "  at \($0)" }.joined(separator: "\n"),
            help: "share it with a team: `state: {path: …, group: …}` in belay.yml")
    }
}

/// All actions of steps and of their undos.
enum StepCalls {
    static func all(in steps: [Step]) -> [(step: Step, call: ActionCall)] {
        steps.flatMap { step -> [(step: Step, call: ActionCall)] in
            var calls: [(step: Step, call: ActionCall)] = []
            if case .actions(let undo) = step.undo { calls = undo.actions.map { (step, $0) } }
            switch step.body {
            case .action(let call): return [(step, call)] + calls
            case .group(let inner): return calls + all(in: inner)
            case .firstOf(let ladder): return calls + all(in: ladder.remedies)
            case .verify, .include: return calls
            }
        }
    }
}
