import Actions
import Checks
import Expressions
import RunHost
import RunMachine
import RunPlan
import RunbookModel

extension AttemptPerformer {
    /// The snapshot before a step's first attempt, or its restore.
    func prepareProtection(_ node: PlanNode, _ intent: AttemptIntent) throws -> PreparedAttempt {
        let items = try protectedItems(node)
        if let rehearsal = host.rehearsal {
            let part = RehearsedPart(subject: .attempt(intent), node: node)
            let work: @Sendable (Cancellation) -> AttemptOutcome = { _ in rehearsal.protection(part) }
            return PreparedAttempt(intent: intent, node: node, file: nil, directory: "", work: .inside(work))
        }
        let snapshot = context.withMachine { $0.steps[node.index].snapshot }
        let work: @Sendable (Cancellation) -> AttemptOutcome
        var file: AttemptFile?
        var directory = ""
        if intent.purpose == .protect {
            let target = context.snapshotDirectory(intent.step, intent.number)
            work = { [self] cancellation in protect(items, into: target, cancellation) }
        } else {
            guard let snapshot else { throw PreparationProblem("there is no snapshot to restore") }
            let source = context.snapshotDirectory(intent.step, snapshot)
            let aside = "\(context.directory)/snapshots/\(intent.step.fileName)/aside"
            directory = try makeDirectory(intent)
            let held = try AttemptFile.preallocate(directory + "/attempt")
            file = held
            work = { [self] cancellation in restore(from: source, aside: aside, protector(cancellation, held)) }
        }
        return PreparedAttempt(intent: intent, node: node, file: file, directory: directory, work: .inside(work))
    }

    /// Why there is no room for the snapshots of all steps whose paths are known before the first step; nil where there is.
    ///
    /// What cannot be looked at now is left to the step itself.
    func missingRoom(_ cancellation: Cancellation) -> String? {
        guard host.rehearsal == nil else { return nil }
        let protector = protector(cancellation)
        let needed = context.withMachine(\.workNodes).filter(isProtectionKnown).reduce(UInt64(0)) { total, node in
            guard let items = try? protectedItems(node), let room = try? protector.room(for: items) else {
                return total
            }
            return total + room
        }
        guard needed > 0 else { return nil }
        do throws(ProtectionFailure) {
            try protector.checkRoom(needed, in: context.directory)
            return nil
        } catch { return Self.words(error) }
    }

    /// Whether what a step protects can be told before any step has run, and the step is not left out by its `when`.
    private func isProtectionKnown(_ node: PlanNode) -> Bool {
        guard !node.step.protect.isEmpty, node.locals.isEmpty, staticScopes().contains(node.scope),
            !node.step.protect.contains(where: \.mentionsSteps)
        else { return false }
        let holders = context.withMachine { machine in
            [node.index] + Array(machine.graph.ancestors(of: node.index))
        }.map { index in context.withMachine { $0.node(index) } }
        return !holders.contains { holder in
            guard let when = holder.step.when else { return false }
            return when.references.mentionSteps || (try? isWanted(holder)) != true
        }
    }

    /// The snapshots of actions that save what they change, beside those of `protect`.
    func keeper(
        _ node: PlanNode, _ intent: AttemptIntent, _ cancellation: Cancellation, held: AttemptFile?
    ) -> StateKeeper {
        let protector = protector(cancellation, held)
        return StateKeeper(
            save: { [self] paths in
                let target = context.snapshotDirectory(intent.step, intent.number)
                try explained {
                    try HostFiles.makeDirectories(HostFiles.parent(of: target))
                    let items = paths.map { ProtectedItem.path($0, exclude: []) }
                    try protector.checkRoom(for: items, in: HostFiles.parent(of: target))
                    _ = try protector.snapshot(items, into: target)
                    host.crashPoint("driver.protected")
                }
                return ["snapshot": .int(Int64(intent.number))]
            },
            restore: { [self] snapshot in
                guard let number = snapshot["snapshot"]?.asInt else {
                    throw PreparationProblem("what was saved before the step cannot be found")
                }
                let source = context.snapshotDirectory(intent.step, Int(number))
                let aside = "\(context.directory)/snapshots/\(intent.step.fileName)/aside"
                return try explained { try protector.restore(from: source, aside: aside).aside }
            })
    }

    private func explained<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let failure as ProtectionFailure {
            throw PreparationProblem(Self.words(failure))
        }
    }

    private static func words(_ failure: ProtectionFailure) -> String {
        let help = failure.help.map { " (\($0))" } ?? ""
        return "\(failure.path): \(failure.message)\(help)"
    }

    private func protectedItems(_ node: PlanNode) throws -> [ProtectedItem] {
        let bindings = bindings(node)
        let base = directory(scope: node.scope)
        return try node.step.protect.map { protection in
            switch protection {
            case .path(let path, let exclude, _):
                .path(absolute(try text(path, bindings), base), exclude: try exclude.map { try text($0, bindings) })
            case .sqlite(let path, _): .sqlite(absolute(try text(path, bindings), base))
            }
        }
    }

    private func protector(_ cancellation: Cancellation, _ held: AttemptFile? = nil) -> Protector {
        let desk = desk
        let environment = ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"]
        return Protector(
            run: { words in
                let settings = ProcessContext(environment: environment, shell: [])
                let probe = ProcessProbe(words, in: "/", settings, timeout: .seconds(24 * 3_600))
                let result = desk.run(probe, cancellation, held: held)
                return Protector.ChildOutcome(
                    exit: try Self.status(of: result.end, words),
                    stderr: String(decoding: result.stderr, as: UTF8.self))
            }, belay: host.executable)
    }

    private static func status(of end: ProcessProbeResult.End, _ words: [String]) throws -> Int32 {
        switch end {
        case .exited(let code): return Int32(code)
        case .signalled(let signal): return 128 + Int32(signal)
        case .timedOut: throw PreparationProblem("\(words.first ?? "") took too long")
        case .notStarted(let why): throw PreparationProblem("\(words.first ?? "") could not be started: \(why)")
        case .interrupted: throw PreparationProblem("it was interrupted")
        }
    }

    private func protect(_ items: [ProtectedItem], into target: String, _ cancellation: Cancellation)
        -> AttemptOutcome
    {
        timed {
            let protector = protector(cancellation)
            try HostFiles.makeDirectories(HostFiles.parent(of: target))
            try protector.checkRoom(for: items, in: HostFiles.parent(of: target))
            _ = try protector.snapshot(items, into: target)
            host.crashPoint("driver.protected")
            return AttemptOutcome(.done)
        }
    }

    private func restore(from source: String, aside: String, _ protector: Protector) -> AttemptOutcome {
        timed {
            let report = try protector.restore(from: source, aside: aside)
            return AttemptOutcome(.done, reason: "what was there before is kept in \(report.aside)")
        }
    }

    private func timed(_ work: () throws -> AttemptOutcome) -> AttemptOutcome {
        let began = ContinuousClock.now
        var outcome: AttemptOutcome
        do {
            outcome = try work()
        } catch let failure as ProtectionFailure {
            outcome = AttemptOutcome(.failed, cause: .error, reason: Self.words(failure))
        } catch {
            outcome = AttemptOutcome(.failed, cause: .error, reason: "\(error)")
        }
        outcome.elapsed = (ContinuousClock.now - began).inMilliseconds
        return outcome
    }
}

extension Protection {
    fileprivate var mentionsSteps: Bool {
        switch self {
        case .path(let path, let exclude, _): ([path] + exclude).contains { $0.references.mentionSteps }
        case .sqlite(let path, _): path.references.mentionSteps
        }
    }
}
