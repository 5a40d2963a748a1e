import RunMachine
import RunbookModel

extension FileJournal {
    package func load(_ run: RunID) throws(JournalFailure) -> StoredRun {
        try readRows(of: run) { rows throws(JournalFailure) in try rows.load() }
    }

    package func pinned(_ run: RunID) throws(JournalFailure) -> Pinned {
        try readRows(of: run) { rows throws(JournalFailure) in
            try PinnedRows(database: rows.database, run: run).load()
        }
    }

    package func summary(_ run: RunID) throws(JournalFailure) -> RunSummary {
        try readRows(of: run) { rows throws(JournalFailure) in
            let found = try rows.database.first(
                "SELECT \(SummaryRow.columns) FROM runs WHERE id = ?", .int(run.number), read: SummaryRow.read)
            guard let found else { throw .noSuchRun(run) }
            return found
        }
    }

    package func events(_ run: RunID, after sequence: Int64, limit: Int) throws(JournalFailure) -> [StoredEvent] {
        try readRows(of: run) { rows throws(JournalFailure) in
            _ = try rows.head()
            return try rows.events(after: sequence, limit: limit)
        }
    }

    package func attempts(_ run: RunID, step: StepPath?) throws(JournalFailure) -> [AttemptRecord] {
        try readRows(of: run) { rows throws(JournalFailure) in
            _ = try rows.head()
            return try rows.attempts(step: step)
        }
    }

    package func inbox(_ run: RunID) throws(JournalFailure) -> [InboxEntry] {
        try readRows(of: run) { rows throws(JournalFailure) in
            _ = try rows.head()
            return try rows.inbox()
        }
    }

    package func dueNotices(at wall: Int64) throws(JournalFailure) -> [DueNotice] {
        try read { database throws(JournalFailure) in try NoticeRows(database: database).due(at: wall) }
    }

    package func locks() throws(JournalFailure) -> [HeldLock] {
        try read { database throws(JournalFailure) in try LockRows(database: database).all() }
    }

    package func locksOfRuns(after run: RunID) throws(JournalFailure) -> [(run: RunID, locks: [LockRequest])] {
        try read { database throws(JournalFailure) in try PinnedRows.locks(after: run, database) }
    }

    package func runs(_ filter: RunFilter) throws(JournalFailure) -> [Result<RunSummary, JournalFailure>] {
        let query = Self.query(filter)
        return try read { database throws(JournalFailure) in
            try database.rows(query.sql, query.bindings) { row throws(JournalFailure) in
                do throws(JournalFailure) {
                    return .success(try SummaryRow.read(row))
                } catch {
                    return .failure(error)
                }
            }
        }
    }

    private static func query(_ filter: RunFilter) -> (sql: String, bindings: [Binding]) {
        var conditions: [String] = []
        var bindings: [Binding] = []
        func require(_ column: String, _ value: String?) {
            guard let value else { return }
            conditions.append(column + " = ?")
            bindings.append(.text(value))
        }
        if let isOpen = filter.isOpen { conditions.append("outcome IS \(isOpen ? "" : "NOT ")NULL") }
        require("runbook", filter.runbook?.text)
        require("system", filter.system)
        require("outcome", filter.outcome?.rawValue)
        require("requester", filter.requester)
        func require(_ condition: String, _ run: RunID?) {
            guard let run else { return }
            conditions.append(condition)
            bindings.append(.int(run.number))
        }
        require("undo_of = ?", filter.undoOf)
        require("id < ?", filter.before)
        let place = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        bindings.append(.int(Int64(filter.limit)))
        return ("SELECT \(SummaryRow.columns) FROM runs\(place) ORDER BY id DESC LIMIT ?", bindings)
    }

    /// Looks at the latest runs of the runbook only, so that it stays cheap however many there are.
    package func recentDurations(_ runbook: RunbookName, step: StepPath, purpose: Purpose, limit: Int)
        throws(JournalFailure) -> [Int64]
    {
        try read { database throws(JournalFailure) in
            try database.rows(
                """
                SELECT a.elapsed
                FROM (SELECT id FROM runs WHERE runbook = ? ORDER BY id DESC LIMIT \(Self.recentRuns)) r
                CROSS JOIN attempts a ON a.run = r.id AND a.step = ?
                WHERE a.purpose = ? AND a.kind = 'done' AND a.elapsed IS NOT NULL
                ORDER BY r.id DESC, a.number DESC LIMIT ?
                """, .text(runbook.text), .text(step.text), .text(purpose.rawValue), .int(Int64(limit))
            ) { $0.int(0) }
        }
    }

    private static var recentRuns: Int { 50 }

    /// Reads of one run. Damage that SQLite finds on the way concerns that run: others may well be whole.
    func readRows<T: Sendable>(
        of run: RunID, _ body: (RunRows) throws(JournalFailure) -> T
    ) throws(JournalFailure) -> T {
        do throws(JournalFailure) {
            return try read { database throws(JournalFailure) in try body(RunRows(database: database, run: run)) }
        } catch {
            guard case .corrupt(_, let why) = error else { throw error }
            throw .damaged(run, why: why)
        }
    }
}
