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
        var outcome = masked(judge(result, identity, directory))
        outcome.elapsed = (result.endedBootTime - result.startedBootTime) / 1_000_000
        return outcome
    }

    /// Whether the driver performs the attempt itself, without a supervisor.
    func isInside(_ identity: AttemptIdentity) -> Bool {
        guard identity.purpose != .restore, identity.purpose != .protect else { return true }
        let kind = call(identity.node, identity.purpose, item: identity.item)?.kind
        return kind != "run" && kind != "command"
    }

    private func judge(_ result: AttemptResult, _ identity: AttemptIdentity, _ directory: String) -> AttemptOutcome {
        switch (result.endedBy, result.ending) {
        case (.timeout, _):
            let limit = (try? timeout(identity.node, identity.purpose)).flatMap { $0 }
            let text = limit.map { "timed out after \(DurationText.render($0))" } ?? "timed out"
            return AttemptOutcome(.failed, cause: .timeout, reason: text + lastWords(directory))
        case (.request, _): return AttemptOutcome(.unknown, reason: "it was ended on request while it ran")
        case (.itself, .notSpawned(let failure)):
            return AttemptOutcome(.failed, cause: .error, reason: words(for: failure, identity))
        case (.itself, .signalled(let signal, _)):
            return judgeEnd(exit: 128 + Int(signal), signal: Int(signal), result, identity, directory)
        case (.itself, .exited(let code)):
            return judgeEnd(exit: Int(code), signal: nil, result, identity, directory)
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
        exit: Int, signal: Int?, _ result: AttemptResult, _ identity: AttemptIdentity, _ directory: String
    ) -> AttemptOutcome {
        let step = identity.node.step
        func failure() -> AttemptOutcome {
            guard let signal else {
                return AttemptOutcome(.failed, cause: .exit(exit), reason: "exit \(exit)" + lastWords(directory))
            }
            return AttemptOutcome(
                .failed, cause: .signal(signal), reason: "ended by signal \(signal)" + lastWords(directory))
        }
        var outcome: AttemptOutcome
        let isAction = identity.purpose == .action || (identity.purpose == .reapply && identity.item == 0)
        if isAction, step.expect != nil || !step.outputs.isEmpty {
            outcome = judgeResult(exit, signal, result, identity, directory, failure)
        } else {
            outcome = exit == 0 ? AttemptOutcome(.done) : failure()
        }
        outcome.exit = exit
        return outcome
    }

    /// Judges by `expect` and reads the declared outputs.
    private func judgeResult(
        _ exit: Int, _ signal: Int?, _ result: AttemptResult, _ identity: AttemptIdentity, _ directory: String,
        _ failure: () -> AttemptOutcome
    ) -> AttemptOutcome {
        let step = identity.node.step
        let bindings = bindings(identity.node)
        let elapsed = Duration.nanoseconds(result.endedBootTime - result.startedBootTime)
        let fields = ResultBindings.process(
            exit: exit, signal: signal, stdout: head(directory + "/stdout"), stderr: head(directory + "/stderr"),
            elapsed: elapsed)
        if case .failed(let reason, _)? = Expectation.judgeProcess(step.expect, result: fields, bindings) {
            guard exit == 0 || step.expect != nil else { return failure() }
            return AttemptOutcome(
                .failed, cause: exit == 0 ? .error : .exit(exit), reason: reason + lastWords(directory))
        }
        var outcome = AttemptOutcome(.done)
        switch outputs(step, fields, bindings, directory) {
        case .failure(let problem): return AttemptOutcome(.failed, cause: .error, reason: problem.message)
        case .success(let values): if !values.isEmpty { outcome.outputs = Stored(.map(values)) }
        }
        return outcome
    }

    private func outputs(
        _ step: Step, _ fields: [String: Value], _ bindings: RunBindings, _ directory: String
    ) -> Result<ValueMap, OutputProblem> {
        let written = (try? HostFiles.read(directory + "/output", limit: OutputFile.limit + 1)) ?? []
        return OutputFile.parse(written, step.outputs).flatMap { fromFile in
            ComputedOutputs.evaluate(step.outputs, result: fields, bindings).map { computed in
                ValueMap(
                    (Array(fromFile) + Array(computed)).compactMap { entry in
                        entry.key.asString.map { ($0, entry.value) }
                    })
            }
        }
    }

    /// The first mebibyte of an output file.
    private func head(_ path: String) -> [UInt8] { HostFiles.head(of: path, limit: 1 << 20) }

    /// The last line that a failed command wrote to its standard error: most often the reason.
    private func lastWords(_ directory: String) -> String {
        let tail = HostFiles.tail(of: directory + "/stderr", limit: 2_000)
        let lines = String(decoding: tail, as: UTF8.self).split(whereSeparator: \.isNewline)
        guard let last = lines.last(where: { !$0.allSatisfy(\.isWhitespace) }) else { return "" }
        return ": " + last.prefix(300)
    }
}
