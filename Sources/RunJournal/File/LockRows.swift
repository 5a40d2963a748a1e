import RunMachine
import RunbookModel

/// The locks that runs hold, within a transaction of whoever uses it.
struct LockRows {
    let database: Connection

    private static let selection = """
        SELECT l.name, l.mode, l.since, r.id, r.runbook, r.requester, r.requester_uid, r.requester_login
        FROM locks l JOIN runs r ON r.id = l.run
        """

    func all() throws(JournalFailure) -> [HeldLock] {
        try database.rows(Self.selection + " ORDER BY l.name, l.run", read: Self.read)
    }

    func held(_ name: String) throws(JournalFailure) -> [HeldLock] {
        try database.rows(Self.selection + " WHERE l.name = ? ORDER BY l.run", .text(name), read: Self.read)
    }

    /// The names of the locks that a run holds.
    func held(by run: RunID) throws(JournalFailure) -> [String] {
        try database.rows("SELECT name FROM locks WHERE run = ?", .int(run.number)) { $0.text(0) }
    }

    /// Takes all locks or, where one is in the way, throws `.locked`. Gives the events for the run that takes them.
    func take(
        _ requests: [LockRequest], for run: RunID, by actor: Actor, at: Int64, isDriven: (HeldLock) -> Bool
    ) throws(JournalFailure) -> [RunEvent] {
        var events: [RunEvent] = []
        for request in requests {
            for lock in try held(request.name) where lock.blocks(request, of: run) {
                guard request.preempts, !isDriven(lock) else { throw .locked(lock) }
                try take(away: lock, by: actor, why: LockPreemption.told(toHolder: run), at: at)
                events.append(LockPreemption.event(for: lock, by: actor))
            }
            try database.run(
                """
                INSERT INTO locks (name, run, mode, since) VALUES (?, ?, ?, ?)
                ON CONFLICT (name, run) DO UPDATE SET mode = min(mode, excluded.mode)
                """, .text(request.name), .int(run.number), .text(request.mode.rawValue), .int(at))
            events.append(.lockTaken(name: request.name))
        }
        return events
    }

    /// Takes a lock from its holder, and tells it there.
    func take(away lock: HeldLock, by actor: Actor, why: String, at: Int64) throws(JournalFailure) {
        try database.run(
            "DELETE FROM locks WHERE name = ? AND run = ?", .text(lock.name), .int(lock.run.number))
        try RunRows(database: database, run: lock.run).annotate(
            [.lockBroken(name: lock.name, by: actor, why: why)], at: at)
    }

    private static func read(_ row: borrowing Row) throws(JournalFailure) -> HeldLock {
        HeldLock(
            name: row.text(0), mode: LockMode(rawValue: row.text(1)) ?? .exclusive, run: RunID(row.int(3)),
            runbook: RunbookName(row.text(4)),
            owner: Actor(
                user: row.text(5), uid: UInt32(truncatingIfNeeded: row.int(6)),
                loginUID: row.optionalInt(7).map { UInt32(truncatingIfNeeded: $0) }), since: row.int(2))
    }
}
