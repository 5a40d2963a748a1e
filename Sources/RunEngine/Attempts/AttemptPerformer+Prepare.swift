import Checks
import Expressions
import Glibc
import RunHost
import RunMachine
import RunPlan
import RunbookModel

extension AttemptPerformer {
    /// Evaluates everything that an attempt needs and makes its files; nothing of it starts.
    ///
    /// Errors: what cannot be evaluated or made; the step cannot start then.
    func prepare(_ node: PlanNode, _ intent: AttemptIntent) throws -> PreparedAttempt {
        switch intent.purpose {
        case .probe, .verify, .settle, .gate, .until, .undoProbe, .undoVerify: try prepareLook(node, intent)
        case .protect, .restore: try prepareProtection(node, intent)
        case .action, .apply, .undo, .undoApply, .reapply: try prepareAction(node, intent)
        }
    }

    // MARK: Actions

    /// The action of a stage; nil where the kind's own undo is meant.
    func call(_ node: PlanNode, _ purpose: Purpose, item: Int) -> ActionCall? {
        switch purpose {
        case .action: return node.action
        case .apply, .undoApply: return node.step.apply
        case .reapply: return item == 0 ? node.action : node.step.apply
        default:
            guard case .actions(let undo) = node.step.undo, undo.actions.indices.contains(item) else { return nil }
            return undo.actions[item]
        }
    }

    private func prepareAction(_ node: PlanNode, _ intent: AttemptIntent) throws -> PreparedAttempt {
        let call = call(node, intent.purpose, item: intent.item)
        if let rehearsal = host.rehearsal { return try prepareRehearsed(node, intent, call, rehearsal) }
        guard let call, call.kind == "run" || call.kind == "command" else {
            return try prepareInside(node, intent, call)
        }
        var intent = intent
        let timeout = try timeout(node, intent.purpose)
        if let timeout {
            intent = intent.due(Deadline(from: intent.at, length: timeout.inMilliseconds))
        }
        let directory = try makeDirectory(intent)
        let process = try processContext(node, intent, extra: undoEnvironment(node, intent.purpose))
        try giveDirectory(directory, to: process.user)
        let file = try AttemptFile.preallocate(directory + "/attempt")
        let launch = try launch(node, intent, call, process, directory, file, timeout)
        return PreparedAttempt(intent: intent, node: node, file: file, directory: directory, work: .process(launch))
    }

    func undoEnvironment(_ node: PlanNode, _ purpose: Purpose) -> [EnvironmentEntry] {
        guard purpose.isUndo, case .actions(let undo) = node.step.undo else { return [] }
        return undo.environment
    }

    private func launch(
        _ node: PlanNode, _ intent: AttemptIntent, _ call: ActionCall, _ process: ProcessContext,
        _ directory: String, _ file: AttemptFile, _ timeout: Duration?
    ) throws -> LaunchRequest {
        let bindings = bindings(node)
        let argument = try call.argument.resolved { try $0.evaluate(bindings) }
        let settings = ProcessLaunch.Settings(
            shell: process.shell, scripts: context.filesDirectory(scope: node.scope), scratch: directory)
        let lowered = try ProcessLaunch.from(kind: call.kind, argument: argument, settings: settings)
        if let script = lowered.script {
            try HostFiles.writeAtomically(Array(script.text.utf8), to: script.path, mode: 0o644)
        }
        var request = LaunchRequest(
            token: UInt64(intent.token, radix: 16) ?? 0, arguments: lowered.arguments,
            environment: process.environment, workingDirectory: try workingDirectory(node),
            stdout: .file(directory + "/stdout"), stderr: .file(directory + "/stderr"))
        request.attempt = file
        request.outputPath = directory + "/output"
        request.timeout = timeout
        request.secrets = context.secrets.bytes
        request.maxOutput = node.step.process.maxOutput.map(UInt64.init)
        request.user = process.user
        request.umask = process.umask
        if let stdin = node.step.process.stdin {
            request.stdin = .bytes(Array(try text(stdin, bindings.withSecrets).utf8))
        }
        return request
    }

