import CSQLite
import Glibc

extension JournalFailure {
    /// What a result code of SQLite means for the journal (sqlite.org/rescode.html).
    static func sqlite(_ code: Int32, handle: OpaquePointer?, path: String, doing operation: String) -> JournalFailure {
        // SQLite remembers the cause of a failed open, but not that of a failed write: there `errno` has it still.
        let cause = errno
        let remembered = handle.map { sqlite3_system_errno($0) } ?? 0
        let systemError = remembered == 0 ? cause : remembered
        let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
        switch code & 0xff {
        case SQLITE_BUSY, SQLITE_PROTOCOL, SQLITE_LOCKED: return .busy(path: path, holder: nil)
        case SQLITE_FULL: return .full(path: path)
        case SQLITE_READONLY: return .readOnly(path: path)
        case SQLITE_NOTADB: return .notAJournal(path: path, why: "it is not a SQLite database")
        case SQLITE_CORRUPT: return .corrupt(path: path, why: message)
        case SQLITE_IOERR where [ENOSPC, EFBIG, EDQUOT].contains(systemError): return .full(path: path)
        case SQLITE_IOERR, SQLITE_CANTOPEN:
            if [EROFS, EACCES, EPERM].contains(systemError) { return .readOnly(path: path) }
            let why = "\(message) (\(code))" + (systemError == 0 ? "" : ": \(String(cString: strerror(systemError)))")
            return .io(path: path, operation: operation, why: why)
        default: return .io(path: path, operation: operation, why: message)
        }
    }
}
