import RunMachine
import RunPlan
import RunbookModel

/// What an engine does around a machine, without processes, clock or journal: decide, apply, perform what effects ask.
struct EngineLoop {
    let plan: Plan
    var machine: RunMachine
    /// Everything that was applied; empty where nobody wants to replay.
    private(set) var events: [RunEvent] = []
    var keepsEvents = true
    /// Whether every event is followed by a comparison with a replay and with a restart from the records.
    var isChecking = true
    var now = Moment(wall: 1_000_000, boot: 1_000, bootID: "boot")
    /// Steps whose `when` is false, whose expressions fail, and the keys of `foreach` steps.
    var falseWhens: Set<StepPath> = []
    var unstartable: Set<StepPath> = []
    var keys: [StepPath: [String]] = [:]
    var refusal: String?
    /// What is put to people at these steps, beyond the plain text.
    var prompts: [StepPath: Prompt] = [:]
    /// Prompts that opened since the list was emptied last.
    var opened: [AttemptIntent] = []
    /// What `rollback.verify` answers, in turn; met when used up.
    var rollbackAnswers: [AttemptOutcome.Kind] = []

    static let operatorName = Actor(user: "ops", uid: 1_000, loginUID: nil)

    init(_ plan: Plan) {
        self.plan = plan
        machine = RunMachine(plan: plan)
    }

    mutating func create(deadline: Deadline? = nil, guided: Bool = false) throws {
        try send(
            .create(
                RunEvent.Created(
                    runbook: plan.runbook.name, planDigest: plan.digest, by: Self.operatorName, deadline: deadline,
                    guided: guided)))
        try claim()
    }

    mutating func claim(byPerson: Bool = true) throws {
        try send(
            .claim(
                RunEvent.Claimed(
                    epoch: machine.run.epoch + 1, by: Self.operatorName, place: Stored(.null), byPerson: byPerson)))
        try send(.resumeActivity)
    }

    @discardableResult
    mutating func send(_ command: RunCommand) throws -> RunDecision {
        let decision = machine.decide(command, context(for: command))
        if case .events(let events) = decision { try apply(events) }
        return decision
    }

    /// Applies what follows from the state and starts what can start; gives the attempts that began.
    mutating func pump() throws -> [AttemptIntent] {
        var started: [AttemptIntent] = []
        var rounds = 0
        while true {
            rounds += 1
            guard rounds < 200_000 else { throw Stuck() }
            var isProgress = false
            for path in machine.expiredPrompts(at: now) {
                if try Self.isEvents(send(.expirePrompt(path))) { isProgress = true }
            }
            try advance()
            for effect in machine.effects() {
                if try perform(effect, &started) { isProgress = true }
            }
            if !isProgress { return started }
        }
    }

    private mutating func advance() throws {
        for _ in 0..<200_000 {
            let events = machine.advance(DecisionContext(now: now))
            guard !events.isEmpty else { return }
            try apply(events)
        }
        throw Stuck()
    }

    private mutating func apply(_ events: [RunEvent]) throws {
        for event in events {
            try machine.apply(event)
            if keepsEvents { self.events.append(event) }
        }
        if isChecking { try Consistency.check(self) }
    }

    private func context(for command: RunCommand) -> DecisionContext {
        DecisionContext(now: now, retryDelay: 1_000)
    }

    private mutating func perform(_ effect: Effect, _ started: inout [AttemptIntent]) throws -> Bool {
        switch effect {
        case .admit: return try Self.isEvents(send(.admit(refusal: refusal)))
        case .begin(let index): return try begin(index, &started)
        case .attempt(let index, let purpose, let item):
            let path = machine.node(index).path
            if unstartable.contains(path) { return try Self.isEvents(send(.cannotStart(path, reason: "no value"))) }
            return try attempt(index, purpose, item, &started)
        case .finishGroup(let index):
            return try Self.isEvents(send(.finishGroup(machine.node(index).path, outputs: nil, failure: nil)))
        case .interrupt(let intent):
            started.removeAll { $0 == intent }
            return try Self.isEvents(
                send(.endAttempt(intent.step, number: intent.number, AttemptOutcome(.interrupted))))
        case .verifyRollback:
            let kind = rollbackAnswers.isEmpty ? .done : rollbackAnswers.removeFirst()
            return try Self.isEvents(send(.endRollbackVerify(AttemptOutcome(kind))))
        }
    }

    private static func isEvents(_ decision: RunDecision) -> Bool { if case .events = decision { true } else { false } }

