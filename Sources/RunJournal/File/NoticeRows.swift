import Expressions
import RunMachine
import RunbookModel

/// Whom to tell of open prompts, and when.
struct NoticeRows {
    let database: Connection

    /// Brings the notices of a step in line with its record: planned while it asks, forgotten once it does not.
    func put(_ step: StepRecord, run: RunID, path: StepPath) throws(JournalFailure) {
        guard let prompt = step.prompt else { return }
        guard step.openPrompt != nil else {
            try database.run(
                "DELETE FROM notices WHERE run = ? AND step = ? AND claimed_at IS NULL", .int(run.number),
                .text(path.text))
            return
        }
        for notice in prompt.notices { try insert(notice, run, path.text, attempt: prompt.attempt) }
    }

    private func insert(_ notice: PlannedNotice, _ run: RunID, _ path: String, attempt: Int) throws(JournalFailure) {
        try database.run(
            """
            INSERT OR IGNORE INTO notices (run, step, attempt, kind, number, channels, due, every)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """, .int(run.number), .text(path), .int(Int64(attempt)), .text(notice.kind.rawValue),
            .int(Int64(notice.number)), .utf8(JSONCoding.encode(notice.channels)), .int(notice.due),
            .optional(notice.every))
    }

    /// Those that nobody has sent yet, the longest due first.
    func due(at wall: Int64) throws(JournalFailure) -> [DueNotice] {
        try database.rows(
            """
            SELECT run, step, attempt, kind, number, channels FROM notices
            WHERE claimed_at IS NULL AND due <= ? ORDER BY due LIMIT 100
            """, .int(wall)
        ) { row throws(JournalFailure) in
            let run = RunID(row.int(0))
            guard let kind = Notice.Kind(rawValue: row.text(3)) else {
                throw .damaged(run, why: "'\(row.text(3))' is no kind of notice")
            }
            let rows = RunRows(database: database, run: run)
            return DueNotice(
                run: run, step: StepPath(row.text(1)), attempt: Int(row.int(2)), kind: kind, number: Int(row.int(4)),
                channels: try rows.decode([String].self, row.textBytes(5), "the channels of a notice"))
        }
    }

    /// False where another process sends it, or nobody needs it any more. A reminder plans the next one.
    func claim(_ notice: DueNotice, at wall: Int64) throws(JournalFailure) -> Bool {
        let key: [Binding] = [
            .int(notice.run.number), .text(notice.step.text), .int(Int64(notice.attempt)),
            .text(notice.kind.rawValue), .int(Int64(notice.number)),
        ]
        let place = "WHERE run = ? AND step = ? AND attempt = ? AND kind = ? AND number = ? AND claimed_at IS NULL"
        let found = try database.rows("SELECT every FROM notices \(place)", key) { $0.optionalInt(0) }
        guard let every = found.first else { return false }
        let claimed = try database.rows(
            "UPDATE notices SET claimed_at = ? \(place) RETURNING 1", [.int(wall)] + key
        ) { $0.int(0) }
        if let every {
            let next = PlannedNotice(
                kind: notice.kind, number: notice.number + 1, channels: notice.channels, due: wall + every,
                every: every)
            try insert(next, notice.run, notice.step.text, attempt: notice.attempt)
        }
        return !claimed.isEmpty
    }
}
