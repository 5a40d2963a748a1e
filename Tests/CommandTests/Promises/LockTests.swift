import Glibc
import RunMachine
import TestSupport
import Testing

/// Locks, with real runs side by side.
@Suite struct RunLockTests {
    /// Holds its lock until it is told to go on.
    private static func holder(_ lock: String) -> String {
        """
        locks: [\(lock)]
        steps:
          - id: hold
            run: touch "$HERE/$BELAY_RUN.holds"; until test -e "$HERE/go"; do sleep 0.01; done
            undo: none
        """
    }

    private static func quick(_ lock: String) -> String {
        """
        locks: [\(lock)]
        steps:
          - id: touch
            run: echo "$BELAY_RUN" >>"$HERE/ran"
            undo: {run: "true"}
        """
    }

    /// Stands open, and nobody drives it.
    private static func stuck(_ lock: String) -> String {
        """
        locks: [\(lock)]
        steps:
          - id: fail
            run: test -e "$HERE/go"
            on_failure: stop
            undo: none
        """
    }

    @Test func aRunWaitsForItsLockAndSaysForWhich() throws {
        let belay = try Bench(["holder": Self.holder("x"), "waits": Self.quick("{name: x, wait: 60s}")])
        let first = try belay.belay.start(["run", "holder"])
        try belay.waitFor("1.holds")
        let second = try belay.belay.start(["run", "waits"])
        let third = try belay("run", "holder")
        #expect(third == 7, "without `wait:` it is refused at once")
        try belay.scratch.write("", to: "go")
        #expect(first.wait() == .exited(0))
        #expect(second.wait() == .exited(0), "\(belay.output)")
        #expect(belay.output.contains("lock 'x' is held by run 1 (holder)"))
    }

    @Test func sharedLocksGoTogetherAndKeepAnExclusiveOneOut() throws {
        let belay = try Bench([
            "holder": Self.holder("{name: x, mode: shared}"), "shared": Self.quick("{name: x, mode: shared}"),
            "alone": Self.quick("x"),
        ])
        let first = try belay.belay.start(["run", "holder"])
        try belay.waitFor("1.holds")
        #expect(try belay("run", "shared") == 0, "\(belay.output)")
        #expect(try belay("run", "alone") == 7)
        try belay.scratch.write("", to: "go")
        #expect(first.wait() == .exited(0))
        #expect(try belay("run", "alone") == 0, "\(belay.output)")
    }

    @Test func aPreemptingLockIsTakenFromARunThatNobodyDrivesAndFromNoOther() throws {
        let belay = try Bench([
            "holder": Self.holder("x"), "stuck": Self.stuck("y"), "urgent": Self.quick("{name: y, preempt: true}"),
            "hasty": Self.quick("{name: x, preempt: true}"),
        ])
        let first = try belay.belay.start(["run", "holder"])
        try belay.waitFor("1.holds")
        #expect(try belay("run", "stuck") == 4)
        #expect(try belay("run", "hasty") == 7)
        #expect(try belay("run", "urgent") == 0, "\(belay.output)")
        let wasTold = try belay.events(2).contains { if case .lockBroken("y", _, _) = $0 { true } else { false } }
        #expect(wasTold)
        try belay.scratch.write("", to: "go")
        #expect(first.wait() == .exited(0))
        try belay.expectClean()
    }

    @Test func aBrokenLockIsTakenAgainBeforeTheRunGoesOn() throws {
        let belay = try Bench(["stuck": Self.stuck("x"), "holder": Self.holder("x")])
        #expect(try belay("run", "stuck") == 4)
        #expect(try belay("locks", "break", "x", "--why", "a test") == 0)
        let other = try belay.belay.start(["run", "holder"])
        try belay.waitFor("2.holds")
        #expect(try belay("resume", "1") == 7, "another run has it now")
        try belay.scratch.write("", to: "go")
        #expect(other.wait() == .exited(0))
        #expect(try belay("decide", "1", "fail", "retry", "--why", "a test") == 0, "\(belay.output)")
        #expect(try belay("resume", "1") == 0, "\(belay.output)")
        let wasTaken = try belay.events(1).filter { $0 == .lockTaken(name: "x") }.count
        #expect(wasTaken == 2)
        try belay.expectClean()
    }

    @Test func whatALaterRunWorkedOnIsNotTakenBackUnderIt() throws {
        let belay = try Bench(["a": Self.quick("x"), "b": Self.quick("x"), "other": Self.quick("y")])
        #expect(try belay("run", "a") == 0)
        #expect(try belay("run", "other") == 0)
        #expect(try belay("run", "b") == 0)
        #expect(try belay("rollback", "1") == 3)
        #expect(belay.output.contains("run 3 (b) worked under the lock 'x' after run 1"), "\(belay.output)")
        #expect(try belay("rollback", "3") == 5, "\(belay.output)")
        #expect(try belay("rollback", "2") == 5, "\(belay.output)")
    }
}
