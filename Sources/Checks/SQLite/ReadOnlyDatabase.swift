import CSQLite
import Expressions
import Glibc
import RunHost
import RunbookModel

/// A database of a maintained system, opened for one look that cannot change it.
final class ReadOnlyDatabase {
    enum Failure: Error, Equatable {
        /// No such file.
        case missing
        /// The file is no database, or a damaged one.
        case damaged(String)
        case other(String)
    }

    struct Rows: Equatable {
        /// Each row as a mapping of column names.
        var rows: [Value] = []
        /// The first column of the first row; nil where there is no row.
        var first: Value?
    }

    /// Rows that are kept; a query that gives more is refused.
    private static let rowLimit = 10_000

    private let connection: OpaquePointer
    private let progress: Progress
    private let turn: FileTurns.Turn

    init(
        _ path: String, timeout: Duration, cancellation: Cancellation, forbidden: [String]
    ) throws(Failure) {
        guard access(path, F_OK) == 0 else {
            guard errno != ENOENT && errno != ENOTDIR else { throw .missing }
            throw .other("\(path): \(SystemError.text(of: errno))")
        }
        guard !FileTurns.isDatabase(path, among: forbidden) else {
            throw .other("it is Belay's own journal, which checks do not open")
        }
        let deadline = ContinuousClock.now.advanced(by: timeout)
        let isUnused = Self.isUnusedWAL(path, deadline, cancellation)
        guard let turn = FileTurns.shared.take(path, .database, until: deadline, cancellation) else {
            throw .other("another check reads the file")
        }
        progress = Progress(deadline: deadline, cancellation: cancellation)
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI
        let code = sqlite3_open_v2(Self.uri(path, isUnused: isUnused), &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            let text = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "no memory left"
            sqlite3_close_v2(opened)
            turn.end()
            throw .other(text)
        }
        connection = opened
        self.turn = turn
        restrict(timeout)
    }

    deinit {
        sqlite3_close(connection)
        turn.end()
    }

    /// Whether it is in WAL mode, and nobody has it open: there is no log beside it.
    private static func isUnusedWAL(
        _ path: String, _ deadline: ContinuousClock.Instant, _ cancellation: Cancellation
    ) -> Bool {
        guard access(path + "-wal", F_OK) != 0,
            let turn = FileTurns.shared.take(path, .reading, until: deadline, cancellation)
        else { return false }
        defer { turn.end() }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // https://sqlite.org/fileformat.html, section 1.3.3: the read version.
        var version: UInt8 = 0
        return pread(descriptor, &version, 1, 19) == 1 && version == 2
    }

    /// Even a reader would make a log and an index beside an unused WAL database, as files of Belay's user, which
    /// can keep the service itself from opening it: so such a database is read as one that does not change.
    private static func uri(_ path: String, isUnused: Bool) -> String {
        let plain = path.utf8.map { byte in
            byte.isPlainInURI ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return "file:" + plain.joined() + (isUnused ? "?immutable=1" : "")
    }

    /// The rows of one statement that only reads.
    func query(_ sql: String) throws(Failure) -> Rows {
        var statement: OpaquePointer?
        var rest = ""
        let code = sql.withCString { text in
            var tail: UnsafePointer<CChar>?
            let code = sqlite3_prepare_v2(connection, text, -1, &statement, &tail)
            rest = tail.map { String(cString: $0) } ?? ""
            return code
        }
        defer { sqlite3_finalize(statement) }
        guard code == SQLITE_OK else { throw failure(code) }
        guard let statement else { throw .other("the query is empty") }
        guard sqlite3_stmt_readonly(statement) != 0 else { throw .other("the query does not only read") }
        guard rest.allSatisfy({ $0.isWhitespace || $0 == ";" }) else {
            throw .other("the query has more than one statement")
        }
        return try rows(statement)
    }

    private func rows(_ statement: OpaquePointer) throws(Failure) -> Rows {
        var result = Rows()
        while true {
            let code = sqlite3_step(statement)
            if code == SQLITE_DONE { return result }
            guard code == SQLITE_ROW else { throw failure(code) }
            guard result.rows.count < Self.rowLimit else { throw .other("more than \(Self.rowLimit) rows") }
            let row = (0..<sqlite3_column_count(statement)).map { column in
                (String(cString: sqlite3_column_name(statement, column)), Self.value(statement, column))
            }
            if result.first == nil { result.first = row.first?.1 ?? .null }
            result.rows.append(.map(ValueMap(row)))
        }
    }

    private static func value(_ statement: OpaquePointer, _ column: Int32) -> Value {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: return .int(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT: return .double(sqlite3_column_double(statement, column))
        case SQLITE_NULL: return .null
        case let type:
            let bytes = sqlite3_column_blob(statement, column)
            let count = Int(sqlite3_column_bytes(statement, column))
            let content = UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count)
            return type == SQLITE_TEXT ? .string(String(decoding: content, as: UTF8.self)) : .bytes(Array(content))
        }
    }

    /// Nothing but this one file, no large values, and an end at the timeout.
    private func restrict(_ timeout: Duration) {
        sqlite3_limit(connection, SQLITE_LIMIT_ATTACHED, 0)
        sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, 4 << 20)
        sqlite3_busy_timeout(connection, Int32(clamping: timeout.inMilliseconds))
        sqlite3_progress_handler(
            connection, 1_000,
            { context in
                guard let context else { return 1 }
                return Unmanaged<Progress>.fromOpaque(context).takeUnretainedValue().mayGoOn ? 0 : 1
            }, Unmanaged.passUnretained(progress).toOpaque())
    }

    private func failure(_ code: Int32) -> Failure {
        switch code & 0xff {
        case SQLITE_INTERRUPT: .other(progress.cancellation.isCancelled ? "interrupted" : "the query takes too long")
        case SQLITE_CORRUPT, SQLITE_NOTADB: .damaged(String(cString: sqlite3_errmsg(connection)))
        default: .other(String(cString: sqlite3_errmsg(connection)))
        }
    }
}

extension UInt8 {
    fileprivate var isPlainInURI: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

/// Whether a query may go on.
private final class Progress: Sendable {
    let deadline: ContinuousClock.Instant
    let cancellation: Cancellation

    init(deadline: ContinuousClock.Instant, cancellation: Cancellation) {
        self.deadline = deadline
        self.cancellation = cancellation
    }

    var mayGoOn: Bool { ContinuousClock.now < deadline && !cancellation.isCancelled }
}
