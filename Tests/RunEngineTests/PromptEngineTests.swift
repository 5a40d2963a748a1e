import Expressions
import Glibc
import RunEngine
import RunJournal
import RunMachine
import RunbookModel
import TestSupport
import Testing

/// People in a run that is driven for real: what they are asked, what they say, and when.
@Suite struct PromptEngineTests {
    static let alice = Actor(user: "alice", uid: 1_001, loginUID: 1_001)
    static let bob = Actor(user: "bob", uid: 1_002, loginUID: 1_002)

    static let drain = """
        inputs: {host: {default: web1}}
        steps:
          - id: drain
            title: Drain ${{ inputs.host }}
            undo: none
            manual:
              text: "Drain **${{ inputs.host }}** in the balancer"
              checklist: [traffic is gone]
              form:
                connections: {type: int, min: 0, description: open connections left}
                note: {required: false}
          - id: seen
            set: {left: steps.drain.outputs.connections + 1}
        """

    @Test func aManualStepIsAskedWithItsValuesAndGoesOnWithTheAnswer() throws {
        let bench = try EngineBench(Self.drain)
        #expect(try bench.drive() == .parked(.waiting, .forward))
        let open = try bench.prompt("drain")
        #expect(open.prompt.title == "Drain web1")
        #expect(open.prompt.text == "Drain **web1** in the balancer")
        var answer = AnswerContent(.done)
        answer.ticked = [0]
        answer.values = ["connections": "3"]
        #expect(try bench.answer("drain", answer) == .recorded)
        #expect(try bench.drive() == .closed(.succeeded))
        #expect(bench.record("seen")?.outputs?.value == ["left": 4])
        #expect(bench.record("drain")?.prompt?.answers.first?.actor.user == "test")
        try bench.expectAudit()
    }

    @Test func theAnswerIsJudgedBeforeItIsRecorded() throws {
        let bench = try EngineBench(Self.drain)
        _ = try bench.drive()
        guard case .refused(let why) = try bench.answer("drain", AnswerContent(.done)) else {
            Issue.record("an incomplete answer was taken")
            return
        }
        #expect(why.contains("'traffic is gone'"))
        #expect(try bench.answer("drain", AnswerContent(.approve)).isRefused)
        #expect(bench.stored?.inbox.isEmpty == true)
    }

    @Test func valuesOfAFormHaveTheirTypesInExpressions() throws {
        let bench = try EngineBench(
            """
            steps:
              - id: plan
                undo: none
                manual: {text: How long?, form: {pause: {type: duration}, room: {type: size}}}
              - id: seen
                set: {long: "steps.plan.outputs.pause > duration('30m')", room: steps.plan.outputs.room + 1}
            """)
        _ = try bench.drive()
        var answer = AnswerContent(.done)
        answer.values = ["pause": "1h", "room": "1KiB"]
        #expect(try bench.answer("plan", answer) == .recorded)
        #expect(try bench.drive() == .closed(.succeeded))
        #expect(bench.record("seen")?.outputs?.value == ["long": true, "room": 1_025])
    }

    static let approval = """
        steps:
          - id: change
            set: {x: '1'}
          - id: ok
            approve: {text: "Go on?", by: {users: [alice, bob], quorum: 2, not_requester: true}, expires: 4h}
          - id: after
            needs: [ok]
            set: {by: "steps.ok.outputs.approved_by"}
        """

    @Test func anApprovalNeedsThoseWhoAreNamed() throws {
        let bench = try EngineBench(Self.approval, isShared: true)
        #expect(try bench.drive() == .parked(.waiting, .forward))
        #expect(try bench.answer("ok", AnswerContent(.approve)).isRefused)
        #expect(try bench.answer("ok", AnswerContent(.approve), by: Self.alice) == .recorded)
        #expect(try bench.answer("ok", AnswerContent(.approve), by: Self.alice) == .repeated)
        #expect(try bench.drive() == .parked(.waiting, .forward))
        #expect(try bench.answer("ok", AnswerContent(.approve), by: Self.bob) == .recorded)
        #expect(try bench.drive() == .closed(.succeeded))
        #expect(bench.record("after")?.outputs?.value == ["by": ["alice", "bob"]])
        try bench.expectAudit()
    }

