import RunMachine
import RunbookModel
import Testing

@Suite("Forward") struct ForwardTests {
    @Test("a sequence of steps succeeds one after the other") func sequence() throws {
        var run = try Scenario([Sample.action("a"), Sample.action("b", needs: ["a"]), Sample.verify("c", needs: ["b"])])
        try run.go()
        #expect(run.log == ["a", "b", "verify c"])
        #expect(run.outcome == .succeeded)
        #expect(run.run.forward?.result == .succeeded)
        #expect(run.run.rollback == .none)
    }

    @Test("independent steps run side by side up to max_parallel") func parallel() throws {
        var run = try Scenario([Sample.action("a"), Sample.action("b"), Sample.action("c")]) { $0.maxParallel = 2 }
        run.held = ["a", "b", "c"]
        try run.go()
        #expect(run.log == ["a", "b"])
        try run.end("b")
        #expect(run.log == ["a", "b", "c"])
    }

    @Test("a step whose `when` is false is skipped, and what needs it goes on") func whenFalse() throws {
        var run = try Scenario([Sample.action("a"), Sample.action("b", needs: ["a"])])
        run.loop.falseWhens = ["a"]
        try run.go()
        #expect(run.log == ["b"])
        #expect(run.state("a") == .skipped)
        #expect(run.outcome == .succeeded)
    }

