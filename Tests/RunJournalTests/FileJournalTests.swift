import Glibc
import RunJournal
import RunMachine
import RunPlan
import RunbookModel
import Testing

/// What only the journal on disk can promise.
@Suite struct FileJournalTests {
    private let home = TemporaryDirectory()
    private var state: StateDirectory { home.state }

    private func open(patience: Int = 5_000) throws -> FileJournal {
        var options = FileJournal.Options.create
        options.patience = patience
        return try FileJournal(state, options)
    }

    private func audit(_ journal: FileJournal, _ run: RunID? = nil) throws -> AuditReport {
        try journal.audit(run) { _, pinned in SampleRun.plan(pinned.runbook) }
    }

    @Test func anotherProcessFindsWhatWasCommitted() throws {
        let run = try SampleRun(in: open(), locks: [LockRequest(name: "system/demo")])
        try run.start()
        try run.intend("stop")
        let other = try FileJournal(state, .existing)
        let stored = try other.load(run.id)
        #expect(stored.record == run.machine.run)
        #expect(stored.steps == run.storedSteps)
        let counter = try other.changeCounter()
        try run.end("stop")
        #expect(try other.changeCounter() != counter)
        #expect(try other.load(run.id).steps["stop"]?.state == .succeeded)
    }

    @Test func whatIsCheckpointedAndReopenedIsTheSame() throws {
        let id: RunID
        do {
            let journal = try open()
            let run = try SampleRun(in: journal)
            id = run.id
            try run.start()
            try run.finish()
            try journal.checkpoint(.ifLarge)
            try journal.checkpoint(.now)
        }
        let journal = try open()
        #expect(try journal.summary(id).outcome == .succeeded)
        #expect(try audit(journal).isClean)
    }

    @Test func closingLeavesTheLogToTheNextDriver() throws {
        try SampleRun(in: open()).start()
        #expect(TemporaryDirectory.mode(state.database + "-wal") != nil)
    }

    @Test func anEventThatWasChangedBreaksTheChain() throws {
        let journal = try open()
        let run = try SampleRun(in: journal)
        try run.start()
        let other = try SampleRun(in: journal)
        tamper("UPDATE events SET at = at + 1 WHERE run = \(run.id) AND seq = 3")
        let report = try audit(journal)
        #expect(report.findings.count == 1)
        #expect(report.findings.first?.run == run.id)
        guard case .brokenChain(3, _) = report.findings.first?.problem else {
            Issue.record("the first broken link is not named: \(report.findings)")
            return
        }
        #expect(try audit(journal, other.id).isClean)
    }

    @Test(arguments: [
        ("DELETE FROM events WHERE seq = 2", 2 as Int64), ("DELETE FROM events WHERE seq = 4", 4),
        ("UPDATE runs SET last_seq = 3", 5), ("UPDATE runs SET head = x'00'", 5),
    ])
    func whatIsMissingBreaksTheChain(_ sql: String, _ sequence: Int64) throws {
        let journal = try open()
        try SampleRun(in: journal).start()
        tamper(sql)
        guard case .brokenChain(sequence, _) = try audit(journal).findings.first?.problem else {
            Issue.record("not noticed")
            return
        }
    }

    @Test(arguments: [
        (
            "UPDATE steps SET record = replace(record, '\"tries\":1', '\"tries\":2')",
            AuditReport.Problem.stepDiffers("stop")
        ),
        ("DELETE FROM steps", .stepDiffers("stop")),
        ("DELETE FROM attempts", .attemptDiffers("stop", number: 1)),
        ("UPDATE runs SET activity = 'paused'", .runDiffers),
    ])
    func aTableThatWasChangedDiffersFromTheEvents(_ sql: String, _ problem: AuditReport.Problem) throws {
        let journal = try open()
        let run = try SampleRun(in: journal)
        try run.start()
        try run.intend("stop")
        tamper(sql)
        #expect(try audit(journal).findings.map(\.problem) == [problem])
    }

