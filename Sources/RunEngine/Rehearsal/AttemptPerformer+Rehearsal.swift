import Actions
import Checks
import Expressions
import RunHost
import RunMachine
import RunPlan
import RunbookModel

extension AttemptPerformer {
    /// An action that is rehearsed: everything is evaluated as for a real one, and nothing is written or launched.
    func prepareRehearsed(
        _ node: PlanNode, _ intent: AttemptIntent, _ call: ActionCall?, _ rehearsal: any Rehearsal
    ) throws -> PreparedAttempt {
        guard let call, call.kind == "run" || call.kind == "command" else {
            return try rehearseInside(node, intent, call, rehearsal)
        }
        var intent = intent
        if let timeout = try timeout(node, intent.purpose) {
            intent = intent.due(Deadline(from: intent.at, length: timeout.inMilliseconds))
        }
        let bindings = bindings(node)
        _ = try processContext(node, intent, extra: undoEnvironment(node, intent.purpose))
        _ = try workingDirectory(node)
        _ = try call.argument.resolved { try $0.evaluate(bindings) }
        if let stdin = node.step.process.stdin { _ = try text(stdin, bindings.withSecrets) }
        let fixed = intent
        return rehearsed(node, intent) { [self] _ in
            let command = rehearsal.command(RehearsedPart(subject: .attempt(fixed), node: node))
            return outcome(of: command, node, fixed)
        }
    }

    private func rehearsed(
        _ node: PlanNode, _ intent: AttemptIntent, _ work: @escaping @Sendable (Cancellation) -> AttemptOutcome
    ) -> PreparedAttempt {
        PreparedAttempt(intent: intent, node: node, file: nil, directory: "", work: .inside(work))
    }

    private func outcome(of command: RehearsedCommand, _ node: PlanNode, _ intent: AttemptIntent) -> AttemptOutcome {
        var end = CommandEnd(.exited(0), elapsed: command.elapsed)
        let limit = try? timeout(node, intent.purpose)
        let isLate = limit.map { command.elapsed > $0 } ?? false
        switch command.end {
        case .exited where isLate, .signalled where isLate:
            (end.endedBy, end.elapsed) = (.timeout, limit ?? command.elapsed)
        case .exited(let code): end.ending = .exited(code)
        case .signalled(let signal): end.ending = .signalled(signal, coreDumped: false)
        case .timedOut:
            end.endedBy = .timeout
            if let limit { end.elapsed = limit }
        case .lost: return AttemptOutcome(.unknown, reason: "its supervisor is gone, and it left no result")
        }
        end.files = CommandFiles(stdout: command.stdout, stderr: command.stderr, output: command.output)
        let identity = AttemptIdentity(node: node, purpose: intent.purpose, number: intent.number, item: intent.item)
        var outcome = judge(end, identity)
        outcome.elapsed = end.elapsed.inMilliseconds
        return outcome
    }

    // MARK: Inside the driver

    private func rehearseInside(
        _ node: PlanNode, _ intent: AttemptIntent, _ call: ActionCall?, _ rehearsal: any Rehearsal
    ) throws -> PreparedAttempt {
        guard let kind = call?.kind ?? node.action?.kind, let performer = actions[kind] else {
            throw PreparationProblem("the action '\(call?.kind ?? "")' is not available in this version")
        }
        let process = try processContext(node, intent)
        let working = try workingDirectory(node)
        var intent = intent
        if kind == "wait", intent.purpose == .action, let call {
            intent = intent.due(try waitDeadline(node, intent, call, process, working))
        }
        let fixed = intent
        let timeout = try timeout(node, intent.purpose)
        let bindings = bindings(node).withSecrets
        // Values of `config` may need the file, which is not there.
        let argument = kind == "config" ? nil : try call?.argument.resolved { try $0.evaluate(bindings) }.value
        return rehearsed(node, intent) { [self] cancellation in
            var context = actionContext(node, fixed, process, working, cancellation)
            context.timeout = timeout
            // Nothing was noted before the first effect, so there was none.
            if call == nil, context.undoData == nil { return AttemptOutcome(.done) }
            if kind == "wait", call?.argument["until"] == nil, let deadline = fixed.deadline {
                var outcome = AttemptOutcome(.done)
                outcome.elapsed = max(0, deadline.remaining(at: host.now))
                return outcome
            }
            let part = RehearsedPart(subject: .attempt(fixed), node: node)
            switch rehearsal.action(part, kind: kind, argument) {
            case .isPerformed(let http, let elapsed):
                context.checks.http = http
                let call = call.map { ActionCall(kind: $0.kind, argument: $0.argument.withoutFile, span: $0.span) }
                var outcome = perform(performer, call, node, fixed, context)
                outcome.elapsed = max(outcome.elapsed ?? 0, elapsed.inMilliseconds)
                return outcome
            case .ends(let result, let elapsed, let undoData):
                if let undoData, context.undoData == nil { _ = recordUndoData(node.path, undoData, waits: false) }
                var outcome = judge(result.within(timeout, elapsed), node, fixed)
                outcome.elapsed = min(elapsed, timeout ?? elapsed).inMilliseconds
                return outcome
            }
        }
    }

    // MARK: Checks

    /// The evaluator for a part of the run: the host's, or one that the rehearsal answers.
    func evaluator(for part: RehearsedPart) -> CheckEvaluator {
        guard let rehearsal = host.rehearsal else { return evaluator }
        return evaluator.answered { calls, _ in rehearsal.look(part, calls) }
    }

    /// The clock of one piece of work: the host's; in a rehearsal one that starts now and moves by its own waits only.
    var clock: WaitClock {
        guard host.rehearsal != nil else { return .live }
        let (passed, looks) = (Counter(), Counter())
        let start = host.now
        return WaitClock(
            wall: { start.wall + Int64(passed.value) }, boot: { start.boot + Int64(passed.value) },
            wait: { milliseconds, cancellation in
                // Whoever looks very often takes longer steps in the end, so that weeks of looks take no minutes.
                let least: Int64 =
                    switch looks.next() {
                    case ...10_000: 0
                    case ...50_000: 3_600_000
                    default: 1_000_000_000_000_000
                    }
                passed.add(Int(max(milliseconds, least)))
                return !cancellation.isCancelled
            })
    }

    /// Tells the driver about the end of rehearsed work when its time has come.
    func schedule(
        _ outcome: AttemptOutcome, of attempt: (path: StepPath, number: Int)?, _ cancellation: Cancellation,
        onlyLooks: Bool, _ reply: @escaping @Sendable (AttemptOutcome) -> Void
    ) {
        host.rehearsal?.schedule(
            RehearsedEnd(attempt: attempt, outcome: outcome, isVoid: { cancellation.isCancelled }) { outcome in
                guard cancellation.isCancelled else { return reply(outcome) }
                reply(
                    onlyLooks
                        ? AttemptOutcome(.interrupted, reason: "the checks were ended")
                        : AttemptOutcome(.unknown, reason: "it was ended before it was done"))
            })
    }
}

extension ActionResult {
    /// What becomes of it where it takes longer than it may.
    fileprivate func within(_ timeout: Duration?, _ elapsed: Duration) -> ActionResult {
        guard let timeout, elapsed > timeout else { return self }
        return .failed("timed out after \(DurationText.render(timeout))", .timeout)
    }
}

extension Argument {
    /// The same request, its answer not saved to a file.
    fileprivate var withoutFile: Argument {
        guard case .record(let fields) = self else { return self }
        return .record(fields.filter { $0.key != "save_to" })
    }
}
