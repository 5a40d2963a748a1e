import Actions
import Checks
import Expressions
import Glibc
import RunHost
import RunMachine
import RunPlan
import RunbookModel
import Synchronization

/// Prepares and performs attempts: it evaluates what the machine only names. It decides nothing.
final class AttemptPerformer: Sendable {
    let context: RunContext
    let host: EngineHost
    let desk: ProbeDesk
    let evaluator = CheckEvaluator()
    let actions: [String: any ActionPerformer]
    /// What ends attempts inside the driver, by step and number.
    private let cancellations = Mutex<[String: (cancellation: Cancellation, onlyLooks: Bool)]>([:])
    /// Attempts that failed or were lost, whose processes may still be there.
    private let failed = Mutex<[Failed]>([])
    /// The standard shell by search path.
    let shells = Mutex<[String: [String]]>([:])
    /// Asks the driver to journal what an undo will need.
    private let recorder = Mutex<Recorder?>(nil)

    /// `waits`: until it is on disk; false where that cannot be.
    typealias Recorder = @Sendable (StepPath, Value, _ waits: Bool) -> Bool

    init(context: RunContext, host: EngineHost) {
        self.context = context
        self.host = host
        desk = ProbeDesk(host)
        actions = Dictionary(uniqueKeysWithValues: BuiltInActions.all.map { ($0.kind, $0) })
    }

    func setRecorder(_ record: @escaping Recorder) { recorder.withLock { $0 = record } }

    func recordUndoData(_ path: StepPath, _ value: Value, waits: Bool = true) -> Bool {
        let record = recorder.withLock { $0 }
        return record?(path, value, waits) ?? false
    }

    func bindings(_ node: PlanNode) -> RunBindings { RunBindings(context, scope: node.scope, node: node.index) }

    // MARK: Work inside the driver

    /// Performs on a thread of its own, between the marks in the attempt's file.
    func startInside(
        _ attempt: PreparedAttempt, _ work: @escaping @Sendable (Cancellation) -> AttemptOutcome,
        reply: @escaping @Sendable (AttemptOutcome) -> Void
    ) {
        let cancellation = Cancellation()
        let key = Self.key(attempt.intent.step, attempt.intent.number)
        let onlyLooks = attempt.intent.purpose.onlyLooks || attempt.node.isWait
        cancellations.withLock { $0[key] = (cancellation, onlyLooks) }
        if let rehearsal = host.rehearsal {
            guard rehearsal.mayStart(attempt.intent) else { return }
            let of = (path: attempt.intent.step, number: attempt.intent.number)
            return schedule(masked(work(cancellation)), of: of, cancellation, onlyLooks: onlyLooks, reply)
        }
        do {
            try WorkerThread.start(name: "attempt") { [self] in
                let outcome = masked(marked(attempt, cancellation, work))
                cancellations.withLock { _ = $0.removeValue(forKey: key) }
                reply(outcome)
            }
        } catch {
            reply(AttemptOutcome(.failed, cause: .error, reason: "it could not be started: \(error)"))
        }
    }

    private func marked(
        _ attempt: PreparedAttempt, _ cancellation: Cancellation, _ work: (Cancellation) -> AttemptOutcome
    ) -> AttemptOutcome {
        guard let file = attempt.file else { return work(cancellation) }
        do {
            guard try file.lock(), try file.slots().areEmpty else {
                return AttemptOutcome(.failed, cause: .error, reason: "the file of its attempt is in use")
            }
            try endRemains(before: attempt.intent)
            try InsideRecord.begin(file, attempt, host)
            let outcome = masked(work(cancellation))
            host.crashPoint("driver.inside_done")
            // Only for whoever comes after a crash: what was done stays done where the disk is full.
            try? InsideRecord.end(file, attempt, outcome, host)
            return outcome
        } catch {
            return AttemptOutcome(.failed, cause: .error, reason: "\(error)")
        }
    }

    private static func key(_ path: StepPath, _ number: Int) -> String { "\(path)#\(number)" }

