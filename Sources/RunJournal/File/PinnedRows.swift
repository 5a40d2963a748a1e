import RunMachine
import RunPlan
import RunbookModel

/// What a run was started with, within a transaction of whoever uses it. Equal bytes are stored once for all runs.
struct PinnedRows {
    let database: Connection
    let run: RunID

    private enum Kind: String { case source, profile, file }

    func insert(_ pinned: Pinned, locks: [LockRequest]) throws(JournalFailure) {
        try database.run(
            """
            INSERT INTO definitions (run, digest, inputs, environment, working_directory, facts, belay_version, locks)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """, .int(run.number), .text(pinned.digest), .text(pinned.inputs),
            .utf8(JSONCoding.encode(pinned.environment)), .text(pinned.workingDirectory), .text(pinned.facts),
            .text(pinned.belayVersion), .utf8(JSONCoding.encode(locks)))
        for (name, bytes) in pinned.sources { try insert(.source, name, mode: 0, bytes) }
        if let profile = pinned.profile { try insert(.profile, profile.name, mode: 0, profile.bytes) }
        for file in pinned.files { try insert(.file, file.path, mode: file.mode, file.bytes) }
    }

    private func insert(_ kind: Kind, _ name: String, mode: UInt32, _ bytes: [UInt8]) throws(JournalFailure) {
        let digest = Digest.sha256(CollectionOfOne(bytes))
        try database.run(
            "INSERT INTO blobs (digest, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING", .text(digest), .blob(bytes))
        try database.run(
            "INSERT INTO definition_files (run, kind, name, mode, blob) VALUES (?, ?, ?, ?, ?)", .int(run.number),
            .text(kind.rawValue), .text(name), .int(Int64(mode)), .text(digest))
    }

    /// Errors: `.noSuchRun`.
    func load() throws(JournalFailure) -> Pinned {
        let rows = RunRows(database: database, run: run)
        let found = try database.first(
            """
            SELECT r.runbook, d.digest, d.inputs, d.environment, d.working_directory, d.facts, d.belay_version
            FROM definitions d JOIN runs r ON r.id = d.run WHERE d.run = ?
            """, .int(run.number)
        ) { row throws(JournalFailure) in
            var pinned = Pinned(runbook: RunbookName(row.text(0)), digest: row.text(1))
            pinned.inputs = row.text(2)
            pinned.environment = try rows.decode([String: String].self, row.textBytes(3), "the pinned environment")
            pinned.workingDirectory = row.text(4)
            pinned.facts = row.text(5)
            pinned.belayVersion = row.text(6)
            return pinned
        }
        guard var pinned = found else { throw .noSuchRun(run) }
        for entry in try entries() {
            guard Digest.sha256(CollectionOfOne(entry.bytes)) == entry.digest else {
                throw .damaged(run, why: "the pinned \(entry.kind) '\(entry.name)' is not what was stored")
            }
            switch Kind(rawValue: entry.kind) {
            case .source: pinned.sources[entry.name] = entry.bytes
            case .profile: pinned.profile = Pinned.Source(name: entry.name, bytes: entry.bytes)
            case .file: pinned.files.append(Pinned.File(path: entry.name, mode: entry.mode, bytes: entry.bytes))
            case nil: throw .damaged(run, why: "it pins something of unknown kind '\(entry.kind)'")
            }
        }
        return pinned
    }

    private struct Entry {
        let kind: String
        let name: String
        let mode: UInt32
        let digest: String
        let bytes: [UInt8]
    }

    private func entries() throws(JournalFailure) -> [Entry] {
        try database.rows(
            """
            SELECT f.kind, f.name, f.mode, f.blob, b.bytes FROM definition_files f JOIN blobs b ON b.digest = f.blob
            WHERE f.run = ? ORDER BY f.kind, f.name
            """, .int(run.number)
        ) {
            Entry(
                kind: $0.text(0), name: $0.text(1), mode: UInt32(truncatingIfNeeded: $0.int(2)), digest: $0.text(3),
                bytes: $0.blob(4))
        }
    }

    /// The locks that later runs need, by run.
    static func locks(after run: RunID, _ database: Connection) throws(JournalFailure)
        -> [(run: RunID, locks: [LockRequest])]
    {
        try database.rows("SELECT run, locks FROM definitions WHERE run > ? ORDER BY run", .int(run.number)) {
            row throws(JournalFailure) in
            let rows = RunRows(database: database, run: RunID(row.int(0)))
            return (rows.run, try rows.decode([LockRequest].self, row.textBytes(1), "the locks that it needs"))
        }.filter { !$0.locks.isEmpty }
    }

    /// The locks that the run needs.
    func locks() throws(JournalFailure) -> [LockRequest] {
        let rows = RunRows(database: database, run: run)
        return try database.first("SELECT locks FROM definitions WHERE run = ?", .int(run.number)) {
            row throws(JournalFailure) in
            try rows.decode([LockRequest].self, row.textBytes(0), "the locks that it needs")
        } ?? []
    }
}
