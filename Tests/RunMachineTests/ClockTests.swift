import RunMachine
import RunbookModel
import Testing

@Suite("Moments") struct ClockTests {
    private func scenario() throws -> Scenario {
        var run = try Scenario([Sample.action("a"), Sample.action("b", needs: ["a"])])
        run.held = ["a"]
        try run.go()
        return run
    }

    @Test("a deadline that passes while a driver lives turns the run back") func driven() throws {
        var run = try scenario()
        try run.loop.send(.deadlinePassed(whileDriven: true, then: .rollback))
        try run.end("a")
        #expect(run.run.forward?.result == .timedOut)
        #expect(run.outcome == .rolledBack)
    }

    @Test("one that a doubtful clock says has passed is held in attention") func doubtful() throws {
        var run = try scenario()
        try run.loop.send(.record(.clockWentBack(milliseconds: 90_000)))
        try run.loop.send(.deadlinePassed(whileDriven: false, then: .rollback))
        try run.end("a")
        #expect(run.run.activity == .attention)
        #expect(run.run.question?.why == "the run's deadline has passed, by a wall clock that went back")
        #expect(run.undos.isEmpty)
        try run.loop.claim()
        #expect(run.run.clockWentBack == nil)
        try run.choose(.retry)
        #expect(run.outcome == .succeeded)
    }

    @Test("a run whose steps in flight all wait is waiting, until the first of them is due") func waiting() throws {
        var run = try Scenario([
            Sample.waiting("short"), Sample.waiting("long"), Sample.action("work"),
        ])
        run.held = ["short", "long", "work"]
        try run.go()
        #expect(run.loop.machine.waitingUntil == nil)
        try run.end("work")
        #expect(run.loop.machine.waitingUntil != nil)
    }

    @Test("the waiting handler runs beside the wait") func handler() throws {
        var run = try Scenario([Sample.waiting("w")]) {
            $0.handlers = [(.waiting, [Sample.action("tell") { $0.undo = .nothing }])]
        }
        run.held = ["w"]
        try run.go()
        try run.loop.send(.park(.waiting, reason: nil))
        try run.go()
        #expect(run.log == ["w", "handlers/waiting/tell"])
        #expect(run.loop.machine.waitingUntil != nil)
        try run.loop.send(.resumeActivity)
        try run.end("w")
        #expect(run.outcome == .succeeded)
    }
}
