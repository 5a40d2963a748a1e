import RunMachine
import RunbookModel

extension RunRows {
    /// Errors: `.noSuchRun`, `.damaged`.
    func load() throws(JournalFailure) -> StoredRun {
        let steps = try steps()
        let inbox = try inbox()
        let stored = try database.first(
            "SELECT \(SummaryRow.columns), epoch, last_seq, last_at, record FROM runs WHERE id = ?", .int(run.number)
        ) { row throws(JournalFailure) in
            let next = SummaryRow.count
            return StoredRun(
                id: run, summary: try SummaryRow.read(row), epoch: row.int(next), lastSequence: row.int(next + 1),
                lastEventAt: row.int(next + 2),
                record: try decode(RunRecord.self, row.textBytes(next + 3), "the run's record"), steps: steps,
                inbox: inbox)
        }
        guard let stored else { throw .noSuchRun(run) }
        return stored
    }

    func steps() throws(JournalFailure) -> [StepPath: StepRecord] {
        let rows = try database.rows("SELECT path, record FROM steps WHERE run = ?", .int(run.number)) {
            row throws(JournalFailure) in
            let path = row.text(0)
            return (StepPath(path), try decode(StepRecord.self, row.textBytes(1), "step '\(path)'"))
        }
        return Dictionary(rows) { first, _ in first }
    }

    func inbox() throws(JournalFailure) -> [InboxEntry] {
        try database.rows(
            """
            SELECT id, kind, payload, actor, at FROM inbox WHERE run = ? AND consumed_seq IS NULL ORDER BY position
            """, .int(run.number)
        ) { row throws(JournalFailure) in
            let id = row.text(0)
            return InboxEntry(
                id: id, run: run, kind: row.text(1), payload: Stored(json: row.text(2)),
                actor: try decode(Actor.self, row.textBytes(3), "inbox entry '\(id)'"), at: row.int(4))
        }
    }

    func events(after sequence: Int64, limit: Int) throws(JournalFailure) -> [StoredEvent] {
        try database.rows(
            "SELECT seq, at, event, hash FROM events WHERE run = ? AND seq > ? ORDER BY seq LIMIT ?", .int(run.number),
            .int(sequence), .int(Int64(limit))
        ) { row throws(JournalFailure) in
            let sequence = row.int(0)
            return StoredEvent(
                run: run, sequence: sequence, at: row.int(1),
                event: try decode(RunEvent.self, row.textBytes(2), "event \(sequence)"),
                hash: HashChain.hexadecimal(row.blob(3)))
        }
    }

    func attempts(step: StepPath?) throws(JournalFailure) -> [AttemptRecord] {
        let columns = """
            SELECT i.seq, i.event, e.seq, e.event, e.at FROM attempts a
            JOIN events i ON i.run = a.run AND i.seq = a.intended_seq
            LEFT JOIN events e ON e.run = a.run AND e.seq = a.ended_seq
            """
        if let step {
            return try database.rows(
                columns + " WHERE a.run = ? AND a.step = ? ORDER BY a.intended_seq", .int(run.number),
                .text(step.text), read: attempt)
        }
        return try database.rows(
            columns + " WHERE a.run = ? ORDER BY a.intended_seq", .int(run.number), read: attempt)
    }

    private func attempt(_ row: borrowing Row) throws(JournalFailure) -> AttemptRecord {
        let intended = try decode(RunEvent.self, row.textBytes(1), "event \(row.int(0))")
        guard case .attemptIntended(let intent) = intended else {
            throw .damaged(run, why: "event \(row.int(0)) is no intent")
        }
        guard !row.isNull(2) else { return AttemptRecord(intent: intent, outcome: nil, endedAt: nil) }
        let ended = try decode(RunEvent.self, row.textBytes(3), "event \(row.int(2))")
        guard case .attemptEnded(_, _, let outcome, _) = ended else {
            throw .damaged(run, why: "event \(row.int(2)) is no outcome")
        }
        return AttemptRecord(intent: intent, outcome: outcome, endedAt: row.int(4))
    }
}

/// The columns of a run's row that lists show.
enum SummaryRow {
    static let columns = """
        id, runbook, system, requester, requester_uid, requester_login, direction, activity, outcome, started_at, \
        ended_at, undo_of
        """
    static let count: Int32 = 12

    static func read(_ row: borrowing Row) throws(JournalFailure) -> RunSummary {
        let run = RunID(row.int(0))
        let outcome = row.optionalText(8)
        guard let direction = Direction(rawValue: row.text(6)), let activity = Activity(rawValue: row.text(7)),
            outcome == nil || Outcome(rawValue: outcome!) != nil,
            let uid = UInt32(exactly: row.int(4))
        else { throw .damaged(run, why: "its state is none that a run can have") }
        return RunSummary(
            id: run, runbook: RunbookName(row.text(1)), system: row.optionalText(2),
            requester: Actor(
                user: row.text(3), uid: uid, loginUID: row.optionalInt(5).flatMap { UInt32(exactly: $0) }),
            direction: direction, activity: activity, outcome: outcome.flatMap(Outcome.init), startedAt: row.int(9),
            endedAt: row.optionalInt(10), undoOf: row.optionalInt(11).map { RunID($0) })
    }
}
