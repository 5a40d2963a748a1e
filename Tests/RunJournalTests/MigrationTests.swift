import RunMachine
import RunbookModel
import Testing

@testable import RunJournal

@Suite struct MigrationTests {
    private let home = TemporaryDirectory()

    private func open(_ migrations: [Migration]) throws -> FileJournal {
        var options = FileJournal.Options.create
        options.migrations = migrations
        return try FileJournal(home.state, options)
    }

    private func schema(of state: StateDirectory) -> [String] {
        RawDatabase.column(
            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name", in: state.database)
    }

    private func next(isCompatible: Bool) -> [Migration] {
        let version = Migration.all.count + 1
        let sql = "CREATE TABLE tags (run INTEGER NOT NULL REFERENCES runs (id), tag TEXT NOT NULL) STRICT"
        return Migration.all + [Migration(version: version, sql: sql, isCompatible: isCompatible)]
    }

    @Test func versionsAreNumberedWithoutGaps() {
        #expect(Migration.all.map(\.version) == Array(1...Migration.all.count))
    }

    @Test func aFreshJournalEqualsAMigratedOne() throws {
        let all = next(isCompatible: true)
        for count in 1...all.count {
            let old = TemporaryDirectory()
            var options = FileJournal.Options.create
            options.migrations = Array(all.prefix(count))
            _ = try FileJournal(old.state, options)
            options.migrations = all
            _ = try FileJournal(old.state, options)
            _ = try open(all)
            #expect(schema(of: old.state) == schema(of: home.state), "from version \(count)")
        }
    }

    @Test func runsSurviveAMigration() throws {
        let run = try SampleRun(in: open(Migration.all))
        try run.start()
        let journal = try open(next(isCompatible: true))
        #expect(try journal.load(run.id).record == run.machine.run)
        try run.intend("stop")
        #expect(
            throws: JournalFailure.newer(
                path: home.state.database, version: Migration.all.count + 1, known: Migration.all.count)
        ) {
            try open(Migration.all)
        }
    }

    @Test func anIncompatibleMigrationWaitsForOpenRuns() throws {
        let run = try SampleRun(in: open(Migration.all))
        try run.start()
        #expect(throws: JournalFailure.openRunsBlockMigration(path: home.state.database, runs: [run.id])) {
            try open(next(isCompatible: false))
        }
        try run.finish()
        _ = try open(next(isCompatible: false))
    }

    @Test func aMigrationThatFailsChangesNothing() throws {
        _ = try open(Migration.all)
        let before = schema(of: home.state)
        let broken = Migration(
            version: Migration.all.count + 1, sql: "CREATE TABLE tags (a); CREATE TABLE tags (a)", isCompatible: true)
        #expect(throws: JournalFailure.self) { try open(Migration.all + [broken]) }
        #expect(schema(of: home.state) == before)
        #expect(RawDatabase.column("PRAGMA user_version", in: home.state.database) == ["\(Migration.all.count)"])
    }
}
