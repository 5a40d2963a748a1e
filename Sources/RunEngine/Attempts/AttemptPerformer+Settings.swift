import Checks
import Expressions
import Glibc
import RunHost
import RunMachine
import RunPlan
import RunbookModel

/// Why a step cannot be started; lower case, for people.
struct PreparationProblem: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension AttemptPerformer {
    /// The directory to which the relative paths of a step's runbook belong.
    func directory(scope: Int) -> String {
        context.pinned.directories[context.scopeRunbook(scope).name] ?? "/"
    }

    /// Where the processes of a step start.
    func workingDirectory(_ node: PlanNode) throws -> String {
        let base = directory(scope: node.scope)
        guard let template = node.step.process.directory else { return base }
        return absolute(try text(template, bindings(node)), base)
    }

    func absolute(_ path: String, _ base: String) -> String { path.hasPrefix("/") ? path : "\(base)/\(path)" }

    func text(_ template: Template, _ bindings: RunBindings) throws -> String {
        if let literal = template.literalText { return literal }
        return try template.evaluate(bindings).plainText
    }

    /// The evaluated settings of the processes of a step.
    func processContext(
        _ node: PlanNode, _ intent: AttemptIntent?, extra: [EnvironmentEntry] = []
    ) throws -> ProcessContext {
        let settings = node.step.process
        var environment = try baseEnvironment(scope: node.scope)
        let bindings = bindings(node).withSecrets
        for name in settings.passEnvironment { environment[name] = context.pinned.environment[name] }
        for entry in settings.environment + extra { environment[entry.name] = try text(entry.value, bindings) }
        if let intent { addIdentity(of: intent, node, to: &environment) }
        let shell = settings.shell ?? standardShell(environment)
        var process = ProcessContext(environment: environment, shell: shell)
        process.umask = settings.umask ?? 0o022
        if let user = settings.user {
            let name = try text(user, bindings)
            guard host.rehearsal == nil else { return process }
            guard let credentials = try UserCredentials.named(name) else {
                throw PreparationProblem("there is no user '\(name)' on this host")
            }
            process.user = credentials
        }
        return process
    }

    /// The settings of processes that belong to no step; with the inputs of an inclusion that has not started.
    func runProcessContext(scope: Int, inputs: ValueMap? = nil) throws -> ProcessContext {
        let environment = try baseEnvironment(scope: scope, inputs: inputs)
        return ProcessContext(environment: environment, shell: standardShell(environment))
    }

    /// The shell for steps that name none, looked up once for each search path.
    private func standardShell(_ environment: [String: String]) -> [String] {
        let path = environment["PATH"] ?? ""
        return shells.withLock { shells in
            if let known = shells[path] { return known }
            let shell = ProcessLaunch.standardShell(path: path)
            shells[path] = shell
            return shell
        }
    }

    /// What all processes of a runbook get: the pinned environment, its `env`, and its inputs.
    private func baseEnvironment(scope: Int, inputs: ValueMap? = nil) throws -> [String: String] {
        let standard = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ"]
        var environment = context.pinned.environment.filter { standard.contains($0.key) }
        environment["SWIFT_BACKTRACE"] = "enable=no"
        let bindings = RunBindings(context, scope: scope, inputs: inputs).withSecrets
        for entry in context.scopeRunbook(scope).environment {
            environment[entry.name] = try text(entry.value, bindings)
        }
        for (name, value) in inputs ?? context.inputs(scope: scope) {
            guard let name = name.asString else { continue }
            environment["INPUT_\(name.uppercased())"] = value.plainText
        }
        return environment
    }

    private func addIdentity(of intent: AttemptIntent, _ node: PlanNode, to environment: inout [String: String]) {
        let directory = context.attemptDirectory(intent.step, intent.number)
        environment["BELAY_RUN"] = "\(context.undone?.id ?? context.id)"
        environment["BELAY_STEP"] = intent.step.text
        environment["BELAY_ATTEMPT"] = "\(intent.tryNumber)"
        environment["BELAY_IDEMPOTENCY_KEY"] = idempotencyKey(intent)
        environment["BELAY_STEP_DIR"] = directory
        environment["BELAY_ARTIFACTS"] = context.artifactsDirectory
        environment["BELAY_FILES"] = context.filesDirectory(scope: node.scope)
        environment["BELAY_OUTPUT"] = directory + "/output"
    }

    /// The same for all tries of one piece of work, and for no other.
    private func idempotencyKey(_ intent: AttemptIntent) -> String {
        let work =
            "\(context.plan.digest)/\(context.id)/\(context.pinned.startedAt)/\(intent.step)/\(intent.purpose.rawValue)/\(intent.item)"
        return String(Digest.sha256(work).prefix(32))
    }

    /// Everything that checks may use.
    func checkContext(
        _ node: PlanNode?, scope: Int, process: ProcessContext, directory: String, _ cancellation: Cancellation,
        held: AttemptFile? = nil
    ) -> CheckContext {
        let bindings = RunBindings(context, scope: scope, node: node?.index)
        let desk = desk
        var checks = CheckContext(
            bindings: bindings, secretBindings: bindings.withSecrets, home: context.plan.system?.home,
            directory: directory, process: process, http: host.http, clock: clock, cancellation: cancellation,
            runProcess: { desk.run($0, $1, held: held) })
        checks.executable = host.executable
        checks.services = context.plan.system?.services ?? [:]
        checks.filesDirectory = context.filesDirectory(scope: scope)
        checks.scratchDirectory = context.directory
        checks.forbiddenDatabases = [HostFiles.parent(of: HostFiles.parent(of: context.directory)) + "/belay.db"]
        return checks
    }

    /// The time that one attempt may take; nil where it has no limit.
    func timeout(_ node: PlanNode, _ purpose: Purpose) throws -> Duration? {
        var setting = node.step.timeout
        if purpose.isUndo, case .actions(let undo) = node.step.undo { setting = undo.timeout }
        return try setting?.evaluated(bindings(node))
    }
}
