import Expressions
import RunEngine
import RunHost
import RunReport

/// `belay plan`.
struct PlanCommand: Command {
    static let declaration = CommandDeclaration(
        "plan", "what a run would do and change, how it would be undone, and what the preconditions say now",
        details: """
            Nothing is changed. 'belay run --plan DIGEST' refuses to run anything but the plan that was looked at; the
            beginning of the digest will do. Exit code 3 where a precondition does not hold.
            """,
        [ArgumentDeclaration("RUNBOOK", "a path, or a name found in the runbook paths")],
        RunbookOptions.declarations + [.flag("no-probe", "leave the preconditions unasked, and files unread")])

    private let runbook: RunbookOptions
    private let probes: Bool

    init(_ words: ParsedWords) throws(UsageProblem) {
        runbook = try RunbookOptions(words)
        probes = !words.has("no-probe")
    }

    func perform(_ session: Session) throws -> Int32 {
        let workspace = try session.workspace()
        let request = try runbook.request(session, workspace)
        let draft = try RunService.draft(request, workspace, host: Identity.current())
        session.warn(draft.loaded.diagnostics)
        let answers = probes ? try answers(draft, session, workspace) : nil
        var facts = ValueMap()
        if case .map(let map)? = try? JSONText.parse(draft.pinned.facts) { facts = map }
        let changes = probes ? PlanPreview(draft).changes() : [:]
        let view = PlanView(draft.plan, facts: facts, answers: answers, changes: changes)
        session.show(view) { view.text($0) }
        let isRefused = answers?.contains { $0.severity == "error" && ["not_met", "inconclusive"].contains($0.answer) }
        return isRefused == true ? 3 : 0
    }

    private func answers(_ draft: RunDraft, _ session: Session, _ workspace: Workspace) throws -> [PlanView
        .Precondition]
    {
        guard !draft.plan.runbook.preconditions.isEmpty else { return [] }
        let host = try Drive.prepare(session, workspace).host
        let probe = PlanProbe(draft, host: host, environment: session.environment, ask: session.ask)
        return try probe.preconditions().map {
            PlanView.Precondition(
                title: $0.title, severity: $0.severity.rawValue, answer: $0.answer.rawValue, detail: $0.detail)
        }
    }
}
