import Diagnostics
import Expressions
import Glibc
import RunHost
import RunJournal
import RunMachine
import RunPlan
import RunbookLoading
import RunbookModel

/// The one way in to runs: everything that a command, or later a daemon, does with them.
package final class RunService: Sendable {
    package let workspace: Workspace
    package let journal: any Journal
    package let actor: Actor

    package init(workspace: Workspace, journal: any Journal, actor: Actor) {
        self.workspace = workspace
        self.journal = journal
        self.actor = actor
    }

    /// Opens the journal of a workspace, and makes it where `creates` says so.
    package static func open(_ workspace: Workspace, creates: Bool, actor: Actor) throws(ServiceFailure) -> RunService {
        do throws(JournalFailure) {
            let journal = try FileJournal(workspace.state, creates ? .create : .existing)
            return RunService(workspace: workspace, journal: journal, actor: actor)
        } catch { throw .journal(error) }
    }

    // MARK: Starting

    /// Opens a run: pinned, with its locks, and nothing of it started.
    ///
    /// Errors: `.journal(.locked)` where another run has one of its locks.
    package func create(_ draft: RunDraft, host: EngineHost) throws(ServiceFailure) -> RunID {
        let now = host.now
        let deadline = try draft.deadline(from: now)
        let created = RunEvent.Created(
            runbook: draft.plan.runbook.name, planDigest: draft.plan.digest, by: actor, deadline: deadline,
            estimate: draft.estimate(from: now), guided: draft.isGuided)
        return try create(
            draft.plan, draft.pinned, created, locks: try draft.locks(), system: draft.plan.system?.name,
            at: now)
    }

    private func create(
        _ plan: Plan, _ pinned: Pinned, _ created: RunEvent.Created, locks: [LockRequest], system: String?,
        at now: Moment
    ) throws(ServiceFailure) -> RunID {
        var new = try Self.opened(plan, pinned, created, by: actor, system: system, at: now)
        new.locks = locks
        do throws(JournalFailure) {
            let id = try journal.createRun(new) { lock in self.isDriven(lock.run) }
            try workspace.state.makeRunDirectory(id, plan.runbook.name)
            return id
        } catch { throw .journal(error) }
    }

    /// What opens a run in a journal.
    static func opened(
        _ plan: Plan, _ pinned: Pinned, _ created: RunEvent.Created, by actor: Actor, system: String?, at now: Moment
    ) throws(ServiceFailure) -> NewRun {
        var machine = RunMachine(plan: plan)
        guard case .events(let events) = machine.decide(.create(created), DecisionContext(now: now)) else {
            throw .refused("internal error: the run cannot be opened", help: nil)
        }
        do { for event in events { try machine.apply(event) } } catch {
            throw .refused("internal error: \(error)", help: nil)
        }
        var new = NewRun(
            pinned: pinned, system: system, requester: actor, events: events.map { JournalEntry(at: now.wall, $0) },
            record: machine.run)
        for index in machine.unsaved { new.steps[machine.node(index).path] = machine.steps[index] }
        return new
    }

    /// Starts a new run that takes back what a closed run did, from what that run pinned and saved.
    package func createUndo(of run: RunID, host: EngineHost) throws(ServiceFailure) -> RunID {
        do {
            let stored = try journal.load(run)
            guard let outcome = stored.record.outcome else { throw JournalFailure.runIsOpen(run) }
            guard outcome == .succeeded || outcome == .failed || outcome == .cancelled else {
                throw ServiceFailure.refused(
                    "run \(run) ended as \(outcome.rawValue): there is nothing of it to take back", help: nil)
            }
            try refuseSecondUndo(of: stored)
            try checkSnapshots(of: stored)
            let pinned = try journal.pinned(run)
            let plan = try plan(from: pinned)
            let locks = try RunDraft.locks(of: plan, pinned)
            try refuseLaterHolders(of: locks, since: stored)
            let created = RunEvent.Created(
                runbook: plan.runbook.name, planDigest: plan.digest, by: actor, deadline: nil,
                undoOf: run.number, steps: stored.steps)
            return try create(plan, pinned, created, locks: locks, system: plan.system?.name, at: host.now)
        } catch {
            throw ServiceFailure(of: error)
        }
    }

    /// What was taken back, or is being taken back, is not taken back once more.
    private func refuseSecondUndo(of stored: StoredRun) throws {
        let filter = RunFilter(runbook: stored.summary.runbook, undoOf: stored.id)
        let undos = try journal.runs(filter).compactMap { try? $0.get() }
        if let open = undos.first(where: \.isOpen) {
            throw ServiceFailure.refused(
                "run \(open.id) is taking back run \(stored.id)", help: "belay resume \(open.id) goes on with it")
        }
        if let done = undos.first(where: { $0.outcome == .rolledBack }) {
            throw ServiceFailure.refused("run \(stored.id) was taken back by run \(done.id)", help: nil)
        }
    }

    private func checkSnapshots(of stored: StoredRun) throws(ServiceFailure) {
        let directory = workspace.state.runDirectory(stored.id, stored.summary.runbook)
        for (path, record) in stored.steps {
            guard let snapshot = record.snapshot else { continue }
            let manifest = "\(directory)/snapshots/\(path.fileName)/\(snapshot)"
            guard access(manifest, F_OK) == 0 else {
                throw .refused(
                    "what step '\(path)' of run \(stored.id) saved is gone (\(manifest))",
                    help:
                        "snapshots are kept for \(DurationText.render(workspace.configuration.keepUndo)) (retention.keep_undo)"
                )
            }
        }
    }

    /// A later run under the same lock has worked on what this one left.
    private func refuseLaterHolders(of locks: [LockRequest], since stored: StoredRun) throws {
        guard !locks.isEmpty else { return }
        let names = Set(locks.map(\.name))
        for later in try journal.locksOfRuns(after: stored.id) {
            guard let lock = later.locks.first(where: { names.contains($0.name) }),
                case let summary = try journal.summary(later.run), summary.outcome != .refused
            else { continue }
            throw ServiceFailure.refused(
                "run \(later.run) (\(summary.runbook)) worked under the lock '\(lock.name)' after run \(stored.id)",
                help: "undo run \(later.run) first, or put things back by hand")
        }
    }

    // MARK: Driving

    /// Whether somebody drives a run now.
    package func isDriven(_ run: RunID) -> Bool {
        guard let summary = try? journal.summary(run) else { return false }
        return workspace.state.isDriven(run, summary.runbook)
    }

    /// Claims a run for this process and gives its driver, which has done nothing yet.
    ///
    /// Errors: `.journal(.driven)` while another process drives it.
    package func claim(_ run: RunID, _ options: ClaimOptions, host: EngineHost, observer: any RunObserver)
        throws(ServiceFailure) -> ClaimedRun
    {
        do {
            return try Claim(service: self, run: run, options: options, host: host, observer: observer).make()
        } catch {
            throw ServiceFailure(of: error) { "run \(run) cannot be driven: \($0)" }
        }
    }

    /// The plan of a run, made again from what it pinned.
    ///
    /// Without the values of its secret inputs it is good for looking at, not for driving.
    package func plan(from pinned: Pinned, secretInputs: [String: Value] = [:]) throws(ServiceFailure) -> Plan {
        try PinnedPlan.make(pinned, secretInputs: secretInputs)
    }

    // MARK: Saying something to a run

    /// Records a decision for whoever drives the run, or for its next driver.
    package func say(_ run: RunID, _ kind: String, _ decision: HumanDecision) throws(ServiceFailure) -> InboxResult {
        do {
            return try Self.say(run, kind, decision, plan: try plan(from: try journal.pinned(run)), journal)
        } catch {
            throw ServiceFailure(of: error)
        }
    }

    static func say(_ run: RunID, _ kind: String, _ decision: HumanDecision, plan: Plan, _ journal: any Journal)
        throws -> InboxResult
    {
        let entry = InboxEntry(
            id: decision.id, run: run, kind: kind, payload: try Stored(encoding: decision), actor: decision.actor,
            at: decision.at)
        return try journal.record(entry) { stored in
            if kind == InboxKind.pause {
                return stored.record.isClosed ? .refuse(why: "the run is closed") : .accept
            }
            let now = Moment(wall: decision.at, boot: 0, bootID: "")
            let command: RunCommand = kind == InboxKind.cancel ? .cancel(decision) : .decide(decision)
            return judge(command, stored, plan, now)
        }
    }

    /// A decision of this process's user, with an id of its own.
    package func decision(
        _ choice: Choice, step: StepPath?, why: String, evidence: EvidenceFile? = nil, outputs: Stored? = nil,
        host: EngineHost
    ) -> HumanDecision {
        HumanDecision(
            id: String(host.random(), radix: 36), choice: choice, step: step, why: why, actor: actor, at: host.now.wall,
            evidence: evidence?.name, evidenceSHA256: evidence?.sha256, outputs: outputs)
    }
}

