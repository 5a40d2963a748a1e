import CSQLite

/// The hidden command `__sqlite`: copies of databases through SQLite's backup API, in a process of their own.
package enum SQLiteChild {
    /// `snapshot SOURCE COPY MILLISECONDS` or `restore COPY DATABASE MILLISECONDS`; returns the exit status.
    package static func main(_ arguments: [String]) -> Int32 { fatalError("to come") }
}