    /// Nobody has driven in between: the second is judged by what the first has said.
    @Test func ofTwoAnswersThatContradictEachOtherTheSecondIsRefused() throws {
        let bench = try EngineBench("steps: [{id: ok, approve: {text: Go on?}}]")
        _ = try bench.drive()
        let open = try bench.prompt("ok")
        #expect(try bench.record(open, AnswerContent(.approve), by: Self.alice) == .recorded)
        guard case .refused(let why) = try bench.record(open, AnswerContent(.reject), by: Self.bob) else {
            Issue.record("a second answer was taken")
            return
        }
        #expect(why.hasPrefix("step 'ok' is decided: approved by alice at "))
        #expect(try bench.drive() == .closed(.succeeded))
    }

    @Test func anApprovalExpiresWhileNothingRuns() throws {
        let bench = try EngineBench("steps: [{id: ok, approve: {text: Go on?, expires: 4h}}]")
        _ = try bench.drive()
        bench.clock.advance(by: .seconds(4 * 3_600 + 1))
        #expect(try bench.answer("ok", AnswerContent(.approve), by: Self.alice).isRefused)
        #expect(try bench.drive() == .closed(.refused))
        #expect(bench.forward?.reason == "expired: nobody decided within 4h")
        try bench.expectAudit()
    }

    @Test func anAnswerInTimeCountsHoweverLateItIsHeard() throws {
        let bench = try EngineBench("steps: [{id: ok, approve: {text: Go on?, expires: 4h}}]")
        _ = try bench.drive()
        #expect(try bench.answer("ok", AnswerContent(.approve), by: Self.alice) == .recorded)
        bench.clock.advance(by: .seconds(5 * 3_600))
        #expect(try bench.drive() == .closed(.succeeded))
    }

    @Test func aLivingDriverLetsAnApprovalExpire() throws {
        let bench = try EngineBench(
            "steps: [{id: ok, approve: {text: Go on?, expires: 4h}}, {id: pause, needs: [], wait: 48h}]")
        let end = try bench.drive { event, clock in
            if case .promptOpened = event { clock.advance(by: .seconds(4 * 3_600 + 1)) }
        }
        #expect(end == .closed(.refused))
        #expect(bench.forward?.result == .rejected)
    }

    @Test func confirmationsAreAnsweredAheadAndApprovalsNever() throws {
        let bench = try EngineBench(
            "steps: [{id: sure, confirm: {text: Erase?, type: erase}}, {id: ok, approve: {text: Go on?}}]")
        #expect(try bench.drive(confirmsAhead: true) == .parked(.waiting, .forward))
        #expect(bench.record("sure")?.state == .succeeded)
        #expect(bench.record("ok")?.openPrompt != nil)
    }

    @Test func byOnAPrivateStateDirectoryIsAnErrorBeforeAnythingIsThere() {
        #expect(throws: ServiceFailure.self) { try EngineBench(Self.approval) }
    }

    @Test func aGuidedRunParksBeforeEachStep() throws {
        let bench = try EngineBench("steps: [{id: a, set: {x: '1'}}, {id: b, set: {x: '2'}}]", isGuided: true)
        for step in ["a", "b"] as [StepPath] {
            #expect(try bench.drive() == .parked(.waiting, .forward))
            let decision = bench.service.decision(.run, step: step, why: "go", host: bench.host)
            #expect(try bench.service.say(bench.run, InboxKind.decision, decision) == .recorded)
        }
        #expect(try bench.drive() == .closed(.succeeded))
        try bench.expectAudit()
    }
}

extension InboxResult {
    var isRefused: Bool { if case .refused = self { true } else { false } }
}

extension EngineBench {
    /// The journal's chain holds, and its events give the state that is stored.
    func expectAudit() throws {
        let report = try service.journal.audit(run) { _, pinned in try service.plan(from: pinned) }
        #expect(report.findings.isEmpty, "\(report.findings)")
    }
}

