import RunJournal
import RunMachine
import RunPlan
import RunbookModel
import Testing

/// What people are asked, and whom to tell of it, whatever keeps the journal.
@Suite struct NoticeTests {
    /// A run that has put `stop` to a person at time 1000.
    private func asking(
        _ journal: any Journal, _ change: (inout Prompt) -> Void = { _ in }
    ) throws -> (run: SampleRun, prompt: Prompt) {
        let run = try SampleRun(in: journal)
        try run.start()
        let intent = AttemptIntent(
            step: "stop", number: 1, purpose: .action, tryNumber: 1, item: 0, token: "t",
            at: Moment(wall: 1_000, boot: 1_000, bootID: "b"), deadline: nil)
        var prompt = Prompt(kind: .approve, intent: intent, title: "Stop it", text: "*Really?*", planDigest: "d1")
        prompt.audience.users = ["alice"]
        prompt.checklist = ["seen"]
        prompt.expires = Deadline(from: intent.at, length: 60_000)
        change(&prompt)
        try run.decide(.openPrompt(intent, prompt))
        return (run, prompt)
    }

    private func answer(_ prompt: Prompt, _ verdict: HumanAnswer.Verdict = .approve) -> HumanAnswer {
        var answer = HumanAnswer(
            id: "x", step: "stop", attempt: 1, verdict: verdict, actor: .alice, groups: ["ops"],
            at: Moment(wall: 2_000, boot: 2_000, bootID: "b"), shown: prompt.digest)
        answer.ticked = [0]
        answer.evidence = [EvidenceFile(name: "evidence/a", sha256: "00")]
        answer.comment = "go"
        return answer
    }

    @Test(arguments: JournalKind.allCases)
    func aPromptAndItsAnswersAreLoadedAsTheyWere(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let (run, prompt) = try asking(test.journal) { $0.audience.quorum = 2 }
        try run.commit([.answered(answer(prompt))])
        let stored = try test.journal.load(run.id)
        #expect(stored.steps == run.storedSteps)
        #expect(stored.steps["stop"]?.openPrompt?.answers == [answer(prompt)])
        #expect(stored.steps["stop"]?.openPrompt?.digest == prompt.digest)
        let machine = RunMachine(plan: SampleRun.plan(), run: stored.record, steps: stored.steps)
        #expect(machine.openPrompts.map(\.path) == ["stop"])
        #expect(!machine.hasInFlight)
        #expect(try test.journal.audit(nil) { _, _ in SampleRun.plan() }.isClean)
    }

    @Test(arguments: JournalKind.allCases)
    func whatWasSaidBeforeIsNotRecordedAgain(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let (run, _) = try asking(test.journal)
        let entry = InboxEntry(
            id: "a", run: run.id, kind: "answer", payload: Stored(json: "{}"), actor: .bob, at: 5)
        #expect(try test.journal.record(entry) { _ in .repeated } == .repeated)
        #expect(try test.journal.inbox(run.id).isEmpty)
    }

    @Test(arguments: JournalKind.allCases)
    func aNoticeIsSentByOneProcessOnly(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let (run, _) = try asking(test.journal) {
            $0.tell = ["ops"]
            $0.escalations = [.init(after: 500, to: ["boss"])]
        }
        #expect(try test.journal.dueNotices(at: 999).isEmpty)
        let due = try test.journal.dueNotices(at: 1_000)
        #expect(due.map(\.kind) == [.tell])
        #expect(due.map(\.channels) == [["ops"]])
        #expect(try test.journal.claimNotice(due[0], at: 1_000))
        #expect(try !test.journal.claimNotice(due[0], at: 1_001))
        #expect(try test.journal.dueNotices(at: 1_499).isEmpty)
        #expect(try test.journal.dueNotices(at: 1_500).map(\.channels) == [["boss"]])
        // Whatever else happens to the step, what was sent is not sent again.
        try run.commit([.stateRecorded("stop", Stored(json: "1"))])
        #expect(try test.journal.dueNotices(at: 1_000).isEmpty)
    }

    @Test(arguments: JournalKind.allCases)
    func aReminderPlansTheNextFromWhenItWasSent(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        _ = try asking(test.journal) {
            $0.tell = ["ops"]
            $0.remindEvery = 100
        }
        // Nobody has looked for a long time: one reminder, not forty.
        let due = try test.journal.dueNotices(at: 5_000)
        #expect(due.map(\.kind) == [.tell, .remind])
        for notice in due { #expect(try test.journal.claimNotice(notice, at: 5_000)) }
        #expect(try test.journal.dueNotices(at: 5_099).isEmpty)
        #expect(try test.journal.dueNotices(at: 5_100).map(\.number) == [2])
    }

    @Test(arguments: JournalKind.allCases)
    func nobodyIsToldOfWhatWasAnswered(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let (run, prompt) = try asking(test.journal) { $0.tell = ["ops"] }
        let due = try test.journal.dueNotices(at: 9_000)
        try run.decide(.answer(answer(prompt)))
        #expect(try test.journal.dueNotices(at: 9_000).isEmpty)
        #expect(try !test.journal.claimNotice(due[0], at: 9_000))
    }

    @Test(arguments: JournalKind.allCases)
    func thatPeopleWereToldStandsInTheHistoryAndChangesNothing(_ kind: JournalKind) throws {
        let test = try TestJournal(kind)
        let (run, prompt) = try asking(test.journal)
        let notice = Notice(kind: .remind, attempt: 1, number: 1, to: ["ops"], failures: ["no such channel"])
        try test.journal.tell(run.id, "stop", notice, at: 3_000)
        #expect(try test.journal.load(run.id).steps == run.storedSteps)
        try run.decide(.answer(answer(prompt)))
        try run.finish()
        try test.journal.tell(run.id, "stop", notice, at: 4_000)
        #expect(try test.journal.events(run.id).last?.event == .told("stop", notice))
        #expect(try test.journal.audit(nil) { _, _ in SampleRun.plan() }.isClean)
    }
}
