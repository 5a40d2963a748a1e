import RunJournal
import RunMachine
import RunPlan
import RunbookModel
import Testing

/// What every journal promises, whatever keeps it.
@Suite struct ConformanceTests {
    @Test(arguments: JournalKind.allCases)
    func aRunIsLoadedAsItWasCommitted(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let run = try SampleRun(in: test.journal)
        try run.start()
        try run.intend("stop")
        try run.end("stop")
        try run.intend("install")

        let stored = try test.journal.load(run.id)
        #expect(stored.record == run.machine.run)
        #expect(stored.steps == run.storedSteps)
        #expect(stored.steps["start"] == nil, "a step that nothing happened to has no row")
        #expect(stored.epoch == 1)
        #expect(stored.lastSequence == Int64(try test.journal.events(run.id).count))
        #expect(stored.summary.activity == .running)
        let machine = RunMachine(plan: SampleRun.plan(), run: stored.record, steps: stored.steps)
        #expect(machine.steps == run.machine.steps)
    }

    @Test(arguments: JournalKind.allCases)
    func aRunKeepsWhatItPins(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let first = try SampleRun(in: test.journal)
        let second = try SampleRun(in: test.journal)
        #expect(try test.journal.pinned(first.id) == SampleRun.pinned())
        #expect(try test.journal.pinned(second.id) == SampleRun.pinned(), "equal bytes are stored once, for both")
        #expect(throws: JournalFailure.noSuchRun(99)) { try test.journal.pinned(99) }
    }

    @Test(arguments: JournalKind.allCases)
    func eventsAreNumberedWithoutGapsAndChained(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let run = try SampleRun(in: test.journal)
        try run.start()
        try run.finish()

        let events = try test.journal.events(run.id)
        #expect(events.map(\.sequence) == Array(1...Int64(events.count)))
        #expect(Set(events.map(\.hash)).count == events.count)
        #expect(try test.journal.events(run.id, after: 2, limit: 3) == Array(events[2..<5]))
        guard case .created = events.first?.event, case .closed(.succeeded) = events.last?.event else {
            Issue.record("the history does not run from created to closed: \(events.map(\.event))")
            return
        }
    }

    @Test(arguments: JournalKind.allCases)
    func attemptsTellWhatWasIntendedAndWhatBecameOfIt(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let run = try SampleRun(in: test.journal)
        try run.start()
        try run.intend("stop")
        try run.end("stop", elapsed: 1_200)
        try run.intend("install")

        let attempts = try test.journal.attempts(run.id)
        #expect(attempts.map(\.intent.step) == ["stop", "install"])
        #expect(attempts[0].outcome?.elapsed == 1_200)
        #expect(attempts[0].endedAt != nil)
        #expect(attempts[1].outcome == nil)
        #expect(attempts[1].intent == run.machine.record("install")?.inFlight)
        #expect(try test.journal.attempts(run.id, step: "install") == [attempts[1]])
    }

    @Test(arguments: JournalKind.allCases)
    func aDriverThatWasSupersededWritesNothing(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let run = try SampleRun(in: test.journal)
        try run.start()
        let before = try test.journal.claim(run.id)
        #expect(before.epoch == 2)
        #expect(throws: JournalFailure.superseded(run.id, by: 2)) { try run.intend("stop") }
        let after = try test.journal.load(run.id)
        #expect(after.lastSequence == before.lastSequence)
        #expect(after.steps.isEmpty)
    }

    @Test(arguments: JournalKind.allCases)
    func aClosedRunTakesNotesAndNothingElse(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let run = try SampleRun(in: test.journal)
        try run.start()
        try run.finish()
        let closed = try test.journal.load(run.id)
        #expect(closed.summary.outcome == .succeeded)
        #expect(closed.summary.endedAt == closed.lastEventAt)

        #expect(throws: JournalFailure.runIsClosed(run.id)) { try test.journal.claim(run.id) }
        let batch = JournalBatch(run: run.id, epoch: 1, events: [], record: RunRecord())
        #expect(throws: JournalFailure.runIsClosed(run.id)) { try test.journal.commit(batch) }
        try test.journal.note(run.id, text: "it went well", by: .bob, at: 9_000)
        #expect(try test.journal.events(run.id).last?.event == .noted(text: "it went well", by: .bob))
        #expect(try test.journal.load(run.id).record == closed.record)
    }

