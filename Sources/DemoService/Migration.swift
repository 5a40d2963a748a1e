/// One file `NNNN-VERSION-name.sql` of a release, which brings the schema to that version.
struct Migration {
    /// The first line of a migration whose statements take effect one by one.
    static let noTransaction = "-- no transaction"

    let number: Int
    let version: Version
    let name: String
    let sql: String

    init(directory: String, name: String) throws {
        let parts = name.split(separator: "-", maxSplits: 2).map(String.init)
        guard parts.count == 3, let number = Int(parts[0]), let version = Version(parts[1]) else {
            throw DemoError("\(directory)/\(name): the name is not of the form NNNN-VERSION-name.sql")
        }
        self.number = number
        self.version = version
        self.name = name
        sql = try Files.read("\(directory)/\(name)")
    }

    var needsTransaction: Bool { !sql.hasPrefix(Self.noTransaction) }
}

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
        for migration in due { try apply(migration, to: store) }
        try store.setSchemaVersion("\(target)")
        return due.map(\.name)
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
