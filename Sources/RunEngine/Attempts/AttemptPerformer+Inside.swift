import Actions
import Checks
import Expressions
import RunHost
import RunMachine
import RunPlan
import RunbookModel
import Synchronization

extension AttemptPerformer {
    /// An action that the driver itself performs; `call` is nil for the own undo of the step's action.
    func prepareInside(_ node: PlanNode, _ intent: AttemptIntent, _ call: ActionCall?) throws -> PreparedAttempt {
        guard let kind = call?.kind ?? node.action?.kind, let performer = actions[kind] else {
            throw PreparationProblem("the action '\(call?.kind ?? "")' is not available in this version")
        }
        let process = try processContext(node, intent)
        let working = try workingDirectory(node)
        let isReadOnly = Vocabulary.standard.actions[kind]?.effect == .readOnly
        let directory = try makeDirectory(intent)
        var file: AttemptFile?
        if !isReadOnly {
            file = try AttemptFile.preallocate(directory + "/attempt")
        }
        var intent = intent
        if kind == "wait", intent.purpose == .action, let call {
            intent = intent.due(try waitDeadline(node, intent, call, process, working))
        }
        let fixed = intent
        let held = file
        let timeout = try timeout(node, intent.purpose)
        let work: @Sendable (Cancellation) -> AttemptOutcome = { [self] cancellation in
            var action = actionContext(node, fixed, process, working, cancellation, held: held)
            action.timeout = timeout
            return perform(performer, call, node, fixed, action)
        }
        return PreparedAttempt(intent: intent, node: node, file: file, directory: directory, work: .inside(work))
    }

    /// A wait goes on after a restart until the moment that was first journaled.
    func waitDeadline(
        _ node: PlanNode, _ intent: AttemptIntent, _ call: ActionCall, _ process: ProcessContext, _ working: String
    ) throws -> Deadline {
        if let known = context.withMachine({ $0.steps[node.index].waitUntil }) { return known }
        let action = actionContext(node, intent, process, working, Cancellation())
        return Deadline(from: intent.at, length: try WaitAction.length(call.argument, in: action).inMilliseconds)
    }

    func actionContext(
        _ node: PlanNode, _ intent: AttemptIntent, _ process: ProcessContext, _ working: String,
        _ cancellation: Cancellation, held: AttemptFile? = nil
    ) -> ActionContext {
        let checks = checkContext(
            node, scope: node.scope, process: process, directory: working, cancellation, held: held)
        let path = node.path
        let secrets = context.secrets
        var action = ActionContext(
            checks: checks, evaluator: evaluator(for: RehearsedPart(subject: .attempt(intent), node: node)),
            identity: ActionIdentity(
                run: context.id, runbook: context.plan.runbook.name.text, step: path.text, attempt: intent.tryNumber,
                host: host.host),
            stepDirectory: context.attemptDirectory(intent.step, intent.number),
            artifacts: context.directory + "/artifacts", mask: { secrets.mask($0) },
            startDetached: { [desk] in desk.start($0) },
            recordUndoData: { [self] in recordUndoData(path, $0) })
        action.snapshots = "\(context.directory)/snapshots/\(path.fileName)"
        action.channels = host.configuration.channels
        if let base = host.configuration.directory { action.channelDirectory = base }
        action.evidence = "\(action.artifacts)/\(path.fileName)"
        if records(node, intent) {
            action.undoData = context.withMachine { $0.steps[node.index].stateBefore?.value }
            action.progressFile = HostFiles.parent(of: action.stepDirectory) + "/progress"
            action.keeper = keeper(node, intent, cancellation, held: held)
        } else {
            // Only the step's own action is taken back by what it recorded.
            action.recordUndoData = { _ in true }
            action.keeper.save = { _ in .null }
        }
        let log = action.stepDirectory + "/stdout"
        action.show = { HostFiles.append(Array((secrets.mask($0) + "\n").utf8), to: log) }
        if let deadline = intent.deadline {
            let clock = checks.clock
            let bootID = host.clock.bootID
            action.deadline = {
                deadline.remaining(at: Moment(wall: clock.wall(), boot: clock.boot(), bootID: bootID()))
            }
        }
        return action
    }

    /// Whether the attempt is the step's own action or that action's own undo, not one of `undo:` or `apply:`.
    private func records(_ node: PlanNode, _ intent: AttemptIntent) -> Bool {
        switch intent.purpose {
        case .action: true
        case .reapply: intent.item == 0
        default: call(node, intent.purpose, item: intent.item) == nil
        }
    }

    func perform(
        _ performer: any ActionPerformer, _ call: ActionCall?, _ node: PlanNode, _ intent: AttemptIntent,
        _ action: ActionContext
    ) -> AttemptOutcome {
        let clock = action.checks.clock
        let began = clock.boot()
        var outcome: AttemptOutcome
        if let call {
            outcome = judge(performer.perform(call.argument, in: action), node, intent)
        } else if let data = action.undoData {
            outcome = judge(performer.undo(data, in: action) ?? ActionResult(.done), node, intent)
        } else {
            // Nothing was noted before the first effect, so there was none.
            outcome = AttemptOutcome(.done)
        }
        outcome.elapsed = clock.boot() - began
        return outcome
    }

    /// The result of an action inside the driver, with the outputs that are computed from it.
    func judge(_ result: ActionResult, _ node: PlanNode, _ intent: AttemptIntent) -> AttemptOutcome {
        switch result.outcome {
        case .interrupted: return AttemptOutcome(.unknown, reason: "it was ended before it was done")
        case .inconclusive(let reason): return AttemptOutcome(.inconclusive, reason: reason)
        case .failed(let reason, let cause):
            return AttemptOutcome(.failed, cause: cause.ofAttempt, reason: reason)
        case .done: break
        }
        let notes = result.notes.isEmpty ? nil : result.notes.joined(separator: "; ")
        guard intent.purpose == .action else { return AttemptOutcome(.done, reason: notes) }
        if case .failed(let reason, _)? = Expectation.judge(node.step.expect, result: result.bindings, bindings(node)) {
            return AttemptOutcome(.failed, cause: .error, reason: reason)
        }
        var outcome = AttemptOutcome(.done)
        switch ComputedOutputs.evaluate(node.step.outputs, result: result.bindings, bindings(node)) {
        case .failure(let problem): return AttemptOutcome(.failed, cause: .error, reason: problem.message)
        case .success(let computed):
            let all = ValueMap(Array(result.outputs).entries + Array(computed).entries)
            if !all.isEmpty { outcome.outputs = Stored(.map(all)) }
        }
        outcome.reason = notes
        outcome.end = result.end.map {
            AttemptOutcome.End(
                succeeded: $0.outcome == .succeeded, disposition: $0.disposition, message: $0.message)
        }
        return outcome
    }
}

extension ActionResult.Cause {
    fileprivate var ofAttempt: AttemptOutcome.Cause {
        switch self {
        case .error, .expectation: .error
        case .timeout: .timeout
        }
    }
}

extension [ValueMap.Entry] {
    fileprivate var entries: [(String, Value)] { compactMap { entry in entry.key.asString.map { ($0, entry.value) } } }
}
