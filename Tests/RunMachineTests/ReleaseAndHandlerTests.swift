import RunMachine
import RunbookModel
import Testing

@Suite("Releases") struct ReleaseTests {
    private static let steps = [
        Sample.action("maintenance") { $0.release = Release(after: ["work"], reapply: false) },
        Sample.action("work", needs: ["maintenance"]), Sample.verify("v", needs: ["work"]),
    ]

    @Test("a temporary change is released when the steps it names have ended") func released() throws {
        var run = try Scenario(Self.steps)
        run.held = ["verify v"]
        try run.go()
        #expect(run.log == ["maintenance", "work", "undo maintenance", "verify v"])
        try run.end("verify v")
        #expect(run.state("maintenance") == .undone)
        #expect(run.outcome == .succeeded)
    }

    @Test("what is still held when the run ends with its effects kept is released") func releasedAtTheEnd() throws {
        var run = try Scenario(Self.steps)
        run.script("work", .exit(1))
        try run.go()
        #expect(run.undos.isEmpty)
        try run.choose(.keep)
        #expect(run.undos == ["maintenance"])
        #expect(run.outcome == .failed)
    }

    @Test("in a rollback a temporary change is released in its place") func releasedInRollback() throws {
        var run = try Scenario(Self.steps)
        run.held = ["work"]
        try run.go()
        try run.cancel()
        try run.end("work")
        #expect(run.undos == ["work", "maintenance"])
        #expect(run.outcome == .rolledBack)
    }

    private static func reapplying(_ change: (inout Step) -> Void = { _ in }) -> [Step] {
        [
            Sample.action("maintenance") {
                $0.release = Release(after: ["work"], reapply: true)
                $0.apply = Sample.call()
                change(&$0)
            },
            Sample.action("work", needs: ["maintenance"]), Sample.verify("v", needs: ["work"]),
        ]
    }

    @Test("a rollback applies a released change again first, and releases it at the end") func reapplied() throws {
        var run = try Scenario(Self.reapplying())
        run.script("verify v", .notMet)
        try run.go()
        #expect(
            run.log.suffix(5) == [
                "reapply maintenance", "reapply maintenance#1", "undo work", "undo maintenance",
                "undo_apply maintenance",
            ])
        #expect(run.state("maintenance") == .undone)
        #expect(run["maintenance"].reapplication == .released)
        #expect(run.outcome == .rolledBack)
    }

    @Test("a release that had begun at the turn is brought to its end first") func releasedAtTheTurn() throws {
        var run = try Scenario(Self.reapplying())
        run.script("verify v", .notMet)
        run.held = ["undo maintenance"]
        try run.go()
        #expect(run.run.direction == .rollback)
        #expect(run.undos == ["maintenance"], "nothing else is undone meanwhile")
        try run.end("undo maintenance")
        #expect(
            run.log.suffix(6) == [
                "undo_apply maintenance", "reapply maintenance", "reapply maintenance#1", "undo work",
                "undo maintenance",
                "undo_apply maintenance",
            ])
        #expect(run.outcome == .rolledBack)
    }

    @Test("what was never released is not applied again") func notReleased() throws {
        var run = try Scenario(Self.reapplying())
        run.script("work", .exit(1))
        try run.go()
        try run.choose(.rollback)
        #expect(!run.log.contains("reapply maintenance"))
        #expect(run.undos == ["work", "maintenance"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("nothing is undone while a change could not be applied again; a person can go on without it")
    func failedReapplication() throws {
        var run = try Scenario(Self.reapplying())
        run.script("verify v", .notMet)
        run.script("reapply maintenance", .exit(1), .exit(1))
        try run.go()
        #expect(run.undos == ["maintenance"], "its release before the turn")
        #expect(run.choices("maintenance") == [.retry, .waive, .keep])
        try run.choose(.retry, "maintenance")
        #expect(run.outcome == nil)
        try run.choose(.waive, "maintenance")
        #expect(run.undos == ["maintenance", "work"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("a change that is left in force makes the rollback incomplete") func leftHeld() throws {
        var run = try Scenario(Self.reapplying())
        run.script("verify v", .notMet)
        run.script("undo maintenance", .done, .exit(1))
        try run.go()
        #expect(run.undos == ["maintenance", "work", "maintenance"])
        #expect(run.run.activity == .attention)
        try run.choose(.waive, "maintenance")
        #expect(run["maintenance"].reapplication == .leftHeld)
        #expect(run.outcome == .inconsistent)
    }

    @Test("an application whose outcome is not known is asked about, or made again where that does no harm")
    func lostReapplication() throws {
        var asks = try Scenario(Self.reapplying())
        asks.script("verify v", .notMet)
        asks.script("reapply maintenance", .lost)
        try asks.go()
        #expect(asks.choices("maintenance") == [.retry, .waive, .keep])
        var reruns = try Scenario(Self.reapplying { $0.onInterrupt = .rerun })
        reruns.script("verify v", .notMet)
        reruns.script("reapply maintenance", .lost)
        try reruns.go()
        #expect(reruns.log.filter { $0 == "reapply maintenance" }.count == 2)
        #expect(reruns.outcome == .rolledBack)
    }

    @Test("a release that failed and is waived lets the run go on") func waivedRelease() throws {
        var run = try Scenario([
            Sample.action("maintenance") { $0.release = Release(after: ["work"], reapply: false) },
            Sample.action("work"), Sample.action("after", needs: ["maintenance", "work"]),
        ])
        run.script("undo maintenance", .exit(1))
        try run.go()
        #expect(run.run.activity == .attention)
        try run.choose(.waive, "maintenance")
        #expect(run.log.last == "after")
        #expect(run.outcome == .succeeded)
    }
}

