import Glibc

/// The files that SQLite keeps for one database.
struct DatabaseFiles: Sendable {
    let database: String

    init(_ database: String) { self.database = database }

    /// SQLite keeps them beside the file itself, not beside a link to it.
    init(following path: String) {
        guard let resolved = realpath(path, nil) else {
            database = path
            return
        }
        defer { free(resolved) }
        database = String(cString: resolved)
    }

    var log: String { "\(database)-wal" }
    /// The database first: without it the others mean nothing, but it may be damaged without them.
    var all: [String] { [database, log, "\(database)-shm", "\(database)-journal"] }
}
