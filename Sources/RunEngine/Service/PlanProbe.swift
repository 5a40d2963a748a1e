import Checks
import Expressions
import Glibc
import RunHost
import RunJournal
import RunMachine
import RunPlan
import RunbookModel

/// Asks what the checks of a plan say now. It only looks; no journal is touched.
package struct PlanProbe: Sendable {
    private let draft: RunDraft
    private let host: EngineHost
    private let environment: [String: String]
    private let ask: (@Sendable (_ prompt: String, _ isSecret: Bool) -> String?)?

    package init(
        _ draft: RunDraft, host: EngineHost, environment: [String: String],
        ask: (@Sendable (_ prompt: String, _ isSecret: Bool) -> String?)?
    ) {
        self.draft = draft
        self.host = host
        self.environment = environment
        self.ask = ask
    }

    /// The answers of the runbook's own preconditions, in order; those whose `when` is false are left out.
    ///
    /// Blocks the thread. Errors: `ServiceFailure` where a secret cannot be had or there is no room for scripts.
    package func preconditions() throws(ServiceFailure) -> [CheckResult] {
        let checks = draft.plan.runbook.preconditions
        guard !checks.isEmpty else { return [] }
        return try looking { performer in
            performer.evaluator.evaluate(checks, in: try performer.runContext(0, inputs: nil, Cancellation())).results
        }
    }

    /// The answers of all preconditions and of all steps that only verify, the steps as far as they can be told
    /// without the work of others.
    ///
    /// Blocks the thread. Errors: as `preconditions`.
    package func survey() throws(ServiceFailure) -> CheckSurvey {
        var survey = CheckSurvey()
        let results = try looking { performer in
            var walk = SurveyWalk(performer)
            walk.go()
            survey.leftOut = walk.leftOut
            survey.steps = walk.looks.map(\.step)
            return walk.results()
        }
        survey.results = results
        return survey
    }

    /// Results of looks in a scratch directory that has the pinned files; their secrets are masked.
    private func looking(_ look: (AttemptPerformer) throws -> [CheckResult]) throws(ServiceFailure) -> [CheckResult] {
        do {
            let directory = try ScratchDirectory(environment: environment)
            defer { directory.remove() }
            try Pinning.materialize(draft.pinned.files, in: directory.path)
            let context = try context(directory.path)
            let performer = AttemptPerformer(context: context, host: host)
            let desk = performer.desk
            try host.launcher.listen { _ = desk.deliver($0) }
            return try look(performer).map { masked($0, context.secrets) }
        } catch {
            throw ServiceFailure(of: error, help: "'belay plan --no-probe' leaves them out") {
                "the checks cannot be looked at: \($0)"
            }
        }
    }

    private func context(_ directory: String) throws -> RunContext {
        let surroundings = PinnedContext(
            draft.pinned, startedAt: host.now.wall, user: host.actor.user, host: host.host)
        let (secrets, missing) = RunSecrets.resolve(
            draft.plan, surroundings, secretInputs: Array(draft.secretInputs.keys), environment: environment, ask: ask)
        guard missing.isEmpty else {
            throw ServiceFailure.refused(missing.joined(separator: "\n"), help: "provide it and try again")
        }
        return RunContext(
            id: 0, plan: draft.plan, pinned: surroundings, directory: directory, undoneDirectory: nil, secrets: secrets,
            machine: RunMachine(plan: draft.plan))
    }

    private func masked(_ result: CheckResult, _ secrets: SecretStore) -> CheckResult {
        var result = result
        result.title = secrets.mask(result.title)
        result.detail = secrets.mask(result.detail)
        return result
    }
}
