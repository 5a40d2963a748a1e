import Glibc
import RunEngine
import RunHost
import Testing

/// What `protect:` does for SQLite databases.
@Suite struct ProtectionDatabaseTests {
    let harness = ProtectionHarness()
    private var database: ProtectedItem { .sqlite(harness["home/app.db"]) }

    private func snapshot(_ items: [ProtectedItem]? = nil) throws -> SnapshotManifest {
        try harness.protector.snapshot(items ?? [database], into: harness.snapshot)
    }

    @discardableResult
    private func restore() throws -> RestoreReport {
        try harness.protector.restore(from: harness.snapshot, aside: harness.aside)
    }

    @Test func aDatabaseWithAnOpenWriterIsSavedAsCommittedAndRestoredUnderIt() throws {
        harness.makeDatabase("home/app.db", ["one"], setup: ["PRAGMA journal_mode = WAL"])
        let writer = ProtectionHarness.Connection(harness["home/app.db"])
        for sql in ["INSERT INTO item VALUES ('two')", "BEGIN IMMEDIATE", "INSERT INTO item VALUES ('never')"] {
            #expect(writer.run(sql) != nil)
        }
        _ = try snapshot()
        #expect(writer.run("ROLLBACK") != nil)
        #expect(writer.run("INSERT INTO item VALUES ('three')") != nil)
        let report = try restore()
        #expect(report.items.map(\.outcome) == [.databaseRestored])
        #expect(writer.run("SELECT name FROM item ORDER BY 1") == ["one", "two"])
        #expect(writer.run("PRAGMA journal_mode") == ["wal"])
        #expect(writer.run("INSERT INTO item VALUES ('four')") != nil)
        #expect(ProtectionHarness.Connection("\(report.aside)/0.db").run("SELECT count(*) FROM item") == ["3"])
    }

    @Test func modeAndOwnerComeBackWithTheContent() throws {
        harness.makeDatabase("home/app.db", ["one"])
        chmod(harness["home/app.db"], 0o640)
        if geteuid() == 0 { chown(harness["home/app.db"], 1234, 4321) }
        let before = try HostFiles.status(of: harness["home/app.db"])
        _ = try snapshot()
        unlink(harness["home/app.db"])
        harness.makeDatabase("home/app.db", ["two"])
        try restore()
        let after = try HostFiles.status(of: harness["home/app.db"])
        #expect([after.st_mode, after.st_uid, after.st_gid] == [before.st_mode, before.st_uid, before.st_gid])
        #expect(harness.rows("home/app.db") == ["one"])
    }

    @Test func pagesOfAnotherSizeAreRestoredIntoAWriteAheadLog() throws {
        harness.makeDatabase("home/app.db", ["one"], setup: ["PRAGMA page_size = 1024"])
        _ = try snapshot()
        unlink(harness["home/app.db"])
        harness.makeDatabase("home/app.db", ["two"], setup: ["PRAGMA page_size = 8192", "PRAGMA journal_mode = WAL"])
        try restore()
        #expect(harness.rows("home/app.db") == ["one"])
    }

    @Test func whatIsNoDatabaseAnyMoreIsSetAsideAsFilesAndReplaced() throws {
        harness.makeDatabase("home/app.db", ["one"])
        _ = try snapshot()
        harness.write("home/app.db", String(repeating: "this is no database ", count: 100))
        harness.write("home/app.db-wal", "rubbish")
        let broken = harness.state(of: "home/app.db")
        let report = try restore()
        #expect(harness.rows("home/app.db") == ["one"])
        #expect(!harness.exists("home/app.db-wal"))
        #expect(try SnapshotManifest(of: report.aside).entries.map(\.form) == [.rawDatabase])
        _ = try harness.protector.restore(from: report.aside, aside: harness["state/other"])
        #expect(harness.state(of: "home/app.db") == broken)
    }

    @Test func aDamagedDatabaseIsNotSaved() throws {
        harness.write("home/app.db", String(repeating: "this is no database ", count: 100))
        let failure = #expect(throws: ProtectionFailure.self) { try snapshot() }
        #expect(failure?.message.contains("not a sound SQLite database: file is not a database") == true)
        #expect(throws: ProtectionFailure.self) { try restore() }
    }

