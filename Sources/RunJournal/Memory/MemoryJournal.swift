import RunMachine
import RunPlan
import RunbookModel
import Synchronization

/// A journal that is gone with its process: for tests, and for looking ahead without a trace.
package final class MemoryJournal: Journal {
    private let state = Mutex(State())

    package init() {}

    struct State {
        var runs: [RunID: Run] = [:]
        var lastRun: Int64 = 0
        var changes: Int64 = 0

        struct Run {
            var new: NewRun
            var record: RunRecord
            var steps: [StepPath: StepRecord]
            var epoch: Int64 = 0
            var events: [StoredEvent] = []
            var hash = HashChain.start
            var endedAt: Int64?
            var inbox: [(entry: InboxEntry, isConsumed: Bool)] = []
            var locks: [HeldLock] = []
            var notices = MemoryNotices()
        }
    }

    /// Changes the state. What can throw comes before the first change.
    private func write<T: Sendable>(
        _ body: (inout State) throws(JournalFailure) -> T
    ) throws(JournalFailure) -> T {
        try state.withLock { state throws(JournalFailure) -> T in
            let result = try body(&state)
            state.changes += 1
            return result
        }
    }

    private func read<T: Sendable>(
        _ run: RunID, _ body: (State.Run) throws(JournalFailure) -> T
    ) throws(JournalFailure) -> T {
        try state.withLock { state throws(JournalFailure) -> T in try body(try state.run(run)) }
    }

    package func createRun(_ new: NewRun, isDriven: (HeldLock) -> Bool) throws(JournalFailure) -> RunID {
        try write { state throws(JournalFailure) in
            let id = RunID(state.lastRun + 1)
            try state.checkFree(new.locks, for: id, isDriven: isDriven)
            state.lastRun = id.number
            state.runs[id] = State.Run(new: new, record: new.record, steps: new.steps)
            state.append(new.events, to: id)
            let at = new.events.last?.at ?? 0
            state.take(new.locks, for: id, at: at)
            return id
        }
    }

    package func claim(_ run: RunID) throws(JournalFailure) -> StoredRun {
        try write { state throws(JournalFailure) in
            guard try state.run(run).record.outcome == nil else { throw .runIsClosed(run) }
            state.runs[run]?.epoch += 1
            return try state.run(run).stored(run)
        }
    }

    package func commit(_ batch: JournalBatch) throws(JournalFailure) -> CommitResult {
        try write { state throws(JournalFailure) in
            let run = try state.run(batch.run)
            guard run.epoch == batch.epoch else { throw .superseded(batch.run, by: run.epoch) }
            guard run.record.outcome == nil else { throw .runIsClosed(batch.run) }
            if batch.onlyIfInboxEmpty {
                guard Set(run.unread.map(\.id)).subtracting(batch.consumed).isEmpty else { return .inboxNotEmpty }
            }
            state.append(batch.events, to: batch.run)
            state.runs[batch.run]?.take(batch)
            return .committed(last: Int64(state.runs[batch.run]?.events.count ?? 0))
        }
    }

    package func load(_ run: RunID) throws(JournalFailure) -> StoredRun {
        try read(run) { $0.stored(run) }
    }

    package func pinned(_ run: RunID) throws(JournalFailure) -> Pinned { try read(run) { $0.new.pinned } }

    package func summary(_ run: RunID) throws(JournalFailure) -> RunSummary {
        try read(run) { $0.summary(run) }
    }

    package func runs(_ filter: RunFilter) throws(JournalFailure) -> [Result<RunSummary, JournalFailure>] {
        state.withLock { state in
            let all = state.runs.sorted { $0.key > $1.key }.lazy.map { id, run in run.summary(id) }
            return all.filter(filter.includes).prefix(filter.limit).map { .success($0) }
        }
    }

    package func events(_ run: RunID, after sequence: Int64, limit: Int) throws(JournalFailure) -> [StoredEvent] {
        try read(run) { Array($0.events.dropFirst(Int(sequence)).prefix(limit)) }
    }

    package func attempts(_ run: RunID, step: StepPath?) throws(JournalFailure) -> [AttemptRecord] {
        try read(run) { AttemptFold.attempts(in: $0.events).filter { step == nil || $0.intent.step == step } }
    }

    package func recentDurations(_ runbook: RunbookName, step: StepPath, purpose: Purpose, limit: Int)
        throws(JournalFailure) -> [Int64]
    {
        state.withLock { state in
            let runs = state.runs.sorted { $0.key > $1.key }.filter { $0.value.new.pinned.runbook == runbook }
            let attempts = runs.flatMap { AttemptFold.attempts(in: $0.value.events).reversed() }
            let fitting = attempts.filter {
                $0.intent.step == step && $0.intent.purpose == purpose && $0.outcome?.kind == .done
            }
            return Array(fitting.compactMap { $0.outcome?.elapsed }.prefix(limit))
        }
    }

    package func changeCounter() throws(JournalFailure) -> Int64 { state.withLock { $0.changes } }

    package func record(_ entry: InboxEntry, judge: (StoredRun) -> InboxVerdict) throws(JournalFailure) -> InboxResult {
        try write { state throws(JournalFailure) in
            let run = try state.run(entry.run)
            if run.inbox.contains(where: { $0.entry.id == entry.id }) { return .repeated }
            guard run.record.outcome == nil else { throw .runIsClosed(entry.run) }
            switch judge(run.stored(entry.run)) {
            case .refuse(let why): return .refused(why: why)
            case .repeated: return .repeated
            case .accept:
                state.runs[entry.run]?.inbox.append((entry, false))
                return .recorded
            }
        }
    }

    package func inbox(_ run: RunID) throws(JournalFailure) -> [InboxEntry] { try read(run) { $0.unread } }

    package func locks() throws(JournalFailure) -> [HeldLock] { state.withLock { $0.locks } }

    package func locksOfRuns(after run: RunID) throws(JournalFailure) -> [(run: RunID, locks: [LockRequest])] {
        state.withLock { state in
            state.runs.filter { $0.key > run && !$0.value.new.locks.isEmpty }.sorted { $0.key < $1.key }
                .map { (run: $0.key, locks: $0.value.new.locks) }
        }
    }

    package func breakLock(_ name: String, by actor: Actor, why: String, at: Int64) throws(JournalFailure) -> [RunID] {
        try write { state throws(JournalFailure) in
            let holders = state.locks.filter { $0.name == name }
            guard !holders.isEmpty else { throw .noSuchLock(name) }
            for lock in holders { state.take(away: lock, by: actor, why: why, at: at) }
            return holders.map(\.run)
        }
    }

    package func retakeLocks(_ run: RunID, epoch: Int64, at: Int64) throws(JournalFailure) -> [String] {
        try write { state throws(JournalFailure) in
            let found = try state.run(run)
            guard found.epoch == epoch else { throw .superseded(run, by: found.epoch) }
            guard found.record.outcome == nil else { throw .runIsClosed(run) }
            let held = Set(found.locks.map(\.name))
            let missing = found.new.locks.filter { !held.contains($0.name) }
            try state.checkFree(missing, for: run, isDriven: { _ in true })
            state.take(missing, for: run, at: at)
            return missing.map(\.name)
        }
    }

    package func repin(
        _ run: RunID, epoch: Int64, _ pinned: Pinned, locks: [LockRequest], _ entry: JournalEntry
    ) throws(JournalFailure) {
        try write { state throws(JournalFailure) in
            let found = try state.run(run)
            guard found.epoch == epoch else { throw .superseded(run, by: found.epoch) }
            guard found.record.outcome == nil else { throw .runIsClosed(run) }
            state.runs[run]?.new.pinned = pinned
            state.runs[run]?.new.locks = locks
            state.append([entry], to: run)
        }
    }

    package func note(_ run: RunID, text: String, by actor: Actor, at: Int64) throws(JournalFailure) {
        try write { state throws(JournalFailure) in
            _ = try state.run(run)
            state.append([JournalEntry(at: at, .noted(text: text, by: actor))], to: run)
        }
    }

    package func dueNotices(at wall: Int64) throws(JournalFailure) -> [DueNotice] {
        state.withLock { state in
            let due = state.runs.flatMap { id, run in run.notices.due(at: wall, id) }
            return due.sorted { $0.due < $1.due }.prefix(100).map(\.notice)
        }
    }

    package func claimNotice(_ notice: DueNotice, at wall: Int64) throws(JournalFailure) -> Bool {
        try write { state in state.runs[notice.run]?.notices.claim(notice, at: wall) ?? false }
    }

    package func tell(_ run: RunID, _ step: StepPath, _ notice: Notice, at: Int64) throws(JournalFailure) {
        try write { state throws(JournalFailure) in
            _ = try state.run(run)
            state.append([JournalEntry(at: at, .told(step, notice))], to: run)
        }
    }

    package func remove(_ run: RunID) throws(JournalFailure) {
        try write { state throws(JournalFailure) in
            guard try state.run(run).record.outcome != nil else { throw .runIsOpen(run) }
            state.runs[run] = nil
        }
    }

    package func audit(_ run: RunID?, plan: (RunID, Pinned) throws -> Plan) throws(JournalFailure) -> AuditReport {
        let runs = state.withLock { $0.runs }
        if let run, runs[run] == nil { throw .noSuchRun(run) }
        var report = AuditReport()
        for (id, stored) in runs.sorted(by: { $0.key < $1.key }) where run == nil || id == run {
            report.runs.append(id)
            report.events += stored.events.count
            let audit = RunAudit(
                stored: stored.stored(id), events: stored.events,
                attempts: AttemptFold.attempts(in: stored.events))
            let problems = audit.problems(of: id, pinned: stored.new.pinned, plan: plan)
            report.findings += problems.map { AuditReport.Finding(run: id, problem: $0) }
        }
        return report
    }

    package func checkpoint(_ when: CheckpointMoment) throws(JournalFailure) {}
}