    @Test("what is found done before the first attempt is skipped and never undone") func foundDone() throws {
        var run = try Scenario([
            Sample.action("a") { $0.doneWhen = [Sample.check] }, Sample.action("b", needs: ["a"]),
            Sample.verify("c", needs: ["b"]),
        ])
        run.script("probe a", .done)
        run.script("verify c", .notMet)
        try run.go()
        #expect(run.state("a") == .skipped)
        #expect(run.undos == ["b"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("what is found done after a failed try of ours has succeeded and is undone in a rollback")
    func metOnRetry() throws {
        var run = try Scenario([
            Sample.action("a") {
                $0.doneWhen = [Sample.check]
                $0.retry = Sample.retry(2)
            }, Sample.verify("b", needs: ["a"]),
        ])
        run.script("a", .exit(1))
        run.script("verify b", .notMet)
        try run.go()
        #expect(run.log == ["probe a", "a", "settle a", "verify b", "undo a"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("a probe that cannot tell asks a person, and skip is then possible") func probeInconclusive() throws {
        var run = try Scenario([Sample.action("a") { $0.doneWhen = [Sample.check] }])
        run.script("probe a", .cannotTell)
        try run.go()
        #expect(run.run.activity == .attention)
        #expect(run.choices("a").contains(.skip))
        try run.choose(.retry, "a")
        #expect(run.log == ["probe a", "probe a", "a"])
        #expect(run.outcome == .succeeded)
    }

    @Test("a failed try is made again, as often as `retry` says") func retries() throws {
        var run = try Scenario([Sample.action("a") { $0.retry = Sample.retry(3) }])
        run.script("a", .exit(1), .exit(1), .exit(1), .exit(1))
        try run.go()
        #expect(run.log == ["a", "a", "a"])
        #expect(run.state("a") == .failed)
        #expect(run.run.activity == .attention)
    }

    @Test("a failure that `retry.on` does not name is not tried again") func retryOn() throws {
        var run = try Scenario([Sample.action("a") { $0.retry = Sample.retry(3, on: [.exit(75)]) }])
        run.script("a", .exit(75), .exit(1))
        try run.go()
        #expect(run.log == ["a", "a"])
        #expect(run.state("a") == .failed)
    }

    @Test("a try that was never launched is not counted") func neverLaunchedIsNoTry() throws {
        var run = try Scenario([Sample.action("a") { $0.retry = Sample.retry(2) }])
        run.script("a", .exit(1), .neverLaunched, .done)
        try run.go()
        #expect(run.log == ["a", "a", "a"])
        #expect(run.outcome == .succeeded)
    }

    @Test("a failed action stops the run and asks") func failedActionAsks() throws {
        var run = try Scenario([Sample.action("a"), Sample.action("b"), Sample.action("c", needs: ["a"])])
        run.script("a", .exit(1))
        try run.go()
        #expect(run.run.activity == .attention)
        #expect(run.choices("a") == [.retry, .accept, .markDone, .rollback, .keep])
        #expect(run.state("c") == .pending)
        #expect(run.state("b") == .succeeded)
    }

    @Test("a person's retry makes a new attempt") func personRetries() throws {
        var run = try Scenario([Sample.action("a"), Sample.action("b", needs: ["a"])])
        run.script("a", .exit(1))
        try run.go()
        try run.choose(.retry, "a")
        #expect(run.log == ["a", "a", "b"])
        #expect(run.outcome == .succeeded)
    }

    @Test("an accepted failure is allowed, and stays in scope of a rollback") func accepted() throws {
        var run = try Scenario([
            Sample.action("a"), Sample.action("b", needs: ["a"]), Sample.verify("c", needs: ["b"]),
        ])
        run.script("a", .exit(1))
        run.script("verify c", .notMet)
        try run.go()
        try run.choose(.accept, "a")
        #expect(run.undos == ["b", "a"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("a step that a person marks done has succeeded") func markedDone() throws {
        var run = try Scenario([Sample.action("a"), Sample.action("b", needs: ["a"])])
        run.script("a", .exit(1))
        try run.go()
        try run.choose(.markDone, "a")
        #expect(run.state("a") == .succeeded)
        #expect(run.outcome == .succeeded)
    }

    @Test("skip is refused once something was launched") func skipAfterLaunch() throws {
        var run = try Scenario([Sample.action("a")])
        run.script("a", .exit(1))
        try run.go()
        guard case .refuse = try run.choose(.skip, "a") else { return #expect(Bool(false), "it was not refused") }
        #expect(run.state("a") == .failed)
    }

    @Test("a step that cannot be evaluated may be skipped, unless it is critical", arguments: [false, true])
    func skipUnstartable(isCritical: Bool) throws {
        var run = try Scenario([Sample.action("a") { $0.isCritical = isCritical }, Sample.action("b", needs: ["a"])])
        run.loop.unstartable = ["a"]
        try run.go()
        #expect(run.state("a") == .failed)
        #expect(run.choices("a").contains(.skip) == !isCritical)
        if !isCritical {
            try run.choose(.skip, "a")
            #expect(run.outcome == .succeeded)
        }
    }

    @Test("`on_failure: continue` allows a failure, and the run says how many") func proceed() throws {
        var run = try Scenario([
            Sample.action("a") { $0.onFailure = .proceed }, Sample.action("b", needs: ["a"]),
        ])
        run.script("a", .exit(1))
        try run.go()
        #expect(run.outcome == .succeeded)
        #expect(run.run.forward?.reason == "with 1 allowed failure(s): a")
    }

    @Test("a run whose preconditions are not met is refused, and has changed nothing") func refused() throws {
        var run = try Scenario([Sample.action("a")])
        run.loop.refusal = "no room"
        try run.go()
        #expect(run.log.isEmpty)
        #expect(run.outcome == .refused)
    }

    @Test("a verify that cannot tell asks, and never rolls back") func verifyInconclusive() throws {
        var run = try Scenario([Sample.action("a"), Sample.verify("b", needs: ["a"])])
        run.script("verify b", .cannotTell)
        try run.go()
        #expect(run.state("b") == .unknown)
        #expect(run.run.direction == .forward)
        #expect(run.run.activity == .attention)
        try run.choose(.retry, "b")
        #expect(run.outcome == .succeeded)
    }

    @Test("`apply` runs after the action and again after its undo") func applied() throws {
        var run = try Scenario([
            Sample.action("a") { $0.apply = Sample.call() }, Sample.verify("b", needs: ["a"]),
        ])
        run.script("verify b", .notMet)
        try run.go()
        #expect(run.log == ["a", "apply a", "verify b", "undo a", "undo_apply a"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("what is protected is saved once, before the first attempt") func protectedOnce() throws {
        let protection = try Sample.protection("/etc/a")
        var run = try Scenario([
            Sample.action("a") {
                $0.protect = [protection]
                $0.undo = .unspecified
                $0.retry = Sample.retry(2)
            }, Sample.verify("b", needs: ["a"]),
        ])
        run.script("a", .exit(1))
        run.script("verify b", .notMet)
        try run.go()
        #expect(run.log == ["protect a", "a", "a", "verify b", "restore a"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("an `end` action closes the run as it says", arguments: [true, false]) func ends(succeeded: Bool) throws {
        var run = try Scenario([Sample.action("a"), Sample.action("b", needs: ["a"])])
        var outcome = AttemptOutcome(.done)
        outcome.end = AttemptOutcome.End(succeeded: succeeded, disposition: "resolved", message: "that was it")
        run.script("a", outcome)
        try run.go()
        #expect(run.log == ["a"])
        #expect(run.outcome == (succeeded ? .succeeded : .failed))
    }

    @Test("a pause leaves the attempts in flight to finish, and a resume goes on") func pauses() throws {
        var run = try Scenario([Sample.action("a"), Sample.action("b", needs: ["a"])])
        run.held = ["a"]
        try run.go()
        try run.loop.send(.pause(EngineLoop.operatorName))
        try run.end("a")
        #expect(run.run.activity == .paused)
        #expect(run.log == ["a"])
        try run.loop.claim()
        try run.go()
        #expect(run.outcome == .succeeded)
    }

    @Test("a paused run does not wait for a retry to come") func pauseDuringBackoff() throws {
        var run = try Scenario([Sample.action("a") { $0.retry = Sample.retry(2) }])
        run.held = ["a"]
        try run.go()
        try run.loop.send(.pause(EngineLoop.operatorName))
        try run.end("a", .exit(1))
        #expect(run.run.activity == .paused)
        #expect(run.log == ["a"])
    }

    @Test("a run whose drivers died five times without progress asks before anything starts") func crashLoop() throws {
        var run = try Scenario([Sample.action("a")])
        for _ in 0..<6 { try run.loop.claim(byPerson: false) }
        try run.go()
        #expect(run.log.isEmpty)
        #expect(run.run.activity == .attention)
        #expect(run.run.question != nil)
        try run.loop.claim()
        try run.go()
        #expect(run.outcome == .succeeded)
    }
}
