import Expressions
import RunMachine
import RunPlan
import RunbookModel
import Testing

/// What people are asked to do and to decide.
@Suite struct PromptTests {
    static let ops = EngineLoop.operatorName
    static let alice = Actor(user: "alice", uid: 1_001, loginUID: 1_001)
    static let bob = Actor(user: "bob", uid: 1_002, loginUID: 1_002)

    // MARK: manual

    @Test func aManualStepWaitsWithoutAProcessAndGoesOnWithItsAnswer() throws {
        var scenario = try Scenario([Sample.person("drain"), Sample.action("next", needs: ["drain"])])
        try scenario.go()
        #expect(scenario.run.activity == .waiting)
        #expect(!scenario.loop.machine.hasInFlight)
        #expect(scenario.state("drain") == .started)
        try scenario.answer("drain", .done)
        #expect(scenario.log == ["next"])
        #expect(scenario.outcome == .succeeded)
    }

    @Test func otherBranchesGoOnWhileAPersonIsAsked() throws {
        var scenario = try Scenario([Sample.person("drain"), Sample.action("a"), Sample.action("b", needs: ["a"])])
        try scenario.go()
        #expect(scenario.log == ["a", "b"])
        #expect(scenario.run.activity == .waiting)
    }

    @Test func aPromptTakesNoRoomFromOthers() throws {
        var scenario = try Scenario([Sample.person("drain"), Sample.action("a")]) { $0.maxParallel = 1 }
        try scenario.go()
        #expect(scenario.log == ["a"])
    }

    @Test func whatAPersonCouldNotDoHasFailed() throws {
        var scenario = try Scenario([
            Sample.action("a"), Sample.person("drain", needs: ["a"]) { $0.onFailure = .rollback },
        ])
        try scenario.go()
        try scenario.answer("drain", .couldNot)
        // The person may have begun: the step is undone as well.
        #expect(scenario.undos == ["drain", "a"])
        #expect(scenario.outcome == .rolledBack)
    }

    @Test func aSkippedManualStepIsNotUndone() throws {
        var scenario = try Scenario([Sample.person("drain"), Sample.action("a", needs: ["drain"])])
        try scenario.go()
        try scenario.answer("drain", .skip)
        #expect(scenario.state("drain") == .skipped)
        #expect(scenario.outcome == .succeeded)
    }

    @Test func aCriticalStepCannotBeSkipped() throws {
        var scenario = try Scenario([Sample.person("drain") { $0.isCritical = true }])
        try scenario.go()
        #expect(try scenario.answer("drain", .skip) == .refuse(why: "step 'drain' cannot be skipped"))
    }

    @Test func theSnapshotComesBeforeThePerson() throws {
        var scenario = try Scenario([try Sample.protected("drain")])
        try scenario.go()
        #expect(scenario.log == ["protect drain"])
        #expect(scenario.run.activity == .waiting)
    }

    @Test func anUndoMayBeAPersonsWorkToo() throws {
        var scenario = try Scenario([Sample.undonebyPerson("a"), Sample.verify("bad", needs: ["a"])])
        scenario.script("verify bad", .notMet)
        try scenario.go()
        #expect(scenario.run.direction == .rollback)
        #expect(scenario.run.activity == .waiting)
        #expect(scenario.state("a") == .undoStarted)
        try scenario.answer("a", .done)
        #expect(scenario.outcome == .rolledBack)
    }

    @Test func anUndoThatAPersonCouldNotDoNeedsADecision() throws {
        var scenario = try Scenario([Sample.undonebyPerson("a"), Sample.verify("bad", needs: ["a"])])
        scenario.script("verify bad", .notMet)
        try scenario.go()
        try scenario.answer("a", .couldNot)
        #expect(scenario.state("a") == .undoFailed)
        #expect(scenario.run.activity == .attention)
        try scenario.choose(.retry, "a")
        #expect(scenario.run.activity == .waiting)
    }

    @Test func openQuestionsToPeopleAreVoidOnceTheRunTurns() throws {
        var scenario = try Scenario([Sample.person("drain"), Sample.verify("bad")])
        scenario.script("verify bad", .notMet)
        try scenario.go()
        #expect(scenario.undos == ["drain"])
        #expect(scenario.outcome == .rolledBack)
        #expect(try scenario.answer("drain", .done) == .refuse(why: "the run is closed"))
    }

