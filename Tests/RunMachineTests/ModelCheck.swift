import RunMachine
import RunPlan
import RunbookModel

/// Visits every state that the real machine and a small world can reach together, and checks what must never happen.
///
/// The world knows what the machine does not: whether a step's effect is there, and which process is alive.
struct ModelCheck {
    /// What may still go wrong; so that the states stay countable.
    struct Budget: Hashable {
        var failures: Int
        var crashes: Int
        var undoFailures: Int
    }

    struct World: Hashable {
        enum Process: Hashable {
            /// The intent is there, the process is not launched yet.
            case intended
            case running
            case ended(AttemptOutcome.Kind)
            /// It vanished without a result.
            case lost
        }
        var effects: [StepPath: Bool] = [:]
        var processes: [StepPath: Process] = [:]
        var budget: Budget
        var isDriven = true
    }

    struct State {
        var loop: EngineLoop
        var world: World

        /// Equal keys are equal futures.
        var key: Key {
            let run = loop.machine.run
            return Key(
                direction: run.direction, isEnding: run.isEnding, forward: run.forward?.result,
                decided: run.decidedOutcome,
                outcome: run.outcome, steps: loop.machine.steps.map(StepKey.init), world: world)
        }
    }

    struct Key: Hashable {
        let direction: Direction
        let isEnding: Bool
        let forward: ForwardResult.Kind?
        let decided: Outcome?
        let outcome: Outcome?
        let steps: [StepKey]
        let world: World
    }

    /// What of a record decides about the future: not its counters, times and words.
    struct StepKey: Hashable {
        let state: StepState
        let phase: Int
        let purpose: Purpose?
        let tries: Int
        let undoTries: Int
        let undoStage: Int
        let cause: UnknownCause?
        let choices: [Choice]?
        let flags: [Bool]
        let reapplication: Reapplication?
        let judged: Int?

        init(_ record: StepRecord) {
            state = record.state
            tries = record.tries
            undoTries = record.undoTries
            undoStage = record.undoStage
            cause = record.unknownCause
            choices = record.question?.choices
            flags = [
                record.isAllowed, record.isCutOff, record.failing != nil, record.isReleased, record.isAdmitted,
                record.helpedBy != nil,
            ]
            judged = record.judgedRemedies
            reapplication = record.reapplication
            switch record.phase {
            case .idle: (phase, purpose) = (0, nil)
            case .due(let due, _): (phase, purpose) = (1, due)
            case .backingOff(let due, _, _): (phase, purpose) = (2, due)
            case .running(let intent): (phase, purpose) = (3, intent.purpose)
            case .asking(let intent): (phase, purpose) = (4, intent.purpose)
            }
        }
    }

    struct Violation: Error, CustomStringConvertible {
        let description: String
    }

    /// How many states, and how often each outcome was reached.
    struct Result {
        var states = 0
        var outcomes: [Outcome: Int] = [:]
    }

    private var seen: Set<Key> = []
    private var result = Result()
    private let commits: Set<StepPath>

    static func run(
        _ plan: Plan, _ budget: Budget, keys: [StepPath: [String]] = [:], prompts: [StepPath: Prompt] = [:],
        guided: Bool = false
    ) throws -> Result {
        var check = ModelCheck(commits: Set(plan.graph.nodes.filter(\.step.isCommit).map(\.path)))
        var loop = EngineLoop(plan)
        loop.keepsEvents = false
        loop.isChecking = false
        loop.keys = keys
        loop.prompts = prompts
        try loop.create(guided: guided)
        var state = State(loop: loop, world: World(budget: budget))
        try check.pump(&state)
        try check.visit(state)
        return check.result
    }

    private init(commits: Set<StepPath>) { self.commits = commits }

    private mutating func visit(_ first: State) throws {
        var worklist = [first]
        while let state = worklist.popLast() {
            guard seen.insert(state.key).inserted else { continue }
            result.states += 1
            try checkInvariants(state)
            if let outcome = state.loop.machine.run.outcome {
                result.outcomes[outcome, default: 0] += 1
                continue
            }
            let next = try successors(state)
            guard !next.isEmpty else { throw Violation(description: "dead end: \(describe(state))") }
            worklist += next
        }
    }

