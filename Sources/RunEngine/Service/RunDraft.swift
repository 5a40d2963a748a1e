import Checks
import Diagnostics
import Expressions
import FoundationEssentials
import Glibc
import RunHost
import RunJournal
import RunMachine
import RunPlan
import RunbookLoading
import RunbookModel

/// A run that could be started: loaded, bound, pinned; nothing is written yet.
package struct RunDraft: Sendable {
    package let loaded: LoadedRunbook
    package let plan: Plan
    package let pinned: Pinned
    /// Guide mode.
    package let isGuided: Bool
    package var digest: String { plan.digest }

    /// The values of its secret inputs, for the driver that goes on from here.
    package var secretInputs: [String: Value] {
        let names = SecretInputs.names(pinned, plan.runbook)
        return Dictionary(uniqueKeysWithValues: names.compactMap { name in plan.inputs[name].map { (name, $0) } })
    }

    /// The locks that the run takes.
    func locks() throws(ServiceFailure) -> [LockRequest] { try Self.locks(of: plan, pinned) }

    /// The longest that the run waits for its locks.
    package var lockWait: Duration {
        let bindings = RunBindings(Self.context(plan, pinned), scope: 0)
        return plan.locks.compactMap { try? $0.lock.wait.evaluated(bindings) }.max() ?? .zero
    }

    static func locks(of plan: Plan, _ pinned: Pinned) throws(ServiceFailure) -> [LockRequest] {
        let context = context(plan, pinned)
        var requests: [LockRequest] = []
        for (scope, lock) in plan.locks {
            do {
                let name = try lock.name.evaluate(RunBindings(context, scope: scope)).plainText
                guard !requests.contains(where: { $0.name == name }) else { continue }
                requests.append(LockRequest(name: name, mode: lock.mode, preempts: lock.preempts))
            } catch {
                throw .refused("the name of a lock cannot be evaluated: \(error)", help: nil)
            }
        }
        return requests
    }

    private static func context(_ plan: Plan, _ pinned: Pinned) -> RunContext {
        let surroundings = PinnedContext(
            environment: pinned.environment, directories: [:], facts: ValueMap(), startedAt: 0, user: "", host: "")
        return RunContext(
            id: 0, plan: plan, pinned: surroundings, directory: "/", undoneDirectory: nil, secrets: .none,
            machine: RunMachine(plan: plan))
    }

    /// When the run takes longer than its estimate.
    func estimate(from now: Moment) -> Deadline? {
        plan.runbook.estimate.duration.map { Deadline(from: now, length: $0.inMilliseconds) }
    }

    /// When the run must have ended.
    func deadline(from now: Moment) throws(ServiceFailure) -> Deadline? {
        guard let deadline = plan.runbook.deadline else { return nil }
        switch deadline.moment {
        case .after(let setting):
            do {
                let length = try setting.evaluated(RunBindings(Self.context(plan, pinned), scope: 0))
                return Deadline(from: now, length: length.inMilliseconds)
            } catch { throw .refused("the deadline cannot be evaluated: \(error)", help: nil) }
        case .at(let minutes): return Deadline(from: now, length: LocalTime.untilNext(minutes: minutes, from: now.wall))
        }
    }
}

/// Times of day by the host's clock.
package enum LocalTime {
    /// Milliseconds until the next time it is so many minutes past midnight.
    package static func untilNext(minutes: Int, from wall: Int64) -> Int64 {
        var seconds = time_t(wall / 1_000)
        var local = tm()
        localtime_r(&seconds, &local)
        var target = local
        target.tm_hour = Int32(minutes / 60)
        target.tm_min = Int32(minutes % 60)
        target.tm_sec = 0
        target.tm_isdst = -1
        var moment = mktime(&target)
        if moment <= seconds {
            target.tm_mday += 1
            target.tm_isdst = -1
            moment = mktime(&target)
        }
        return max(0, Int64(moment) * 1_000 - wall)
    }
}

