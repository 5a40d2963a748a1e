import Glibc

/// Brings a database to the schema of a release.
struct Migrator {
    /// What `schema_info` holds after the version while statements outside a transaction are under way.
    static let incomplete = "-incomplete"

    let home: Home
    let target: Version

    /// The names of the migrations that ran.
    func run() throws -> [String] {
        let directory = "\(home.releases)/\(target)"
        let release = try Release(directory: directory)
        guard release.version == target else {
            throw DemoError("\(directory) holds release \(release.version)", code: .incompatible)
        }
        let store = try ItemStore(path: home.database)
        let present = try presentVersion(store)
        guard present <= target else {
            throw DemoError(
                "schema \(present) is newer than \(target), and no migration goes back", code: .incompatible)
        }
        let due = try migrations(in: "\(directory)/migrations", after: present)
        let log = try Log(path: home.log, level: .info)
        for (index, migration) in due.enumerated() {
            log(.info, "migration \(migration.name) starts")
            if index == 0 { pause(milliseconds: release.migrationTakes) }
            try apply(migration, to: store)
            log(.info, "migration \(migration.name) ended")
        }
        try store.setSchemaVersion("\(target)")
        return due.map(\.name)
    }

    private func pause(milliseconds: Int) {
        let end = monotonicMilliseconds() + milliseconds
        while monotonicMilliseconds() < end { poll(nil, 0, Int32(max(0, end - monotonicMilliseconds()))) }
    }

    private func presentVersion(_ store: ItemStore) throws -> Version {
        let text = try store.schemaVersion()
        guard let version = Version(text) else {
            throw DemoError("schema is between versions (\(text)): restore the database first", code: .incompatible)
        }
        return version
    }

    private func migrations(in directory: String, after present: Version) throws -> [Migration] {
        try Files.names(in: directory).filter { $0.hasSuffix(".sql") }
            .map { try Migration(directory: directory, name: $0) }
            .filter { present < $0.version && $0.version <= target }
            .sorted { $0.number < $1.number }
    }

    private func apply(_ migration: Migration, to store: ItemStore) throws {
        do {
            if migration.needsTransaction {
                try store.database.transaction {
                    try store.database.run(script: migration.sql)
                    try store.setSchemaVersion("\(migration.version)")
                }
            } else {
                try store.setSchemaVersion("\(migration.version)\(Self.incomplete)")
                try store.database.run(script: migration.sql)
                try store.setSchemaVersion("\(migration.version)")
            }
        } catch let error as DemoError {
            throw DemoError("migration \(migration.name) failed: \(error.message)")
        }
    }
}
