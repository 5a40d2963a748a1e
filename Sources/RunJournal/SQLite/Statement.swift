import CSQLite
import Glibc

/// A value for a parameter of a statement.
enum Binding {
    case int(Int64)
    case text(String)
    /// UTF-8 text.
    case utf8([UInt8])
    case blob([UInt8])
    case null

    static func optional(_ value: Int64?) -> Binding { value.map { .int($0) } ?? .null }
    static func optional(_ value: String?) -> Binding { value.map { .text($0) } ?? .null }
}

/// A prepared statement, kept by its connection for the next time.
final class Statement {
    private let handle: OpaquePointer?
    private unowned let connection: Connection

    init(_ handle: OpaquePointer?, of connection: Connection) {
        self.handle = handle
        self.connection = connection
    }

    deinit { sqlite3_finalize(handle) }

    var row: Row { Row(statement: handle) }

    func bind(_ bindings: [Binding]) throws(JournalFailure) {
        for (position, binding) in bindings.enumerated() {
            try connection.check(bind(binding, at: Int32(position + 1)), doing: "bind")
        }
    }

    /// Goes on to the next row; false when there is none.
    func step() throws(JournalFailure) -> Bool {
        errno = 0
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw connection.failure(code, doing: "execute")
        }
    }

    /// Ends the reading, which otherwise would hold its transaction open.
    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    private func bind(_ binding: Binding, at position: Int32) -> Int32 {
        switch binding {
        case .int(let value): return sqlite3_bind_int64(handle, position, value)
        case .text(var text):
            return text.withUTF8 { bindText($0, at: position) }
        case .utf8(let bytes): return bytes.withUnsafeBufferPointer { bindText($0, at: position) }
        case .blob(let bytes):
            return bytes.withUnsafeBytes {
                sqlite3_bind_blob64(handle, position, $0.baseAddress ?? Self.nothing, UInt64($0.count), Self.transient)
            }
        case .null: return sqlite3_bind_null(handle, position)
        }
    }

    private func bindText(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int32) -> Int32 {
        let start = UnsafeRawPointer(bytes.baseAddress) ?? UnsafeRawPointer(Self.nothing)
        return sqlite3_bind_text64(
            handle, position, start.assumingMemoryBound(to: CChar.self), UInt64(bytes.count), Self.transient,
            UInt8(SQLITE_UTF8))
    }

    /// SQLite takes a null pointer for NULL; an empty text or blob needs some address.
    private static var nothing: UnsafeRawPointer { UnsafeRawPointer(bitPattern: 1)! }

    /// SQLITE_TRANSIENT, a macro that Swift does not import: SQLite copies the bytes.
    private static var transient: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}

/// The row at which a statement stands; columns count from 0.
struct Row: ~Copyable {
    fileprivate let statement: OpaquePointer?

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }
    func int(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }
    func optionalInt(_ column: Int32) -> Int64? { isNull(column) ? nil : int(column) }
    func text(_ column: Int32) -> String { String(decoding: textBytes(column), as: UTF8.self) }
    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    /// The UTF-8 of a text.
    func textBytes(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_text(statement, column) else { return [] }
        return [UInt8](UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
    }

    func blob(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(statement, column) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
    }
}