    @Test func atADifferentAttemptTheAnswerIsRefused() throws {
        var scenario = try Scenario([Sample.person("drain")])
        try scenario.go()
        let first = try #require(scenario["drain"].openPrompt)
        try scenario.answer("drain", .couldNot)
        try scenario.choose(.retry, "drain")
        let late = Scenario.answer("drain", .done, first, by: Self.bob)
        #expect(
            try scenario.loop.send(.answer(late))
                == .refuse(
                    why: "step 'drain' has been asked again since; look at it again"))
    }

    // MARK: approve

    @Test func anApprovalLetsTheRunGoOn() throws {
        var scenario = try Scenario([Sample.approval("ok"), Sample.action("a", needs: ["ok"])])
        try scenario.go()
        try scenario.answer("ok", .approve, by: Self.alice)
        #expect(scenario.outcome == .succeeded)
        #expect(scenario["ok"].outputs?.value == ["approved_by": ["alice"]])
    }

    @Test("a no ends the run, whatever on_failure says", arguments: [nil, FailurePolicy.proceed, .stop])
    func aNoEndsTheRun(policy: FailurePolicy?) throws {
        var scenario = try Scenario([
            Sample.action("a"), Sample.approval("ok", needs: ["a"]) { $0.onFailure = policy },
            Sample.action("b", needs: ["ok"]),
        ])
        try scenario.go()
        try scenario.answer("ok", .reject, by: Self.alice)
        #expect(scenario.run.forward?.result == .rejected)
        #expect(scenario.undos == ["a"])
        #expect(scenario.outcome == .rolledBack)
    }

    @Test func aNoBeforeAnythingWasDoneRefusesTheRun() throws {
        var scenario = try Scenario([Sample.approval("ok"), Sample.action("a", needs: ["ok"])])
        try scenario.go()
        try scenario.answer("ok", .reject)
        #expect(scenario.outcome == .refused)
    }

    @Test func whereNothingIsRolledBackANoKeepsWhatWasDone() throws {
        var scenario = try Scenario([Sample.action("a"), Sample.approval("ok", needs: ["a"])]) {
            $0.rollback.policy = .never
        }
        try scenario.go()
        try scenario.answer("ok", .reject)
        #expect(scenario.outcome == .failed)
    }

    @Test func whereARollbackIsAskedForANoNeverGoesOn() throws {
        var scenario = try Scenario([Sample.action("a"), Sample.approval("ok", needs: ["a"])]) {
            $0.rollback.policy = .ask
        }
        try scenario.go()
        try scenario.answer("ok", .reject)
        #expect(scenario.choices("ok") == [.rollback, .keep])
        try scenario.choose(.rollback)
        #expect(scenario.run.forward?.result == .rejected)
        #expect(scenario.outcome == .rolledBack)
    }

    @Test func anApprovalThatExpiresIsANo() throws {
        var scenario = try Scenario([Sample.action("a"), Sample.approval("ok", needs: ["a"])], prompts: ["ok"]) {
            $0.expires = Deadline(from: EngineLoop.start, length: 3_600_000)
        }
        try scenario.go()
        let prompt = try #require(scenario["ok"].openPrompt)
        scenario.loop.now = scenario.loop.now.adding(3_600_001)
        var late = Scenario.answer("ok", .approve, prompt, by: Self.alice, at: scenario.loop.now)
        #expect(try scenario.loop.send(.answer(late)).isRefused)
        // One that was given in time and is heard late counts.
        late = Scenario.answer("ok", .approve, prompt, by: Self.alice, at: scenario.loop.now.adding(-2))
        var heard = scenario
        #expect(try !heard.loop.send(.answer(late)).isRefused)
        try scenario.go()
        #expect(scenario.run.forward?.reason == "expired: nobody decided within 1h")
        #expect(scenario.outcome == .rolledBack)
    }

    @Test func aClockThatWentBackExpiresNothing() throws {
        var scenario = try Scenario([Sample.approval("ok")], prompts: ["ok"]) {
            $0.expires = Deadline(from: EngineLoop.start, length: 3_600_000)
        }
        try scenario.go()
        scenario.loop.now = Moment(wall: 500_000, boot: 10, bootID: "another")
        try scenario.loop.send(.record(.clockWentBack(milliseconds: 500_000)))
        try scenario.go()
        #expect(scenario.run.activity == .attention)
        #expect(scenario.choices("ok") == [.retry, .rollback, .keep])
        try scenario.choose(.retry, "ok")
        try scenario.answer("ok", .approve)
        #expect(scenario.outcome == .succeeded)
    }

    @Test func theQuorumCountsDifferentPersons() throws {
        var scenario = try Scenario([Sample.approval("ok")], prompts: ["ok"]) { $0.audience.quorum = 2 }
        try scenario.go()
        try scenario.answer("ok", .approve, by: Self.alice)
        #expect(scenario.outcome == nil)
        #expect(try scenario.answer("ok", .approve, by: Self.alice) == .ignore(why: "already recorded"))
        #expect(scenario.run.activity == .waiting)
        try scenario.answer("ok", .approve, by: Self.bob)
        #expect(scenario.outcome == .succeeded)
    }

    @Test func oneNoIsEnoughWhateverTheQuorum() throws {
        var scenario = try Scenario([Sample.approval("ok")], prompts: ["ok"]) { $0.audience.quorum = 3 }
        try scenario.go()
        try scenario.answer("ok", .approve, by: Self.alice)
        try scenario.answer("ok", .reject, by: Self.bob)
        #expect(scenario.run.forward?.result == .rejected)
    }

    @Test func aSecondDifferentDecisionIsRefusedWithWhoAndWhen() throws {
        var scenario = try Scenario([Sample.approval("ok"), Sample.person("drain", needs: ["ok"])])
        try scenario.go()
        let prompt = try #require(scenario["ok"].openPrompt)
        try scenario.answer("ok", .approve, by: Self.alice)
        let again = Scenario.answer("ok", .approve, prompt, by: Self.alice)
        #expect(try scenario.loop.send(.answer(again)) == .ignore(why: "already recorded"))
        let other = Scenario.answer("ok", .reject, prompt, by: Self.bob)
        #expect(
            try scenario.loop.send(.answer(other))
                == .refuse(
                    why: "step 'ok' is decided: approved by alice at 1970-01-01T00:16:40Z"))
    }

    @Test func nobodyGoesRoundAnApprovalThatCouldNotBeAsked() throws {
        var scenario = try Scenario([Sample.approval("ok") { $0.onFailure = .proceed }])
        scenario.loop.unstartable = ["ok"]
        try scenario.go()
        #expect(scenario.choices("ok") == [.retry, .rollback, .keep])
    }

    // MARK: Who, and what

    @Test func onlyWhoIsNamedMayAnswer() throws {
        var scenario = try Scenario([Sample.approval("ok")], prompts: ["ok"]) {
            $0.audience.users = ["alice"]
            $0.audience.groups = ["dba"]
        }
        try scenario.go()
        #expect(
            try scenario.answer("ok", .approve, by: Self.bob)
                == .refuse(
                    why: "bob may not answer step 'ok'; alice, group dba may"))
        var other = scenario
        try other.answer("ok", .approve, by: Self.bob, groups: ["users", "dba"])
        #expect(other.outcome == .succeeded)
        try scenario.answer("ok", .approve, by: Self.alice)
        #expect(scenario.outcome == .succeeded)
    }

    @Test func whoStartedTheRunMayNotApproveItWhereThatIsSaid() throws {
        var scenario = try Scenario([Sample.approval("ok")], prompts: ["ok"]) { $0.audience.notRequester = true }
        try scenario.go()
        #expect(
            try scenario.answer("ok", .approve, by: Self.ops)
                == .refuse(
                    why: "ops started the run and may not decide step 'ok'"))
        try scenario.answer("ok", .approve, by: Self.bob)
        #expect(scenario.outcome == .succeeded)
    }

    @Test func aConfirmationIsTypedByWhoStartedTheRun() throws {
        var scenario = try Scenario([Sample.confirmation("sure")], prompts: ["sure"]) {
            $0.typed = "erase"
            $0.audience.onlyRequester = true
        }
        try scenario.go()
        #expect(
            try scenario.answer("sure", .approve, by: Self.bob, typed: "erase")
                == .refuse(
                    why: "only ops may answer step 'sure'"))
        #expect(
            try scenario.answer("sure", .approve, by: Self.ops, typed: "Erase")
                == .refuse(
                    why: "what was typed is not 'erase'"))
        try scenario.answer("sure", .approve, by: Self.ops, typed: "erase")
        #expect(scenario.outcome == .succeeded)
    }

    @Test func anAnswerIsToWhatWasShown() throws {
        var scenario = try Scenario([Sample.approval("ok")])
        try scenario.go()
        var other = try #require(scenario["ok"].openPrompt)
        other.checklist = ["something else"]
        let answer = Scenario.answer("ok", .approve, other, by: Self.alice)
        #expect(
            try scenario.loop.send(.answer(answer))
                == .refuse(
                    why: "step 'ok' is not what was shown any more; look at it again"))
    }

    @Test func everythingMustBeTickedAndShown() throws {
        var scenario = try Scenario([Sample.person("drain")], prompts: ["drain"]) {
            $0.checklist = ["first", "second"]
            $0.evidence = .required
        }
        try scenario.go()
        #expect(
            try scenario.answer("drain", .done, ticked: [0])
                == .refuse(
                    why: "not ticked: 2, 'second'\nstep 'drain' needs evidence: a file or a text"))
        #expect(
            try scenario.answer("drain", .done, ticked: [0, 1])
                == .refuse(
                    why: "step 'drain' needs evidence: a file or a text"))
        // Whoever could not do it has nothing to show.
        try scenario.answer("drain", .couldNot)
        #expect(scenario.state("drain") == .failed)
    }

    @Test(
        "form values are typed and complete",
        arguments: [
            ([:], "field 'count' is required; give it with --set count=…"),
            (["count": "many"], "field 'count': "),
            (["count": 11], "field 'count': '11' is more than the maximum 10"),
            (["count": 1, "colour": "blue"], "field 'colour': 'blue' is not one of red, green"),
            (["count": 1, "size": 1], "the form has no field 'size'"),
        ] as [([String: Value], String)])
    func formsAreTyped(values: [String: Value], why: String) throws {
        var scenario = try Scenario([Sample.person("drain")], prompts: ["drain"]) { $0.form = Sample.form() }
        try scenario.go()
        guard case .refuse(let found) = try scenario.answer("drain", .done, values: values) else {
            Issue.record("it was accepted")
            return
        }
        #expect(found.contains(why))
    }

    @Test func valuesOfAFormAreOutputsWithTheirDefaults() throws {
        var scenario = try Scenario([Sample.person("drain")], prompts: ["drain"]) { $0.form = Sample.form() }
        try scenario.go()
        try scenario.answer("drain", .done, values: ["count": "7"])
        #expect(scenario["drain"].outputs?.value == ["count": 7, "colour": "red"])
    }

    @Test func waitingHandlersRunOnceForEachQuestion() throws {
        var scenario = try Scenario([Sample.approval("ok"), Sample.person("drain", needs: ["ok"])], prompts: ["ok"]) {
            $0.audience.quorum = 2
        } runbook: {
            $0.handlers = [(.waiting, [Sample.action("tell")])]
        }
        try scenario.go()
        #expect(scenario.log.count == 1)
        #expect(scenario.run.activity == .waiting)
        try scenario.answer("ok", .approve, by: Self.alice)
        #expect(scenario.log.count == 1)
        try scenario.answer("ok", .approve, by: Self.bob)
        #expect(scenario.log.count == 2)
        #expect(scenario.run.activity == .waiting)
    }

    // MARK: Groups, time, files that change

    @Test func aGroupsTimeStandsStillWhileAPersonInItIsAsked() throws {
        var scenario = try Scenario([Sample.group("g", [Sample.person("drain")])])
        try scenario.go()
        try scenario.loop.send(.record(.groupDeadlineSet("g", Deadline(from: scenario.loop.now, length: 1_000))))
        scenario.loop.now = scenario.loop.now.adding(100_000)
        try scenario.go()
        #expect(scenario.state("g") == .started)
        try scenario.answer("g/drain", .done)
        #expect(scenario.outcome == .succeeded)
    }

    @Test func aFailedGroupVoidsWhatIsAskedInIt() throws {
        var scenario = try Scenario([
            Sample.group("g", [Sample.person("drain"), Sample.action("bad")]) { $0.onFailure = .undoGroup },
            Sample.action("after", needs: ["g"]),
        ])
        scenario.script("g/bad", .exit(1))
        try scenario.go()
        #expect(Set(scenario.undos) == ["g/bad", "g/drain"])
        #expect(scenario["g/drain"].openPrompt == nil)
    }

    @Test func aChangedPlanIsAskedAnewAndOldAnswersAreVoid() throws {
        var scenario = try Scenario([Sample.approval("ok")], prompts: ["ok"]) { $0.audience.quorum = 2 }
        try scenario.go()
        try scenario.answer("ok", .approve, by: Self.alice)
        let old = try #require(scenario["ok"].openPrompt)
        try scenario.loop.send(.reopenPrompts(planDigest: "another"))
        try scenario.loop.send(.resumeActivity)
        try scenario.go()
        #expect(scenario["ok"].openPrompt?.answers.isEmpty == true)
        #expect(scenario["ok"].openPrompt?.digest != old.digest)
        let late = Scenario.answer("ok", .approve, old, by: Self.bob)
        #expect(try scenario.loop.send(.answer(late)).isRefused)
    }
}
