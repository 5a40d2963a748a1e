import Diagnostics
import Expressions
import RunEngine
import RunJournal
import RunMachine
import RunPlan
import RunReport
import RunbookModel

/// What came out of a rehearsed run.
struct Observation {
    /// The outcome, or what the open run is doing.
    var outcome = ""
    var exit = 0
    var forward: ForwardResult?
    var rollback = RollbackResult.none
    /// Steps in the order in which they started.
    var order: [String] = []
    /// Steps of which something was taken back, in the order in which that was done.
    var undone: [String] = []
    var skipped: [String] = []
    var neverStarted: [String] = []
    var records: [String: StepRecord] = [:]
    var outputs = ValueMap()
    var questions: [(step: String?, why: String, choices: [String])] = []
    var notified: [String] = []
    /// The drivers that died, by their epochs.
    var deaths: Set<Int64> = []
    /// What went wrong beside what is expected, such as a choice that was refused.
    var problems: [String] = []
    var missing: [MissingMock] = []
    /// What people are asked and have not answered.
    var unanswered: [MissingMock] = []
    var unused: [Diagnostic] = []
    var usedOfFile: Set<Int> = []
    /// One line an event, with the time since the start.
    var timeline: [String] = []
    /// Milliseconds of the made-up time.
    var length: Int64 = 0

    mutating func gather(_ run: RehearsedRun, _ journal: any Journal, _ mocks: MockHost, _ end: DriveEnd) throws {
        let machine = try run.machine()
        outcome = machine.run.outcome?.rawValue ?? machine.run.activity.rawValue
        exit = Int(end.exitCode)
        forward = machine.run.forward
        rollback = machine.run.rollback
        if case .map(let map)? = machine.run.outputs?.value { outputs = map }
        gather(machine)
        gather(try journal.events(run.id), machine)
        mocks.state.withLock { state in
            notified = state.notified
            missing = state.missing
            problems += state.problems
            problems += state.crashes.map { crash in
                let purpose = crash.purpose.map { " (\($0))" } ?? ""
                return
                    "the driver never died at \(crash.point.rawValue) of '\(crash.step.value)'\(purpose): it never came there"
            }
            unused = state.book.unused()
            usedOfFile = state.book.usedOfFile
        }
    }

    private mutating func gather(_ machine: RunMachine) {
        for node in machine.graph.nodes {
            let record = machine.steps[node.index]
            let path = node.path.text
            records[path] = record
            if let question = record.question, !machine.run.isClosed { add(question, path) }
            if let prompt = record.openPrompt, !machine.run.isClosed {
                unanswered.append(MissingMock(path: node.path, what: .answer(prompt.kind.rawValue)))
            }
            guard node.isLeaf, !path.hasPrefix("handlers/") else { continue }
            if record.state == .skipped { skipped.append(path) }
            if record.state == .pending { neverStarted.append(path) }
        }
        if let question = machine.run.question, !machine.run.isClosed { add(question, nil) }
    }

    private mutating func add(_ question: Question, _ step: String?) {
        questions.append((step, question.why, question.choices.map(\.rawValue)))
    }

    private mutating func gather(_ events: [StoredEvent], _ machine: RunMachine) {
        let start = events.first?.at ?? 0
        length = (events.last?.at ?? start) - start
        var takenBack: Set<String> = []
        for stored in events {
            if !stored.event.isOnlyAnnounced { timeline.append(Self.line(stored.event, at: stored.at - start)) }
            switch stored.event {
            case .claimed(let claim) where deaths.contains(claim.epoch - 1):
                timeline.insert("          — the driver dies —", at: timeline.count - 1)
            case .attemptIntended(let intent):
                let path = intent.step.text
                if intent.purpose == .undo || intent.purpose == .restore { takenBack.insert(path) }
                if [.action, .verify, .protect].contains(intent.purpose), !path.hasPrefix("handlers/"),
                    !order.contains(path)
                {
                    order.append(path)
                }
            case .undone(let path, _) where takenBack.contains(path.text): undone.append(path.text)
            case .released(let path): undone.removeAll { $0 == path.text }
            default: break
            }
        }
    }

    private static func line(_ event: RunEvent, at milliseconds: Int64) -> String {
        let time = ClockText.length(milliseconds)
        let padding = String(repeating: " ", count: max(0, 8 - time.count))
        let step = event.step.map { "\($0): " } ?? ""
        return DisplayText.escaped("\(padding)\(time)  \(step)\(EventWords.text(event))")
    }
}

extension RunEvent {
    /// Whether the events after it say the same again.
    fileprivate var isOnlyAnnounced: Bool {
        switch self {
        case .attemptDue, .undoStarted: true
        default: false
        }
    }
}
