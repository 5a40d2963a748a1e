import CSQLite

/// The database as anybody with sqlite3 could change it.
enum RawDatabase {
    static func execute(_ sql: String, in path: String) {
        var database: OpaquePointer?
        precondition(sqlite3_open(path, &database) == SQLITE_OK)
        defer { sqlite3_close(database) }
        let code = sqlite3_exec(database, sql, nil, nil, nil)
        precondition(code == SQLITE_OK, String(cString: sqlite3_errmsg(database)))
    }

    /// The first column of all rows.
    static func column(_ sql: String, in path: String) -> [String] {
        var database: OpaquePointer?
        var statement: OpaquePointer?
        precondition(sqlite3_open(path, &database) == SQLITE_OK)
        defer { sqlite3_close(database) }
        precondition(sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK)
        defer { sqlite3_finalize(statement) }
        var values: [String] = []
        while sqlite3_step(statement) == SQLITE_ROW {
            values.append(sqlite3_column_text(statement, 0).map { String(cString: $0) } ?? "NULL")
        }
        return values
    }
}
