import RunMachine
import RunbookModel
import Testing

@Suite("Commit steps") struct CommitTests {
    private static let steps = [
        Sample.action("a"), Sample.commit("c", needs: ["a"]), Sample.action("x", needs: ["c"]),
        Sample.verify("v", needs: ["x"]),
    ]

    @Test("a commit step that took effect makes final what it depends on") func commits() throws {
        var run = try Scenario([
            Sample.group("g", [Sample.action("a")]), Sample.commit("c", needs: ["g"]), Sample.action("x", needs: ["c"]),
        ])
        try run.go()
        #expect(run.state("g") == .committed)
        #expect(run.state("g/a") == .committed)
        #expect(run.state("c") == .committed)
        #expect(run.state("x") == .succeeded)
    }

    @Test("a rollback goes no further than the commit step") func toCommit() throws {
        var run = try Scenario(Self.steps)
        run.script("verify v", .notMet)
        try run.go()
        #expect(run.undos == ["x"])
        #expect(run.outcome == .rolledBackToCommit)
        #expect(run.run.rollback == .toCommit)
    }

    @Test("a commit step that failed is probed before anyone decides") func failedIsProbed() throws {
        var run = try Scenario(Self.steps)
        run.script("c", .exit(1))
        try run.go()
        #expect(run.log == ["a", "probe c", "c", "settle c", "x", "verify v"])
        #expect(run.outcome == .succeeded)
    }

    @Test("a commit step that did not take effect has failed, and is no barrier") func failedForGood() throws {
        var run = try Scenario(Self.steps) { $0.onFailure = .rollback }
        run.script("c", .exit(1))
        run.script("settle c", .notMet)
        try run.go()
        #expect(run.undos == ["a"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("a commit step is tried as often as its `retry` says, and no more") func retries() throws {
        var steps = Self.steps
        steps[1].retry = Sample.retry(2)
        steps[1].onFailure = .rollback
        var run = try Scenario(steps)
        run.script("c", .exit(1), .exit(1))
        run.script("settle c", .notMet, .notMet, .notMet)
        try run.go()
        #expect(run.log == ["a", "probe c", "c", "settle c", "settle c", "c", "settle c", "undo a"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("a commit step that nobody can judge stays unknown, and nothing behind it is undone") func unclear() throws {
        var run = try Scenario(Self.steps) { $0.onFailure = .rollback }
        run.script("c", .lost)
        run.script("settle c", .cannotTell)
        try run.go()
        #expect(run.state("c") == .unknown)
        try run.choose(.rollback)
        #expect(run.undos.isEmpty)
        #expect(run.run.activity == .attention)
        #expect(run.choices("c") == [.retry, .markDone, .markFailed, .keep])
        var taken = run
        try taken.choose(.markDone, "c")
        #expect(taken.outcome == .rolledBackToCommit)
        #expect(taken.undos.isEmpty)
        try run.choose(.markFailed, "c")
        #expect(run.undos == ["a"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("an unknown commit step that was accepted is probed again before a rollback") func acceptedThenTurned() throws
    {
        var run = try Scenario(Self.steps)
        run.script("c", .lost)
        run.script("settle c", .cannotTell, .done)
        run.script("verify v", .notMet)
        try run.go()
        try run.choose(.accept, "c")
        #expect(run.undos == ["x"])
        #expect(run.outcome == .rolledBackToCommit)
    }

    @Test("a commit step in flight at the turn decides how far the rollback goes", arguments: [true, false])
    func besideTheTurn(tookEffect: Bool) throws {
        var run = try Scenario(Self.steps)
        run.held = ["c"]
        try run.go()
        try run.cancel()
        #expect(run.undos.isEmpty)
        if !tookEffect { run.script("settle c", .notMet) }
        try run.end("c", tookEffect ? .done : .exit(1))
        #expect(run.undos == (tookEffect ? [] : ["a"]))
        #expect(run.outcome == (tookEffect ? .rolledBackToCommit : .rolledBack))
    }

    @Test("a commit step whose verify was cut short by the turn is probed, not taken as failed") func unverified()
        throws
    {
        var steps = Self.steps
        steps[1].verify = [Sample.check]
        var run = try Scenario(steps)
        run.held = ["verify c"]
        try run.go()
        try run.cancel()
        #expect(run.log == ["a", "probe c", "c", "verify c", "settle c"])
        #expect(run.outcome == .rolledBackToCommit)
    }

    @Test("what follows a group with a commit step inside is undone before the rest of that group") func insideGroup()
        throws
    {
        var run = try Scenario([
            Sample.group("g", [Sample.commit("c"), Sample.action("x", needs: ["c"])]), Sample.action("y", needs: ["g"]),
            Sample.verify("v", needs: ["y"]),
        ])
        run.script("verify v", .notMet)
        try run.go()
        #expect(run.undos == ["y", "g/x"])
        #expect(run.outcome == .rolledBackToCommit)
    }

    @Test("a temporary change before a commit step is still released") func releaseAcrossCommit() throws {
        var run = try Scenario([
            Sample.action("maintenance") { $0.release = Release(after: ["v"], reapply: false) },
            Sample.commit("c", needs: ["maintenance"]), Sample.verify("v", needs: ["c"]),
        ])
        try run.go()
        #expect(run.undos == ["maintenance"])
        #expect(run.outcome == .succeeded)
    }
}
