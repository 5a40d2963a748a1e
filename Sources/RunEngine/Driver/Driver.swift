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
    /// Somebody has asked for everything in flight to be ended.
    var endsAttempts = false
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
    /// Nothing new starts while somebody chooses what is to become of the run.
    var isHeld = false
    /// Secrets without which nothing may start.
    var missing: [String] = []
    /// Pauses the run once this step has ended; to be set before `drive`.
    package var stopAfter: StepPath?
    /// Undos that wait until what failed attempts left is gone.
    var clearing = 0
    /// Undos of people that wait for the same.
    var clearingForPeople: Set<StepPath> = []
    /// Answers `confirm` with yes (`--yes`); to be set before `drive`.
    package var confirmsAhead = false
    /// Has people told of open prompts where that is due; to be set before `drive`.
    var remind: @Sendable () -> Void = {}
    /// When that was last looked at, milliseconds since boot; nil: a prompt has opened since.
    var lastReminder: Int64?
    /// Adopted attempts whose supervisor is dead, by step.
    var orphans: [String: Int] = [:]
    /// Attempt files whose launch was waited for after an earlier driver's death.
    var hasWaitedForStart: Set<String> = []

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
        performer.setRecorder { path, value, waits in
            guard waits else {
                mailbox.send(.record(path, Stored(value), reply: { _ in }))
                return true
            }
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
        if let end = try parkWithoutSecrets() { return end }
        try recover(inFlight, recordedPlace)
        if recordedPlace != nil { recheckPreconditions() }
        try takeInbox()
        confirmAhead()
        while true {
            try expirePrompts()
            try progress()
            if let outcome = record.outcome {
                try? journal.checkpoint(.now)
                return .closed(outcome)
            }
            remindPeople()
            if tellWaiting() { continue }
            if let end = try park() { return end }
            for message in try receive() { handle(message) }
            try readInbox()
        }
    }

    var record: RunRecord { context.withMachine { $0.run } }

    // MARK: Deciding

    /// Decides a command and takes its events into the state; they go to disk with the next commit.
    @discardableResult
    func decide(_ command: RunCommand, retryDelay: Int64? = nil) -> RunDecision {
        let now = host.now
        let (decision, illegal) = context.withMachine { machine -> (RunDecision, IllegalMove?) in
            let decision = machine.decide(command, DecisionContext(now: now, retryDelay: retryDelay))
            guard case .events(let events) = decision else { return (decision, nil) }
            return (decision, Self.apply(events, to: &machine))
        }
        if let illegal { stop(illegal) } else if case .events(let events) = decision { note(events, at: now.wall) }
        return decision
    }

    /// Applies all events; nil where all were possible.
    private static func apply(_ events: [RunEvent], to machine: inout RunMachine) -> IllegalMove? {
        for event in events {
            do { try machine.apply(event) } catch { return error }
        }
        return nil
    }

    /// An impossible move is a bug of ours: the driver ends before anything of it reaches the disk.
    private func stop(_ illegal: IllegalMove) {
        trouble = trouble ?? .damaged(RunID(context.id), why: "internal error: \(illegal)")
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
            // Whatever was said before the last steps ended is heard before the run ends.
            if flights.isEmpty, context.withMachine({ $0.isNearItsEnd }) { try takeInbox() }
            advance()
            interrupted.removeAll(keepingCapacity: true)
            for effect in context.withMachine({ $0.effects() }) where !isHeld || effect.isInterruption {
                prepare(effect)
            }
            if let trouble { throw trouble }
        } while try commit()
        endInterrupted()
    }

    private func advance() {
        let now = host.now
        while true {
            let (events, illegal) = context.withMachine { machine -> ([RunEvent], IllegalMove?) in
                let events = machine.advance(DecisionContext(now: now))
                return (events, Self.apply(events, to: &machine))
            }
            if let illegal { return stop(illegal) }
            guard !events.isEmpty else { return }
            note(events, at: now.wall)
            computeOutputs()
        }
    }

    /// Writes what is uncommitted, then starts what it allows. False where there was nothing to write.
    func commit() throws -> Bool {
        guard !uncommitted.isEmpty || !consumed.isEmpty else { return false }
        if context.withMachine({ $0.run.isClosed }) || prepared.contains(where: \.needsSyncBefore) { syncNow() }
        host.crashPoint("driver.before_commit")
        try host.rehearsal?.willCommit(prepared.map(\.intent))
        if try !write(onlyIfInboxEmpty: false) { try reconsider() }
        host.crashPoint("driver.after_commit")
        let starts = prepared
        prepared.removeAll(keepingCapacity: true)
        for attempt in starts { start(attempt) }
        for reply in recorded { reply(true) }
        recorded.removeAll()
        return true
    }

    /// The run's outputs belong to its outcome, and are computed once that is decided and before the run closes.
    private func computeOutputs() {
        let isDue = context.withMachine { $0.run.decidedOutcome != nil && $0.run.outputs == nil && !$0.run.isClosed }
        guard isDue, let outputs = performer.runOutputs() else { return }
        decide(.record(.outputsComputed(outputs)))
    }

    /// False where nothing was written because somebody has just said something.
    func write(onlyIfInboxEmpty: Bool) throws -> Bool {
        if let trouble { throw trouble }
        let (record, steps) = context.withMachine { machine in
            let steps = machine.unsaved.map { (path: machine.node($0).path, record: machine.steps[$0]) }
            return (machine.run, steps)
        }
        let batch = JournalBatch(
            run: RunID(context.id), epoch: epoch, events: uncommitted, record: record, steps: steps,
            consumed: consumed, onlyIfInboxEmpty: onlyIfInboxEmpty || record.isClosed)
        if try journal.commit(batch) == .inboxNotEmpty { return false }
        context.withMachine { $0.markSaved() }
        observer.committed(uncommitted.map { ($0.at, $0.event) }, run: context)
        uncommitted.removeAll(keepingCapacity: true)
        consumed.removeAll(keepingCapacity: true)
        try? journal.checkpoint(.ifLarge)
        return true
    }

    /// Somebody has said something just before the run closed or parked: nothing of it is on disk, so the driver goes
    /// back to what is, as after a crash, and takes what was said into account.
    private func reconsider() throws {
        let stored = try journal.load(RunID(context.id))
        uncommitted.removeAll()
        consumed.removeAll()
        let machine = RunMachine(plan: context.plan, run: stored.record, steps: stored.steps)
        context.withMachine { $0 = machine }
        try recover(machine.inFlight, place)
        try takeInbox()
    }

    var hasUncommitted: Bool { !uncommitted.isEmpty }

    /// What was decided is not to be written after all; the state is the caller's to put back.
    func forgetUncommitted() { uncommitted.removeAll() }

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

    /// Waits for messages; not for long, because the inbox is to be looked at, too.
    private func receive() throws -> [DriverMessage] {
        guard let rehearsal = host.rehearsal else { return mailbox.receive(within: min(patience, 250)) }
        let messages = mailbox.receive(within: 0)
        guard messages.isEmpty else { return messages }
        try rehearsal.pass(atMost: patience)
        return mailbox.receive(within: 0)
    }

    /// How long until something is due that nobody tells, milliseconds.
    private var patience: Int64 {
        let now = host.now
        let timers = context.withMachine { [$0.nextTimer, $0.run.openDeadline, $0.run.openEstimate] }
        return max(0, timers.compactMap { $0?.remaining(at: now) }.min() ?? .max)
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

    func takeInbox() throws {
        for entry in try journal.inbox(RunID(context.id)) where !consumed.contains(entry.id) {
            consumed.append(entry.id)
            handle(entry)
        }
    }

    /// Shorter waits are not worth a word to anybody, milliseconds.
    private static let leastWait: Int64 = 5_000

    /// Whether the run has begun to do nothing but wait, or goes on after that; its handlers may have something to do.
    private func tellWaiting() -> Bool {
        let (activity, until, people) = context.withMachine {
            ($0.run.activity, $0.waitingUntil, $0.run.activity == .waiting && $0.waitsForPeople())
        }
        switch (activity, until) {
        case _ where people: return false
        case (.running, let until?) where until.remaining(at: host.now) >= Self.leastWait:
            decide(.park(.waiting, reason: nil))
        case (.waiting, nil): decide(.resumeActivity)
        default: return false
        }
        return true
    }

    private func checkDeadlines() {
        if let estimate = record.openEstimate, estimate.hasPassed(at: host.now) { decide(.record(.estimateExceeded)) }
        guard let deadline = record.openDeadline, deadline.hasPassed(at: host.now) else { return }
        // Within a boot the wall clock plays no part.
        let isSure = record.clockWentBack == nil || deadline.due.bootID == host.now.bootID
        decide(.deadlinePassed(whileDriven: isSure, then: context.plan.runbook.deadline?.then ?? .stop))
    }

    /// What is in flight stays as it is; the next driver that has the secrets finds out what became of it.
    private func parkWithoutSecrets() throws -> DriveEnd? {
        guard !missing.isEmpty else { return nil }
        decide(.park(.attention, reason: missing.joined(separator: "; ")))
        _ = try write(onlyIfInboxEmpty: false)
        try? journal.checkpoint(.now)
        return .parked(.attention, record.direction)
    }

    /// Stops where nothing can go on by itself; not while somebody has just said something.
    private func park() throws -> DriveEnd? {
        guard flights.isEmpty, orphans.isEmpty, clearing == 0, !isAdmitting, !isVerifyingRollback,
            let activity = context.withMachine({ $0.standstill() })
        else { return nil }
        if record.activity != activity {
            if record.activity != .running { decide(.resumeActivity) }
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
        guard try write(onlyIfInboxEmpty: true) else {
            try reconsider()
            return nil
        }
        try? journal.checkpoint(.now)
        return .parked(activity, record.direction)
    }
}

extension Effect {
    fileprivate var isInterruption: Bool {
        if case .interrupt = self { true } else { false }
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
