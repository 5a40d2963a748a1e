import RunJournal
import RunMachine
import RunbookModel
import Testing

@Suite struct LockTests {
    private let system = LockRequest(name: "system/demo")
    private let shared = LockRequest(name: "system/demo", mode: .shared)

    /// The run that stands in the way.
    private func blocker(_ body: () throws -> Void) -> HeldLock? {
        do {
            try body()
            return nil
        } catch JournalFailure.locked(let lock) {
            return lock
        } catch {
            Issue.record(error)
            return nil
        }
    }

    @Test(arguments: JournalKind.allCases)
    func aLockThatIsHeldKeepsARunFromBeingCreated(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let first = try SampleRun(in: test.journal, locks: [system])
        let found = blocker { _ = try SampleRun(in: test.journal, locks: [LockRequest(name: "free"), system]) }
        #expect(found?.run == first.id)
        #expect(found?.owner == .alice)
        #expect(try test.journal.runs(RunFilter()).numbers == [1])
        #expect(try test.journal.locks().map(\.name) == ["system/demo"], "all locks or none")
        #expect(blocker { _ = try SampleRun(in: test.journal, locks: [shared]) }?.run == first.id)
    }

    @Test(arguments: JournalKind.allCases)
    func sharedLocksGoTogetherAndKeepExclusiveOnesOut(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        _ = try SampleRun(in: test.journal, locks: [shared])
        _ = try SampleRun(in: test.journal, locks: [shared])
        #expect(try test.journal.locks().map(\.run) == [1, 2])
        #expect(blocker { _ = try SampleRun(in: test.journal, locks: [system]) }?.run == 1)
    }

    @Test(arguments: JournalKind.allCases)
    func closingReleasesTheLocks(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let first = try SampleRun(in: test.journal, locks: [system])
        try first.start()
        try first.finish()
        #expect(try test.journal.locks() == [])
        #expect(try SampleRun(in: test.journal, locks: [system]).id == 2)
    }

    @Test(arguments: JournalKind.allCases)
    func aLockIsTakenOnlyFromARunThatNobodyDrives(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let urgent = LockRequest(name: "system/demo", preempts: true)
        _ = try SampleRun(in: test.journal, locks: [system])
        #expect(blocker { _ = try SampleRun(in: test.journal, locks: [urgent], isDriven: { $0.run == 1 }) }?.run == 1)
        let second = try SampleRun(in: test.journal, by: .bob, locks: [urgent], isDriven: { _ in false })
        #expect(try test.journal.locks().map(\.run) == [second.id])

        guard case .lockBroken("system/demo", .bob, let why) = try test.journal.events(1).last?.event else {
            Issue.record("the run that lost its lock does not know")
            return
        }
        #expect(why.contains("run 2"))
        let told = try test.journal.events(second.id).contains {
            if case .noted(let text, _) = $0.event { text.contains("run 1") } else { false }
        }
        #expect(told)
    }

    @Test(arguments: JournalKind.allCases)
    func aBrokenLockMustBeTakenAgain(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let run = try SampleRun(in: test.journal, locks: [system, LockRequest(name: "other")])
        #expect(try test.journal.breakLock("system/demo", by: .bob, why: "stuck", at: 7) == [run.id])
        #expect(throws: JournalFailure.noSuchLock("system/demo")) {
            try test.journal.breakLock("system/demo", by: .bob, why: "again", at: 8)
        }
        let broken = RunEvent.lockBroken(name: "system/demo", by: .bob, why: "stuck")
        #expect(try test.journal.events(run.id).last?.event == broken)

        try run.claim()
        let other = try SampleRun(in: test.journal, locks: [system])
        #expect(blocker { _ = try test.journal.retakeLocks(run.id, epoch: run.epoch, at: 9) }?.run == other.id)
        try other.start()
        try other.finish()
        #expect(throws: JournalFailure.superseded(run.id, by: 1)) {
            try test.journal.retakeLocks(run.id, epoch: 0, at: 9)
        }
        #expect(try test.journal.retakeLocks(run.id, epoch: run.epoch, at: 9) == ["system/demo"])
        #expect(try test.journal.retakeLocks(run.id, epoch: run.epoch, at: 9) == [])
        #expect(try test.journal.events(run.id).last?.event == .lockTaken(name: "system/demo"))
        #expect(try test.journal.audit(run.id) { _, _ in SampleRun.plan() }.isClean)
    }

    @Test(arguments: JournalKind.allCases)
    func theLocksOfLaterRunsAreKnownAfterTheyHaveClosed(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let first = try SampleRun(in: test.journal, locks: [system])
        try first.start()
        try first.finish()
        _ = try SampleRun(in: test.journal)
        let third = try SampleRun(in: test.journal, locks: [shared, LockRequest(name: "other")])
        try third.start()
        try third.finish()
        let later = try test.journal.locksOfRuns(after: first.id)
        #expect(later.map(\.run) == [third.id])
        #expect(later.first?.locks == [shared, LockRequest(name: "other")])
    }

    @Test(arguments: JournalKind.allCases)
    func whatARunPinsIsReplacedByItsDriverOnlyAndItsNewLocksAreMissing(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let run = try SampleRun(in: test.journal, locks: [system])
        try run.claim()
        var pinned = SampleRun.pinned()
        pinned.sources = ["update.yml": Array("runbook: update\nsteps: []\n".utf8)]
        pinned.files = []
        let entry = JournalEntry(at: 9, .adopted(planDigest: "d2", by: .bob))
        #expect(throws: JournalFailure.superseded(run.id, by: 1)) {
            try test.journal.repin(run.id, epoch: 0, pinned, locks: [], entry)
        }
        try test.journal.repin(run.id, epoch: run.epoch, pinned, locks: [system, LockRequest(name: "new")], entry)
        #expect(try test.journal.pinned(run.id) == pinned)
        #expect(try test.journal.events(run.id).last?.event == entry.event)
        #expect(try test.journal.retakeLocks(run.id, epoch: run.epoch, at: 10) == ["new"])
        #expect(try test.journal.audit(run.id) { _, _ in SampleRun.plan() }.isClean)
    }
}