    @Test(arguments: JournalKind.allCases)
    func theUndosOfARunAreFound(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        for undone in [nil, 1, nil, 3, 1] as [Int64?] { _ = try SampleRun(in: test.journal, undoOf: undone) }
        #expect(try test.journal.runs(RunFilter(undoOf: 1)).numbers == [5, 2])
        #expect(try test.journal.runs(RunFilter(undoOf: 1, before: 5)).numbers == [2])
        #expect(try test.journal.runs(RunFilter(runbook: "backup", undoOf: 1)).numbers == [])
    }

    @Test(arguments: JournalKind.allCases)
    func runsAreListedNewestFirstAsAskedFor(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let journal = test.journal
        let first = try SampleRun(in: journal)
        _ = try SampleRun(in: journal, runbook: "backup", system: nil, by: .bob)
        _ = try SampleRun(in: journal, system: "ifd")
        try first.start()
        try first.finish()

        #expect(try journal.runs(RunFilter()).numbers == [3, 2, 1])
        #expect(try journal.runs(RunFilter(limit: 2)).numbers == [3, 2])
        #expect(try journal.runs(RunFilter(before: 3)).numbers == [2, 1])
        #expect(try journal.runs(RunFilter(runbook: "update")).numbers == [3, 1])
        #expect(try journal.runs(RunFilter(system: "ifd")).numbers == [3])
        #expect(try journal.runs(RunFilter(requester: "bob")).numbers == [2])
        #expect(try journal.runs(RunFilter(isOpen: false)).numbers == [1])
        #expect(try journal.runs(RunFilter(outcome: .succeeded)).numbers == [1])
        #expect(try journal.openRuns().numbers == [3, 2])
        #expect(try journal.summary(2).requester == .bob)
        #expect(throws: JournalFailure.noSuchRun(4)) { try journal.summary(4) }
    }

    @Test(arguments: JournalKind.allCases)
    func aNumberIsNeverGivenTwice(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let run = try SampleRun(in: test.journal)
        #expect(throws: JournalFailure.runIsOpen(run.id)) { try test.journal.remove(run.id) }
        try run.start()
        try run.finish()
        try test.journal.remove(run.id)
        #expect(throws: JournalFailure.noSuchRun(run.id)) { try test.journal.load(run.id) }
        #expect(try SampleRun(in: test.journal).id == 2)
    }

    @Test(arguments: JournalKind.allCases)
    func durationsAreThoseOfTheLatestSuccesses(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        for elapsed in [100, 200, 300] as [Int64] {
            let run = try SampleRun(in: test.journal)
            try run.start()
            try run.intend("stop")
            try run.end("stop", elapsed: elapsed)
        }
        let durations = { try test.journal.recentDurations("update", step: $0, purpose: .action, limit: 2) }
        #expect(try durations("stop") == [300, 200])
        #expect(try durations("start") == [])
        #expect(try test.journal.recentDurations("backup", step: "stop", purpose: .action, limit: 2) == [])
    }

    @Test(arguments: JournalKind.allCases)
    func theChangeCounterTellsThatSomethingWasWritten(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let start = try test.journal.changeCounter()
        #expect(try test.journal.changeCounter() == start)
        let run = try SampleRun(in: test.journal)
        let later = try test.journal.changeCounter()
        #expect(later != start)
        _ = try test.journal.load(run.id)
        #expect(try test.journal.changeCounter() == later)
    }

    @Test(arguments: JournalKind.allCases)
    func theEventsOfARunGiveTheStateThatIsStored(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let closed = try SampleRun(in: test.journal, locks: [LockRequest(name: "system/demo")])
        try closed.start()
        try closed.finish()
        let open = try SampleRun(in: test.journal)
        try open.start()
        try open.intend("stop")

        let report = try test.journal.audit(nil) { _, pinned in SampleRun.plan(pinned.runbook) }
        #expect(report.findings == [])
        #expect(report.runs == [1, 2])
        #expect(report.events > 10)
    }

    @Test(arguments: JournalKind.allCases)
    func anAuditFindsAStateThatDoesNotFollowFromItsEvents(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let run = try SampleRun(in: test.journal)
        try run.start()
        try run.commit([.attemptDue("stop", .action, item: 0)], damage: { $0.startedSteps = 7 })
        _ = try SampleRun(in: test.journal)

        let report = try test.journal.audit(nil) { _, pinned in SampleRun.plan(pinned.runbook) }
        #expect(report.findings == [AuditReport.Finding(run: run.id, problem: .runDiffers)])
        #expect(try test.journal.audit(2) { _, _ in SampleRun.plan() }.isClean)
        let unloadable = try test.journal.audit(2) { _, _ in throw SampleRun.Unexpected() }
        guard case .notReplayable = unloadable.findings.first?.problem else {
            Issue.record("a run whose runbook cannot be loaded passed for sound")
            return
        }
    }
}
