/// Makes sure that a database is a journal in the format that this program knows.
struct JournalFormat {
    let migrations: [Migration]

    /// "BELY".
    private static let applicationID: Int64 = 0x4245_4c59

    /// Settings of a connection; none of them changes the file.
    static func configure(_ connection: Connection) throws(JournalFailure) {
        try connection.script(
            """
            PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 0; PRAGMA mmap_size = 0;
            PRAGMA trusted_schema = OFF
            """)
    }

    /// Refuses what is no journal of ours or newer, makes an empty file a journal, and brings an older one up to date.
    func prepare(_ connection: Connection, gate: WriteGate) throws(JournalFailure) {
        try Self.configure(connection)
        guard try needsWork(connection) else { return }
        try gate.enter()
        defer { gate.leave() }
        let mode = try connection.first("PRAGMA journal_mode = WAL") { $0.text(0) }
        guard mode == "wal" else {
            throw .io(path: connection.path, operation: "prepare", why: "SQLite keeps no write-ahead log here")
        }
        // In an exclusive look at the version: another process may have been faster.
        for migration in migrations {
            try connection.transaction("BEGIN IMMEDIATE") { connection throws(JournalFailure) in
                try apply(migration, to: connection)
            }
        }
    }

    private func needsWork(_ connection: Connection) throws(JournalFailure) -> Bool {
        let version = try Self.version(connection)
        let application = try connection.first("PRAGMA application_id") { $0.int(0) } ?? 0
        let tables = try connection.first("SELECT count(*) FROM sqlite_schema") { $0.int(0) } ?? 0
        let isEmpty = application == 0 && version == 0 && tables == 0
        guard isEmpty || application == Self.applicationID else {
            throw .notAJournal(path: connection.path, why: "it is a database of another program")
        }
        let known = migrations.last?.version ?? 0
        guard version <= known else { throw .newer(path: connection.path, version: version, known: known) }
        return version < known
    }

    private func apply(_ migration: Migration, to connection: Connection) throws(JournalFailure) {
        let version = try Self.version(connection)
        guard version < migration.version else { return }
        if version > 0, !migration.isCompatible {
            let open = try connection.rows("SELECT id FROM runs WHERE outcome IS NULL ORDER BY id") { RunID($0.int(0)) }
            guard open.isEmpty else { throw .openRunsBlockMigration(path: connection.path, runs: open) }
        }
        try connection.script(migration.sql)
        try connection.script(
            "PRAGMA application_id = \(Self.applicationID); PRAGMA user_version = \(migration.version)")
    }

    private static func version(_ connection: Connection) throws(JournalFailure) -> Int {
        Int(try connection.first("PRAGMA user_version") { $0.int(0) } ?? 0)
    }
}