@Suite("Handlers") struct HandlerTests {
    private static func scenario(_ events: [HandlerEvent], _ steps: [Step] = [Sample.action("a")]) throws -> Scenario {
        try Scenario(steps + [Sample.verify("v", needs: [steps[0].id])]) {
            $0.handlers = events.map { ($0, [Sample.action("tell") { $0.undo = .nothing }]) }
        }
    }

    @Test("success and finish handlers run before the run closes") func success() throws {
        var run = try Self.scenario([.success, .failure, .finish])
        try run.go()
        #expect(run.log == ["a", "verify v", "handlers/success/tell", "handlers/finish/tell"])
        #expect(run.outcome == .succeeded)
    }

    @Test("a rolled-back run calls failure, rolled_back and finish") func rolledBack() throws {
        var run = try Self.scenario([.success, .failure, .rolledBack, .finish])
        run.script("verify v", .notMet)
        try run.go()
        #expect(
            run.log.suffix(4)
                == ["undo a", "handlers/failure/tell", "handlers/rolled_back/tell", "handlers/finish/tell"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("a handler never changes the outcome", arguments: [AttemptOutcome.exit(1), .lost, .cannotTell])
    func failingHandler(outcome: AttemptOutcome) throws {
        var run = try Self.scenario([.success, .finish])
        run.script("handlers/success/tell", outcome)
        try run.go()
        #expect(run.outcome == .succeeded)
        #expect(run.run.forward?.reason == nil)
        #expect(run.state("handlers/success/tell") == .failed)
        #expect(run.state("handlers/finish/tell") == .succeeded)
    }

    @Test("a handler that must not be interrupted never turns the run") func interruptedHandler() throws {
        var run = try Scenario([Sample.action("a")]) {
            $0.handlers = [
                (
                    .success,
                    [
                        Sample.action("tell") {
                            $0.onInterrupt = .fail
                            $0.onFailure = .rollback
                        }
                    ]
                )
            ]
        }
        run.script("handlers/success/tell", .lost)
        try run.go()
        #expect(run.outcome == .succeeded)
        #expect(run.undos.isEmpty)
    }

    @Test("the attention handler runs each time the run needs a person") func attentionTwice() throws {
        var run = try Self.scenario([.attention])
        run.script("a", .exit(1), .exit(1))
        try run.go()
        #expect(run.log == ["a", "handlers/attention/tell"])
        try run.choose(.retry, "a")
        #expect(run.log == ["a", "handlers/attention/tell", "a", "handlers/attention@2/tell"])
        try run.choose(.retry, "a")
        #expect(run.outcome == .succeeded)
    }

    @Test("a failed undo calls rollback_failed when it needs a person") func rollbackFailed() throws {
        var run = try Self.scenario([.rollbackFailed, .finish])
        run.script("verify v", .notMet)
        run.script("undo a", .exit(1))
        try run.go()
        #expect(run.log.last == "handlers/rollback_failed/tell")
        try run.choose(.waive, "a")
        #expect(run.log.last == "handlers/finish/tell")
        #expect(run.outcome == .inconsistent)
    }

    @Test("groups and loops inside a handler run to their end in a rollback too") func groupsInHandlers() throws {
        var run = try Scenario(
            [Sample.action("a"), Sample.verify("v", needs: ["a"])],
            keys: ["handlers/rolled_back/each": ["x", "y"]]
        ) {
            let each = Sample.foreach(Sample.action("each"))
            $0.handlers = [(.rolledBack, [Sample.group("g", [Sample.action("tell")]), each])]
        }
        run.script("verify v", .notMet)
        try run.go()
        #expect(run.log.contains("handlers/rolled_back/g/tell"))
        #expect(run.log.contains("handlers/rolled_back/each@y"))
        #expect(run.state("handlers/rolled_back/g") == .succeeded)
        #expect(run.outcome == .rolledBack)
    }
}
