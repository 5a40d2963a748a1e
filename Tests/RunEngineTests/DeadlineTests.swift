import Glibc
import RunEngine
import RunHost
import RunMachine
import RunbookModel
import TestSupport
import Testing

/// Deadlines by a clock that a test moves.
@Suite struct DeadlineTests {
    /// Every seven hours over a year, so that days on which the clock changes are among them.
    @Test func theNextTimeOfDayIsTheFirstOne() {
        for step in 0..<1_250 {
            let now = 1_767_225_600_000 + Int64(step) * 7 * 3_600_000 + 1_234
            let left = LocalTime.untilNext(minutes: 5 * 60 + 30, from: now)
            var seconds = time_t((now + left) / 1_000)
            var local = tm()
            localtime_r(&seconds, &local)
            #expect(local.tm_hour == 5 && local.tm_min == 30 && local.tm_sec == 0)
            #expect((now + left) % 1_000 == 0)
            #expect(left > 0 && left <= 25 * 3_600_000)
        }
    }

    @Test func aTimeOfDayThatComesWhileTheRunIsDrivenTurnsIt() throws {
        let bench = try EngineBench(
            """
            deadline: {at: "05:00", then: rollback}
            steps:
              - id: pause
                wait: 48h
            """)
        // Past any next 05:00, within the wait.
        let end = try bench.drive { event, clock in
            if case .attemptIntended = event { clock.advance(by: .seconds(25 * 3_600)) }
        }
        #expect(end == .closed(.failed))
        #expect(bench.forward?.result == .timedOut)
    }

    @Test func aDeadlineThatPassedWhileNobodyDroveIsHeldInAttention() throws {
        let bench = try EngineBench("deadline: {after: 1h, then: rollback}\nsteps: [{id: pause, wait: 48h}]")
        try bench.driveUntilItWaits()
        #expect(bench.question == nil)
        bench.clock.advance(by: .seconds(2 * 3_600))
        try bench.driveUntilItWaits()
        #expect(bench.question == "the run's deadline has passed")
        #expect(bench.forward == nil)
    }

    @Test func aWallClockThatWentBackIsJournaledAndTrustedNoMore() throws {
        let bench = try EngineBench("deadline: {after: 1h, then: rollback}\nsteps: [{id: pause, wait: 48h}]")
        bench.clock.reboot(bootID: "boot-2")
        bench.clock.setWallTime(bench.clock.clock.wallTime() - 600_000_000_000)
        let end = try bench.drive { event, clock in
            // Later somebody sets it right, and too far.
            guard case .attemptIntended = event else { return }
            clock.setWallTime(clock.clock.wallTime() + 2 * 3_600_000_000_000)
            bench.pause()
        }
        #expect(bench.events.contains(.clockWentBack(milliseconds: 600_000)))
        #expect(bench.question == "the run's deadline has passed, by a wall clock that went back")
        #expect(end != .closed(.failed))
    }
}
