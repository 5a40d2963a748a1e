import RunMachine
import RunPlan
import RunbookModel
import Testing

@Suite("A ladder of remedies") struct LadderTests {
    private static let remedies = [Sample.action("a"), Sample.action("b"), Sample.action("c")]

    private func ladder(undoes: Bool = false, _ change: (inout Step) -> Void = { _ in }) throws -> Scenario {
        var run = try Scenario([Sample.ladder("l", Self.remedies, undoIfUnhelpful: undoes, change)])
        run.script("probe l", .notMet)
        return run
    }

    @Test("is skipped where nothing needs a remedy") func met() throws {
        var run = try Scenario([Sample.ladder("l", Self.remedies), Sample.action("z", needs: ["l"])])
        run.script("probe l", .done)
        try run.go()
        #expect(run.log == ["probe l", "z"])
        #expect(run.state("l") == .skipped && run.outcome == .succeeded)
    }

    @Test("ends with the first remedy that helps") func helps() throws {
        var run = try ladder()
        run.script("until l", .notMet)
        run.script("until l#1", .done)
        try run.go()
        #expect(run.log == ["probe l", "l/a", "until l", "l/b", "until l#1"])
        #expect(run.state("l") == .succeeded && run["l"].helpedBy == "l/b")
        #expect(run.state("l/a") == .succeeded && run.state("l/c") == .skipped)
        #expect(run.outcome == .succeeded)
    }

    @Test("goes on after a remedy that fails, whatever the runbook says about failures") func failing() throws {
        var run = try Scenario([Sample.ladder("l", Self.remedies)]) { $0.onFailure = .rollback }
        run.script("probe l", .notMet)
        run.script("l/a", .exit(1))
        run.script("until l", .notMet)
        run.script("until l#1", .done)
        try run.go()
        #expect(run.log == ["probe l", "l/a", "until l", "l/b", "until l#1"])
        #expect(run.state("l/a") == .failed && run["l/a"].isAllowed)
        #expect(run.outcome == .succeeded)
    }

    @Test("is met also after a remedy that failed") func metAfterFailure() throws {
        var run = try ladder()
        run.script("l/a", .exit(1))
        try run.go()
        #expect(run["l"].helpedBy == "l/a" && run.outcome == .succeeded)
    }

    @Test("fails once all remedies are spent, and a rollback takes them back in reverse") func spent() throws {
        var run = try ladder { $0.onFailure = .rollback }
        for name in ["until l", "until l#1", "until l#2"] { run.script(name, .notMet) }
        try run.go()
        #expect(run.undos == ["l/c", "l/b", "l/a"])
        #expect(run.run.forward?.step == "l")
        #expect(run.run.forward?.reason == "none of its remedies helped: not met")
        #expect(run.outcome == .rolledBack)
    }

