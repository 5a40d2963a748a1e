import CSQLite
import Glibc
import RunHost

/// The hidden command `__sqlite`: copies of databases through SQLite's backup API, in a process of their own.
///
/// A process that closes any descriptor of a database file loses its POSIX locks on it, so that the driver, which may
/// have the file open in SQLite, never handles it otherwise (sqlite.org/howtocorrupt.html, section 2.2).
package enum SQLiteChild {
    /// The exit status when somebody held a lock on the database for the whole time.
    package static let busyExit: Int32 = 3
    /// The exit status when the file is not a database, or a damaged one.
    package static let damagedExit: Int32 = 4

    /// `snapshot SOURCE COPY MILLISECONDS`, `backup` likewise (its copy is checked throughout), or `restore COPY DATABASE
    /// MILLISECONDS`; returns the exit status.
    ///
    /// Both files must exist; what the second one held is replaced. The last argument is how long a lock is waited for.
    package static func main(_ arguments: [String]) -> Int32 {
        let (exit, message) = perform(arguments)
        if exit != 0 { try? HostFiles.write(Array("\(message)\n".utf8), to: STDERR_FILENO, path: "standard error") }
        return exit
    }

    /// What `main` does, with what it would write to standard error.
    package static func perform(_ arguments: [String]) -> (exit: Int32, message: String) {
        guard arguments.count == 4, let patience = Int32(arguments[3]) else { return (2, "__sqlite: wrong arguments") }
        do throws(SQLiteProblem) {
            switch arguments[0] {
            case "snapshot": try snapshot(of: arguments[1], to: arguments[2], patience, check: "quick_check(1)")
            case "backup": try snapshot(of: arguments[1], to: arguments[2], patience, check: "integrity_check(1)")
            case "restore": try restore(from: arguments[1], to: arguments[2], patience)
            default: return (2, "__sqlite: unknown operation '\(arguments[0])'")
            }
            return (0, "")
        } catch {
            return (error.exit, error.message)
        }
    }

    private static func snapshot(
        of source: String, to copy: String, _ patience: Int32, check: String
    ) throws(SQLiteProblem) {
        try SQLiteConnection(source, patience: patience).backUp(into: SQLiteConnection(copy, patience: patience))
        // Both are closed again: what is checked is the file.
        let verdict: String
        do throws(SQLiteProblem) {
            verdict = try SQLiteConnection(frozen: copy).firstValue("PRAGMA \(check)")
        } catch  where error.code == SQLITE_ERROR {
            return  // The schema uses collations or functions that only the application has.
        }
        guard verdict == "ok" else { throw SQLiteProblem(code: SQLITE_CORRUPT, message: verdict) }
    }

    private static func restore(from copy: String, to path: String, _ patience: Int32) throws(SQLiteProblem) {
        let from = try SQLiteConnection(frozen: copy)
        let database = try SQLiteConnection(path, patience: patience)
        // The pages of a database in WAL mode cannot change their size (sqlite.org/pragma.html#pragma_page_size).
        let isWAL = try database.firstValue("PRAGMA journal_mode") == "wal"
        if isWAL, try database.firstValue("PRAGMA page_size") != from.firstValue("PRAGMA page_size") {
            _ = try database.firstValue("PRAGMA journal_mode = DELETE")
        }
        try from.backUp(into: database)
    }
}

/// What SQLite said when something failed.
private struct SQLiteProblem: Error {
    /// The primary result code.
    var code: Int32
    var message: String

    var exit: Int32 {
        switch code {
        case SQLITE_BUSY, SQLITE_LOCKED: SQLiteChild.busyExit
        case SQLITE_NOTADB, SQLITE_CORRUPT: SQLiteChild.damagedExit
        default: 1
        }
    }
}

/// One connection to a database.
private final class SQLiteConnection {
    private let handle: OpaquePointer

    /// A database that others may use; the file must exist.
    convenience init(_ path: String, patience: Int32) throws(SQLiteProblem) {
        try self.init(name: path, flags: SQLITE_OPEN_READWRITE)
        sqlite3_busy_timeout(handle, patience)
    }

    /// A file that nobody changes: no lock is taken, and no other file is made beside it.
    convenience init(frozen path: String) throws(SQLiteProblem) {
        let escaped = path.utf8.map { byte in
            let digits = String(byte, radix: 16)
            return "%\(digits.utf8.count == 1 ? "0" : "")\(digits)"
        }
        try self.init(
            name: "file:\(escaped.joined())?immutable=1", flags: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI)
    }

    private init(name: String, flags: Int32) throws(SQLiteProblem) {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(name, &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            sqlite3_close_v2(opened)
            throw SQLiteProblem(code: code & 0xFF, message: String(cString: sqlite3_errstr(code)))
        }
        handle = opened
    }

    deinit { sqlite3_close_v2(handle) }

    /// The first column of the first row.
    func firstValue(_ sql: String) throws(SQLiteProblem) -> String {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK,
            sqlite3_step(statement) == SQLITE_ROW, let text = sqlite3_column_text(statement, 0)
        else { throw problem() }
        return String(cString: text)
    }

    /// Copies the whole database in one step, so that it is one moment's content whoever writes meanwhile.
    func backUp(into target: SQLiteConnection) throws(SQLiteProblem) {
        guard let backup = sqlite3_backup_init(target.handle, "main", handle, "main") else { throw target.problem() }
        let step = sqlite3_backup_step(backup, -1)
        let end = sqlite3_backup_finish(backup)
        guard step == SQLITE_DONE else {
            throw SQLiteProblem(code: step & 0xFF, message: String(cString: sqlite3_errstr(step)))
        }
        guard end == SQLITE_OK else { throw target.problem() }
    }

    private func problem() -> SQLiteProblem {
        SQLiteProblem(code: sqlite3_errcode(handle) & 0xFF, message: String(cString: sqlite3_errmsg(handle)))
    }
}
