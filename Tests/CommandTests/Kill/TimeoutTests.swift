import Glibc
import RunMachine
import TestSupport
import Testing

/// Limits of time and number.
@Suite struct TimeoutTests {
    @Test func aTimeoutLeavesNoProcessBehind() throws {
        let site = try Site(
            #"""
            steps:
              - id: stubborn
                run: |
                  trap '' TERM
                  (trap '' TERM; exec -a child sleep 600) & (setsid sleep 601) &
                  echo begin >>"$LEDGER"
                  while :; do sleep 0.1; done
                timeout: 300ms
                undo: none
                on_failure: rollback
            """#)
        let end = try site.run()
        #expect(end == .exited(1))
        #expect(try site.inspector().steps()["stubborn"]?.reason?.contains("timed out") == true)
        #expect(site.scratch.processes().isEmpty)
    }

    @Test func aRetryWaitsLongerEachTimeAlsoAcrossADeadDriver() throws {
        let site = try Site(
            #"""
            steps:
              - id: flaky
                run: echo "try $BELAY_ATTEMPT $BELAY_IDEMPOTENCY_KEY" >>"$LEDGER"; test "$BELAY_ATTEMPT" = 3
                retry: {attempts: 3, delay: 100ms, backoff: 3}
                undo: none
            """#)
        #expect(try site.run(crashAt: "driver.after_commit#5") == .killed(signal: SIGKILL))
        #expect(try site.belay.resume() == .exited(0))
        #expect(site.ledger.map { $0.prefix(5) } == ["try 1", "try 2", "try 3"])
        #expect(Set(site.ledger.map { $0.dropFirst(6) }).count == 1)
        let starts = try site.inspector().attempts().map(\.intent.at.boot)
        #expect(starts[1] - starts[0] >= 100 && starts[2] - starts[1] >= 300)
    }

    @Test func intentsThatBecomeReadyTogetherAreWrittenTogether() throws {
        let steps = (1...8).map { "  - {id: s\($0), needs: [], run: 'true', undo: none}" }.joined(separator: "\n")
        let site = try Site("max_parallel: 8\nsteps:\n" + steps)
        // The second commit holds all eight: the first is the claim, and nothing has run before the third.
        #expect(try site.run(crashAt: "driver.before_launch#1") == .killed(signal: SIGKILL))
        #expect(try site.inspector().attempts().count == 8)
        #expect(try site.belay.resume() == .exited(0))
        #expect(try site.inspector().audit().isClean)
    }

    @Test func aDeadlineThatPassesWhileNobodyDrivesIsAPersonsMatter() throws {
        let site = try Site(
            "deadline: {after: 400ms, then: rollback}\non_failure: rollback\nsteps:\n  - id: long\n    run: |\n"
                + "      \(Site.gated)\n    undo: {run: 'echo undo >>\"$LEDGER\"'}\n  - {id: last, run: 'true', undo: none}"
        )
        let driver = try site.start()
        try site.waitForLedger("begin")
        driver.send(SIGKILL)
        _ = driver.wait()
        let due = try #require(try site.inspector().record().deadline)
        try site.wait(for: "the deadline") { due.due.wall < Self.now }
        try site.release()
        #expect(try site.belay.resume() == .exited(4))
        #expect(try site.inspector().questions().map(\.step) == [nil])
        #expect(site.ledger == ["begin", "end"])
        #expect(try site.belay.decide(1, "rollback", step: nil) == .exited(5))
        #expect(site.ledger == ["begin", "end", "undo"])
    }

    @Test func aDeadlineThatPassesWhileItIsDrivenTurnsTheRunBack() throws {
        let site = try Site(
            "deadline: {after: 300ms, then: rollback}\non_failure: rollback\nsteps:\n  - {id: first, run: 'echo first >>\"$LEDGER\"',"
                + " undo: {run: 'echo undo >>\"$LEDGER\"'}}\n  - {id: wait, wait: 60s}\n")
        #expect(try site.run() == .exited(5))
        #expect(site.ledger == ["first", "undo"])
    }

    private static var now: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
    }
}
