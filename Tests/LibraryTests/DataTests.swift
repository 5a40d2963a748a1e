import Testing

/// Runbooks that care for databases, old data and room on disk.
@Suite struct DataTests {
    private let quick = ["probe_every": "20ms", "healthy_within": "3s"]
    private let down = ["probe_every": "20ms", "healthy_within": "60ms"]

    /// A table `notes` with five rows of which three are old, and files of which two are.
    private func systemWithOldData() throws -> LibraryHome {
        let home = try LibraryHome(edits: [
            "retention:\n": "retention:\n  database: [{title: notes, table: notes, column: at, age: 30d}]\n"
        ])
        try home.shell(
            """
            python3 - <<'PYTHON'
            import sqlite3
            database = sqlite3.connect("home/data/demo.db")
            database.execute("CREATE TABLE notes(at TEXT, note TEXT)")
            for days in (0, 10, 40, 50, 60):
                database.execute("INSERT INTO notes VALUES (datetime('now', ?), ?)", (f"-{days} days", str(days)))
            database.commit()
            PYTHON
            mkdir -p home/exports/sub
            for name in exports/a.csv exports/sub/b.csv; do echo x >home/$name; touch -d '40 days ago' home/$name; done
            touch home/exports/new.csv
            touch -d '40 days ago' home/exports/other.txt
            """)
        return home
    }

    private func notes(_ home: LibraryHome) throws -> String {
        try home.shell(
            "python3 -c 'import sqlite3; print(*[row[0] for row in sqlite3.connect(\"home/data/demo.db\")"
                + ".execute(\"SELECT note FROM notes ORDER BY rowid\")])'")
    }

    private func files(_ home: LibraryHome) throws -> String {
        try home.shell("cd home/exports; find . -name '*.*' -type f | sort | tr '\\n' ' '")
    }

    @Test func oldRowsAndFilesAreDeletedAndRowsAreKeptInTheBackups() throws {
        let home = try systemWithOldData()
        let preview = try home.run("data-retention", ["preview": "true"])
        #expect(preview.end == .exited(0), "\(preview)")
        #expect(preview.output("rows") == 3)
        #expect(try notes(home) == "0 10 40 50 60\n")
        let run = try home.run("data-retention", quick)
        #expect(run.end == .exited(0), "\(run)")
        #expect(run.output("files") == 2)
        #expect(try notes(home) == "0 10\n")
        #expect(try files(home) == "./new.csv ./other.txt ")
        #expect(home.scratch.exists("home/backups/retention-2.db"))
    }

    @Test func everythingComesBackWhereTheServiceDoesNotAnswerAfterwards() throws {
        let home = try systemWithOldData()
        try home.service("stop", "--home", home.home)
        let run = try home.run("data-retention", down)
        #expect(run.end == .exited(5), "\(run)")
        #expect(try notes(home) == "0 10 40 50 60\n")
        #expect(try files(home) == "./a.csv ./new.csv ./other.txt ./sub/b.csv ")
    }

    @Test func aRetentionThatWasKilledIsSeenThrough() throws {
        let home = try systemWithOldData()
        #expect(try home.run("data-retention", quick, crashAt: "driver.after_commit#7").end != .exited(0))
        let run = try home.perform("resume", "1")
        #expect(run.end == .exited(0), "\(run)")
        #expect(try notes(home) == "0 10\n")
        #expect(try files(home) == "./new.csv ./other.txt ")
    }

    @Test func releasesBeyondTheNewestAndTemporaryFilesGoButNeverTheOneThatRuns() throws {
        let home = try LibraryHome()
        try home.shell(
            """
            mkdir -p home/scratch home/releases/{0.7.0,0.8.0,0.9.0}
            touch -d '2020-01-01' home/releases/1.0.0
            touch -d '3 days ago' home/scratch/old.tmp
            touch home/scratch/new.tmp
            """)
        let run = try home.run("storage-cleanup", quick.merging(["keep_releases": "2"]) { $1 })
        #expect(run.end == .exited(0), "\(run)")
        #expect(run.output("removed") == 2)
        #expect(
            try home.shell("ls home/releases | wc -l; ls home/scratch; test -d home/releases/1.0.0") == "3\nnew.tmp\n")
    }

    @Test func whatWasSetAsideIsPutBackWhereTheServiceDoesNotAnswer() throws {
        let home = try LibraryHome()
        try home.shell("mkdir -p home/scratch; touch -d '3 days ago' home/scratch/old.tmp")
        try home.service("stop", "--home", home.home)
        let run = try home.run("storage-cleanup", down)
        #expect(run.end == .exited(5), "\(run)")
        #expect(try home.shell("ls -A home/scratch") == "old.tmp\n")
    }

    @Test func aDatabaseGetsItsIndexesAndGivesUnusedPagesBack() throws {
        let home = try LibraryHome()
        try home.shell(
            """
            python3 - <<'PYTHON'
            import sqlite3
            database = sqlite3.connect("home/data/demo.db")
            database.execute("CREATE TABLE filler AS SELECT hex(randomblob(500)) FROM items, items, items, items, items")
            database.execute("DELETE FROM filler")
            database.commit()
            PYTHON
            """)
        let run = try home.run("database-maintenance", quick)
        #expect(run.end == .exited(0), "\(run)")
        #expect(run.output("freed")?.asInt ?? 0 > 100_000)
        let index =
            "python3 -c 'import sqlite3; print(sqlite3.connect(\"home/data/demo.db\").execute(\"SELECT count(*) "
            + "FROM sqlite_master WHERE name = \\\"idx_items_name\\\"\").fetchone()[0])'"
        #expect(try home.shell(index) == "1\n")
        #expect(try home.perform("rollback", "1").end == .exited(5))
        #expect(try home.shell(index) == "0\n")
    }

    @Test func aDatabaseIsSeenThroughAfterACrashAndADamagedOneIsLeftAlone() throws {
        let home = try LibraryHome()
        #expect(try home.run("database-maintenance", quick, crashAt: "driver.after_commit#5").end != .exited(0))
        let run = try home.perform("resume", "1")
        #expect(run.end == .exited(0), "\(run)")
        try home.service("stop", "--home", home.home)
        try home.shell("printf garbage | dd of=home/data/demo.db bs=1 seek=4096 conv=notrunc status=none")
        #expect(try home.run("database-maintenance", quick).end == .exited(3))
    }

    @Test func aServiceThatIsDownAfterMaintenanceLosesItsNewIndexes() throws {
        let home = try LibraryHome()
        try home.service("stop", "--home", home.home)
        let run = try home.run("database-maintenance", down)
        #expect(run.end == .exited(5), "\(run)")
        #expect(run.state("sqlite/indexes") == "undone")
    }
}
