import Checks
import RunEngine
import RunHost
import RunReport

/// `belay check`.
struct CheckCommand: Command {
    static let declaration = CommandDeclaration(
        "check", "what the preconditions and verify steps of a runbook say now",
        details: """
            Nothing is changed, no run is opened and no lock taken: steps that act are passed over. Exits as monitoring
            plugins do: 0 all met, 1 a warning, 2 something is not met, 3 something could not be told or nothing could
            be checked. The first line is for the monitoring system, with performance data after '|'.
            """,
        [ArgumentDeclaration("RUNBOOK", "a path, or a name found in the runbook paths")], RunbookOptions.declarations)

    private let runbook: RunbookOptions

    init(_ words: ParsedWords) throws(UsageProblem) { runbook = try RunbookOptions(words) }

    func perform(_ session: Session) throws -> Int32 {
        do {
            let view = try view(session)
            session.show(view) { view.text($0) }
            return view.exit
        } catch {
            let exit = SurveyView.Status.unknown.exitCode
            return FailureReport(streams: session.streams, isJSON: session.isJSON, exit: exit).report(error)
        }
    }

    private func view(_ session: Session) throws -> SurveyView {
        let workspace = try session.workspace()
        let draft = try RunService.draft(try runbook.request(session, workspace), workspace, host: Identity.current())
        session.warn(draft.loaded.diagnostics)
        let host = try Drive.prepare(session, workspace).host
        let survey = try PlanProbe(draft, host: host, environment: session.environment, ask: session.ask).survey()
        let checks = zip(survey.steps, survey.results).map { step, result in
            SurveyView.Check(
                step: step?.text, title: result.title, severity: result.severity.rawValue,
                answer: result.answer.rawValue, detail: result.detail, why: result.why,
                value: result.value.map { JSONValue($0) }, unit: result.unit)
        }
        return SurveyView(
            runbook: draft.plan.runbook.name.text, system: draft.plan.system?.name, checks: checks,
            leftOut: survey.leftOut.map { .init(step: $0.step.text, why: $0.why) })
    }
}
