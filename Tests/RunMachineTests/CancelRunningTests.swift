import RunMachine
import RunbookModel
import Testing

@Suite("Ending what runs beside a failed step") struct CancelRunningTests {
    private static func steps(_ policy: FailurePolicy?, _ other: (inout Step) -> Void = { _ in }) -> [Step] {
        [
            Sample.action("x") {
                $0.cancelRunning = true
                $0.onFailure = policy
            },
            Sample.action("long", other), Sample.action("after", needs: ["x", "long"]),
        ]
    }

    @Test("a turn ends what is in flight; it has failed, and is undone") func turn() throws {
        var run = try Scenario(Self.steps(.rollback))
        run.held = ["long"]
        run.script("x", .exit(1))
        try run.go()
        #expect(run["long"].reason == "ended because 'x' failed")
        #expect(Set(run.undos) == ["x", "long"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("a stop ends what is in flight, and a person can have both tried again") func stop() throws {
        var run = try Scenario(Self.steps(.stop) { $0.retry = Sample.retry(3) })
        run.held = ["long"]
        run.script("x", .exit(1))
        try run.go()
        #expect(run.state("long") == .failed)
        #expect(run.choices("long").contains(.retry))
        run.held = []
        try run.choose(.retry, "long")
        #expect(run.outcome == nil)
        try run.choose(.retry, "x")
        #expect(run.log == ["x", "long", "long", "x", "after"])
        #expect(run.outcome == .succeeded)
    }

    @Test("what ended by itself in time keeps its own outcome") func finishedFirst() throws {
        var run = try Scenario(Self.steps(.stop))
        run.script("x", .exit(1))
        run.held = ["x", "long"]
        try run.go()
        try run.end("long")
        try run.end("x", .exit(1))
        #expect(run.state("long") == .succeeded)
    }

    @Test("an allowed failure ends nothing") func allowed() throws {
        var run = try Scenario(Self.steps(.proceed))
        run.held = ["long"]
        run.script("x", .exit(1))
        try run.go()
        #expect(run["long"].inFlight != nil)
        try run.end("long")
        #expect(run.outcome == .succeeded)
    }

    @Test("in a group that fails only what is inside it is ended") func group() throws {
        var run = try Scenario([
            Sample.group(
                "g",
                [
                    Sample.action("x") { $0.cancelRunning = true }, Sample.action("inside"),
                ]
            ) { $0.onFailure = .proceed }, Sample.action("outside"),
        ])
        run.held = ["g/inside", "outside"]
        run.script("g/x", .exit(1))
        try run.go()
        #expect(run["g/inside"].reason == "ended because 'g/x' failed")
        #expect(run.state("g") == .failed)
        #expect(run["outside"].inFlight != nil)
        try run.end("outside")
        #expect(run.outcome == .succeeded)
    }

    @Test("a commit step that was ended is asked whether it took effect") func commit() throws {
        var run = try Scenario([
            Sample.action("x") {
                $0.cancelRunning = true
                $0.onFailure = .rollback
            }, Sample.commit("c"),
        ])
        run.held = ["x", "c"]
        try run.go()
        try run.end("x", .exit(1))
        #expect(run.log.contains("settle c"))
        #expect(run.state("c") == .committed)
    }

    @Test("a wait for its turn is not a start: a probe that was ended begins afresh") func probe() throws {
        var run = try Scenario(Self.steps(.stop) { $0.doneWhen = [Sample.check] })
        run.held = ["probe long"]
        run.script("x", .exit(1))
        try run.go()
        #expect(run.state("long") == .pending)
        run.held = []
        try run.choose(.retry, "x")
        #expect(run.log == ["x", "probe long", "x", "probe long", "long", "after"])
        #expect(run.outcome == .succeeded)
    }
}

@Suite("Slow runs") struct SlowTests {
    @Test("the handler runs once, beside the work") func once() throws {
        var run = try Scenario([Sample.action("a"), Sample.action("b", needs: ["a"])]) {
            $0.handlers = [(.slow, [Sample.action("tell") { $0.undo = .nothing }])]
        }
        run.held = ["a"]
        try run.go()
        try run.loop.send(.record(.estimateExceeded))
        try run.go()
        #expect(run.log == ["a", "handlers/slow/tell"])
        try run.end("a")
        #expect(run.log == ["a", "handlers/slow/tell", "b"])
        #expect(run.run.estimate == nil)
        #expect(run.outcome == .succeeded)
    }
}