    @Test func aDamagedRunKeepsNoOtherFromBeingUsed() throws {
        let journal = try open()
        let damaged = try SampleRun(in: journal)
        try damaged.start()
        let sound = try SampleRun(in: journal)
        tamper("UPDATE runs SET record = '{', activity = 'dreaming' WHERE id = \(damaged.id)")
        tamper("UPDATE blobs SET bytes = x'00' WHERE digest IN (SELECT blob FROM definition_files WHERE run = 9)")

        let list = try journal.runs(RunFilter())
        #expect(list.numbers == [2])
        guard case .failure(.damaged(damaged.id, _)) = list[1] else {
            Issue.record("the damaged run is not named")
            return
        }
        #expect(throws: JournalFailure.self) { try journal.load(damaged.id) }
        try sound.start()
        try sound.finish()
        let report = try audit(journal)
        #expect(report.runs == [1, 2])
        #expect(report.findings.map(\.run) == [damaged.id])
    }

    @Test func pinnedFilesThatWereChangedAreNotUsed() throws {
        let journal = try open()
        let run = try SampleRun(in: journal)
        tamper("UPDATE blobs SET bytes = x'00' WHERE length(bytes) > 0")
        #expect(throws: JournalFailure.self) { try journal.pinned(run.id) }
        guard case .unreadable = try audit(journal).findings.first?.problem else {
            Issue.record("not noticed")
            return
        }
    }

    @Test func aDamagedPageIsNamedAndTheRunsAreStillListed() throws {
        let run: SampleRun
        do {
            let journal = try open()
            run = try SampleRun(in: journal)
            try run.start()
            try journal.checkpoint(.now)
        }
        let page = try #require(
            Int(RawDatabase.column("SELECT rootpage FROM sqlite_schema WHERE name = 'events'", in: state.database)[0]))
        unlink(state.database + "-wal")
        overwrite(page: page)
        let journal = try open()
        #expect(try journal.runs(RunFilter()).numbers == [1])
        guard case .integrity = try audit(journal).findings.first?.problem else {
            Issue.record("not noticed")
            return
        }
        do {
            _ = try journal.events(run.id)
            Issue.record("a damaged page was read")
        } catch {
            guard case .damaged(run.id, _) = error else { throw error }
        }
    }

    @Test func aWriterThatWaitsTooLongNamesTheHolder() throws {
        let journal = try open(patience: 20)
        let run = try SampleRun(in: journal)
        let holder = Glibc.open(state.lockFile, O_RDWR | O_CLOEXEC)
        flock(holder, LOCK_EX)
        do {
            try run.claim()
            Issue.record("it did not wait")
        } catch JournalFailure.busy(_, let holder) {
            #expect(holder?.hasPrefix("pid \(getpid()) ") == true)
        }
        #expect(try journal.load(run.id).epoch == 0, "looking does not wait")
        // Children of tests beside this one may have the descriptor, too.
        flock(holder, LOCK_UN)
        close(holder)
        try run.claim()
    }

    @Test func whenTheDiskIsFullNothingIsHalfWritten() async {
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            let home = TemporaryDirectory()
            let journal = try FileJournal(home.state, .create)
            let run = try SampleRun(in: journal)
            try run.start()
            let before = try journal.load(run.id).lastSequence
            var limit = rlimit(rlim_cur: 100, rlim_max: rlim_t.max)
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            // Nothing of the testing library under the limit: it writes, too.
            let result = Result { try run.intend("stop") }
            limit.rlim_cur = rlim_t.max
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            #expect(throws: JournalFailure.full(path: home.state.database)) { try result.get() }
            #expect(try journal.load(run.id).lastSequence == before)
            try run.intend("stop")
            try run.finish()
            #expect(try journal.audit(nil) { _, _ in SampleRun.plan() }.isClean)
        }
    }

    private func tamper(_ sql: String) {
        RawDatabase.execute("DROP TRIGGER IF EXISTS events_are_append_only; " + sql, in: state.database)
    }

    private func overwrite(page: Int) {
        let descriptor = Glibc.open(state.database, O_WRONLY)
        let junk = [UInt8](repeating: 0xa5, count: 4096)
        pwrite(descriptor, junk, junk.count, off_t((page - 1) * 4096))
        close(descriptor)
    }
}