    @Test func aDatabaseThatWasNotThereIsSetAsideAndRemovedWithItsLog() throws {
        #expect(try snapshot().entries.map(\.form) == [.absent])
        harness.makeDatabase("home/app.db", ["one"], setup: ["PRAGMA journal_mode = WAL"])
        let service = ProtectionHarness.Connection(harness["home/app.db"])
        #expect(service.run("INSERT INTO item VALUES ('two')") != nil)
        let report = try restore()
        #expect(HostFiles.names(in: harness["home"]).isEmpty)
        #expect(report.items.map(\.outcome) == [.removed])
        #expect(ProtectionHarness.Connection("\(report.aside)/0.db").run("SELECT count(*) FROM item") == ["2"])
        #expect(try restore().items.map(\.outcome) == [.alreadyAbsent])
    }

    @Test func aStaleJournalBesideAMissingDatabaseIsNotPlayedIntoTheRestoredOne() throws {
        harness.makeDatabase("home/app.db", ["one"], setup: ["PRAGMA journal_mode = WAL"])
        let service = ProtectionHarness.Connection(harness["home/app.db"])
        _ = try snapshot()
        #expect(service.run("INSERT INTO item VALUES ('two')") != nil)
        unlink(harness["home/app.db"])
        #expect(harness.exists("home/app.db-wal"))
        try restore()
        #expect(harness.rows("home/app.db") == ["one"])
    }

    @Test func aLockedDatabaseIsReportedAndLeftAsItIs() throws {
        harness.makeDatabase("home/app.db", ["one"])
        _ = try snapshot()
        let holder = ProtectionHarness.Connection(harness["home/app.db"])
        #expect(holder.run("BEGIN EXCLUSIVE") != nil)
        let saving = #expect(throws: ProtectionFailure.self) {
            try harness.protector.snapshot([database], into: harness["state/other"])
        }
        #expect(saving?.message.contains("another process kept the database locked") == true)
        #expect(throws: ProtectionFailure.self) { try restore() }
        #expect(holder.run("COMMIT") != nil)
        try restore()
    }

    @Test func aReaderKeepsARestoreOutOnlyWhileItReads() throws {
        harness.makeDatabase("home/app.db", ["one"])
        _ = try snapshot()
        let reader = ProtectionHarness.Connection(harness["home/app.db"])
        #expect(reader.run("INSERT INTO item VALUES ('two')") != nil)
        #expect(reader.run("BEGIN") != nil)
        #expect(reader.run("SELECT * FROM item")?.count == 2)
        let failure = #expect(throws: ProtectionFailure.self) { try restore() }
        #expect(failure?.message.hasPrefix("cannot restore") == true)
        #expect(reader.run("SELECT * FROM item")?.count == 2)
        #expect(reader.run("COMMIT") != nil)
        try restore()
        #expect(reader.run("SELECT * FROM item") == ["one"])
    }

    @Test func aDatabaseInAProtectedDirectoryIsLeftToSQLite() throws {
        harness.makeDatabase("home/app.db", ["one"], setup: ["PRAGMA journal_mode = WAL"])
        harness.write("home/file", "before")
        let service = ProtectionHarness.Connection(harness["home/app.db"])
        _ = try snapshot([database, .path(harness["home"], exclude: [])])
        #expect(service.run("INSERT INTO item VALUES ('two')") != nil)
        harness.write("home/file", "after")
        #expect(try restore().items.map(\.outcome) == [.databaseRestored, .replacedInPlace])
        #expect(service.run("SELECT name FROM item") == ["one"])
        #expect(harness.text("home/file") == "before")
        try ProtectionHarness.spawn(["rm", "-rf", harness["home"]])
        try restore()
        #expect(harness.rows("home/app.db") == ["one"])
        #expect(harness.text("home/file") == "before")
    }

    @Test func aDatabaseBehindALinkIsRestoredWhereItIs() throws {
        mkdir(harness["data"], 0o755)
        harness.makeDatabase("data/real.db", ["one"])
        symlink(harness["data/real.db"], harness["home/app.db"])
        _ = try snapshot()
        harness.write("data/real.db", "this is no database, and long enough to be taken for one that is damaged")
        try restore()
        #expect(harness.rows("data/real.db") == ["one"])
        #expect(harness.state(of: "home/app.db")[0].hasSuffix(" -> \(harness["data/real.db"])"))
    }

    @Test func aSchemaThatOnlyItsApplicationUnderstandsIsSavedUnchecked() throws {
        harness.makeDatabase("home/app.db", ["one"])
        let writer = ProtectionHarness.Connection(harness["home/app.db"])
        for sql in [
            "PRAGMA writable_schema = ON",
            "INSERT INTO sqlite_schema VALUES ('index', 'i', 'item', 2, 'CREATE INDEX i ON item(name COLLATE own)')",
        ] { #expect(writer.run(sql) != nil) }
        _ = try snapshot()
    }
}
