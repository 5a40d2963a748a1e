import RunMachine
import RunbookModel
import Testing

@Suite("Groups") struct GroupTests {
    @Test("a group is finished once everything inside it is, and what needs it goes on") func nested() throws {
        var run = try Scenario([
            Sample.group("g", [Sample.action("a"), Sample.group("h", needs: ["a"], [Sample.action("b")])]),
            Sample.action("c", needs: ["g"]),
        ])
        try run.go()
        #expect(run.log == ["g/a", "g/h/b", "c"])
        #expect(run.outcome == .succeeded)
    }

    @Test("what is inside a group is undone after what needs the group") func undoThroughGroups() throws {
        var run = try Scenario([
            Sample.action("z"),
            Sample.group("g", needs: ["z"], [Sample.action("a"), Sample.action("b", needs: ["a"])]),
            Sample.group("h", needs: ["g"], [Sample.action("c")]), Sample.verify("v", needs: ["h"]),
        ])
        run.script("verify v", .notMet)
        try run.go()
        #expect(run.undos == ["h/c", "g/b", "g/a", "z"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("`on_failure: continue` on a group allows its failure and cuts off the rest of it") func groupProceeds()
        throws
    {
        var run = try Scenario([
            Sample.group("g", [Sample.action("a"), Sample.action("b", needs: ["a"])]) { $0.onFailure = .proceed },
            Sample.action("c", needs: ["g"]),
        ])
        run.script("g/a", .exit(1))
        try run.go()
        #expect(run.state("g") == .failed)
        #expect(run.state("g/b") == .skipped)
        #expect(run["g/b"].reason?.contains("cut off") == true)
        #expect(run.log == ["g/a", "c"])
        #expect(run.outcome == .succeeded)
    }

    @Test("`on_failure: undo_group` takes the group back, and then it has failed") func undoGroup() throws {
        var run = try Scenario([
            Sample.action("z"),
            Sample.group("g", needs: ["z"], [Sample.action("a"), Sample.action("b", needs: ["a"])]) {
                $0.onFailure = .undoGroup
            },
        ])
        run.script("g/b", .exit(1))
        try run.go()
        #expect(run.undos == ["g/b", "g/a"])
        #expect(run.state("g") == .failed)
        #expect(run.state("z") == .succeeded)
        #expect(run.choices("g").contains(.accept))
        #expect(!run.choices("g").contains(.retry), "its steps are undone, and undone is final")
        try run.choose(.rollback)
        #expect(run.undos == ["g/b", "g/a", "z"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("a group within a group is taken back before the outer one fails") func undoInnerGroup() throws {
        var run = try Scenario([
            Sample.group(
                "g",
                [
                    Sample.group("h", [Sample.action("a"), Sample.action("b", needs: ["a"])]) {
                        $0.onFailure = .undoGroup
                    }, Sample.action("x"),
                ]
            ) { $0.onFailure = .proceed }
        ])
        run.script("g/h/b", .exit(1))
        run.script("g/x", .exit(1))
        run.held = ["undo g/h/a", "g/x"]
        try run.go()
        try run.end("g/x", .exit(1))
        #expect(run.state("g") == .started, "the inner group is still being taken back")
        try run.end("undo g/h/a")
        #expect(run.state("g/h") == .failed)
        #expect(run.state("g") == .failed)
        #expect(run.outcome == .succeeded)
    }

    @Test("an included runbook has its own `on_failure`") func inclusionPolicy() throws {
        let inner = Sample.runbook([Sample.action("a")]) { $0.onFailure = .rollback }
        var run = try Scenario(
            [Sample.action("z"), Sample.include("i", "sample", needs: ["z"])], including: [inner])
        run.script("i/a", .exit(1))
        try run.go()
        #expect(run.undos == ["i/a", "z"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("what ends an included runbook ends no more than that where its step says so", arguments: [false, true])
    func boundedInclusion(undoes: Bool) throws {
        let inner = Sample.runbook([Sample.action("a"), Sample.action("b", needs: ["a"])]) { $0.onFailure = .rollback }
        var inclusion = Sample.include("i", "sample")
        inclusion.onFailure = undoes ? .undoGroup : .proceed
        let group = Sample.group("g", [inclusion]) { $0.onFailure = .proceed }
        var run = try Scenario([group, Sample.action("z", needs: ["g"])], including: [inner])
        run.script("g/i/b", .exit(1))
        try run.go()
        #expect(run.undos == (undoes ? ["g/i/b", "g/i/a"] : []))
        #expect(run.log.last == "z")
        #expect(run.outcome == .succeeded)
    }

    @Test("unmet preconditions of an included runbook ask, and never roll back") func gate() throws {
        let inner = Sample.runbook([Sample.action("a")]) { $0.preconditions = [Sample.check] }
        var run = try Scenario([Sample.action("z"), Sample.include("i", "sample", needs: ["z"])], including: [inner]) {
            $0.onFailure = .rollback
        }
        run.script("gate i", .notMet)
        try run.go()
        #expect(run.run.direction == .forward)
        #expect(run.run.activity == .attention)
        try run.choose(.retry, "i")
        #expect(run.log == ["z", "gate i", "gate i", "i/a"])
        #expect(run.outcome == .succeeded)
    }

    @Test("a `foreach` without items has succeeded") func noItems() throws {
        var run = try Scenario([Sample.foreach(Sample.action("f")), Sample.action("b", needs: ["f"])])
        try run.go()
        #expect(run.log == ["b"])
        #expect(run.state("f") == .succeeded)
    }

    @Test("instances run one at a time unless `max_parallel` says more", arguments: [nil, 2])
    func instances(maxParallel: Int?) throws {
        var run = try Scenario(
            [Sample.foreach(Sample.action("f"), maxParallel: maxParallel)], keys: ["f": ["x", "y", "z"]])
        run.held = ["f@x", "f@y", "f@z"]
        try run.go()
        #expect(run.log == (maxParallel == nil ? ["f@x"] : ["f@x", "f@y"]))
        try run.end("f@x")
        #expect(run.log.last == (maxParallel == nil ? "f@y" : "f@z"))
    }

    @Test("an instance that waits for its retry keeps its place, and is one failure at most") func instanceRetries()
        throws
    {
        var run = try Scenario(
            [Sample.foreach(Sample.action("f") { $0.retry = Sample.retry(3) }, maxFailed: 1)],
            keys: ["f": ["x", "y"]])
        run.script("f@x", .exit(1), .exit(1), .exit(1))
        try run.go()
        #expect(run.log == ["f@x", "f@x", "f@x", "f@y"])
        #expect(run.state("f") == .succeeded)
    }

    @Test("a `foreach` fails once more instances have failed than `max_failed`") func tooManyFailures() throws {
        var run = try Scenario(
            [Sample.foreach(Sample.action("f") { $0.onFailure = .rollback }, maxFailed: 1)],
            keys: ["f": ["w", "x", "y", "z"]])
        run.script("f@x", .exit(1))
        run.script("f@y", .exit(1))
        try run.go()
        #expect(run.log.filter { !$0.hasPrefix("undo") } == ["f@w", "f@x", "f@y"])
        #expect(Set(run.undos) == ["f@w", "f@x", "f@y"])
        #expect(run.outcome == .rolledBack)
    }

    @Test("an instance is taken back by itself and counted as failed, with `undo_group`", arguments: [0, 1])
    func undoInstance(maxFailed: Int) throws {
        let body = Sample.group("f", [Sample.action("a"), Sample.action("b", needs: ["a"])]) {
            $0.onFailure = .undoGroup
        }
        var run = try Scenario([Sample.foreach(body, maxFailed: maxFailed)], keys: ["f": ["x", "y"]])
        run.script("f@x/b", .exit(1))
        try run.go()
        #expect(run.undos == ["f@x/b", "f@x/a"])
        #expect(run.state("f@x") == .failed)
        #expect(run.state("f") == (maxFailed == 0 ? .failed : .succeeded))
        #expect(run.state("f@y") == (maxFailed == 0 ? .skipped : .succeeded))
    }

    @Test("a single-step instance is taken back too, and counted as failed", arguments: [0, 1])
    func undoLeafInstance(maxFailed: Int) throws {
        var run = try Scenario(
            [Sample.foreach(Sample.action("f") { $0.onFailure = .undoGroup }, maxFailed: maxFailed)],
            keys: ["f": ["x", "y"]])
        run.script("f@x", .exit(1))
        try run.go()
        #expect(run.undos == ["f@x"])
        #expect(run.state("f") == (maxFailed == 0 ? .failed : .succeeded))
    }
}