    // MARK: Moves

    private func pump(_ state: inout State) throws {
        for intent in try state.loop.pump() {
            guard state.world.processes[intent.step] == nil else {
                throw Violation(description: "two processes of '\(intent.step)': \(describe(state))")
            }
            state.world.processes[intent.step] = .intended
            if intent.purpose == .undo { try checkUndo(of: intent.step, state) }
            if intent.purpose == .action { try checkRemedy(intent.step, state) }
        }
        for intent in state.loop.opened where intent.purpose == .undo { try checkUndo(of: intent.step, state) }
        state.loop.opened = []
        // An attempt that was interrupted has no process any more.
        let flying = Set(state.loop.machine.inFlight.map(\.step))
        state.world.processes = state.world.processes.filter { flying.contains($0.key) }
    }

    private func successors(_ state: State) throws -> [State] {
        var next: [State] = []
        let machine = state.loop.machine
        for intent in machine.inFlight {
            guard let process = state.world.processes[intent.step] else {
                throw Violation(description: "'\(intent.step)' is in flight without a process: \(describe(state))")
            }
            next += try moves(of: intent, process, state)
        }
        if state.world.isDriven, state.world.budget.crashes > 0 {
            var crashed = state
            crashed.world.isDriven = false
            crashed.world.budget.crashes -= 1
            next.append(crashed)
        }
        if !state.world.isDriven { next.append(try recovered(state)) }
        if state.world.isDriven { next += try answers(state) }
        if state.world.isDriven, !machine.hasInFlight { next += try movesOfPeople(state) }
        return next
    }

    private func moves(of intent: AttemptIntent, _ process: World.Process, _ state: State) throws -> [State] {
        switch process {
        case .intended:
            // Without its driver a process is not launched any more.
            guard state.world.isDriven else { return [] }
            return [with(state) { $0.processes[intent.step] = .running }]
        case .running: return endings(of: intent, state)
        case .ended(let kind):
            guard state.world.isDriven else { return [] }
            return [try ended(state, intent, kind)]
        case .lost:
            guard state.world.isDriven else { return [] }
            return [try ended(state, intent, .unknown)]
        }
    }

    /// Processes go on without their driver; whatever they do is in the world before anyone hears of it.
    private func endings(of intent: AttemptIntent, _ state: State) -> [State] {
        let path = intent.step
        func end(_ process: World.Process, effect: Bool? = nil, _ pay: (inout Budget) -> Void = { _ in }) -> State {
            with(state) { world in
                world.processes[path] = process
                if let effect { world.effects[path] = effect ? true : nil }
                pay(&world.budget)
            }
        }
        let mayFail = state.world.budget.failures > 0
        switch intent.purpose {
        case .action:
            var all = [end(.ended(.done), effect: true)]
            guard mayFail else { return all }
            for effect in [true, false] {
                let kept = state.world.effects[path] == true || effect
                all.append(end(.ended(.failed), effect: kept) { $0.failures -= 1 })
                all.append(end(.lost, effect: kept) { $0.failures -= 1 })
            }
            return all
        case .undo:
            var all = [end(.ended(.done), effect: false)]
            if state.world.budget.undoFailures > 0 {
                all.append(end(.ended(.failed)) { $0.undoFailures -= 1 })
                all.append(end(.lost) { $0.undoFailures -= 1 })
            }
            return all
        case .verify where mayFail: return [end(.ended(.done)), end(.ended(.failed)) { $0.failures -= 1 }]
        case .until:
            return [end(.ended(.done)), end(.ended(.failed))]
                + (mayFail ? [end(.ended(.inconclusive)) { $0.failures -= 1 }] : [])
        case .probe where state.loop.machine.graph[path]?.ladder != nil:
            return [end(.ended(.done)), end(.ended(.failed))]
        case .probe, .settle: return [end(.ended(state.world.effects[path] == true ? .done : .failed))]
        default: return [end(.ended(.done))]
        }
    }

    private func ended(_ state: State, _ intent: AttemptIntent, _ kind: AttemptOutcome.Kind) throws -> State {
        var next = state
        next.world.processes[intent.step] = nil
        let outcome = AttemptOutcome(kind, cause: kind == .failed ? .exit(1) : nil)
        try next.loop.send(.endAttempt(intent.step, number: intent.number, outcome))
        try pump(&next)
        return next
    }