    private mutating func begin(_ index: Int, _ started: inout [AttemptIntent]) throws -> Bool {
        let node = machine.node(index)
        if falseWhens.contains(node.path) {
            return try Self.isEvents(send(.skip(node.path, reason: "`when` is false")))
        }
        if unstartable.contains(node.path) {
            return try Self.isEvents(send(.cannotStart(node.path, reason: "no value")))
        }
        switch node.role {
        case .leaf where machine.needsWord(index): return try Self.isEvents(send(.guide(node.path)))
        case .leaf: return try attempt(index, machine.firstPurpose(index), 0, &started)
        case .group where node.ladder != nil && !machine.steps[index].isAdmitted:
            return try attempt(index, .probe, 0, &started)
        case .group, .handler: return try Self.isEvents(send(.startGroup(node.path, inputs: nil, instances: nil)))
        case .foreach:
            let instances = (keys[node.path] ?? []).map {
                StepRecord.InstanceRecord(key: $0, item: Stored(.string($0)))
            }
            return try Self.isEvents(send(.startGroup(node.path, inputs: nil, instances: instances)))
        case .inclusion(let scope):
            let hasGate = !machine.graph.scopes[scope].runbook.preconditions.isEmpty
            if hasGate, !machine.steps[index].isAdmitted { return try attempt(index, .gate, 0, &started) }
            return try Self.isEvents(send(.startGroup(node.path, inputs: Stored(.null), instances: nil)))
        }
    }

    private mutating func attempt(_ index: Int, _ purpose: Purpose, _ item: Int, _ started: inout [AttemptIntent])
        throws -> Bool
    {
        let record = machine.steps[index]
        let isWait = machine.node(index).action?.kind == "wait"
        let intent = AttemptIntent(
            step: machine.node(index).path, number: record.attempts + 1, purpose: purpose,
            tryNumber: purpose.isUndo ? record.undoTries + 1 : record.tries + 1, item: item, token: "t", at: now,
            deadline: isWait ? Deadline(from: now, length: 60_000) : nil)
        if let kind = Self.personKind(machine.node(index), purpose, item) {
            return try ask(intent, kind)
        }
        guard try Self.isEvents(send(.startAttempt(intent))) else { return false }
        started.append(intent)
        return true
    }

    private mutating func ask(_ intent: AttemptIntent, _ kind: Prompt.Kind) throws -> Bool {
        var prompt = Prompt(kind: kind, intent: intent, title: "", text: "do it", planDigest: plan.digest)
        if let wanted = prompts[intent.step] {
            prompt.audience = wanted.audience
            prompt.form = wanted.form
            prompt.checklist = wanted.checklist
            prompt.evidence = wanted.evidence
            prompt.typed = wanted.typed
            prompt.expires = wanted.expires.map { Deadline(from: now, length: $0.length) }
        }
        let isCritical = machine.record(intent.step).map { _ in
            machine.graph[intent.step]?.step.isCritical ?? false
        }
        prompt.allowsSkip = kind == .manual && intent.purpose == .action && isCritical == false
        prompt.audience.requester = machine.run.requester
        guard try Self.isEvents(send(.openPrompt(intent, prompt))) else { return false }
        opened.append(intent)
        return true
    }

    private static func personKind(_ node: PlanNode, _ purpose: Purpose, _ item: Int) -> Prompt.Kind? {
        switch purpose {
        case .action, .reapply: return node.action.flatMap { Prompt.Kind(rawValue: $0.kind) }
        case .undo:
            guard case .actions(let undo) = node.step.undo, undo.actions.indices.contains(item) else { return nil }
            return Prompt.Kind(rawValue: undo.actions[item].kind)
        default: return nil
        }
    }

    /// The machine went on without end.
    struct Stuck: Error {}
}

/// What must hold after every event.
enum Consistency {
    struct Violation: Error, CustomStringConvertible { let description: String }

    static func check(_ loop: EngineLoop) throws {
        if loop.keepsEvents {
            let replayed = try RunMachine.replay(loop.events, plan: loop.plan)
            try require(replayed.run == loop.machine.run, "replay gives another run record")
            try require(replayed.steps == loop.machine.steps, "replay gives other step records")
        }
        var live = loop.machine
        var restarted = restart(loop)
        try require(restarted.steps == live.steps, "the records do not restore themselves")
        let (expected, found) = (live.effects(), restarted.effects())
        try require(expected == found, "a restart has other effects: \(found) instead of \(expected)")
        try require(live.standstill() == restarted.standstill(), "a restart stands still elsewhere")
        let flying = live.inFlight.map(\.step)
        try require(Set(flying).count == flying.count, "two attempts of one step are in flight")
    }

    /// The machine as a new driver gets it from the journal.
    static func restart(_ loop: EngineLoop) -> RunMachine {
        let machine = loop.machine
        let rows = zip(machine.graph.nodes, machine.steps).filter { $0.1 != StepRecord() }.map { ($0.0.path, $0.1) }
        return RunMachine(plan: loop.plan, run: machine.run, steps: Dictionary(uniqueKeysWithValues: rows))
    }

    private static func require(_ condition: Bool, _ problem: @autoclosure () -> String) throws {
        if !condition { throw Violation(description: problem()) }
    }
}
