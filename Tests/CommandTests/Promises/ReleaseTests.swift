import Glibc
import RunMachine
import TestSupport
import Testing

/// Temporary changes: applied again for a rollback, released at its end, named where they stay in force.
@Suite struct TemporaryChangeTests {
    private static let failing = #"""
        on_failure: rollback
        rollback:
          verify: [{run: 'test "$(tail -n 1 "$HERE/log")" = off'}]
        steps:
          - id: maintenance
            run: echo on >>"$HERE/log"
            on_interrupt: rerun
            release: {after: [work], reapply: true}
            undo: {run: 'echo off >>"$HERE/log"'}
          - id: work
            run: echo work >>"$HERE/log"
            undo: {run: 'echo unwork >>"$HERE/log"'}
          - id: check
            needs: [work]
            verify: [{run: 'until test "$(tail -n 1 "$HERE/log")" = off; do sleep 0.01; done; false'}]
        """#

    @Test func aRollbackAppliesAReleasedChangeAgainAndReleasesItAtTheEnd() throws {
        let belay = try Bench(["change": Self.failing])
        #expect(try belay("run", "change") == 5, "\(belay.output)")
        #expect(belay.scratch.text("log") == "on\nwork\noff\non\nunwork\noff\n")
        #expect(try belay.step("maintenance").state == .undone)
        #expect(try belay.step("maintenance").reapplication == .released)
        #expect(!belay.output.contains("still held"))
        try belay.expectClean()
    }

    @Test(arguments: ["driver.after_commit", "driver.after_launch", "driver.before_outcome"], 3...7)
    func aKilledDriverDoesNotLoseTheChange(point: String, occurrence: Int) throws {
        let belay = try Bench(["change": Self.failing])
        var end = try belay.belay.start(["run", "change"], crashAt: "\(point)#\(occurrence)").wait()
        for _ in 0..<3 where try belay.record().outcome == nil { end = try belay.belay.resume() }
        #expect(end == .exited(5), "\(belay.output)")
        let log = belay.scratch.text("log").split(separator: "\n")
        #expect(log.suffix(3).first == "on" || log.contains("unwork"))
        #expect(log.last == "off")
        #expect(try belay.step("maintenance").reapplication == .released)
        try belay.expectClean()
    }

    @Test func whatIsStillHeldWhenTheRunClosesIsNamed() throws {
        let belay = try Bench([
            "held": #"""
            steps:
              - id: maintenance
                run: "true"
                release: {after: [work]}
                undo: {run: exit 1}
              - id: work
                run: "true"
                undo: none
            """#
        ])
        #expect(try belay("run", "held") == 4, "\(belay.output)")
        #expect(!belay.output.contains("still held"))
        #expect(try belay("decide", "1", "maintenance", "waive", "--why", "a test") == 0, "\(belay.output)")
        #expect(try belay("resume", "1") == 0, "\(belay.output)")
        #expect(belay.output.contains("still held maintenance"), "\(belay.output)")
    }
}
