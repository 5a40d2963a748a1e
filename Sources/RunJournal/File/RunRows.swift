import RunMachine
import RunbookModel

/// The rows of one run, within a transaction of whoever uses it.
struct RunRows {
    let database: Connection
    let run: RunID

    /// What a writer must know of the run.
    struct Head {
        var sequence: Int64
        var at: Int64
        var hash: [UInt8]
        let epoch: Int64
        let isClosed: Bool
    }

    /// Errors: `.noSuchRun`.
    func head() throws(JournalFailure) -> Head {
        let found = try database.first(
            "SELECT last_seq, last_at, head, epoch, outcome IS NOT NULL FROM runs WHERE id = ?", .int(run.number)
        ) {
            Head(
                sequence: $0.int(0), at: $0.int(1), hash: $0.blob(2), epoch: $0.int(3), isClosed: $0.int(4) != 0)
        }
        guard let found else { throw .noSuchRun(run) }
        return found
    }

    /// Writes events behind the last one, and the attempts that follow from them. The run's row is the caller's.
    func append(_ entries: [JournalEntry], to head: inout Head) throws(JournalFailure) {
        for entry in entries {
            let event = JSONCoding.encode(entry.event)
            head.sequence += 1
            head.at = entry.at
            head.hash = HashChain.next(
                after: head.hash, run: run, sequence: head.sequence, at: entry.at, event: event)
            try database.run(
                "INSERT INTO events (run, seq, at, event, hash) VALUES (?, ?, ?, ?, ?)", .int(run.number),
                .int(head.sequence), .int(entry.at), .utf8(event), .blob(head.hash))
            try note(entry.event, at: head.sequence)
        }
    }

    private func note(_ event: RunEvent, at sequence: Int64) throws(JournalFailure) {
        switch event {
        case .attemptIntended(let intent):
            try database.run(
                "INSERT INTO attempts (run, step, number, purpose, intended_seq) VALUES (?, ?, ?, ?, ?)",
                .int(run.number), .text(intent.step.text), .int(Int64(intent.number)), .text(intent.purpose.rawValue),
                .int(sequence))
        case .attemptEnded(let step, let number, let outcome, _):
            try database.run(
                "UPDATE attempts SET ended_seq = ?, kind = ?, elapsed = ? WHERE run = ? AND step = ? AND number = ?",
                .int(sequence), .text(outcome.kind.rawValue), .optional(outcome.elapsed), .int(run.number),
                .text(step.text), .int(Int64(number)))
        default: break
        }
    }

    /// Writes where the chain of events stands, and nothing else of the run's row.
    func put(_ head: Head) throws(JournalFailure) {
        try database.run(
            "UPDATE runs SET last_seq = ?, last_at = ?, head = ? WHERE id = ?", .int(head.sequence), .int(head.at),
            .blob(head.hash), .int(run.number))
    }

    func put(_ record: RunRecord, _ head: Head) throws(JournalFailure) {
        try database.run(
            """
            UPDATE runs SET direction = ?, activity = ?, last_seq = ?, last_at = ?, head = ?, record = ? WHERE id = ?
            """, .text(record.direction.rawValue), .text(record.activity.rawValue), .int(head.sequence), .int(head.at),
            .blob(head.hash), .utf8(JSONCoding.encode(record)), .int(run.number))
        guard let outcome = record.outcome else { return }
        try database.run(
            "UPDATE runs SET outcome = ?, ended_at = ? WHERE id = ?", .text(outcome.rawValue), .int(head.at),
            .int(run.number))
        try database.run("DELETE FROM locks WHERE run = ?", .int(run.number))
    }

    func put(_ step: StepRecord, at path: StepPath) throws(JournalFailure) {
        try database.run(
            """
            INSERT INTO steps (run, path, state, record) VALUES (?, ?, ?, ?)
            ON CONFLICT (run, path) DO UPDATE SET state = excluded.state, record = excluded.record
            """, .int(run.number), .text(path.text), .text(step.state.rawValue), .utf8(JSONCoding.encode(step)))
        try NoticeRows(database: database).put(step, run: run, path: path)
    }

    /// Adds events that change nothing of the run's state.
    func annotate(_ events: [RunEvent], at: Int64) throws(JournalFailure) {
        var head = try head()
        try append(events.map { JournalEntry(at: at, $0) }, to: &head)
        try put(head)
    }

    /// Reads what a row holds as JSON; a damaged one concerns its run alone.
    func decode<T: Decodable>(_ type: T.Type, _ bytes: [UInt8], _ place: @autoclosure () -> String)
        throws(JournalFailure) -> T
    {
        do throws(UnreadableRow) {
            return try JSONCoding.decode(type, bytes)
        } catch {
            throw .damaged(run, why: "\(place()): \(error.why)")
        }
    }
}
