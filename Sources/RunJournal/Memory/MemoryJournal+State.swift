import RunMachine
import RunbookModel

extension MemoryJournal.State {
    func run(_ id: RunID) throws(JournalFailure) -> Run {
        guard let run = runs[id] else { throw .noSuchRun(id) }
        return run
    }

    /// By name, then by run.
    var locks: [HeldLock] { runs.values.flatMap(\.locks).sorted { ($0.name, $0.run) < ($1.name, $1.run) } }

    mutating func append(_ entries: [JournalEntry], to id: RunID) {
        for entry in entries { runs[id]?.append(entry, of: id) }
    }

    /// Errors: `.locked` where a lock is in the way and may not be taken from its holder.
    func checkFree(
        _ requests: [LockRequest], for id: RunID, isDriven: (HeldLock) -> Bool
    ) throws(JournalFailure) {
        for request in requests {
            for lock in locks where lock.blocks(request, of: id) {
                guard request.preempts, !isDriven(lock) else { throw .locked(lock) }
            }
        }
    }

    /// Takes locks that are free, or whose holders nobody drives.
    mutating func take(_ requests: [LockRequest], for id: RunID, at: Int64) {
        guard let new = runs[id]?.new else { return }
        for request in requests {
            for lock in locks where lock.blocks(request, of: id) {
                take(away: lock, by: new.requester, why: LockPreemption.told(toHolder: id), at: at)
                append([JournalEntry(at: at, LockPreemption.event(for: lock, by: new.requester))], to: id)
            }
            let own = runs[id]?.locks.first { $0.name == request.name }
            runs[id]?.locks.removeAll { $0.name == request.name }
            runs[id]?.locks.append(
                HeldLock(
                    name: request.name, mode: own?.mode == .exclusive ? .exclusive : request.mode, run: id,
                    runbook: new.pinned.runbook, owner: new.requester, since: own?.since ?? at))
            append([JournalEntry(at: at, .lockTaken(name: request.name))], to: id)
        }
    }

    mutating func take(away lock: HeldLock, by actor: Actor, why: String, at: Int64) {
        runs[lock.run]?.locks.removeAll { $0.name == lock.name }
        append([JournalEntry(at: at, .lockBroken(name: lock.name, by: actor, why: why))], to: lock.run)
    }
}

extension MemoryJournal.State.Run {
    var unread: [InboxEntry] { inbox.filter { !$0.isConsumed }.map(\.entry) }

    mutating func append(_ entry: JournalEntry, of id: RunID) {
        let sequence = Int64(events.count) + 1
        hash = HashChain.next(
            after: hash, run: id, sequence: sequence, at: entry.at, event: JSONCoding.encode(entry.event))
        events.append(
            StoredEvent(
                run: id, sequence: sequence, at: entry.at, event: entry.event, hash: HashChain.hexadecimal(hash)))
    }

    mutating func take(_ batch: JournalBatch) {
        record = batch.record
        for (path, step) in batch.steps {
            steps[path] = step
            notices.put(step, path)
        }
        for place in inbox.indices where batch.consumed.contains(inbox[place].entry.id) {
            inbox[place].isConsumed = true
        }
        guard record.outcome != nil else { return }
        endedAt = events.last?.at
        locks = []
    }

    func summary(_ id: RunID) -> RunSummary {
        RunSummary(
            id: id, runbook: new.pinned.runbook, system: new.system, requester: new.requester,
            direction: record.direction, activity: record.activity, outcome: record.outcome,
            startedAt: new.events.first?.at ?? 0, endedAt: endedAt, undoOf: new.record.undoOf.map { RunID($0) })
    }

    func stored(_ id: RunID) -> StoredRun {
        StoredRun(
            id: id, summary: summary(id), epoch: epoch, lastSequence: Int64(events.count),
            lastEventAt: events.last?.at ?? 0, record: record, steps: steps, inbox: unread)
    }
}

extension RunFilter {
    /// Whether a run is asked for, but for the limit.
    func includes(_ run: RunSummary) -> Bool {
        (isOpen ?? run.isOpen) == run.isOpen && (runbook ?? run.runbook) == run.runbook
            && (system == nil || system == run.system) && (outcome == nil || outcome == run.outcome)
            && (requester ?? run.requester.user) == run.requester.user && (undoOf == nil || undoOf == run.undoOf)
            && (before.map { run.id < $0 } ?? true)
    }
}
