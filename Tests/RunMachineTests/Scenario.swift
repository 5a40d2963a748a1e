import RunMachine
import RunPlan
import RunbookModel
import Testing

/// A run whose attempts end as a script says; everything not scripted goes well.
struct Scenario {
    var loop: EngineLoop
    /// Attempts in the order of their start: `a`, `probe a`, `undo a`, `undo a#1` for the second item of a list.
    private(set) var log: [String] = []
    private var answers: [String: [AttemptOutcome]] = [:]
    /// Attempts that stay in flight until `end` is called.
    var held: Set<String> = []
    private var decisions = 0

    init(
        _ steps: [Step], including: [Runbook] = [], keys: [StepPath: [String]] = [:], guided: Bool = false,
        _ change: (inout Runbook) -> Void = { _ in }
    ) throws {
        loop = EngineLoop(Sample.plan(steps, including: including, change))
        loop.keys = keys
        try loop.create(guided: guided)
    }

    var run: RunRecord { loop.machine.run }
    var outcome: Outcome? { run.outcome }

    subscript(_ path: StepPath) -> StepRecord { loop.machine.record(path) ?? StepRecord() }

    func state(_ path: StepPath) -> StepState { self[path].state }
    func choices(_ path: StepPath) -> [Choice] { self[path].question?.choices ?? [] }

    /// Undos in the order of their start.
    var undos: [String] { log.filter { $0.hasPrefix("undo ") }.map { String($0.dropFirst(5)) } }

    /// The next attempts under this name end so.
    mutating func script(_ name: String, _ outcomes: AttemptOutcome...) { answers[name, default: []] += outcomes }

    /// Goes on until the run closes, stands still, or only held attempts are in flight.
    mutating func go() throws {
        for _ in 0..<100_000 {
            log += try loop.pump().map(Self.name)
            if run.isClosed { return }
            if let intent = loop.machine.inFlight.first(where: { !held.contains(Self.name($0)) }) {
                try finish(intent)
            } else if loop.machine.hasInFlight {
                return
            } else if let timer = loop.machine.nextTimer, run.pauseRequested == nil {
                loop.now = loop.now.adding(max(1, timer.remaining(at: loop.now)))
            } else {
                if try park() { return }
            }
        }
        throw EngineLoop.Stuck()
    }

    /// Whether nothing more happens after the run was parked.
    private mutating func park() throws -> Bool {
        guard let activity = loop.machine.standstill() else { throw Deadlock() }
        guard case .events = try loop.send(.park(activity, reason: nil)) else { return true }
        return false
    }

    private mutating func finish(_ intent: AttemptIntent) throws {
        let name = Self.name(intent)
        var outcome = AttemptOutcome(.done)
        if var queue = answers[name], !queue.isEmpty {
            outcome = queue.removeFirst()
            answers[name] = queue
        } else if intent.purpose == .probe || intent.purpose == .undoProbe {
            outcome = .notMet
        }
        try loop.send(.endAttempt(intent.step, number: intent.number, outcome))
    }

    /// Ends a held attempt and goes on.
    mutating func end(_ name: String, _ outcome: AttemptOutcome = AttemptOutcome(.done)) throws {
        let intent = try #require(loop.machine.inFlight.first { Self.name($0) == name })
        held.remove(name)
        try loop.send(.endAttempt(intent.step, number: intent.number, outcome))
        try go()
    }

    /// A person's choice, after which the run goes on where it was accepted.
    @discardableResult
    mutating func choose(_ choice: Choice, _ step: StepPath? = nil) throws -> RunDecision {
        let decision = try loop.send(.decide(makeDecision(choice, step)))
        if case .events = decision {
            try loop.send(.resumeActivity)
            try go()
        }
        return decision
    }

    mutating func cancel(keep: Bool = false) throws {
        try loop.send(.cancel(makeDecision(keep ? .keep : .rollback, nil)))
        try loop.send(.resumeActivity)
        try go()
    }

    private mutating func makeDecision(_ choice: Choice, _ step: StepPath?) -> HumanDecision {
        decisions += 1
        return HumanDecision(
            id: "\(decisions)", choice: choice, step: step, why: "because", actor: EngineLoop.operatorName, at: 0)
    }

    private static func name(_ intent: AttemptIntent) -> String {
        let base = intent.purpose == .action ? intent.step.text : "\(intent.purpose.rawValue) \(intent.step)"
        return intent.item == 0 ? base : "\(base)#\(intent.item)"
    }

    /// Nothing can happen any more, and the run is open.
    struct Deadlock: Error {}
}

extension AttemptOutcome {
    static let done = AttemptOutcome(.done)
    static let notMet = AttemptOutcome(.failed, cause: .verify, reason: "not met")
    static let cannotTell = AttemptOutcome(.inconclusive, reason: "could not tell")
    static let lost = AttemptOutcome(.unknown, reason: "no result")
    static let neverLaunched = AttemptOutcome(.neverLaunched)
    static let interrupted = AttemptOutcome(.interrupted)
    static func exit(_ code: Int) -> AttemptOutcome {
        var outcome = AttemptOutcome(.failed, cause: .exit(code), reason: "exit \(code)")
        outcome.exit = code
        return outcome
    }
}
