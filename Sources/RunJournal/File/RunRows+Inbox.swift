import RunMachine

extension RunRows {
    /// Ids of entries that no batch has answered.
    func unread() throws(JournalFailure) -> [String] {
        try database.rows("SELECT id FROM inbox WHERE run = ? AND consumed_seq IS NULL", .int(run.number)) {
            $0.text(0)
        }
    }

    func hasRecorded(_ id: String) throws(JournalFailure) -> Bool {
        try database.first("SELECT 1 FROM inbox WHERE run = ? AND id = ?", .int(run.number), .text(id)) { _ in true }
            ?? false
    }

    func insert(_ entry: InboxEntry) throws(JournalFailure) {
        try database.run(
            "INSERT INTO inbox (run, id, kind, payload, actor, at) VALUES (?, ?, ?, ?, ?, ?)", .int(run.number),
            .text(entry.id), .text(entry.kind), .text(entry.payload.json), .utf8(JSONCoding.encode(entry.actor)),
            .int(entry.at))
    }

    func consume(_ id: String, at sequence: Int64) throws(JournalFailure) {
        try database.run(
            "UPDATE inbox SET consumed_seq = ? WHERE run = ? AND id = ? AND consumed_seq IS NULL", .int(sequence),
            .int(run.number), .text(id))
    }
}
