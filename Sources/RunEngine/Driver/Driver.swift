import Expressions
import RunHost
import RunJournal
import RunMachine
import RunPlan
import RunbookModel

/// The one process that advances a run: it decides, commits, performs, and waits for what comes back.
///
/// All of it happens on the thread that calls `drive`; blocking work is done on others, which send messages.
package final class Driver {
    package let context: RunContext
    let journal: any Journal
    let host: EngineHost
    let observer: any RunObserver
    let performer: AttemptPerformer
    let mailbox = Mailbox<DriverMessage>()
    let place: Place
    private let epoch: Int64

    /// Events that are applied and not yet on disk.
    private var uncommitted: [JournalEntry] = []
    private var consumed: [String] = []
    /// Attempts whose intent is to be committed before they start.
    private var prepared: [PreparedAttempt] = []
    /// Why nothing more can be started or written: the driver ends, and the run goes on from its last commit.
    var trouble: JournalFailure?
    var flights: [UInt64: Flight] = [:]
    /// Attempts that are to be ended once that is on disk, and commands whose supervisors have been asked to.
    var interrupted: [AttemptIntent] = []
    var endOrders: Set<UInt64> = []
    /// Who waits for what they found to be on disk.
    var recorded: [@Sendable (Bool) -> Void] = []
    /// Questions to checks outside of steps, so that none is asked twice.
    var isAdmitting = false
    var isVerifyingRollback = false
    private var seenChanges: Int64 = -1
    /// When the inbox was looked at last, milliseconds since boot.
    private var lastLook: Int64 = 0
    var lastSync: Int64
    var unsyncedEffects = false
    var isPausing = false
    /// Pauses the run once this step has ended; to be set before `drive`.
    package var stopAfter: StepPath?
    /// Undos that wait until what failed attempts left is gone.
    var clearing = 0
    /// Adopted attempts whose supervisor is dead, by step.
    var orphans: [String: Int] = [:]

    package init(
        context: RunContext, journal: any Journal, host: EngineHost, observer: any RunObserver, place: Place,
        epoch: Int64
    ) throws {
        self.context = context
        self.journal = journal
        self.host = host
        self.observer = observer
        self.place = place
        self.epoch = epoch
        lastSync = host.now.boot
        performer = AttemptPerformer(context: context, host: host)
        let mailbox = mailbox
        let desk = performer.desk
        performer.setRecorder { path, value in
            let answer = Mailbox<Bool>()
            mailbox.send(.record(path, Stored(value), reply: { answer.send($0) }))
            return answer.receive(within: nil).first ?? false
        }
        try host.launcher.listen { report in
            // That a command has started is in its attempt file; nobody needs to be woken for it.
            if !desk.deliver(report), !report.isStart { mailbox.send(.supervisor(report)) }
        }
    }

    /// Lets others ask something of this driver, from any thread.
    package var requests: @Sendable (DriverRequest) -> Void {
        let mailbox = mailbox
        return { mailbox.send(.request($0)) }
    }

    /// Advances the run until it closes or stands still.
    ///
    /// Errors: `JournalFailure` where nothing more can be written; the run goes on from its last committed state.
    package func drive(recovering inFlight: [AttemptIntent], recordedPlace: Place?) throws -> DriveEnd {
        decide(.resumeActivity)
        try recover(inFlight, recordedPlace)
        try takeInbox()
        while true {
            try progress()
            if let outcome = record.outcome { return .closed(outcome) }
            if let end = try park() { return end }
            for message in mailbox.receive(within: patience) { handle(message) }
            try readInbox()
        }
    }

    var record: RunRecord { context.withMachine { $0.run } }

    // MARK: Deciding

    /// Decides a command and takes its events into the state; they go to disk with the next commit.
    @discardableResult
    func decide(_ command: RunCommand, retryDelay: Int64? = nil) -> RunDecision {
        let now = host.now
        let decision = context.withMachine { machine -> RunDecision in
            let decision = machine.decide(command, DecisionContext(now: now, retryDelay: retryDelay))
            guard case .events(let events) = decision else { return decision }
            return Self.apply(events, to: &machine) ?? decision
        }
        if case .events(let events) = decision { note(events, at: now.wall) }
        return decision
    }

    /// Applies all events; nil where all were possible.
    private static func apply(_ events: [RunEvent], to machine: inout RunMachine) -> RunDecision? {
        for event in events {
            do { try machine.apply(event) } catch { return .refuse(why: "internal error: \(error)") }
        }
        return nil
    }

    private func note(_ events: [RunEvent], at wall: Int64) {
        for event in events {
            uncommitted.append(JournalEntry(at: wall, event))
            if case .stepSucceeded(let path, _) = event { countEffect(of: path) }
        }
        if let stopAfter, events.contains(where: { $0.isEnd(of: stopAfter) }) {
            self.stopAfter = nil
            decide(.pause(host.actor))
        }
    }

    /// Everything that can be done now, as few commits as possible, and then the starts that they allow.
    private func progress() throws {
        repeat {
            advance()
            computeOutputs()
            interrupted.removeAll(keepingCapacity: true)
            for effect in context.withMachine({ $0.effects() }) { prepare(effect) }
            if let trouble { throw trouble }
        } while try commit()
        endInterrupted()
    }

    private func advance() {
        let now = host.now
        while true {
            let events = context.withMachine { machine -> [RunEvent] in
                let events = machine.advance(DecisionContext(now: now))
                _ = Self.apply(events, to: &machine)
                return events
            }
            guard !events.isEmpty else { return }
            note(events, at: now.wall)
        }
    }

    /// Writes what is uncommitted, then starts what it allows. False where there was nothing to write.
    private func commit() throws -> Bool {
        guard !uncommitted.isEmpty || !consumed.isEmpty else { return false }
        if context.withMachine({ $0.run.isClosed }) || prepared.contains(where: \.needsSyncBefore) { syncNow() }
        host.crashPoint("driver.before_commit")
        try write(onlyIfInboxEmpty: false)
        host.crashPoint("driver.after_commit")
        let starts = prepared
        prepared.removeAll(keepingCapacity: true)
        for attempt in starts { start(attempt) }
        for reply in recorded { reply(true) }
        recorded.removeAll()
        return true
    }

    /// The run's outputs belong to its outcome, and are computed once that is decided.
    private func computeOutputs() {
        let isDue = context.withMachine { $0.run.decidedOutcome != nil && $0.run.outputs == nil && !$0.run.isClosed }
        guard isDue, let outputs = performer.runOutputs() else { return }
        decide(.record(.outputsComputed(outputs)))
    }

    private func write(onlyIfInboxEmpty: Bool) throws {
        let (record, steps) = context.withMachine { machine in
            let steps = machine.unsaved.map { (path: machine.node($0).path, record: machine.steps[$0]) }
            return (machine.run, steps)
        }
        var batch = JournalBatch(
            run: RunID(context.id), epoch: epoch, events: uncommitted, record: record, steps: steps,
            consumed: consumed, onlyIfInboxEmpty: onlyIfInboxEmpty || record.isClosed)
        if try journal.commit(batch) == .inboxNotEmpty {
            // What comes after the close comes too late; it is taken and has no effect.
            batch.consumed += try journal.inbox(RunID(context.id)).map(\.id)
            batch.onlyIfInboxEmpty = false
            _ = try journal.commit(batch)
        }
        context.withMachine { $0.markSaved() }
        observer.committed(uncommitted.map { ($0.at, $0.event) }, run: context)
        uncommitted.removeAll(keepingCapacity: true)
        consumed.removeAll(keepingCapacity: true)
        try? journal.checkpoint(.ifLarge)
    }

    /// Has an attempt's intent committed and the attempt started after it.
    func enlist(_ attempt: PreparedAttempt) {
        guard case .events = decide(.startAttempt(attempt.intent)) else { return attempt.discard() }
        prepared.append(attempt)
    }

    /// Journals a wall clock that is behind the journal's last event.
    func noteClock(behind last: Int64) {
        let back = last - host.now.wall
        if back > 1_000 { decide(.record(.clockWentBack(milliseconds: back))) }
    }

    // MARK: Waiting

    /// How long to wait for a message, milliseconds.
    private var patience: Int64 {
        let now = host.now
        let timers = context.withMachine { [$0.nextTimer, $0.run.openDeadline, $0.run.openEstimate] }
        let next = timers.compactMap { $0?.remaining(at: now) }.min() ?? .max
        return max(0, min(next, 250))
    }

    /// What people said meanwhile.
    private func readInbox() throws {
        checkDeadlines()
        let now = host.now.boot
        guard now - lastLook >= 100 else { return }
        lastLook = now
        let changes = try journal.changeCounter()
        guard changes != seenChanges else { return }
        seenChanges = changes
        try takeInbox()
    }

    private func takeInbox() throws {
        for entry in try journal.inbox(RunID(context.id)) where !consumed.contains(entry.id) {
            consumed.append(entry.id)
            handle(entry)
        }
    }

    private func checkDeadlines() {
        if let estimate = record.openEstimate, estimate.hasPassed(at: host.now) { decide(.record(.estimateExceeded)) }
        guard let deadline = record.openDeadline, deadline.hasPassed(at: host.now) else { return }
        decide(.deadlinePassed(whileDriven: true, then: context.plan.runbook.deadline?.then ?? .stop))
    }

    /// Stops where nothing can go on by itself; not while somebody has just said something.
    private func park() throws -> DriveEnd? {
        guard flights.isEmpty, orphans.isEmpty, clearing == 0, !isAdmitting, !isVerifyingRollback,
            let activity = context.withMachine({ $0.standstill() })
        else { return nil }
        if record.activity != activity {
            decide(.park(activity, reason: nil))
            // Handlers may have something to do now.
            advance()
            guard context.withMachine({ $0.effects().isEmpty && !$0.hasInFlight }) else { return nil }
        }
        try takeInbox()
        if !consumed.isEmpty {
            decide(.resumeActivity)
            return nil
        }
        syncNow()
        try write(onlyIfInboxEmpty: true)
        try? journal.checkpoint(.now)
        return .parked(activity, record.direction)
    }
}

extension RunEvent {
    /// Whether a step has ended with this event, however it ended.
    fileprivate func isEnd(of path: StepPath) -> Bool {
        switch self {
        case .stepSucceeded(path, _), .stepFailed(path, _, _), .stepSkipped(path, _, _), .stepUnknown(path, _, _): true
        default: false
        }
    }
}

extension RunRecord {
    /// When the run takes longer than estimated, as long as that is of interest.
    var openEstimate: Deadline? { decidedOutcome == nil ? estimate : nil }

    /// The run's deadline, as long as it matters.
    var openDeadline: Deadline? {
        forward == nil && direction == .forward && !deadlineHasPassed && question == nil ? deadline : nil
    }
}
