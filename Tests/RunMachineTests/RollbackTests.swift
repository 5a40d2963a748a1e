import RunMachine
import RunbookModel
import Testing

@Suite("Rollback") struct RollbackTests {
    private static let chain = [
        Sample.action("a"), Sample.action("b", needs: ["a"]), Sample.action("c", needs: ["b"]),
        Sample.verify("v", needs: ["c"]),
    ]

    @Test("a failed verify step undoes everything in reverse order") func reverseOrder() throws {
        var run = try Scenario(Self.chain)
        run.script("verify v", .notMet)
        try run.go()
        #expect(run.undos == ["c", "b", "a"])
        #expect(run.outcome == .rolledBack)
        #expect(run.run.forward?.result == .failed)
        #expect(run.run.forward?.step == "v")
        #expect(run.run.rollback == .done)
    }

    @Test("a step is undone only once every step that depends on it is clear") func diamond() throws {
        var run = try Scenario([
            Sample.action("a"), Sample.action("b", needs: ["a"]), Sample.action("c", needs: ["a"]),
            Sample.verify("v", needs: ["b", "c"]),
        ])
        run.script("verify v", .notMet)
        run.held = ["undo b"]
        try run.go()
        #expect(Set(run.undos) == ["b", "c"])
        try run.end("undo b")
        #expect(run.undos.last == "a")
        #expect(run.outcome == .rolledBack)
    }

    @Test("what never ran is never undone, and the failed step itself is") func scope() throws {
        var run = try Scenario([
            Sample.action("a"), Sample.action("b", needs: ["a"]) { $0.onFailure = .rollback },
            Sample.action("c", needs: ["b"]),
        ])
        run.script("b", .exit(1))
        try run.go()
        #expect(run.undos == ["b", "a"])
        #expect(run.state("c") == .pending)
    }

    @Test("where nothing has anything to take back, the direction does not turn") func nothingToTakeBack() throws {
        var run = try Scenario([
            Sample.action("a") { $0.undo = .nothing }, Sample.verify("v", needs: ["a"]),
        ])
        run.script("verify v", .notMet)
        try run.go()
        #expect(run.run.direction == .forward)
        #expect(run.outcome == .failed)
    }

    @Test("policy `ask` asks before anything is undone") func policyAsk() throws {
        var run = try Scenario(Self.chain) { $0.rollback.policy = .ask }
        run.script("verify v", .notMet)
        try run.go()
        #expect(run.undos.isEmpty)
        #expect(run.run.activity == .attention)
        try run.choose(.rollback)
        #expect(run.undos == ["c", "b", "a"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("policy `never` keeps everything and has failed") func policyNever() throws {
        var run = try Scenario(Self.chain) { $0.rollback.policy = .never }
        run.script("verify v", .notMet)
        try run.go()
        #expect(run.undos.isEmpty)
        #expect(run.outcome == .failed)
    }

    @Test("an undo list is made item by item, and finished items are not repeated") func undoList() throws {
        var run = try Scenario([
            Sample.action("a") { $0.undo = .actions(UndoActions(actions: [Sample.call(), Sample.call()])) },
            Sample.verify("v", needs: ["a"]),
        ])
        run.script("verify v", .notMet)
        run.script("undo a#1", .exit(1))
        try run.go()
        #expect(run.undos == ["a", "a#1"])
        #expect(run.state("a") == .undoFailed)
        try run.choose(.retry, "a")
        #expect(run.undos == ["a", "a#1", "a#1"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("each item of an undo has all the tries that its `retry` gives") func undoRetries() throws {
        var run = try Scenario([
            Sample.action("a") {
                var undo = UndoActions(actions: [Sample.call(), Sample.call()])
                undo.retry = Sample.retry(2)
                $0.undo = .actions(undo)
            }, Sample.verify("v", needs: ["a"]),
        ])
        run.script("verify v", .notMet)
        run.script("undo a", .exit(1))
        run.script("undo a#1", .exit(1))
        try run.go()
        #expect(run.undos == ["a", "a", "a#1", "a#1"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("a failed undo holds what it depends on, lets other branches finish, and asks") func undoFails() throws {
        var run = try Scenario([
            Sample.action("a"), Sample.action("b", needs: ["a"]), Sample.action("x"),
            Sample.verify("v", needs: ["b", "x"]),
        ])
        run.script("verify v", .notMet)
        run.script("undo b", .exit(1))
        try run.go()
        #expect(run.state("b") == .undoFailed)
        #expect(run.state("x") == .undone)
        #expect(run.state("a") == .succeeded)
        #expect(run.run.activity == .attention)
        #expect(run.run.forward?.step == "v")
        #expect(run.choices("b") == [.retry, .waive, .keep])
        try run.choose(.waive, "b")
        #expect(run.state("a") == .undone)
        #expect(run.outcome == .inconsistent)
        #expect(run.run.rollback == .inconsistent)
    }

