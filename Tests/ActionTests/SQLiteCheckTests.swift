import CSQLite
import Checks
import Expressions
import RunHost
import RunbookModel
import Testing

@Suite struct SQLiteCheckTests {
    private let around = Surroundings()

    /// A database that stays open in this process until the test ends.
    private final class Database {
        private var connection: OpaquePointer?

        init(_ path: String) { sqlite3_open(path, &connection) }
        deinit { sqlite3_close(connection) }

        @discardableResult
        func run(_ sql: String) -> Database {
            #expect(sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK)
            return self
        }
    }

    private func make() {
        Database(around.path("app.db")).run(
            "CREATE TABLE info(version TEXT, n INTEGER, r REAL, b BLOB);"
                + "INSERT INTO info VALUES('1.20', 3, 3.0, x'00ff');")
    }

    @Test(arguments: [
        ("version", Value.string("1.20"), CheckAnswer.met), ("version", .string("1.2"), .notMet),
        ("version", .double(1.2), .notMet), ("n", .int(3), .met), ("n", .string("3"), .met), ("n", .double(3), .met),
        ("r", .int(3), .met), ("n > 2", .bool(true), .met), ("n > 5", .bool(true), .notMet),
        ("n > 5", .bool(false), .met), ("NULL", .null, .met), ("NULL", .string(""), .notMet),
        ("b", .string("x"), .notMet), ("n", .string("4"), .notMet),
    ])
    func theFirstColumnIsCompared(_ column: String, _ wanted: Value, _ answer: CheckAnswer) {
        make()
        let query: Value = ["path": "app.db", "query": .string("SELECT \(column) FROM info"), "equals": wanted]
        #expect(around.look("sqlite", query).answer == answer)
    }

    @Test func anExpressionSeesRowsAndValue() {
        make()
        let query = Value.string("SELECT n, version FROM info")
        #expect(
            around.look(
                "sqlite", ["path": "app.db", "query": query, "expect": "value == 3 && rows[0].version == '1.20'"]
            ).answer == .met)
        #expect(
            around.look("sqlite", ["path": "app.db", "query": query, "expect": "size(rows) > 1"]).answer == .notMet)
        #expect(
            around.look("sqlite", ["path": "app.db", "query": query, "expect": "rows[7].n == 1"]).answer
                == .inconclusive)
    }

    @Test func noRowsAreNotMet() {
        make()
        let query = Value.string("SELECT n FROM info WHERE n > 9")
        #expect(around.look("sqlite", ["path": "app.db", "query": query, "equals": 3]).answer == .notMet)
        #expect(around.look("sqlite", ["path": "app.db", "query": query]).answer == .notMet)
    }

    @Test(arguments: [
        "DELETE FROM info", "SELECT 1; DELETE FROM info", "CREATE TEMP TABLE t(x)", "ATTACH 'other.db' AS o",
        "PRAGMA user_version = 7", "VACUUM", "SELECT * FROM missing", "SELECT", "",
    ])
    func onlyWhatReadsIsRun(_ query: String) {
        make()
        #expect(around.look("sqlite", ["path": "app.db", "query": .string(query)]).answer == .inconclusive)
        #expect(
            around.look("sqlite", ["path": "app.db", "query": "SELECT count(*) FROM info", "equals": 1]).answer == .met)
    }

    @Test func aMissingDatabaseWasSeenToBeMissing() {
        #expect(around.look("sqlite", ["path": "missing.db", "query": "SELECT 1", "equals": 1]).answer == .notMet)
        #expect(around.read("missing.db") == nil)
    }

    @Test func aLookLeavesNothingBesideTheDatabase() {
        Database(around.path("wal % ?#.db")).run(
            "PRAGMA journal_mode = WAL; CREATE TABLE t(x); INSERT INTO t VALUES(7)")
        #expect(HostFiles.names(in: around.directory) == ["wal % ?#.db"])
        let query: Value = ["path": "wal % ?#.db", "query": "SELECT x FROM t", "equals": 7]
        #expect(around.look("sqlite", query).answer == .met)
        #expect(HostFiles.names(in: around.directory) == ["wal % ?#.db"])
    }

    @Test func whatIsOnlyInTheLogIsSeen() {
        let writer = Database(around.path("live.db")).run("PRAGMA journal_mode = WAL; CREATE TABLE t(x)")
        writer.run("INSERT INTO t VALUES(8)")
        #expect(around.look("sqlite", ["path": "live.db", "query": "SELECT x FROM t", "equals": 8]).answer == .met)
        writer.run("DELETE FROM t")
        #expect(around.look("sqlite", ["path": "live.db", "query": "SELECT x FROM t", "equals": 8]).answer == .notMet)
    }

    @Test func aLockedDatabaseIsInconclusive() {
        make()
        let writer = Database(around.path("app.db")).run("BEGIN EXCLUSIVE")
        let call = Writing.check("sqlite", ["path": "app.db", "query": "SELECT n FROM info", "equals": 3]) {
            $0.timeout = .value(.milliseconds(50))
        }
        let result = CheckEvaluator().evaluate([call], in: around.checks()).results[0]
        #expect(result.answer == .inconclusive)
        #expect(result.detail == "database is locked")
        writer.run("ROLLBACK")
        #expect(CheckEvaluator().evaluate([call], in: around.checks()).answer == .met)
    }

    @Test func aQueryThatNeverEndsIsInconclusive() {
        make()
        let endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c"
        let call = Writing.check("sqlite", ["path": "app.db", "query": .string(endless)]) {
            $0.timeout = .value(.milliseconds(50))
        }
        let result = CheckEvaluator().evaluate([call], in: around.checks()).results[0]
        #expect(result.answer == .inconclusive)
        #expect(result.detail == "the query takes too long")
    }

    @Test func integrityIsAQuestionOfItsOwn() {
        make()
        #expect(around.look("sqlite", ["path": "app.db", "integrity": true]).answer == .met)
        around.write("text.db", "this is not a database, however long it is, and it has to be long enough to be read")
        #expect(around.look("sqlite", ["path": "text.db", "integrity": true]).answer == .notMet)
        #expect(around.look("sqlite", ["path": "text.db", "query": "SELECT 1 FROM x"]).answer == .inconclusive)
    }
}