    /// A new driver: it finds out what became of each attempt.
    private func recovered(_ state: State) throws -> State {
        var next = state
        next.world.isDriven = true
        next.loop.machine = Consistency.restart(next.loop)
        try next.loop.claim()
        for intent in next.loop.machine.inFlight where next.world.processes[intent.step] == .intended {
            next.world.processes[intent.step] = nil
            try next.loop.send(.endAttempt(intent.step, number: intent.number, .neverLaunched))
        }
        try pump(&next)
        return next
    }

    /// Where nothing goes on by itself a timer must be due or a person must be asked, and any answer is possible.
    private func movesOfPeople(_ state: State) throws -> [State] {
        if let timer = state.loop.machine.nextTimer {
            var next = state
            next.loop.now = next.loop.now.adding(max(0, timer.remaining(at: next.loop.now)))
            try pump(&next)
            return [next]
        }
        var machine = state.loop.machine
        guard [.attention, .waiting].contains(machine.standstill()) else { return [] }
        var next: [State] = []
        for (index, record) in state.loop.machine.steps.enumerated() {
            for choice in record.question?.choices ?? [] {
                next.append(try chosen(state, choice, state.loop.machine.node(index).path))
            }
        }
        return next
    }

    /// Whoever is asked does the work or not, and says so; or never answers. What was done is there before it is said.
    private func answers(_ state: State) throws -> [State] {
        try state.loop.machine.openPrompts.flatMap { path, prompt -> [State] in
            var all: [State] = []
            for verdict in Self.verdicts(prompt) {
                let isBad = verdict == .couldNot || verdict == .reject
                let budget = prompt.purpose.isUndo ? state.world.budget.undoFailures : state.world.budget.failures
                if isBad, budget <= 0 { continue }
                for effect in Self.effects(prompt, verdict) {
                    var next = with(state) { world in
                        if let effect { world.effects[path] = effect ? true : nil }
                        guard isBad else { return }
                        if prompt.purpose.isUndo { world.budget.undoFailures -= 1 } else { world.budget.failures -= 1 }
                    }
                    let answer = HumanAnswer(
                        id: "\(verdict)", step: path, attempt: prompt.attempt, verdict: verdict,
                        actor: EngineLoop.operatorName, groups: [], at: state.loop.now, shown: prompt.digest)
                    guard case .events = try next.loop.send(.answer(answer)) else {
                        throw Violation(description: "'\(verdict)' cannot be answered: \(describe(state))")
                    }
                    try pump(&next)
                    all.append(next)
                }
            }
            if let expires = prompt.expires, state.world.budget.failures > 0 {
                var next = with(state) { $0.budget.failures -= 1 }
                next.loop.now = next.loop.now.adding(max(0, expires.remaining(at: next.loop.now)))
                try pump(&next)
                all.append(next)
            }
            return all
        }
    }

    private static func verdicts(_ prompt: Prompt) -> [HumanAnswer.Verdict] {
        switch prompt.kind {
        case .manual: prompt.allowsSkip ? [.done, .couldNot, .skip] : [.done, .couldNot]
        case .approve, .confirm: [.approve, .reject]
        }
    }

    /// What may be true of the step's effect afterwards; nil: as before.
    private static func effects(_ prompt: Prompt, _ verdict: HumanAnswer.Verdict) -> [Bool?] {
        guard prompt.kind == .manual else { return [nil] }
        switch verdict {
        case .done: return [!prompt.purpose.isUndo]
        case .couldNot: return prompt.purpose.isUndo ? [nil] : [nil, true]
        default: return [nil]
        }
    }

    /// A person who says that a step is done or not sees to it that this is so.
    private func chosen(_ state: State, _ choice: Choice, _ path: StepPath) throws -> State {
        var next = state
        let isLeaf = state.loop.machine.index(of: path).map { state.loop.machine.node($0).isLeaf } ?? false
        if choice == .markDone, isLeaf { next.world.effects[path] = true }
        if choice == .markFailed, commits.contains(path) { next.world.effects[path] = nil }
        let decision = HumanDecision(
            id: "\(choice.rawValue) \(path) \(state.loop.machine.steps.map(\.attempts))", choice: choice, step: path,
            why: "", actor: EngineLoop.operatorName, at: 0)
        guard case .events = try next.loop.send(.decide(decision)) else {
            throw Violation(description: "'\(choice.rawValue)' was offered and not possible: \(describe(state))")
        }
        try pump(&next)
        return next
    }