    @Test("an undo in flight at a crash runs again") func undoLost() throws {
        var run = try Scenario(Self.chain)
        run.script("verify v", .notMet)
        run.script("undo b", .lost)
        try run.go()
        #expect(run.undos == ["c", "b", "b", "a"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("a lost undo whose `on_interrupt` is ask waits for a person") func undoLostAsks() throws {
        var run = try Scenario([
            Sample.action("a") {
                var undo = UndoActions(actions: [Sample.call()])
                undo.onInterrupt = .ask
                $0.undo = .actions(undo)
            }, Sample.verify("v", needs: ["a"]),
        ])
        run.script("verify v", .notMet)
        run.script("undo a", .lost)
        try run.go()
        #expect(run.state("a") == .undoFailed)
        try run.choose(.retry, "a")
        #expect(run.outcome == .rolledBack)
    }

    @Test("the undo's own verify decides; refuted, the undo is made again") func undoVerify() throws {
        var run = try Scenario([
            Sample.action("a") {
                var undo = UndoActions(actions: [Sample.call()])
                undo.verify = [Sample.check]
                $0.undo = .actions(undo)
            }, Sample.verify("v", needs: ["a"]),
        ])
        run.script("verify v", .notMet)
        run.script("undo_verify a", .notMet)
        try run.go()
        #expect(run.state("a") == .undoFailed)
        try run.choose(.retry, "a")
        #expect(run.log.suffix(4) == ["undo a", "undo_verify a", "undo a", "undo_verify a"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("an irreversible step that was attempted is a barrier that only a person removes") func barrier() throws {
        var run = try Scenario([
            Sample.action("a"), Sample.action("b", needs: ["a"]) { $0.undo = .irreversible(why: "mail is sent") },
            Sample.action("c", needs: ["b"]), Sample.verify("v", needs: ["c"]),
        ])
        run.script("verify v", .notMet)
        try run.go()
        #expect(run.undos == ["c"])
        #expect(run.state("b") == .undoFailed)
        #expect(run.choices("b") == [.waive, .keep])
        var kept = run
        try kept.choose(.keep, "b")
        #expect(kept.outcome == .inconsistent)
        #expect(kept.state("a") == .succeeded)
        try run.choose(.waive, "b")
        #expect(run.undos == ["c", "a"])
        #expect(run.outcome == .inconsistent)
    }

    @Test("`rollback.verify` must hold before the run is rolled back") func rollbackVerify() throws {
        var run = try Scenario(Self.chain) { $0.rollback.verify = [Sample.check] }
        run.script("verify v", .notMet)
        run.loop.rollbackAnswers = [.failed, .inconclusive]
        try run.go()
        #expect(run.outcome == nil)
        #expect(run.run.question?.choices == [.retry, .waive])
        try run.choose(.retry)
        #expect(run.outcome == nil)
        try run.choose(.retry)
        #expect(run.outcome == .rolledBack)
    }

    @Test("a waived `rollback.verify` leaves the run inconsistent") func rollbackVerifyWaived() throws {
        var run = try Scenario(Self.chain) { $0.rollback.verify = [Sample.check] }
        run.script("verify v", .notMet)
        run.loop.rollbackAnswers = [.failed]
        try run.go()
        try run.choose(.waive)
        #expect(run.outcome == .inconsistent)
    }

    @Test("a cancelled run is rolled back") func cancelled() throws {
        var run = try Scenario(Self.chain)
        run.held = ["b"]
        try run.go()
        try run.cancel()
        #expect(run.undos.isEmpty, "nothing is undone while something that depends on it runs")
        try run.end("b")
        #expect(run.undos == ["b", "a"])
        #expect(run.outcome == .rolledBack)
        #expect(run.run.forward?.result == .cancelled)
    }

    @Test("a run cancelled with `--keep` keeps what was done") func cancelledKeeping() throws {
        var run = try Scenario(Self.chain)
        run.held = ["b"]
        try run.go()
        try run.cancel(keep: true)
        #expect(run.outcome == nil)
        try run.end("b")
        #expect(run.undos.isEmpty)
        #expect(run.outcome == .cancelled)
    }

