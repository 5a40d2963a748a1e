import Actions
import Checks
import Diagnostics
import Expressions
import RunEngine
import RunHost
import RunMachine
import RunPlan
import RunbookModel
import Synchronization

/// The world of one test: mocks in place of the host, and a clock that moves only when nothing else can happen.
final class MockHost: Rehearsal {
    let clock: MadeUpClock
    let settings: TestSettings
    let shared: TestSettings
    let state: Mutex<State>

    struct State {
        var book: MockBook
        /// What will end, and when: milliseconds since boot.
        var agenda: [(due: Int64, order: Int, end: RehearsedEnd)] = []
        var scheduled = 0
        var launched: [String: Launch] = [:]
        var crashes: [CrashOrder]
        /// The attempt at which the driver is to die next, once it is known.
        var target: String?
        /// The crash that the driver dies of, or has died of last, and the attempt that it hit.
        var dying: (crash: CrashOrder, attempt: String)?
        var isDying = false
        var missing: [MissingMock] = []
        var problems: [String] = []
        var notified: [String] = []
        /// Looks at the preconditions and at `rollback.verify`.
        var runLooks: [String: Int] = [:]

        mutating func die() {
            guard let target, !crashes.isEmpty else { return }
            dying = (crashes.removeFirst(), target)
            self.target = nil
            isDying = true
        }

        mutating func add(_ mock: MissingMock) {
            if !missing.contains(mock) { missing.append(mock) }
        }
    }

    /// An attempt that was started.
    struct Launch {
        /// It has a supervisor, which outlives the driver.
        let isCommand: Bool
        var outcome: AttemptOutcome?
        var due: Int64 = 0
    }

    init(_ test: RunbookTest, _ shared: TestSettings) {
        settings = test.settings
        self.shared = shared
        // 2026-03-01, two o'clock at night.
        clock = MadeUpClock(wall: test.settings.now ?? shared.now ?? 1_772_330_400_000)
        state = Mutex(State(book: MockBook(test.settings, shared), crashes: test.crashes))
    }

    /// The made-up time.
    var now: Moment { Moment(wall: clock.wall, boot: clock.boot, bootID: clock.clock.bootID()) }

    static func key(_ path: StepPath, _ number: Int) -> String { "\(path)#\(number)" }

    // MARK: Time

    func schedule(_ end: RehearsedEnd) {
        let now = clock.boot
        state.withLock { state in
            state.scheduled += 1
            let due = now + max(0, end.outcome.elapsed ?? 0)
            state.agenda.append((due, state.scheduled, end))
            guard let attempt = end.attempt else { return }
            let key = Self.key(attempt.path, attempt.number)
            state.launched[key, default: Launch(isCommand: false)].outcome = end.outcome
            state.launched[key]?.due = due
        }
    }

    func pass(atMost milliseconds: Int64) throws {
        let now = clock.boot
        let latest = milliseconds == .max ? .max : now + milliseconds
        guard let next = try state.withLock({ try Self.takeNext(&$0, now, until: latest) }) else {
            guard milliseconds < .max else { throw TestStuck() }
            try clock.advance(by: milliseconds)
            return
        }
        if next.due > now { try clock.advance(by: next.due - now) }
        next.end.tell(next.end.outcome)
    }

    /// What ends next, taken from the agenda; nil where nothing ends until then.
    private static func takeNext(
        _ state: inout State, _ now: Int64, until latest: Int64
    ) throws -> (due: Int64, end: RehearsedEnd)? {
        if state.isDying { throw DriverDied() }
        for item in state.agenda {
            if let attempt = item.end.attempt { try dieIfDue(&state, .started, key(attempt.path, attempt.number)) }
        }
        let void = state.agenda.indices.first { state.agenda[$0].end.isVoid() }
        let first = state.agenda.indices.min { left, right in
            (state.agenda[left].due, state.agenda[left].order) < (state.agenda[right].due, state.agenda[right].order)
        }
        guard let index = void ?? first else { return nil }
        let item = state.agenda[index]
        guard void != nil || item.due <= latest else { return nil }
        if let attempt = item.end.attempt { try dieIfDue(&state, .finished, key(attempt.path, attempt.number)) }
        state.agenda.remove(at: index)
        return (void == nil ? item.due : now, item.end)
    }

    // MARK: Crashes

    /// Whether the driver is to die of this crash at this attempt.
    private func isHit(_ intent: AttemptIntent, by crash: CrashOrder) -> Bool {
        let wanted = crash.purpose.map { [$0] } ?? [Purpose.action.rawValue, Purpose.verify.rawValue]
        guard wanted.contains(intent.purpose.rawValue), intent.tryNumber == crash.tryNumber ?? intent.tryNumber else {
            return false
        }
        return StepPattern(crash.step.value).rank(intent.step.text) != nil
    }

    func willCommit(_ intents: [AttemptIntent]) throws {
        try state.withLock { state in
            if state.isDying { throw DriverDied() }
            guard state.target == nil, let crash = state.crashes.first,
                let intent = intents.first(where: { isHit($0, by: crash) })
            else { return }
            state.target = Self.key(intent.step, intent.number)
            if crash.point == .beforeCommit {
                state.die()
                throw DriverDied()
            }
        }
    }

    func mayStart(_ intent: AttemptIntent) -> Bool {
        state.withLock { state in
            guard !state.isDying else { return false }
            let isTarget = state.target == Self.key(intent.step, intent.number)
            guard isTarget, state.crashes.first?.point == .intended else { return true }
            state.die()
            return false
        }
    }

    private static func dieIfDue(_ state: inout State, _ point: CrashOrder.Point, _ key: String) throws {
        guard state.target == key, state.crashes.first?.point == point else { return }
        state.die()
        throw DriverDied()
    }

    /// A new driver comes; the host goes on from where the last one left it.
    func revive() throws {
        let crash = state.withLock { state in
            defer {
                state.isDying = false
                state.agenda.removeAll()
            }
            return state.isDying ? state.dying?.crash : nil
        }
        try clock.advance(by: crash?.down.inMilliseconds ?? 0)
        if crash?.reboots == true { clock.reboot() }
    }

    func evidence(_ path: StepPath, _ number: Int) -> RehearsedEvidence {
        let now = clock.boot
        return state.withLock { state in
            let key = Self.key(path, number)
            let crash = state.dying?.attempt == key ? state.dying?.crash : nil
            let isReboot = state.dying?.crash.reboots == true
            guard let launch = state.launched[key], let outcome = launch.outcome else {
                return crash?.evidence == .lost ? .lost : .neverLaunched
            }
            if isReboot { return crash?.point == .finished ? .finished(outcome) : .lost }
            switch crash?.evidence ?? crash.map(\.point.evidence) {
            case .finished: return .finished(outcome)
            case .running: return .running(outcome, left: max(0, launch.due - now))
            case .neverLaunched: return .neverLaunched
            case .lost: return .lost
            case nil: return launch.isCommand ? .running(outcome, left: max(0, launch.due - now)) : .lost
            }
        }
    }
}

/// The driver of the test dies here.
struct DriverDied: Error {}

/// Nothing will ever happen any more in a run that waits for something.
struct TestStuck: Error, CustomStringConvertible {
    let description = "the run waits for something that never happens"
}

extension CrashOrder.Point {
    /// What the next driver finds of the attempt, where the test does not say.
    fileprivate var evidence: CrashOrder.Evidence {
        switch self {
        case .beforeCommit, .intended: .neverLaunched
        case .started: .lost
        case .finished: .finished
        }
    }
}