    private func with(_ state: State, _ change: (inout World) -> Void) -> State {
        var next = state
        change(&next.world)
        return next
    }

    // MARK: What must hold

    /// When an undo's intent is written, nothing that depends on the step may have an effect or a process.
    private func checkUndo(of path: StepPath, _ state: State) throws {
        let machine = state.loop.machine
        guard let index = machine.index(of: path) else { return }
        // A release is meant to come while others stay; one that has begun at the turn is brought to its end.
        guard machine.node(index).step.release == nil else { return }
        for dependent in dependents(of: index, machine.graph) {
            let other = machine.node(dependent).path
            guard machine.steps[dependent].state != .waived else { continue }
            if state.world.effects[other] == true || state.world.processes[other] != nil {
                throw Violation(description: "'\(path)' is undone before '\(other)': \(describe(state))")
            }
        }
    }

    /// When a remedy starts, no other one is at work, and none that did not help is there where it is to be undone.
    private func checkRemedy(_ path: StepPath, _ state: State) throws {
        let machine = state.loop.machine
        guard let index = machine.index(of: path), let parent = machine.node(index).parent,
            let ladder = machine.node(parent).ladder
        else { return }
        for other in machine.graph.children[parent] where other != index {
            let name = machine.node(other).path
            let isThere = ladder.undoIfUnhelpful && other < index && state.world.effects[name] == true
            if state.world.processes[name] != nil || (isThere && machine.steps[other].state != .waived) {
                throw Violation(description: "'\(path)' starts beside '\(name)': \(describe(state))")
            }
        }
    }

    private func dependents(of index: Int, _ graph: Graph) -> Set<Int> {
        var all: Set<Int> = []
        var worklist = graph.dependents[index]
        while let next = worklist.popLast() {
            if all.insert(next).inserted { worklist += graph.dependents[next] + graph.children[next] }
        }
        return all
    }

    private func checkInvariants(_ state: State) throws {
        let machine = state.loop.machine
        var live = machine
        var restarted = Consistency.restart(state.loop)
        guard live.effects() == restarted.effects(), live.standstill() == restarted.standstill() else {
            throw Violation(description: "a restart would do something else: \(describe(state))")
        }
        guard let outcome = machine.run.outcome else { return }
        guard state.world.processes.isEmpty else {
            throw Violation(description: "closed while a process is alive: \(describe(state))")
        }
        let present = Set(state.world.effects.filter(\.value).keys)
        let mutating = machine.graph.nodes.filter { $0.action != nil && !$0.isGate }
        switch outcome {
        case .rolledBack where !present.isEmpty:
            throw Violation(description: "rolled back, and \(present) are still there: \(describe(state))")
        case .succeeded:
            let missing = mutating.filter {
                [.succeeded, .committed].contains(machine.steps[$0.index].state) && !present.contains($0.path)
            }
            let isOpen = machine.graph.roots.contains { !machine.steps[$0].isFulfilled }
            if isOpen || !missing.isEmpty {
                throw Violation(description: "succeeded without \(missing.map(\.path)): \(describe(state))")
            }
        case .rolledBackToCommit:
            let taken = mutating.filter { machine.steps[$0.index].state == .committed && !present.contains($0.path) }
            if !taken.isEmpty {
                throw Violation(description: "behind the commit: \(taken.map(\.path)) \(describe(state))")
            }
        default: break
        }
    }

    private func describe(_ state: State) -> String {
        let steps = zip(state.loop.machine.graph.nodes, state.loop.machine.steps).map {
            "\($0.0.path): \($0.1.state.rawValue) \($0.1.phase) tries \($0.1.tries) \($0.1.question?.why ?? "")"
        }
        return steps.joined(separator: "; ") + " world: \(state.world) run: \(state.loop.machine.run)"
    }
}