    @Test("a pause in a rollback drops nothing") func pauseInRollback() throws {
        var run = try Scenario(Self.chain)
        run.script("verify v", .notMet)
        run.held = ["undo c"]
        try run.go()
        try run.loop.send(.pause(EngineLoop.operatorName))
        try run.end("undo c")
        #expect(run.run.activity == .paused)
        #expect(run.undos == ["c"])
        try run.loop.claim()
        try run.go()
        #expect(run.outcome == .rolledBack)
    }

    @Test(
        "a deadline with `then: rollback` rolls back while a driver lives, and asks otherwise",
        arguments: [true, false])
    func deadline(whileDriven: Bool) throws {
        var run = try Scenario(Self.chain)
        run.held = ["b"]
        try run.go()
        try run.loop.send(.deadlinePassed(whileDriven: whileDriven, then: .rollback))
        try run.end("b")
        #expect(run.outcome == (whileDriven ? .rolledBack : nil))
        #expect(run.run.forward?.result == (whileDriven ? .timedOut : nil))
        #expect((run.run.question != nil) == !whileDriven)
    }

    @Test("a deadline under policy `never` keeps what was done") func deadlineNever() throws {
        var run = try Scenario(Self.chain) { $0.rollback.policy = .never }
        run.held = ["b"]
        try run.go()
        try run.loop.send(.deadlinePassed(whileDriven: true, then: .rollback))
        try run.end("b")
        #expect(run.outcome == .failed)
        #expect(run.run.forward?.result == .timedOut)
    }

    @Test("checks in flight are interrupted at the turn, actions are left to finish and undone") func siblings() throws
    {
        var run = try Scenario([
            Sample.action("a"), Sample.verify("slow"), Sample.action("long"),
            Sample.action("probed") {
                $0.doneWhen = [Sample.check]
            }, Sample.verify("v", needs: ["a"]),
        ])
        run.script("verify v", .notMet)
        run.held = ["verify slow", "long", "probe probed"]
        try run.go()
        #expect(run.run.direction == .rollback)
        #expect(run.state("slow") != .started)
        #expect(run.state("probed") == .pending)
        #expect(run.state("long") == .started)
        try run.end("long")
        #expect(Set(run.undos) == ["a", "long"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("a failed try whose repetition was never launched is still undone") func retryNeverLaunched() throws {
        var run = try Scenario([
            Sample.action("a") { $0.retry = Sample.retry(3) }, Sample.verify("v"),
        ])
        run.script("a", .exit(1), .neverLaunched)
        run.held = ["verify v"]
        run.script("a", .exit(1))
        try run.go()
        try run.loop.send(
            .cancel(
                HumanDecision(id: "x", choice: .rollback, step: nil, why: "", actor: EngineLoop.operatorName, at: 0)))
        try run.go()
        #expect(run.undos == ["a"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("a step that is to run again after a loss is undone in a rollback") func lostThenTurned() throws {
        var run = try Scenario([
            Sample.action("a") { $0.onInterrupt = .rerun }, Sample.verify("v"),
        ]) { $0.maxParallel = 2 }
        run.held = ["a", "verify v"]
        try run.go()
        try run.loop.send(.pause(EngineLoop.operatorName))
        try run.end("a", .lost)
        #expect(run.state("a") == .pending)
        try run.end("verify v", .notMet)
        try run.loop.claim()
        try run.go()
        #expect(run.undos == ["a"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("a run can be undone by another run, from the records it left") func undoOfClosedRun() throws {
        var first = try Scenario([
            Sample.action("a"), Sample.action("b", needs: ["a"]), Sample.action("c", needs: ["b"]),
        ])
        first.loop.falseWhens = ["c"]
        try first.go()
        #expect(first.outcome == .succeeded)
        let rows = zip(first.loop.machine.graph.nodes, first.loop.machine.steps).map { ($0.0.path, $0.1) }
        var loop = EngineLoop(first.loop.plan)
        try loop.send(
            .create(
                RunEvent.Created(
                    runbook: "sample", planDigest: "sample", by: EngineLoop.operatorName, deadline: nil, undoOf: 42,
                    steps: Dictionary(uniqueKeysWithValues: rows))))
        try loop.claim()
        var second = first
        second.loop = loop
        try second.go()
        #expect(second.undos == ["b", "a"])
        #expect(second.outcome == .rolledBack)
        #expect(second["a"].importedAttempts == 1)
    }
}