extension RunService {
    /// Loads, binds and pins what somebody wants to run. Nothing is written.
    ///
    /// Errors: everything that is wrong with the runbook, the profile or the inputs, all at once where possible.
    package static func draft(_ request: RunRequest, _ workspace: Workspace, host identity: Identity)
        throws(ServiceFailure) -> RunDraft
    {
        let profile = try loadProfile(request.system ?? workspace.configuration.system, workspace)
        let loader = workspace.loader(profile: profile?.profile)
        guard let path = loader.find(request.runbook) else { throw unknownRunbook(request.runbook, workspace) }
        let (loaded, bag) = loader.load(path)
        guard let loaded else { throw .diagnostics(bag) }
        try checkRequirements(loaded, profile?.profile, request.environment)
        try checkSecrets(loaded, request.environment)
        try Audience.check(loaded.root, loaded.included.values, workspace)
        let given = given(loaded.root, request)
        let inputs = try bind(loaded, given, profile?.profile)
        let sources = Dictionary(
            loaded.sources.map { ($0.path, $0.file.bytes) }, uniquingKeysWith: { first, _ in first })
        let directories = Pinning.directories(sources.keys, workingDirectory: workspace.directory)
        var pinned = Pinned(runbook: loaded.root.name, digest: "")
        pinned.sources = sources
        pinned.files = try Pinning.files(loaded, directories)
        pinned.profile = profile?.source
        pinned.inputs = SecretInputs.pinned(inputs, loaded.root.inputs, given: Set(given.keys))
        pinned.digest = Pinning.digest(sources, pinned.inputs, pinned.profile, pinned.files)
        pinned.environment = pinnedEnvironment(loaded, request.environment)
        pinned.workingDirectory = workspace.directory
        pinned.facts = facts(request.environment, ofInterest: sources.values)
        pinned.belayVersion = BelayVersion.current
        if let wanted = request.planDigest, !pinned.digest.hasPrefix(wanted) {
            throw .refused(
                "the plan is not the one that was looked at: it is \(pinned.digest.prefix(12)) now",
                help: "look at it again with 'belay plan'")
        }
        let plan = Plan(
            runbook: loaded.root, included: loaded.included, inputs: inputs, system: profile?.profile,
            digest: pinned.digest)
        return RunDraft(loaded: loaded, plan: plan, pinned: pinned, isGuided: request.isGuided)
    }

    private static func unknownRunbook(_ name: String, _ workspace: Workspace) -> ServiceFailure {
        let names = workspace.runbookPaths.flatMap { HostFiles.names(in: $0) }
            .filter { $0.hasSuffix(".yml") && !$0.hasSuffix(".test.yml") }.map { String($0.dropLast(4)) }
        let near = nearest(to: name, in: names).map { "did you mean '\($0)'? " } ?? ""
        return .refused(
            "there is no runbook '\(name)'",
            help: "\(near)looked in \(workspace.runbookPaths.joined(separator: ", ")); 'belay list' shows what there is"
        )
    }

    private static func loadProfile(_ name: String?, _ workspace: Workspace) throws(ServiceFailure) -> (
        profile: SystemProfile, source: Pinned.Source
    )? {
        guard let name else { return nil }
        guard let path = workspace.profilePath(name), access(path, R_OK) == 0 else {
            let near = nearest(to: name, in: workspace.profileNames).map { "did you mean '\($0)'? " } ?? ""
            throw .refused(
                "there is no system profile '\(name)'",
                help: "\(near)profiles are systems/NAME.yml in \(workspace.runbookPaths.joined(separator: ", "))")
        }
        let (profile, bag) = workspace.loader().loadProfile(path)
        guard let profile else { throw .diagnostics(bag) }
        do {
            return (profile, Pinned.Source(name: path, bytes: try HostFiles.read(path)))
        } catch { throw .refused("\(path) cannot be read: \(error)", help: nil) }
    }

    /// Refuses a run whose secrets are surely missing, before it takes locks that it could not use.
    private static func checkSecrets(_ loaded: LoadedRunbook, _ environment: [String: String]) throws(ServiceFailure) {
        let secrets = ([loaded.root] + loaded.included.values.sorted { $0.name < $1.name }).flatMap(\.secrets)
        let missing = secrets.compactMap { secret -> String? in
            guard case .environment(let name) = secret.source, environment[name] ?? "" == "" else { return nil }
            return "secret '\(secret.name)': the environment variable \(name) is not set"
        }
        guard missing.isEmpty else {
            throw .refused(missing.joined(separator: "\n"), help: "nothing was started; set it and try again")
        }
    }

