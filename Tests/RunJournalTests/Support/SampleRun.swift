import Diagnostics
import Expressions
import RunJournal
import RunMachine
import RunPlan
import RunbookModel

/// A run of a small runbook, driven as the engine does it: decide, commit, apply.
final class SampleRun {
    let journal: any Journal
    let id: RunID
    private(set) var machine: RunMachine
    private(set) var epoch: Int64 = 0
    private var clock: Int64 = 1_000

    /// `stop`, then `install`, then `start`; each a command with an undo.
    static func plan(_ name: RunbookName = "update") -> Plan {
        let span = Span(file: SourceFile(name: "\(name).yml", text: ""), range: 0..<0)
        let call = ActionCall(kind: "command", argument: .list([]), span: span)
        var runbook = Runbook(name: name, span: span)
        var before: [StepID] = []
        for id in ["stop", "install", "start"] as [StepID] {
            var step = Step(id: id, span: span, body: .action(call))
            step.needs = before
            step.undo = .nothing
            runbook.steps.append(step)
            before = [id]
        }
        return Plan(runbook: runbook, included: [:], inputs: [:], system: nil, digest: "d1")
    }

    static func pinned(_ name: RunbookName = "update") -> Pinned {
        var pinned = Pinned(runbook: name, digest: "d1")
        pinned.sources = ["\(name).yml": Array("runbook: \(name)\n".utf8), "included.yml": []]
        pinned.profile = Pinned.Source(name: "demo.yml", bytes: Array("system: demo\n".utf8))
        pinned.inputs = #"{"version":"1.2.0"}"#
        pinned.environment = ["PATH": "/usr/bin", "LANG": "C.UTF-8"]
        pinned.workingDirectory = "/srv/demo"
        pinned.facts = #"{"host":"one"}"#
        pinned.belayVersion = "0.1.0"
        pinned.files = [Pinned.File(path: "scripts/migrate.sh", mode: 0o755, bytes: Array("#!/bin/sh\n".utf8))]
        return pinned
    }

    init(
        in journal: any Journal, runbook: RunbookName = "update", system: String? = "demo", by actor: Actor = .alice,
        undoOf: Int64? = nil, locks: [LockRequest] = [], isDriven: (HeldLock) -> Bool = { _ in true }
    ) throws {
        self.journal = journal
        machine = RunMachine(plan: Self.plan(runbook))
        let created = RunEvent.created(
            .init(runbook: runbook, planDigest: "d1", by: actor, deadline: nil, undoOf: undoOf))
        try machine.apply(created)
        var new = NewRun(
            pinned: Self.pinned(runbook), system: system, requester: actor,
            events: [JournalEntry(at: clock, created)], record: machine.run)
        new.locks = locks
        id = try journal.createRun(new, isDriven: isDriven)
    }

    /// Claims the run, as its first driver or another one.
    func claim() throws {
        let stored = try journal.claim(id)
        epoch = stored.epoch
        try commit([.claimed(.init(epoch: epoch, by: .alice, place: Stored(json: "{}"), byPerson: true))])
    }

    /// Claims and admits the run.
    func start() throws {
        try claim()
        try commit([.activityChanged(.running, reason: nil), .admitted])
    }

    func intend(_ step: StepPath, timeout: Int64 = 60_000) throws {
        let number = (machine.record(step)?.attempts ?? 0) + 1
        let now = moment
        let intent = AttemptIntent(
            step: step, number: number, purpose: .action, tryNumber: number, item: 0, token: "t\(number)", at: now,
            deadline: Deadline(from: now, length: timeout))
        try decide(.startAttempt(intent))
    }

    func end(_ step: StepPath, elapsed: Int64 = 250) throws {
        var outcome = AttemptOutcome(.done)
        outcome.exit = 0
        outcome.elapsed = elapsed
        try decide(.endAttempt(step, number: machine.record(step)?.attempts ?? 0, outcome))
    }

    /// Runs what is left, and closes.
    func finish() throws {
        for step in ["stop", "install", "start"] as [StepPath] {
            if machine.record(step)?.state == .pending { try intend(step) }
            if machine.record(step)?.inFlight != nil { try end(step) }
        }
        while case let events = machine.advance(context), !events.isEmpty { try commit(events) }
    }

    func decide(_ command: RunCommand) throws {
        guard case .events(let events) = machine.decide(command, context) else { throw Unexpected() }
        try commit(events)
    }

    /// Commits events; with other records than those that follow from them where a test wants that.
    @discardableResult
    func commit(
        _ events: [RunEvent], consuming consumed: [String] = [], onlyIfInboxEmpty: Bool = false,
        damage: (inout RunRecord) -> Void = { _ in }
    ) throws -> CommitResult {
        var next = machine
        for event in events { try next.apply(event) }
        clock += 10
        var record = next.run
        damage(&record)
        let result = try journal.commit(
            JournalBatch(
                run: id, epoch: epoch, events: events.map { JournalEntry(at: clock, $0) }, record: record,
                steps: next.unsaved.map { (next.node($0).path, next.steps[$0]) }, consumed: consumed,
                onlyIfInboxEmpty: onlyIfInboxEmpty))
        guard case .committed = result else { return result }
        next.markSaved()
        machine = next
        return result
    }

    var storedSteps: [StepPath: StepRecord] {
        Dictionary(
            uniqueKeysWithValues: machine.steps.enumerated().filter { $0.element != StepRecord() }
                .map { (machine.node($0.offset).path, $0.element) })
    }

    private var moment: Moment { Moment(wall: clock, boot: clock, bootID: "b") }
    private var context: DecisionContext { DecisionContext(now: moment) }

    struct Unexpected: Error {}
}
