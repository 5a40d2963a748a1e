import Expressions
import Glibc
import RunEngine
import RunHost
import RunJournal
import RunMachine
import RunPlan
import RunReport
import RunbookModel

/// A run as its journal has it at one moment, for whoever does not drive it.
struct RunLook: Sendable {
    let summary: RunSummary
    let plan: Plan
    let machine: RunMachine
    let epoch: Int64
    /// Who drives it: nil where nobody does, `.some(nil)` where they did not write down who they are.
    let driver: DriverLock.Holder??
    /// Somebody has said something that no driver has taken yet.
    let hasInbox: Bool

    var id: RunID { summary.id }
    var isDriven: Bool { driver != nil }
    var isOpen: Bool { summary.isOpen }

    /// The exit code of a command that leaves the run so.
    var exitCode: Int32 {
        if let outcome = summary.outcome { return outcome.exitCode }
        return summary.direction == .rollback ? 6 : 4
    }

    /// Whether the time of something that waits for a person is over: whoever drives next ends it.
    var hasExpired: Bool { isOpen && !isDriven && !machine.expiredPrompts(at: .now).isEmpty }

    /// Whether nothing goes on before a person says something.
    var waitsForPeople: Bool {
        isOpen && !isDriven && (summary.activity == .attention || summary.activity == .waiting)
    }
}

/// Looks at a run through its journal alone: claims nothing, and holds no transaction between two looks.
final class RunWatcher {
    private let service: RunService
    private let run: RunID
    private var seenChanges: Int64?
    private var plan: (epoch: Int64, plan: Plan)?
    private(set) var latest: RunLook?
    /// The last event that was given out; nil before the first look.
    private var lastEvent: Int64?
    /// Nanoseconds since boot.
    private var nextReminder: Int64 = 0

    /// `fromBeginning`: whether what has happened so far is told as well.
    init(_ service: RunService, _ run: RunID, fromBeginning: Bool = false) {
        self.service = service
        self.run = run
        if fromBeginning { lastEvent = 0 }
    }

    /// The run as it is now. Now and then, who looks also has people told of what waits for them.
    func look() throws -> RunLook {
        if HostClock.live.bootTime() >= nextReminder {
            service.remindDue()
            nextReminder = HostClock.live.bootTime() + 5_000_000_000
        }
        let changes = try service.journal.changeCounter()
        if let latest, changes == seenChanges {
            let driver = service.workspace.state.driver(run, latest.summary.runbook)
            guard (driver != nil) != latest.isDriven else { return latest }
        }
        seenChanges = changes
        let stored = try service.journal.load(run)
        lastEvent = lastEvent ?? stored.lastSequence
        let plan = try plan(stored.epoch)
        let look = RunLook(
            summary: stored.summary, plan: plan,
            machine: RunMachine(plan: plan, run: stored.record, steps: stored.steps), epoch: stored.epoch,
            driver: service.workspace.state.driver(run, stored.summary.runbook), hasInbox: !stored.inbox.isEmpty)
        latest = look
        return look
    }

    /// Whether something has happened that a person who is asked should know of: an answer, a claim, the end.
    func hasMoved(since look: RunLook) -> Bool {
        guard let now = try? self.look() else { return false }
        return now.epoch != look.epoch || now.isOpen != look.isOpen || now.hasInbox || now.isDriven
    }

    /// The events that were not given out yet.
    func newEvents() throws -> [DriveScreen.Event] {
        let events = try service.journal.events(run, after: lastEvent ?? 0)
        lastEvent = events.last?.sequence ?? lastEvent
        return events.map { ($0.sequence, $0.at, $0.event) }
    }

    /// What pins the run changes only with a claim.
    private func plan(_ epoch: Int64) throws -> Plan {
        if let plan, plan.epoch == epoch { return plan.plan }
        let new = try service.plan(from: try service.journal.pinned(run))
        plan = (epoch, new)
        return new
    }

    /// What a screen needs in order to draw the run.
    func picture(_ look: RunLook) throws -> RunPicture {
        let state = service.workspace.state
        let summary = look.summary
        let own = state.runDirectory(run, summary.runbook)
        let undone = try summary.undoOf.map { state.runDirectory($0, try service.journal.summary($0).runbook) }
        let machine = look.machine
        var picture = RunPicture(summary, machine) { path, number in
            let isImported = number <= machine.record(path)?.importedAttempts ?? 0
            return "\(isImported ? undone ?? own : own)/steps/\(path.fileName)/\(number)"
        }
        picture.isDriven = look.isDriven
        return picture
    }
}

/// Shows a run that somebody else drives, or nobody.
struct Watch {
    enum End {
        /// The run closed, or is as was waited for.
        case reached(RunLook)
        /// The person has left; the run is not touched.
        case left(RunLook)
    }

    let watcher: RunWatcher
    let screen: DriveScreen
    let signals: SignalDesk
    /// What stands below the run.
    var footer = Wording.watching

    /// Follows the run until it closes, `isEnough` says so, or the person leaves with q or a signal.
    func follow(until isEnough: (RunLook) -> Bool) throws -> End {
        screen.setMenu([footer], isNew: screen.mode == .live)
        defer { screen.setMenu([], isNew: false) }
        let (screen, signals) = (screen, signals)
        let handler: @Sendable (Int32) -> Void = { $0 == SIGCONT ? screen.comeBack() : signals.notePause() }
        return try signals.handling(handler) {
            while true {
                let start = HostClock.live.bootTime()
                let look = try watcher.look()
                try show(look)
                if !look.isOpen || isEnough(look) { return .reached(look) }
                // A run of thousands of steps takes a while to look at, and is looked at less often.
                let took = Int32(clamping: (HostClock.live.bootTime() - start) / 1_000_000)
                let key = TerminalMode.key(within: max(Self.period, min(took, 200) * 5))
                if key == UInt8(ascii: "q") || signals.hasPaused { return .left(look) }
            }
        }
    }

    /// The least time between two looks, milliseconds.
    private static let period: Int32 = 200

    private func show(_ look: RunLook) throws {
        let events = screen.mode == .live ? [] : try watcher.newEvents()
        if screen.mode == .live || !events.isEmpty { screen.show(events, try watcher.picture(look)) }
    }
}