/// How a run is claimed.
package struct ClaimOptions: Sendable {
    /// A person asked for it; resets the count of drivers that died.
    package var byPerson = true
    /// Goes on although the state directory was copied or comes from another machine: why.
    package var takeOver: String?
    /// Moves the run to its files as they are now, where nothing changes that has begun.
    package var adopts = false
    /// Answers `confirm` with yes; never an approval.
    package var confirmsAhead = false
    /// Turns guide mode on or off; nil: as it was.
    package var guides: Bool?
    /// Values of secret inputs that were given with the command; others are looked for where `SecretInputs` says.
    package var secretInputs: [String: Value] = [:]
    package var environment: [String: String]
    package var ask: (@Sendable (_ prompt: String, _ isSecret: Bool) -> String?)?
    package init(environment: [String: String]) { self.environment = environment }
}

/// A run that this process drives: its driver, and what the claim found in flight.
package struct ClaimedRun {
    package let driver: Driver
    let inFlight: [AttemptIntent]
    let recordedPlace: Place?
    let lock: DriverLock

    /// Drives the run until it closes or stands still.
    package func drive() throws(ServiceFailure) -> DriveEnd { try drive(inFlight, recordedPlace) }

    /// Drives on after the run stood still in this process, for example because somebody has made a choice.
    package func driveOn() throws(ServiceFailure) -> DriveEnd { try drive([], nil) }

    private func drive(_ inFlight: [AttemptIntent], _ recordedPlace: Place?) throws(ServiceFailure) -> DriveEnd {
        do {
            defer { withExtendedLifetime(lock) {} }
            return try driver.drive(recovering: inFlight, recordedPlace: recordedPlace)
        } catch let failure as JournalFailure {
            throw .journal(failure)
        } catch {
            throw ServiceFailure(of: error)
        }
    }
}