    @Test("undoes what did not help before it tries the next, where it says so") func undoes() throws {
        var run = try ladder(undoes: true)
        run.script("until l", .notMet)
        run.script("until l#1", .notMet)
        try run.go()
        #expect(
            run.log == [
                "probe l", "l/a", "until l", "undo l/a", "l/b", "until l#1", "undo l/b", "l/c", "until l#2",
            ])
        #expect(run.state("l/a") == .undone && run.state("l/c") == .succeeded && run.outcome == .succeeded)
    }

    @Test("undoes all that a remedy of several steps did") func undoesGroup() throws {
        let group = Sample.group("g", [Sample.action("x"), Sample.action("y", needs: ["x"])])
        var run = try Scenario([Sample.ladder("l", [group, Sample.action("b")], undoIfUnhelpful: true)])
        run.script("probe l", .notMet)
        run.script("until l", .notMet)
        try run.go()
        #expect(
            run.log == ["probe l", "l/g/x", "l/g/y", "until l", "undo l/g/y", "undo l/g/x", "l/b", "until l#1"])
        #expect(run.outcome == .succeeded)
    }

    @Test("lets a remedy of several steps fail at any of them") func groupFails() throws {
        let group = Sample.group(
            "g", [Sample.action("x") { $0.onFailure = .rollback }, Sample.action("y", needs: ["x"])])
        var run = try Scenario([Sample.ladder("l", [group, Sample.action("b")])])
        run.script("probe l", .notMet)
        run.script("l/g/x", .exit(1))
        run.script("until l", .notMet)
        try run.go()
        #expect(run.log == ["probe l", "l/g/x", "until l", "l/b", "until l#1"])
        #expect(run.state("l/g") == .failed && run.outcome == .succeeded)
    }

    @Test("asks where it cannot tell whether a remedy helped") func asks() throws {
        var run = try ladder()
        run.script("until l", .cannotTell, .cannotTell, .cannotTell)
        try run.go()
        #expect(run.choices("l") == [.retry, .markDone, .markFailed, .rollback, .keep])
        try run.choose(.retry, "l")
        #expect(run.choices("l") == [.retry, .markDone, .markFailed, .rollback, .keep])
        try run.choose(.markFailed, "l")
        #expect(run.state("l/b") == .succeeded && run.outcome == .succeeded && run["l"].helpedBy == "l/b")
    }

    @Test("takes a person's word that a remedy helped") func word() throws {
        var run = try ladder()
        run.script("until l", .cannotTell)
        try run.go()
        try run.choose(.markDone, "l")
        #expect(run["l"].helpedBy == "l/a" && run.state("l/b") == .skipped && run.outcome == .succeeded)
    }

    @Test("passes over a remedy whose `when` is false, without another look") func passedOver() throws {
        var run = try ladder()
        run.loop.falseWhens = ["l/a"]
        try run.go()
        #expect(run.log == ["probe l", "l/b", "until l#1"])
        #expect(run["l"].helpedBy == "l/b")
    }

    @Test("fails where every remedy was passed over") func allPassedOver() throws {
        var run = try ladder { $0.onFailure = .proceed }
        run.loop.falseWhens = ["l/a", "l/b", "l/c"]
        try run.go()
        #expect(run.state("l") == .failed && run["l"].reason == "none of its remedies helped")
        #expect(run.outcome == .succeeded)
    }

    @Test("waits with its next remedy while a person is asked about an undo") func undoFails() throws {
        var run = try ladder(undoes: true)
        run.script("until l", .notMet)
        run.script("undo l/a", .exit(1))
        try run.go()
        #expect(run.state("l/a") == .undoFailed && run.state("l/b") == .pending)
        try run.choose(.waive, "l/a")
        #expect(run.state("l/a") == .waived && run["l"].helpedBy == "l/b")
    }

    @Test("runs once for each item of a `foreach`") func instances() throws {
        let ladder = Sample.ladder("l", [Sample.action("a"), Sample.action("b")])
        var run = try Scenario([Sample.foreach(ladder)], keys: ["l": ["x", "y"]])
        run.script("probe l@x", .done)
        run.script("probe l@y", .notMet)
        try run.go()
        #expect(run.log == ["probe l@x", "probe l@y", "l@y/a", "until l@y"])
        #expect(run.outcome == .succeeded)
    }

    @Test("stops at its timeout, an undo that has begun being brought to its end") func timeout() throws {
        var run = try ladder(undoes: true) { $0.onFailure = .proceed }
        run.script("until l", .notMet)
        run.held = ["undo l/a"]
        try run.go()
        let deadline = Deadline(from: run.loop.now, length: 1_000)
        try run.loop.send(.record(.groupDeadlineSet("l", deadline)))
        run.loop.now = run.loop.now.adding(2_000)
        try run.go()
        #expect(run.state("l") == .started)
        try run.end("undo l/a")
        #expect(run.state("l/a") == .undone && run.state("l") == .failed && run.outcome == .succeeded)
    }

    @Test("leaves a look behind when the run goes back") func turned() throws {
        var run = try ladder()
        run.held = ["until l"]
        try run.go()
        try run.cancel()
        #expect(run.undos == ["l/a"] && run.outcome == .rolledBack)
    }
}