/// What happens around a prompt: files that change, people who are told, evidence that is kept.
@Suite struct PromptSurroundingsTests {
    @Test func peopleAreToldOnceThenRemindedThenOthers() throws {
        let bench = try EngineBench(
            """
            steps:
              - id: ok
                title: The release
                approve:
                  text: Go on?
                  tell: log
                  remind: {every: 1h}
                  escalate: [{after: 90m, to: [boss]}]
            """, channels: "{log: {file: alerts.log}, boss: {file: boss.log}}")
        _ = try bench.drive()
        #expect(try bench.send() == 1)
        #expect(try bench.send() == 0)
        bench.clock.advance(by: .seconds(3_600))
        #expect(try bench.send() == 1)
        bench.clock.advance(by: .seconds(1_800))
        #expect(try bench.send() == 1)
        let lines = bench.scratch.text("alerts.log").split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.contains(#""title":"Run 1 of bench waits: The release""#) == true)
        #expect(lines.last?.contains("still waits") == true)
        #expect(bench.scratch.text("boss.log").contains("has waited too long"))
        #expect(try bench.answer("ok", AnswerContent(.approve)) == .recorded)
        #expect(try bench.drive() == .closed(.succeeded))
        bench.clock.advance(by: .seconds(36_000))
        #expect(try bench.send() == 0)
        try bench.expectAudit()
    }

    @Test func aChannelThatIsNotThereIsToldInTheHistory() throws {
        let bench = try EngineBench(
            "steps: [{id: ok, approve: {text: Go on?, tell: pager}}]", channels: "{log: {file: a}}")
        _ = try bench.drive()
        #expect(try bench.send() == 1)
        guard case .told("ok", let notice)? = bench.events.last else {
            Issue.record("nothing was noted")
            return
        }
        #expect(notice.failures == ["not delivered to 'pager': belay.yml has no such channel"])
    }

    @Test func aChangedQuestionIsAskedAnewAndItsOldAnswersAreVoid() throws {
        let text = "steps: [{id: a, set: {x: '1'}}, {id: ok, approve: {text: TEXT}}, {id: b, set: {x: '2'}}]"
        let bench = try EngineBench(text.replacing("TEXT", with: "Go on?"))
        _ = try bench.drive()
        let old = try bench.prompt("ok")
        #expect(try bench.answer("ok", AnswerContent(.approve), by: PromptEngineTests.alice) == .recorded)
        try bench.scratch.write("runbook: bench\n" + text.replacing("TEXT", with: "Really?"), to: "runbooks/bench.yml")
        #expect(try bench.drive(adopts: true) == .parked(.waiting, .forward))
        let new = try bench.prompt("ok")
        #expect(new.prompt.text == "Really?")
        #expect(new.prompt.answers.isEmpty)
        #expect(try bench.record(old, AnswerContent(.approve), by: PromptEngineTests.bob).isRefused)
        #expect(try bench.answer("ok", AnswerContent(.approve), by: PromptEngineTests.bob) == .recorded)
        #expect(try bench.drive() == .closed(.succeeded))
        try bench.expectAudit()
    }

    @Test func evidenceIsOnDiskBeforeItIsNamed() throws {
        let bench = try EngineBench(
            "steps: [{id: look, undo: none, manual: {text: Take a picture, evidence: required}}]")
        _ = try bench.drive()
        #expect(try bench.answer("look", AnswerContent(.done)).isRefused)
        try bench.scratch.write("a picture", to: "photo")
        var answer = AnswerContent(.done)
        answer.evidence = [try bench.service.keepEvidence(bench.run, file: bench.scratch.file("photo"))]
        let kept = answer.evidence[0]
        #expect(kept.sha256 == "92b2fa58028958317e408bd84ecfa70f5ee35b121991dbc232c49d166353708b")
        #expect(bench.scratch.text("state/runs/000001-bench/artifacts/\(kept.name)") == "a picture")
        #expect(try bench.service.keepEvidence(bench.run, file: bench.scratch.file("photo")) == kept)
        #expect(throws: ServiceFailure.self) {
            try bench.service.keepEvidence(bench.run, file: bench.scratch.file("missing"))
        }
        #expect(try bench.answer("look", answer) == .recorded)
        #expect(try bench.drive() == .closed(.succeeded))
        #expect(bench.record("look")?.prompt?.answers.first?.evidence == [kept])
    }

    @Test func whatWaitsIsListedOverAllOpenRuns() throws {
        let bench = try EngineBench(
            "steps: [{id: ok, approve: {text: Go on?}}, {id: a, needs: [], set: {x: '[1][5]'}}]")
        _ = try bench.drive()
        let pending = try bench.service.pending().map { try $0.get() }
        #expect(pending.map(\.summary.id) == [1])
        #expect(pending.first?.prompts.map(\.step) == ["ok"])
        #expect(pending.first?.questions.map(\.step) == ["a"])
    }
}

extension EngineBench {
    /// Tells whom it is time to tell; gives how many notices were sent.
    func send() throws -> Int { try service.sendDueNotices(host: host, environment: [:]) }
}