    /// The directory of an attempt; made before its intent, so that a full disk is noticed in time.
    func makeDirectory(_ intent: AttemptIntent) throws -> String {
        let directory = context.attemptDirectory(intent.step, intent.number)
        let isFirst = intent.number == 1
        if isFirst { mkdir(HostFiles.parent(of: directory), 0o700) }
        guard mkdir(directory, 0o700) != 0 else { return directory }
        if errno == EEXIST {
            // Left by a driver that died before the intent was committed.
            for name in ["attempt", "output"] { unlink("\(directory)/\(name)") }
        } else {
            try HostFiles.makeDirectories(directory)
        }
        return directory
    }

    /// A step with `user:` must be able to reach its directory and to write its output file.
    private func giveDirectory(_ directory: String, to user: UserCredentials?) throws {
        guard let user, user.uid != geteuid() else { return }
        guard geteuid() == 0 else {
            throw PreparationProblem("only root can run a step as another user, here '\(user.name)'")
        }
        guard chown(directory, user.uid, user.gid) == 0 else {
            throw SystemError.last("give \(directory) to \(user.name)")
        }
        let output = directory + "/output"
        let descriptor = open(output, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SystemError.last("create \(output)") }
        defer { close(descriptor) }
        guard fchown(descriptor, user.uid, user.gid) == 0 else {
            throw SystemError.last("give \(output) to \(user.name)")
        }
        // The directories above, up to the state directory, are Belay's own; others may pass and read nothing.
        let state = HostFiles.parent(of: HostFiles.parent(of: context.directory))
        var above = HostFiles.parent(of: directory)
        while above.utf8.count >= state.utf8.count {
            let mode = try HostFiles.status(of: above).st_mode & 0o7777
            guard mode & 0o011 == 0o011 || chmod(above, mode | 0o011) == 0 else {
                throw SystemError.last("let \(user.name) pass through \(above)")
            }
            above = HostFiles.parent(of: above)
        }
    }

    // MARK: Looks

    /// The preconditions of an included runbook, with its own environment and directory.
    private func prepareGate(_ node: PlanNode, _ intent: AttemptIntent, _ scope: Int) throws -> PreparedAttempt {
        let inputs = try inputs(of: node, scope)
        let checks = context.scopeRunbook(scope).preconditions
        let part = RehearsedPart(subject: .attempt(intent), node: node)
        let work: @Sendable (Cancellation) -> AttemptOutcome = { [self] cancellation in
            do {
                return waitUntilMet(checks, try runContext(scope, inputs: inputs, cancellation), part)
            } catch {
                return AttemptOutcome(.inconclusive, cause: .error, reason: "\(error)")
            }
        }
        return PreparedAttempt(intent: intent, node: node, file: nil, directory: "", work: .inside(work))
    }

    private func prepareLook(_ node: PlanNode, _ intent: AttemptIntent) throws -> PreparedAttempt {
        if intent.purpose == .gate, case .inclusion(let scope) = node.role {
            return try prepareGate(node, intent, scope)
        }
        let process = try processContext(node, intent)
        let (checks, stable) = checks(node, intent.purpose)
        let directory = try workingDirectory(node)
        let part = RehearsedPart(subject: .attempt(intent), node: node)
        let isDoneWhen = node.ladder == nil && [.probe, .settle, .undoProbe].contains(intent.purpose)
        let isFirstLook = node.ladder != nil && intent.purpose == .probe
        let work: @Sendable (Cancellation) -> AttemptOutcome = { [self] cancellation in
            var checkContext = checkContext(
                node, scope: node.scope, process: process, directory: directory, cancellation)
            checkContext.isDoneWhen = isDoneWhen
            if isFirstLook { return firstLook(checks, stable, checkContext, part) }
            let outcome = look(checks, stable, checkContext, part)
            return isDoneWhen ? Self.probed(outcome, intent.purpose) : outcome
        }
        return PreparedAttempt(intent: intent, node: node, file: nil, directory: "", work: .inside(work))
    }

