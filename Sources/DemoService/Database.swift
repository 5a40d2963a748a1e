import CSQLite

/// One connection to an SQLite database.
final class Database {
    private let handle: OpaquePointer

    init(path: String, create: Bool = false) throws {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0)
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            sqlite3_close_v2(opened)
            throw DemoError("cannot open \(path): \(String(cString: sqlite3_errstr(code)))")
        }
        handle = opened
        sqlite3_busy_timeout(handle, 5000)
    }

    deinit { sqlite3_close_v2(handle) }

    /// Runs the statements of a script one after the other and stops at the first that fails.
    func run(script: String) throws {
        guard sqlite3_exec(handle, script, nil, nil, nil) == SQLITE_OK else { throw failure() }
    }

    /// The first column of the first row; nil when there is no row or it holds NULL.
    @discardableResult
    func value(_ sql: String, _ parameters: [String] = []) throws -> String? {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else { throw failure() }
        defer { sqlite3_finalize(statement) }
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        for (index, parameter) in parameters.enumerated() {
            sqlite3_bind_text(statement, Int32(index + 1), parameter, -1, transient)
        }
        var result: String?
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW:
                // The first row counts; the others are stepped over so that a write with RETURNING is complete.
                if result == nil { result = sqlite3_column_text(statement, 0).map { String(cString: $0) } }
            case SQLITE_DONE: return result
            default: throw failure()
            }
        }
    }

    func transaction(_ body: () throws -> Void) throws {
        try run(script: "BEGIN IMMEDIATE")
        do {
            try body()
            try run(script: "COMMIT")
        } catch {
            try? run(script: "ROLLBACK")
            throw error
        }
    }

    private func failure() -> DemoError { DemoError("database: \(String(cString: sqlite3_errmsg(handle)))") }
}