    private static func checkRequirements(
        _ loaded: LoadedRunbook, _ profile: SystemProfile?, _ environment: [String: String]
    ) throws(ServiceFailure) {
        let runbooks = [loaded.root] + loaded.included.values.sorted { $0.name < $1.name }
        if profile == nil, let needy = runbooks.first(where: { $0.requires.system.contains { !$0.isOptional } }) {
            throw .refused(
                "runbook '\(needy.name)' needs a system profile",
                help: "choose one with --system NAME, or set `system:` in belay.yml")
        }
        let path = (environment["PATH"] ?? "").split(separator: ":")
        let missing = Set(runbooks.flatMap { $0.requires.commands.map(\.value) }).filter { command in
            !path.contains { access("\($0)/\(command)", X_OK) == 0 }
        }
        guard missing.isEmpty else {
            throw .refused(
                "these programs are needed and not on PATH: \(missing.sorted().joined(separator: ", "))",
                help: "install them, or extend PATH")
        }
    }

    /// What was given for the inputs: with `-i`, in files, for secret ones in the environment, or by who was asked.
    private static func given(_ runbook: Runbook, _ request: RunRequest) -> [String: Value] {
        var given = request.values
        for (name, text) in request.inputs {
            let type = runbook.inputs.first { $0.name == name }?.type ?? .string
            given[name] = type.parse(text)
        }
        for input in runbook.inputs where input.isSecret && given[input.name] ?? .null == .null {
            // A run that is repeated gives the names of its secret inputs only.
            given[input.name] = SecretInputs.fromEnvironment(input, request.environment)
        }
        guard let ask = request.ask else { return given }
        for input in runbook.inputs where input.isRequired && given[input.name] == nil {
            let prompt = input.description.map { "\(input.name) (\($0))" } ?? input.name
            if let answer = ask(prompt, input.isSecret) { given[input.name] = input.type.parse(answer) }
        }
        return given
    }

    private static func bind(_ loaded: LoadedRunbook, _ given: [String: Value], _ profile: SystemProfile?)
        throws(ServiceFailure) -> ValueMap
    {
        let bindings = DictionaryBindings(["system": .map(profile?.value ?? ValueMap())])
        switch InputBinding.bind(loaded.root.inputs, given: given, evaluate: { try $0.evaluate(bindings) }) {
        case .success(let inputs): return inputs
        case .failure(let problems): throw .inputs(problems.all)
        }
    }

    private static func pinnedEnvironment(_ loaded: LoadedRunbook, _ environment: [String: String]) -> [String: String]
    {
        var pinned: [String: String] = ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        let passed = ([loaded.root] + loaded.included.values).flatMap { PassedVariables.named(in: $0.steps) }
        for name in ["PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ"] + passed {
            if let value = environment[name] { pinned[name] = value }
        }
        return pinned
    }

    /// The facts of the host; the programs on PATH, which take a while to list, only where a runbook may ask for them.
    private static func facts(_ environment: [String: String], ofInterest sources: some Sequence<[UInt8]>) -> String {
        guard let facts = try? HostFacts.gather() else { return "{}" }
        let word = Array("facts".utf8)
        let isAsked = sources.contains { $0.contains(word) }
        let commands = isAsked ? HostFacts.commands(onPath: environment["PATH"] ?? "") : []
        let value: Value = [
            "host": .string(facts.host),
            "os": [
                "id": .string(facts.os.id), "version": .string(facts.os.version), "name": .string(facts.os.name),
            ], "kernel": .string(facts.kernel),
            "architecture": .string(facts.architecture), "cpus": .int(Int64(facts.cpus)),
            "memory": .int(Int64(clamping: facts.memory)), "user": .string(facts.user),
            "boot_id": .string(facts.bootID),
            "commands": .list(commands.map { .string($0) }),
        ]
        return value.json()
    }
}

/// The variables that steps take over from the environment of whoever starts the run.
private enum PassedVariables {
    static func named(in steps: [Step]) -> [String] {
        steps.flatMap { step -> [String] in
            switch step.body {
            case .group(let inner): step.process.passEnvironment + named(in: inner)
            case .firstOf(let ladder): step.process.passEnvironment + named(in: ladder.remedies)
            default: step.process.passEnvironment
            }
        }
    }
}

/// The version of Belay.
package enum BelayVersion {
    package static let current = "0.1.0"
}
