import CSQLite

/// One connection to a database, with its prepared statements. Not for two threads at once.
final class Connection {
    let path: String
    private let handle: OpaquePointer
    private var statements: [String: Statement] = [:]
    /// Frames in the log after this connection's last commit, those of others included.
    private let logFrames = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    /// How many of them the last checkpoint has moved.
    private var movedFrames: Int32 = 0

    /// Opens an existing file. Statements of others are waited for as long as `timeout`, milliseconds.
    init(path: String, isReadOnly: Bool, timeout: Int32) throws(JournalFailure) {
        self.path = path
        var opened: OpaquePointer?
        let flags = isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
        let code = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let opened else {
            defer { sqlite3_close_v2(opened) }
            throw .sqlite(code, handle: opened, path: path, doing: "open")
        }
        handle = opened
        logFrames.initialize(to: 0)
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_timeout(handle, timeout)
        // The last connection to close would otherwise checkpoint, without the lock that every checkpoint must hold.
        _ = csqlite_no_checkpoint_on_close(handle)
        _ = sqlite3_wal_hook(
            handle,
            { context, _, _, frames in
                context?.assumingMemoryBound(to: Int32.self).pointee = frames
                return SQLITE_OK
            }, logFrames)
    }

    deinit {
        statements.removeAll()
        sqlite3_close_v2(handle)
        logFrames.deallocate()
    }

    /// Frames in the log that no checkpoint of this connection has moved.
    func framesToMove() -> Int {
        // The log has started anew.
        if logFrames.pointee < movedFrames { movedFrames = 0 }
        return Int(logFrames.pointee - movedFrames)
    }

    var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Runs SQL that may hold several statements and gives no rows.
    func script(_ sql: String) throws(JournalFailure) {
        try check(sqlite3_exec(handle, sql, nil, nil, nil), doing: "execute")
    }

    /// Runs one statement without rows.
    func run(_ sql: String, _ bindings: Binding...) throws(JournalFailure) {
        let statement = try prepared(sql)
        defer { statement.reset() }
        try statement.bind(bindings)
        while try statement.step() {}
    }

    /// All rows, each as `read` makes of it.
    func rows<T>(
        _ sql: String, _ bindings: Binding..., read: (borrowing Row) throws(JournalFailure) -> T
    ) throws(JournalFailure) -> [T] {
        try rows(sql, bindings, read: read)
    }

    func rows<T>(
        _ sql: String, _ bindings: [Binding], read: (borrowing Row) throws(JournalFailure) -> T
    ) throws(JournalFailure) -> [T] {
        let statement = try prepared(sql)
        defer { statement.reset() }
        try statement.bind(bindings)
        var result: [T] = []
        while try statement.step() { result.append(try read(statement.row)) }
        return result
    }

    /// The first row, where there is one.
    func first<T>(
        _ sql: String, _ bindings: Binding..., read: (borrowing Row) throws(JournalFailure) -> T
    ) throws(JournalFailure) -> T? {
        let statement = try prepared(sql)
        defer { statement.reset() }
        try statement.bind(bindings)
        return try statement.step() ? try read(statement.row) : nil
    }

    /// Moves what no reader needs any more from the log into the file. Frames that stay are for the next time.
    func checkpoint() throws(JournalFailure) {
        // On a connection that has not read yet it would silently do nothing.
        _ = try first("SELECT 1 FROM sqlite_schema") { _ in 1 }
        var moved: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, &moved)
        guard code & 0xff != SQLITE_BUSY else { return }
        try check(code, doing: "checkpoint")
        movedFrames = moved
    }

    /// Runs `body` in a transaction that is rolled back whatever goes wrong.
    func transaction<T>(
        _ begin: String, _ body: (Connection) throws(JournalFailure) -> T
    ) throws(JournalFailure) -> T {
        try run(begin)
        do {
            let result = try body(self)
            try run("COMMIT")
            return result
        } catch {
            // Some errors have rolled back already.
            if sqlite3_get_autocommit(handle) == 0 { try? run("ROLLBACK") }
            throw error
        }
    }

    private func prepared(_ sql: String) throws(JournalFailure) -> Statement {
        if let known = statements[sql] { return known }
        var compiled: OpaquePointer?
        try check(
            sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &compiled, nil), doing: "prepare")
        let statement = Statement(compiled, of: self)
        statements[sql] = statement
        return statement
    }

    func check(_ code: Int32, doing operation: String) throws(JournalFailure) {
        guard code == SQLITE_OK else { throw .sqlite(code, handle: handle, path: path, doing: operation) }
    }

    func failure(_ code: Int32, doing operation: String) -> JournalFailure {
        .sqlite(code, handle: handle, path: path, doing: operation)
    }
}
