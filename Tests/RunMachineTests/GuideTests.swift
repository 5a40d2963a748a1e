import RunMachine
import RunbookModel
import Testing

/// Guide mode: a person lets each step start.
@Suite struct GuideTests {
    private func guided(_ steps: [Step], _ change: (inout Runbook) -> Void = { _ in }) throws -> Scenario {
        var scenario = try Scenario(steps, guided: true, change)
        try scenario.go()
        return scenario
    }

    @Test func eachStepStartsWithAWordAndNoneBefore() throws {
        var scenario = try guided([Sample.action("a"), Sample.action("b", needs: ["a"])])
        #expect(scenario.log.isEmpty)
        #expect(scenario.run.activity == .waiting)
        #expect(scenario.choices("a") == [.run, .skip, .markDone, .rollback])
        try scenario.choose(.run, "a")
        #expect(scenario.log == ["a"])
        #expect(scenario.choices("b").contains(.run))
        try scenario.choose(.run, "b")
        #expect(scenario.outcome == .succeeded)
    }

    @Test func oneStepAsksAtATime() throws {
        var scenario = try guided([Sample.action("a"), Sample.action("b"), Sample.action("c")])
        #expect(scenario.choices("a").contains(.run))
        #expect(scenario.choices("b").isEmpty)
        scenario.held = ["a"]
        try scenario.choose(.run, "a")
        // Nobody is asked about the next while something runs.
        #expect(scenario.choices("b").isEmpty)
        try scenario.end("a")
        #expect(scenario.choices("b").contains(.run))
        #expect(scenario.choices("c").isEmpty)
    }

    @Test func aSkippedStepIsLeftOut() throws {
        var scenario = try guided([Sample.action("a"), Sample.action("b", needs: ["a"])])
        try scenario.choose(.skip, "a")
        #expect(scenario.state("a") == .skipped)
        #expect(scenario.choices("b").contains(.run))
    }

    @Test func aCriticalStepIsNotSkipped() throws {
        var scenario = try guided([Sample.action("a") { $0.isCritical = true }])
        #expect(scenario.choices("a") == [.run, .markDone, .rollback])
        scenario.script("a", .exit(1))
        try scenario.choose(.run, "a")
        #expect(scenario.choices("a") == [.retry, .markDone, .rollback, .keep])
    }

    @Test func whatWasDoneByHandSaysSoAndIsUndoneByItsUndo() throws {
        var scenario = try guided([Sample.action("a"), Sample.verify("bad", needs: ["a"])])
        try scenario.choose(.markDone, "a")
        #expect(scenario["a"].isDoneByHand)
        #expect(scenario.log.isEmpty)
        try scenario.choose(.rollback)
        #expect(scenario.undos == ["a"])
        #expect(scenario.state("a") == .undone)
        #expect(scenario["a"].isDoneByHand)
    }

    @Test func whatWasDoneByHandAndWasNotSavedBeforeNeedsADecision() throws {
        let protection = try Sample.protection("/etc/hosts")
        var scenario = try guided([
            Sample.action("a") {
                $0.undo = .unspecified
                $0.protect = [protection]
            }, Sample.action("b", needs: ["a"]),
        ])
        try scenario.choose(.markDone, "a")
        try scenario.choose(.rollback)
        #expect(scenario.state("a") == .undoFailed)
        #expect(scenario.choices("a") == [.waive, .keep])
    }

    @Test func backingOutTakesBackWhatWasDone() throws {
        var scenario = try guided([Sample.action("a"), Sample.action("b", needs: ["a"])])
        try scenario.choose(.run, "a")
        try scenario.choose(.rollback, "b")
        #expect(scenario.run.forward?.result == .cancelled)
        #expect(scenario.undos == ["a"])
        #expect(scenario.outcome == .rolledBack)
    }

    @Test func backingOutBeforeAnythingWasDoneCancels() throws {
        var scenario = try guided([Sample.action("a")])
        try scenario.choose(.rollback, "a")
        #expect(scenario.outcome == .cancelled)
    }

    @Test(
        "after a failure a person decides, whatever on_failure says",
        arguments: [.rollback, .proceed, nil] as [FailurePolicy?])
    func aFailureAsks(policy: FailurePolicy?) throws {
        var scenario = try guided([Sample.action("a") { $0.onFailure = policy }, Sample.action("b", needs: ["a"])])
        scenario.script("a", .exit(1))
        try scenario.choose(.run, "a")
        #expect(scenario.run.activity == .attention)
        #expect(scenario.choices("a") == [.retry, .accept, .markDone, .rollback, .keep])
        try scenario.choose(.retry, "a")
        #expect(scenario.state("a") == .succeeded)
        #expect(scenario.choices("b").contains(.run))
    }

    @Test func aLostStepAsksBeforeItRunsAgain() throws {
        var scenario = try guided([Sample.action("a") { $0.onInterrupt = .rerun }])
        scenario.script("a", .lost)
        try scenario.choose(.run, "a")
        #expect(scenario.choices("a").contains(.retry))
        #expect(scenario.log == ["a"])
    }

    @Test func aRunStaysGuidedWithItsNextDriver() throws {
        var scenario = try guided([Sample.action("a"), Sample.action("b", needs: ["a"])])
        try scenario.choose(.run, "a")
        scenario.loop.machine = Consistency.restart(scenario.loop)
        try scenario.loop.claim()
        try scenario.go()
        #expect(scenario.log == ["a"])
        #expect(scenario.choices("b").contains(.run))
    }

    @Test func aStepThatAsksAPersonAnywayAsksOnce() throws {
        var scenario = try guided([Sample.approval("ok"), Sample.person("drain", needs: ["ok"])])
        #expect(scenario.choices("ok").isEmpty)
        #expect(scenario["ok"].openPrompt != nil)
        try scenario.answer("ok", .approve)
        try scenario.answer("drain", .done)
        #expect(scenario.outcome == .succeeded)
    }

    @Test func whatAPersonCouldNotDoAsksToo() throws {
        var scenario = try guided([Sample.person("drain") { $0.onFailure = .rollback }])
        try scenario.answer("drain", .couldNot)
        #expect(scenario.choices("drain") == [.retry, .accept, .markDone, .rollback, .keep])
    }

    @Test func undosNeedNoWord() throws {
        var scenario = try guided([Sample.action("a"), Sample.action("b", needs: ["a"])])
        try scenario.choose(.run, "a")
        scenario.script("b", .exit(1))
        try scenario.choose(.run, "b")
        try scenario.choose(.rollback, "b")
        #expect(scenario.undos == ["b", "a"])
        #expect(scenario.outcome == .rolledBack)
    }
}