    /// A probe of which no check applies has not said that something is done.
    private static func probed(_ outcome: AttemptOutcome, _ purpose: Purpose) -> AttemptOutcome {
        guard outcome.kind == .done, outcome.checks == AttemptOutcome.Counts() else { return outcome }
        return AttemptOutcome(purpose == .settle ? .inconclusive : .failed, reason: "none of its checks applies")
    }

    /// The checks of a stage, and how long they must hold.
    private func checks(_ node: PlanNode, _ purpose: Purpose) -> ([CheckCall], UntilStable?) {
        let step = node.step
        if let ladder = node.ladder { return (ladder.until, step.untilStable) }
        switch purpose {
        case .probe: return (step.doneWhen, nil)
        case .settle:
            let isVerify = context.withMachine { $0.steps[node.index].unknownCause == .inconclusive }
            return isVerify || step.doneWhen.isEmpty ? (step.verify, step.untilStable) : (step.doneWhen, nil)
        case .undoProbe, .undoVerify:
            guard case .actions(let undo) = step.undo else { return ([], nil) }
            return purpose == .undoProbe ? (undo.doneWhen, nil) : (undo.verify, undo.untilStable)
        default: return (step.verify, step.untilStable)
        }
    }

    /// Looks once, or until the list is stable.
    func look(
        _ checks: [CheckCall], _ stable: UntilStable?, _ context: CheckContext, _ part: RehearsedPart
    ) -> AttemptOutcome {
        let began = context.clock.boot()
        let evaluator = evaluator(for: part)
        var outcome: AttemptOutcome
        do {
            if let stable {
                let policy = try StabilityTracker.Policy(stable, context.bindings)
                let result = evaluator.evaluate(checks, until: policy, in: context)
                outcome = Self.outcome(
                    result.answer, result.detail, result.report, interrupted: result.wasInterrupted)
            } else {
                let report = evaluator.evaluate(checks, in: context)
                outcome = Self.outcome(report.answer, report.summary ?? "", report, interrupted: report.wasInterrupted)
            }
        } catch {
            outcome = AttemptOutcome(.inconclusive, cause: .error, reason: "\(error)")
        }
        outcome.elapsed = context.clock.boot() - began
        return outcome
    }

    /// Whether no remedy is needed: one look that is not met says no at once, one that is met must last.
    private func firstLook(
        _ checks: [CheckCall], _ stable: UntilStable?, _ context: CheckContext, _ part: RehearsedPart
    ) -> AttemptOutcome {
        let first = look(checks, nil, context, part)
        guard first.kind == .done, var stable else { return first }
        stable.failFast = true
        return look(checks, stable, context, part)
    }

    private static func outcome(
        _ answer: CheckAnswer, _ detail: String, _ report: CheckReport, interrupted: Bool
    ) -> AttemptOutcome {
        if interrupted { return AttemptOutcome(.interrupted, reason: "the checks were ended") }
        let kind: AttemptOutcome.Kind =
            switch answer {
            case .met, .warn: .done
            case .notMet: .failed
            case .inconclusive: .inconclusive
            }
        var outcome = AttemptOutcome(kind, cause: kind == .failed ? .verify : nil, reason: kind == .done ? nil : detail)
        var counts = AttemptOutcome.Counts()
        counts.met = report.count(.met)
        counts.warn = report.count(.warn)
        counts.notMet = report.count(.notMet)
        counts.inconclusive = report.count(.inconclusive)
        counts.failed = report.results.filter { !$0.weight.holds }.map(\.name)
        let measured = report.results.filter { $0.value?.asMap != nil }.map { ($0.name, $0.value ?? .null) }
        if !measured.isEmpty { counts.measured = Stored(.map(ValueMap(measured))) }
        outcome.checks = counts
        return outcome
    }
}

extension AttemptIntent {
    /// The same intent with a deadline.
    func due(_ deadline: Deadline) -> AttemptIntent {
        AttemptIntent(
            step: step, number: number, purpose: purpose, tryNumber: tryNumber, item: item, token: token, at: at,
            deadline: deadline)
    }
}
