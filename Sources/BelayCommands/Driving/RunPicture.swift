import Expressions
import Glibc
import RunEngine
import RunHost
import RunJournal
import RunMachine
import RunReport
import RunbookModel

/// What a screen needs of a run in order to draw it, whoever drives the run.
struct RunPicture: Sendable {
    let run: RunID
    let runbook: RunbookName
    let startedAt: Int64
    var endedAt: Int64?
    var isDriven = true
    /// The state at the moment of asking.
    let machine: @Sendable () -> RunMachine
    /// What a line about a step says beside its event. Asked for often: it copies no state.
    let surroundings: @Sendable (StepPath?) -> ProgressLine.Surroundings
    /// Of one attempt of a step.
    let attemptDirectory: @Sendable (StepPath, Int) -> String

    /// A run that this process drives.
    init(_ context: RunContext) {
        run = RunID(context.id)
        runbook = context.plan.runbook.name
        startedAt = context.pinned.startedAt
        machine = { context.withMachine { $0 } }
        surroundings = { path in context.withMachine { .init($0, path) } }
        attemptDirectory = { context.attemptDirectory($0, $1) }
    }

    /// A run that somebody else drives, or nobody.
    init(_ summary: RunSummary, _ machine: RunMachine, attemptDirectory: @escaping @Sendable (StepPath, Int) -> String)
    {
        run = summary.id
        runbook = summary.runbook
        startedAt = summary.startedAt
        endedAt = summary.endedAt
        self.machine = { machine }
        surroundings = { .init(machine, $0) }
        self.attemptDirectory = attemptDirectory
    }

    /// The view as it is now; reads the ends of the outputs of what runs.
    func view(_ usual: inout UsualTimes, now: Int64) -> LiveRunView {
        let machine = machine()
        var facts = LiveRunView.Facts(run: run.number, runbook: runbook.text, startedAt: startedAt)
        facts.endedAt = endedAt
        facts.isDriven = isDriven
        for intent in machine.inFlight {
            facts.outputs[intent.step.text] = OutputTail.lines(attemptDirectory(intent.step, intent.number))
            facts.expected[intent.step.text] = usual.time(of: intent, in: runbook)
        }
        return LiveRunView(facts, machine, now: now)
    }
}

extension ProgressLine.Surroundings {
    fileprivate init(_ machine: RunMachine, _ path: StepPath?) {
        guard let path, let index = machine.index(of: path) else {
            self.init(record: nil, isGroup: false)
            return
        }
        self.init(record: machine.steps[index], isGroup: !machine.node(index).isLeaf)
    }
}

/// How long attempts take as a rule, by what the journal knows of earlier runs; each is looked up once.
struct UsualTimes {
    private struct Key: Hashable {
        let step: StepPath
        let purpose: Purpose
    }

    private let journal: (any Journal)?
    private var known: [Key: Int64?] = [:]

    init(_ journal: (any Journal)?) { self.journal = journal }

    /// The middle one of the latest, milliseconds; nil where there is none.
    mutating func time(of intent: AttemptIntent, in runbook: RunbookName) -> Int64? {
        let key = Key(step: intent.step, purpose: intent.purpose)
        if let time = known[key] { return time }
        let recent = try? journal?.recentDurations(runbook, step: key.step, purpose: key.purpose, limit: 9)
        let sorted = (recent ?? []).sorted()
        let time = sorted.isEmpty ? nil : sorted[sorted.count / 2]
        known[key] = .some(time)
        return time
    }
}

/// The latest lines that an attempt printed.
enum OutputTail {
    /// At most six lines of the stream that was written to last, as they are, the latest last.
    static func lines(_ directory: String) -> [String] {
        let paths = ["stdout", "stderr"].map { "\(directory)/\($0)" }
        let latest = paths.compactMap { path in (try? HostFiles.status(of: path)).map { (path, $0) } }
            .filter { $0.1.st_size > 0 }
            .max { stamp($0.1) < stamp($1.1) }
        guard let (path, status) = latest else { return [] }
        let bytes = HostFiles.tail(of: path, limit: limit)
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
        // The first one may have lost its beginning.
        if status.st_size > limit, lines.count > 1 { lines.removeFirst() }
        return lines.map { String(decoding: $0, as: UTF8.self) }.filter { !$0.allSatisfy(\.isWhitespace) }.suffix(6)
    }

    private static let limit = 4_096

    private static func stamp(_ status: stat) -> Int64 {
        Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    }
}
