import RunEngine
import RunJournal
import RunMachine
import RunPlan
import RunbookModel

/// Looks into the journal of a state directory from outside, as `belay status` and `belay audit` do.
package struct RunInspector {
    private let service: RunService
    private let run: RunID

    /// Errors: `ServiceFailure` where there is no journal.
    package init(state: String, run: Int64 = 1) throws {
        let workspace = try Workspace.discover(directory: state, stateOption: state, environment: [:])
        let actor = Actor(user: "test", uid: 0, loginUID: nil)
        service = try RunService.open(workspace, creates: false, actor: actor)
        self.run = RunID(run)
    }

    package var journal: any Journal { service.journal }

    package func record() throws -> RunRecord { try journal.load(run).record }
    package func steps() throws -> [StepPath: StepRecord] { try journal.load(run).steps }
    package func attempts() throws -> [AttemptRecord] { try journal.attempts(run) }
    package func events() throws -> [RunEvent] { try journal.events(run).map(\.event) }
    package func runs() throws -> [RunSummary] { try journal.runs(RunFilter()).map { try $0.get() } }

    /// What is open, by step; nil stands for the run itself.
    package func questions() throws -> [(step: String?, question: Question)] {
        let stored = try journal.load(run)
        let ofSteps = stored.steps.compactMap { path, record in
            record.question.map { (step: path.text as String?, question: $0) }
        }
        return ofSteps.sorted { $0.step ?? "" < $1.step ?? "" }
            + (stored.record.question.map { [(step: nil, question: $0)] } ?? [])
    }

    /// `fold(events) == tables`, and the hash chain whole.
    package func audit() throws -> AuditReport {
        try journal.audit(nil) { _, pinned in try service.plan(from: pinned) }
    }
}