    /// Ends an attempt that is made inside the driver.
    func cancel(_ intent: AttemptIntent) {
        cancellations.withLock { $0[Self.key(intent.step, intent.number)]?.cancellation.cancel() }
    }

    /// Ends all checks that are under way; they start afresh on resume.
    func cancelLooks() {
        cancellations.withLock { for entry in $0.values where entry.onlyLooks { entry.cancellation.cancel() } }
    }

    /// Ends everything inside the driver.
    func cancelAll() {
        cancellations.withLock { for entry in $0.values { entry.cancellation.cancel() } }
    }

    func register(_ cancellation: Cancellation, _ key: String) {
        cancellations.withLock { $0[key] = (cancellation, true) }
    }

    func unregister(_ key: String) { cancellations.withLock { _ = $0.removeValue(forKey: key) } }

    // MARK: What failed attempts left

    private struct Failed: Equatable {
        let step: StepPath
        let directory: String
        /// Nobody knows what became of it: it may still be at work.
        let isLost: Bool

        /// An undo starts when nothing is left of any of them, another try when nothing is left of a lost one.
        func isInTheWay(of intent: AttemptIntent) -> Bool {
            intent.purpose.isUndo || (isLost && step == intent.step && !intent.purpose.onlyLooks)
        }
    }

    func remember(_ kind: AttemptOutcome.Kind, of path: StepPath, _ number: Int) {
        // A rehearsed attempt leaves nothing behind.
        guard host.rehearsal == nil else { return }
        let entry = Failed(
            step: path, directory: context.attemptDirectory(path, number), isLost: kind == .unknown)
        failed.withLock { $0.append(entry) }
    }

    func mayHaveRemains(before intent: AttemptIntent) -> Bool {
        failed.withLock { entries in entries.contains { $0.isInTheWay(of: intent) } }
    }

    /// Ends what earlier attempts left that is in the way. Blocks; throws where something cannot be ended.
    func endRemains(before intent: AttemptIntent) throws {
        while let entry = failed.withLock({ entries in entries.last { $0.isInTheWay(of: intent) } }) {
            let path = entry.directory + "/attempt"
            if let file = try? AttemptFile.open(path), let started = try file.slots().started.record,
                started.pid != getpid()
            {
                let remains = AttemptRemains(session: started.pid, startTicks: started.startTicks, attemptFile: path)
                try host.processes.end(remains, grace: .seconds(10))
            }
            failed.withLock { entries in entries.removeAll { $0 == entry } }
        }
    }

    // MARK: Outcomes

    /// The outcome without any secret in it.
    func masked(_ outcome: AttemptOutcome) -> AttemptOutcome {
        guard !context.secrets.isEmpty else { return outcome }
        var outcome = outcome
        outcome.reason = outcome.reason.map(context.secrets.mask)
        outcome.outputs = outcome.outputs.map { Stored(json: context.secrets.mask($0.json)) }
        if var checks = outcome.checks {
            checks.failed = checks.failed.map(context.secrets.mask)
            checks.measured = checks.measured.map { Stored(json: context.secrets.mask($0.json)) }
            outcome.checks = checks
        }
        return outcome
    }

    /// The wait before the next try, milliseconds; nil where the step has no `retry`.
    func retryDelay(of node: PlanNode, _ purpose: Purpose, tries: Int) -> Int64? {
        var retry = node.step.retry
        if purpose.isUndo {
            guard case .actions(let undo) = node.step.undo else { return nil }
            retry = undo.retry
        }
        guard let retry else { return nil }
        let bindings = bindings(node)
        guard let first = try? retry.delay.evaluated(bindings).inMilliseconds else { return 0 }
        var delay = Double(first)
        for _ in 1..<max(tries, 1) { delay *= retry.backoff }
        if let limit = try? retry.maxDelay?.evaluated(bindings).inMilliseconds { delay = min(delay, Double(limit)) }
        let draw = Double(host.random() >> 11) / Double(UInt64(1) << 53)
        return Int64(min(delay * (1 + retry.jitter * (2 * draw - 1)), 1e12))
    }
}
