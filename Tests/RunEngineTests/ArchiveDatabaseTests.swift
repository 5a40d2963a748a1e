import Expressions
import Glibc
import RunEngine
import RunHost
import Testing

/// Databases in archives, and which archives stay.
@Suite struct ArchiveDatabaseTests {
    private let harness = ArchiveHarness()
    private var files: ProtectionHarness { harness.files }
    private var database: Value { .list([.string(files["home/app.db"])]) }

    @Test func aDatabaseIsSavedAsCommittedAndRestoredUnderItsWriter() throws {
        files.makeDatabase("home/app.db", ["one"], setup: ["PRAGMA journal_mode = WAL"])
        chmod(files["home/app.db"], 0o640)
        files.write("home/conf", "conf")
        let writer = ProtectionHarness.Connection(files["home/app.db"])
        for sql in ["INSERT INTO item VALUES ('two')", "BEGIN IMMEDIATE", "INSERT INTO item VALUES ('never')"] {
            #expect(writer.run(sql) != nil)
        }
        let made = harness.backup(["sqlite": database])
        #expect(made["error"] == nil, "\(made)")
        #expect(made["outputs"]?["databases"] == 1)
        #expect(made["outputs"]?["files"] == 2)
        #expect(writer.run("ROLLBACK") != nil)
        #expect(writer.run("INSERT INTO item VALUES ('three')") != nil)
        let restored = harness.restore()
        #expect(restored["error"] == nil, "\(restored)")
        #expect(writer.run("SELECT name FROM item ORDER BY 1") == ["one", "two"])
        #expect(try HostFiles.status(of: files["home/app.db"]).st_mode & 0o777 == 0o640)
        #expect(harness.undoRestore()["error"] == nil)
        #expect(writer.run("SELECT name FROM item ORDER BY 1") == ["one", "three", "two"])
        #expect(HostFiles.names(in: files["archives"]) == ["app.tar.gz"])
    }

    @Test func aDamagedDatabaseIsReplacedAndComesBackDamagedOnUndo() throws {
        files.makeDatabase("home/app.db", ["one"])
        #expect(harness.backup(include: [], ["sqlite": database])["error"] == nil)
        ProtectionHarness.overwrite(files["home/app.db"], String(repeating: "garbage ", count: 1_000))
        let before = files.state(of: "home").dropFirst()
        #expect(harness.restore()["error"] == nil)
        #expect(files.rows("home/app.db") == ["one"])
        #expect(harness.undoRestore()["error"] == nil)
        #expect(files.state(of: "home").dropFirst() == before)
    }

    @Test func aDatabaseComesBackWhereNoneIsAndIntoAScratchCopy() throws {
        files.makeDatabase("home/app.db", ["one"])
        #expect(harness.backup(["sqlite": database])["error"] == nil)
        let copied = harness.restore(["to": .string(files["copy"])])
        #expect(copied["error"] == nil, "\(copied)")
        #expect(files.rows("copy\(files["home/app.db"])") == ["one"])
        _ = try ProtectionHarness.spawn(["rm", "-rf", files["home"], files["state"]])
        #expect(harness.restore(["only": database])["error"] == nil)
        #expect(files.rows("home/app.db") == ["one"])
        #expect(harness.undoRestore()["error"] == nil)
        #expect(!files.exists("home"))
    }

