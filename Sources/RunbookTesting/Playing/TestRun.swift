import Expressions
import RunEngine
import RunHost
import RunJournal
import RunMachine
import RunPlan
import RunbookLoading
import RunbookModel

/// Plays one test: drives the run, lets its driver die, and does what the test's people do.
struct TestRun {
    let loaded: LoadedRunbook
    let profile: SystemProfile?
    let shared: TestSettings
    let test: RunbookTest

    /// Who starts the run.
    static let requester = Actor(user: "tester", uid: 1_000, loginUID: nil)

    /// More than any sensible test needs.
    private static let mostDrives = 1_000

    /// Errors: `TestFailure` where the run cannot be opened or never ends.
    func play() throws -> Observation {
        let mocks = MockHost(test, shared)
        let journal = MemoryJournal()
        let plan = Plan(
            runbook: loaded.root, included: loaded.included, inputs: try inputs(), system: profile, digest: "test")
        let run = try RehearsedRun(
            loaded, plan, surroundings(plan, mocks), secrets: secrets(plan), isGuided: test.isGuided, journal: journal,
            host: host(mocks))
        var observed = Observation()
        let end = try drive(run, mocks, &observed)
        try observed.gather(run, journal, mocks, end)
        return observed
    }

    // MARK: Driving

    /// Drives on until the run closes, or stands still with nobody left to do anything.
    private func drive(_ run: RehearsedRun, _ mocks: MockHost, _ observed: inout Observation) throws -> DriveEnd {
        var orders = test.then[...]
        var people = TestPeople(test.settings.answers + shared.answers)
        defer {
            if let left = orders.first {
                observed.problems.append("`then: \(left.words)` was never reached: the run had ended")
            }
        }
        for epoch in 1...Self.mostDrives {
            var end: DriveEnd?
            do { end = try run.drive() } catch is DriverDied { observed.deaths.insert(Int64(epoch)) } catch {
                observed.problems.append("\(error)")
                return .parked(.attention, .forward)
            }
            if case .closed? = end { return end ?? .closed(.failed) }
            if end != nil, try people.goOn(run, mocks, &orders, &observed) { continue }
            let order = orders.popFirst()
            if order == nil, let end { return end }
            try mocks.revive()
            if let order, let refusal = try follow(order, run) {
                observed.problems.append("`then: \(order.words)` is refused: \(refusal)")
                if let end { return end }
            }
        }
        throw TestFailure("the run does not end within \(Self.mostDrives) drivers")
    }

    private func follow(_ order: TestOrder, _ run: RehearsedRun) throws -> String? {
        let outputs = order.outputs.map { Stored(.map($0)) }
        switch order.kind {
        case .resume: return nil
        case .cancel(let keep):
            return try run.say(InboxKind.cancel, keep ? .keep : .rollback, step: nil, why: "the test cancels the run")
        case .choose(let word, let step):
            guard let choice = Choice(rawValue: word) else { return "there is no such choice" }
            return try run.say(
                InboxKind.decision, choice, step: step.map { StepPath($0) }, why: "the test chooses so",
                outputs: outputs)
        }
    }

    // MARK: Surroundings

    private func inputs() throws -> ValueMap {
        var given: [String: Value] = [:]
        for input in shared.inputs + test.settings.inputs {
            let type = loaded.root.inputs.first { $0.name == input.value.name }?.type
            if case .string(let text) = input.value.value, let type {
                given[input.value.name] = type.parse(text)
            } else {
                given[input.value.name] = input.value.value
            }
        }
        let bindings = DictionaryBindings(["system": .map(profile?.value ?? ValueMap())])
        switch InputBinding.bind(loaded.root.inputs, given: given, evaluate: { try $0.evaluate(bindings) }) {
        case .success(let inputs): return inputs
        case .failure(let problems):
            let help = problems.all.first { $0.kind == .unknown }?.help ?? "inputs are written under `inputs`"
            throw TestFailure(problems.all.map(\.message).joined(separator: "; "), help: help)
        }
    }

    private func secrets(_ plan: Plan) -> [[(name: String, value: String)]] {
        let given = shared.secrets + test.settings.secrets
        return plan.graph.scopes.map { scope in
            scope.runbook.secrets.map { secret in
                (secret.name, given.last { $0.value.name == secret.name }?.value.value ?? "secret-of-\(secret.name)")
            }
        }
    }

    private func surroundings(_ plan: Plan, _ mocks: MockHost) -> PinnedContext {
        var environment = [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "USER": "tester",
            "LOGNAME": "tester", "LANG": "C.UTF-8", "TZ": "UTC",
        ]
        environment.merge(shared.environment) { $1 }
        environment.merge(test.settings.environment) { $1 }
        var facts = Self.standardFacts
        for entry in Array(shared.facts) + Array(test.settings.facts) {
            if let name = entry.key.asString { facts[name] = entry.value }
        }
        let directories = ([loaded.root] + loaded.included.values).map { runbook in
            (runbook.name, HostFiles.parent(of: runbook.span.file.name))
        }
        return PinnedContext(
            environment: environment, directories: Dictionary(directories, uniquingKeysWith: { first, _ in first }),
            facts: facts, startedAt: mocks.clock.wall, user: "tester", host: "testhost")
    }

    private static let standardFacts = ValueMap([
        ("host", "testhost"), ("os", ["id": "debian", "version": "12", "name": "Debian GNU/Linux 12 (bookworm)"]),
        ("kernel", "6.1.0"), ("architecture", "x86_64"), ("cpus", 4), ("memory", .int(8 << 30)), ("user", "tester"),
        ("boot_id", "boot-1"), ("commands", .list([])),
    ])

    private func host(_ mocks: MockHost) -> EngineHost {
        let draws = DrawnNumbers()
        var host = EngineHost(
            clock: mocks.clock.clock, processes: .live,
            launcher: EngineHost.Launcher(launch: { _ in }, listen: { _ in }), http: .unavailable,
            configuration: Configuration(), executable: "belay", actor: Self.requester,
            host: "testhost", random: { draws.next() }, sync: {}, crashPoint: { _ in })
        host.rehearsal = mocks
        return host
    }
}

/// Why a test could not be played.
struct TestFailure: Error, CustomStringConvertible {
    let description: String
    let help: String?
    init(_ description: String, help: String? = nil) {
        self.description = description
        self.help = help
    }
}

extension TestOrder {
    /// As it is written.
    var words: String {
        switch kind {
        case .resume: "resume"
        case .cancel: "cancel"
        case .choose(let choice, nil): choice
        case .choose(let choice, let step?): "{\(choice): \(step)}"
        }
    }
}
