import RunMachine
import RunbookModel
import Testing

@Suite("Unknown outcomes") struct UnknownTests {
    private static func lost(_ change: (inout Step) -> Void) throws -> Scenario {
        var run = try Scenario([Sample.action("a", change), Sample.action("b", needs: ["a"])])
        run.script("a", .lost)
        return run
    }

    @Test("a lost attempt with `done_when` is probed; met, the step has succeeded") func probedMet() throws {
        var run = try Self.lost { $0.doneWhen = [Sample.check] }
        try run.go()
        #expect(run.log == ["probe a", "a", "settle a", "b"])
        #expect(run.outcome == .succeeded)
    }

    @Test("a lost attempt whose probe is not met is made again") func probedNotMet() throws {
        var run = try Self.lost { $0.doneWhen = [Sample.check] }
        run.script("settle a", .notMet)
        try run.go()
        #expect(run.log == ["probe a", "a", "settle a", "a", "b"])
        #expect(run.outcome == .succeeded)
    }

    @Test("a lost attempt whose probe cannot tell stays unknown until a person decides") func probedUnclear() throws {
        var run = try Self.lost { $0.doneWhen = [Sample.check] }
        run.script("settle a", .cannotTell)
        try run.go()
        #expect(run.state("a") == .unknown)
        #expect(run.run.activity == .attention)
        try run.choose(.markFailed, "a")
        #expect(run.state("a") == .failed)
        try run.choose(.rollback)
        #expect(run.undos == ["a"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("a lost attempt without a probe asks") func asks() throws {
        var run = try Self.lost { _ in }
        try run.go()
        #expect(run.state("a") == .unknown)
        #expect(run.choices("a") == [.retry, .accept, .markDone, .markFailed, .rollback, .keep])
        try run.choose(.retry, "a")
        #expect(run.log == ["a", "a", "b"])
    }

    @Test("`on_interrupt: rerun` makes the attempt again") func reruns() throws {
        var run = try Self.lost { $0.onInterrupt = .rerun }
        try run.go()
        #expect(run.log == ["a", "a", "b"])
        #expect(run.outcome == .succeeded)
    }

    @Test("`on_interrupt: fail` is a failure like any other") func fails() throws {
        var run = try Self.lost {
            $0.onInterrupt = .fail
            $0.onFailure = .rollback
        }
        try run.go()
        #expect(run.undos == ["a"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("a service is brought to its state again") func desiredStateReruns() throws {
        var run = try Self.lost {
            $0.body = .action(Sample.call("service"))
            $0.undo = .unspecified
        }
        try run.go()
        #expect(run.log == ["a", "a", "b"])
    }

    @Test("an unknown step is undone in a rollback without being probed") func unknownIsUndone() throws {
        var run = try Scenario([Sample.action("a"), Sample.verify("v")])
        run.held = ["a"]
        run.script("verify v", .notMet)
        try run.go()
        try run.end("a", .lost)
        #expect(run.log == ["a", "verify v", "undo a"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("a probe in flight at the turn does not keep the step from being undone") func probeAtTheTurn() throws {
        var run = try Scenario([Sample.action("a") { $0.doneWhen = [Sample.check] }, Sample.verify("v")])
        run.script("a", .lost)
        run.held = ["verify v", "settle a"]
        try run.go()
        try run.end("verify v", .notMet)
        #expect(run.undos == ["a"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("after a power loss a step that was not synced is settled again") func reboot() throws {
        var run = try Scenario([
            Sample.action("a") { $0.doneWhen = [Sample.check] }, Sample.action("b", needs: ["a"]),
        ])
        run.held = ["b"]
        run.script("settle a", .notMet)
        try run.go()
        try run.loop.send(.rebooted(unsynced: ["a"]))
        try run.end("b")
        #expect(run.log == ["probe a", "a", "b", "settle a", "a"])
        #expect(run.outcome == .succeeded)
    }

    @Test("a run does not end while a step inside a finished group is doubted") func rebootInGroup() throws {
        var run = try Scenario([
            Sample.group("g", [Sample.action("a") { $0.doneWhen = [Sample.check] }]), Sample.action("b"),
        ])
        run.held = ["b", "settle g/a"]
        try run.go()
        #expect(run.state("g") == .succeeded)
        try run.loop.send(.rebooted(unsynced: ["g/a"]))
        try run.end("b")
        #expect(run.outcome == nil)
        try run.end("settle g/a")
        #expect(run.outcome == .succeeded)
    }
}
