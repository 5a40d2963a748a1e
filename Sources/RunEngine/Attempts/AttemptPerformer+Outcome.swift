import Actions
import Checks
import Expressions
import RunHost
import RunMachine
import RunPlan
import RunbookModel

extension AttemptPerformer {
    /// What a recorded result means for the step; the same right after the end and after a restart.
    func outcome(of result: AttemptResult, _ identity: AttemptIdentity) -> AttemptOutcome {
        let directory = context.attemptDirectory(identity.node.path, identity.number)
        guard !isInside(identity) else {
            return InsideRecord.outcome(in: directory) ?? AttemptOutcome(.unknown, reason: "its outcome cannot be read")
        }
        let elapsed = Duration.nanoseconds(result.endedBootTime - result.startedBootTime)
        var end = CommandEnd(result.ending, elapsed: elapsed)
        end.endedBy = result.endedBy
        end.files = CommandFiles(in: directory)
        var outcome = masked(judge(end, identity))
        outcome.elapsed = elapsed.inMilliseconds
        return outcome
    }

    /// Whether the driver performs the attempt itself, without a supervisor.
    func isInside(_ identity: AttemptIdentity) -> Bool {
        guard identity.purpose != .restore, identity.purpose != .protect else { return true }
        let kind = call(identity.node, identity.purpose, item: identity.item)?.kind
        return kind != "run" && kind != "command"
    }

    /// What the end of a command means, wherever it is known from.
    func judge(_ end: CommandEnd, _ identity: AttemptIdentity) -> AttemptOutcome {
        switch (end.endedBy, end.ending) {
        case (.timeout, _):
            let limit = (try? timeout(identity.node, identity.purpose)).flatMap { $0 }
            let text = limit.map { "timed out after \(DurationText.render($0))" } ?? "timed out"
            return AttemptOutcome(.failed, cause: .timeout, reason: text + end.files.lastWords)
        case (.request, _): return AttemptOutcome(.unknown, reason: "it was ended on request while it ran")
        case (.itself, .notSpawned(let failure)):
            return AttemptOutcome(.failed, cause: .error, reason: words(for: failure, identity))
        case (.itself, .signalled(let signal, _)):
            return judgeEnd(exit: 128 + Int(signal), signal: Int(signal), end, identity)
        case (.itself, .exited(let code)):
            return judgeEnd(exit: Int(code), signal: nil, end, identity)
        }
    }

    /// Why a program was not started, with the directory or the program that was meant.
    private func words(for failure: SpawnFailure, _ identity: AttemptIdentity) -> String {
        let node = identity.node
        var subject: String?
        switch failure.stage {
        case .workingDirectory: subject = try? workingDirectory(node)
        case .exec:
            let call = call(node, identity.purpose, item: identity.item)
            let bindings = bindings(node)
            let argument = try? call?.argument.resolved { try $0.evaluate(bindings) }
            subject =
                call?.kind == "command" ? argument?.value?.asList?.first?.plainText : node.step.process.shell?.first
        default: break
        }
        return "it could not be started: \(failure)" + (subject.map { ": \($0)" } ?? "")
    }

    private func judgeEnd(
        exit: Int, signal: Int?, _ end: CommandEnd, _ identity: AttemptIdentity
    ) -> AttemptOutcome {
        let step = identity.node.step
        func failure() -> AttemptOutcome {
            guard let signal else {
                return AttemptOutcome(.failed, cause: .exit(exit), reason: "exit \(exit)" + end.files.lastWords)
            }
            return AttemptOutcome(
                .failed, cause: .signal(signal), reason: "ended by signal \(signal)" + end.files.lastWords)
        }
        var outcome: AttemptOutcome
        let isAction = identity.purpose == .action || (identity.purpose == .reapply && identity.item == 0)
        if isAction, step.expect != nil || !step.outputs.isEmpty {
            outcome = judgeResult(exit, signal, end, identity, failure)
        } else {
            outcome = exit == 0 ? AttemptOutcome(.done) : failure()
        }
        outcome.exit = exit
        return outcome
    }

    /// Judges by `expect` and reads the declared outputs.
    private func judgeResult(
        _ exit: Int, _ signal: Int?, _ end: CommandEnd, _ identity: AttemptIdentity, _ failure: () -> AttemptOutcome
    ) -> AttemptOutcome {
        let step = identity.node.step
        let bindings = bindings(identity.node)
        let fields = ResultBindings.process(
            exit: exit, signal: signal, stdout: end.files.stdout(), stderr: end.files.stderr(), elapsed: end.elapsed)
        if case .failed(let reason, _)? = Expectation.judgeProcess(step.expect, result: fields, bindings) {
            guard exit == 0 || step.expect != nil else { return failure() }
            return AttemptOutcome(
                .failed, cause: exit == 0 ? .error : .exit(exit), reason: reason + end.files.lastWords)
        }
        var outcome = AttemptOutcome(.done)
        switch outputs(step, fields, bindings, end.files) {
        case .failure(let problem): return AttemptOutcome(.failed, cause: .error, reason: problem.message)
        case .success(let values): if !values.isEmpty { outcome.outputs = Stored(.map(values)) }
        }
        return outcome
    }

    private func outputs(
        _ step: Step, _ fields: [String: Value], _ bindings: RunBindings, _ files: CommandFiles
    ) -> Result<ValueMap, OutputProblem> {
        OutputFile.parse(files.output(), step.outputs).flatMap { fromFile in
            ComputedOutputs.evaluate(step.outputs, result: fields, bindings).map { computed in
                ValueMap(
                    (Array(fromFile) + Array(computed)).compactMap { entry in
                        entry.key.asString.map { ($0, entry.value) }
                    })
            }
        }
    }
}
