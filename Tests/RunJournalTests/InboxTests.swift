import RunJournal
import RunMachine
import RunbookModel
import Testing

@Suite struct InboxTests {
    private func entry(_ id: String, for run: RunID) -> InboxEntry {
        InboxEntry(id: id, run: run, kind: "decide", payload: Stored(json: #"{"choice":"retry"}"#), actor: .bob, at: 5)
    }

    @Test(arguments: JournalKind.allCases)
    func whatIsSaidTwiceIsRecordedOnce(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let run = try SampleRun(in: test.journal)
        let said = entry("a", for: run.id)
        #expect(try test.journal.record(said, judge: { _ in .accept }) == .recorded)
        #expect(try test.journal.record(said, judge: { _ in .refuse(why: "late") }) == .repeated)
        #expect(try test.journal.inbox(run.id) == [said])
        #expect(try test.journal.load(run.id).inbox == [said])
    }

    @Test(arguments: JournalKind.allCases)
    func aDecisionIsJudgedByTheStateItMeets(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let run = try SampleRun(in: test.journal)
        try run.start()
        let judge = { (stored: StoredRun) -> InboxVerdict in
            stored.record.pauseRequested == nil ? .accept : .refuse(why: "it is pausing")
        }
        #expect(try test.journal.record(entry("a", for: run.id), judge: judge) == .recorded)
        try run.commit([.pauseRequested(.alice)])
        #expect(try test.journal.record(entry("b", for: run.id), judge: judge) == .refused(why: "it is pausing"))
        #expect(try test.journal.inbox(run.id).map(\.id) == ["a"])
        #expect(throws: JournalFailure.noSuchRun(9)) {
            try test.journal.record(entry("c", for: 9), judge: { _ in .accept })
        }
    }

    @Test(arguments: JournalKind.allCases)
    func nothingIsSaidToAClosedRun(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let run = try SampleRun(in: test.journal)
        try run.start()
        try run.finish()
        #expect(throws: JournalFailure.runIsClosed(run.id)) {
            try test.journal.record(entry("a", for: run.id), judge: { _ in .accept })
        }
    }

    @Test(arguments: JournalKind.allCases)
    func aDriverParksOnlyWhenItHasHeardEverything(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let run = try SampleRun(in: test.journal)
        try run.start()
        _ = try test.journal.record(entry("a", for: run.id), judge: { _ in .accept })
        let before = try test.journal.load(run.id).lastSequence

        let park = RunEvent.activityChanged(.attention, reason: nil)
        #expect(try run.commit([park], onlyIfInboxEmpty: true) == .inboxNotEmpty)
        #expect(try test.journal.load(run.id).lastSequence == before)
        #expect(try run.commit([park], consuming: ["a"], onlyIfInboxEmpty: true) == .committed(last: before + 1))
        #expect(try test.journal.inbox(run.id) == [])
        #expect(try test.journal.record(entry("a", for: run.id), judge: { _ in .accept }) == .repeated)
    }
}