    @Test func whatIsNoDatabaseFailsTheBackupAndLeavesNothing() throws {
        files.write("home/app.db", String(repeating: "not a database ", count: 100))
        #expect(harness.backup(["sqlite": database])["error"] != nil)
        #expect(HostFiles.names(in: files["archives"]).isEmpty)
        files.makeDatabase("home/raw.db", ["one"])
        let made = harness.backup()
        #expect(
            made["notes"]?.asList?.first?.asString?.contains("raw.db: a database that was copied as a file") == true)
    }

    // MARK: Retention

    private func make(_ number: Int, day: Int64, keep: ValueMap, series: String = "app-*.tar.gz") -> Value {
        var harness = harness
        harness.now = 1_700_000_000_000 + day * 86_400_000
        let order: ValueMap = ["series": .string(series), "keep": .map(keep)]
        return harness.backup(to: files["archives/app-\(number).tar.gz"], token: "t\(number)", order)
    }

    private var visible: [String] { HostFiles.names(in: files["archives"]).filter { !$0.hasPrefix(".") }.sorted() }

    @Test func theLastSoManyOfTheSeriesStay() throws {
        files.write("home/a", "a")
        for number in 1...3 { #expect(make(number, day: Int64(number), keep: [:])["error"] == nil) }
        #expect(make(9, day: 0, keep: [:], series: "app-9*")["error"] == nil)
        files.write("archives/app-0.tar.gz", "of someone else")
        let made = make(4, day: 4, keep: ["count": 2])
        #expect(made["outputs"]?["removed"] == ["app-1.tar.gz", "app-2.tar.gz"])
        #expect(visible == ["app-0.tar.gz", "app-3.tar.gz", "app-4.tar.gz", "app-9.tar.gz"])
        // What was set aside is there until the next backup of the series.
        #expect(make(5, day: 5, keep: ["count": 3])["error"] == nil)
        #expect(HostFiles.names(in: files["archives"]).filter { $0.hasPrefix(".") }.isEmpty)
        #expect(visible == ["app-0.tar.gz", "app-3.tar.gz", "app-4.tar.gz", "app-5.tar.gz", "app-9.tar.gz"])
    }

    @Test func youngOnesStayBesideTheLast() throws {
        files.write("home/a", "a")
        for number in 1...4 { #expect(make(number, day: Int64(number), keep: [:])["error"] == nil) }
        let day: Int64 = 86_400_000
        let made = make(5, day: 5, keep: ["age": .int(2 * day)])
        #expect(made["outputs"]?["removed"] == ["app-1.tar.gz", "app-2.tar.gz"])
        #expect(make(6, day: 20, keep: ["age": .int(day), "count": 3])["outputs"]?["removed"] == ["app-3.tar.gz"])
        #expect(make(7, day: 40, keep: ["age": .int(day)])["outputs"]?["removed"]?.asList?.count == 3)
        #expect(visible == ["app-7.tar.gz"])
    }

    @Test func theUndoOfABackupRemovesItAndBringsBackWhatItHadRetired() throws {
        files.write("home/a", "a")
        #expect(make(1, day: 1, keep: [:])["error"] == nil)
        let before = files.state(of: "archives")
        #expect(make(2, day: 2, keep: ["count": 1])["outputs"]?["removed"] == ["app-1.tar.gz"])
        let order: Value = [
            "to": .string(files["archives/app-2.tar.gz"]), "token": "t2", "series": "app-*.tar.gz",
        ]
        for _ in 1...2 {
            #expect(harness.perform("unbackup", order)["error"] == nil)
            #expect(files.state(of: "archives").dropFirst() == before.dropFirst())
        }
        let others: Value = [
            "to": .string(files["archives/app-1.tar.gz"]), "token": "x", "series": "app-*.tar.gz",
        ]
        #expect(harness.perform("unbackup", others)["error"] == nil)
        #expect(visible == ["app-1.tar.gz"])
    }

    @Test func aLaterTryOfTheSameStepFindsItsArchive() throws {
        files.write("home/a", "a")
        #expect(make(1, day: 1, keep: [:])["error"] == nil)
        files.write("archives/.app-2.tar.gz.t2.part", "half")
        let first = make(2, day: 2, keep: [:])
        #expect(first["error"] == nil)
        #expect(make(2, day: 3, keep: ["count": 1])["outputs"]?["sha256"] == first["outputs"]?["sha256"])
        #expect(visible == ["app-2.tar.gz"])
        #expect(!files.exists("archives/.app-2.tar.gz.t2.part"))
    }
}
