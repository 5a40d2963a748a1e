import Glibc
import RunMachine
import TestSupport
import Testing

/// `kill -9` of a supervisor while its command lives.
@Suite struct SupervisorLossTests {
    private let limited = """
        steps:
          - id: long
            run: |
              \(Site.gated)
            timeout: 60s
            done_when: {run: 'grep -q end "$LEDGER"'}
            undo: none
        """

    private let unlimited = """
        steps:
          - id: long
            run: |
              \(Site.gated)
            undo: none
        """

    @Test func aCommandThatOutlivesItsSupervisorIsWaitedForUntilItsDeadline() throws {
        let site = try Site(limited)
        let driver = try site.start()
        try site.waitForLedger("begin")
        kill(try site.supervisor("long", 2), SIGKILL)
        try site.wait(for: "the adoption") { try site.hasAdopted() }
        try site.release()
        #expect(driver.wait() == .exited(0))
        #expect(site.ledger == ["begin", "end"])
        #expect(try site.inspector().audit().isClean)
    }

    @Test func withoutADeadlineAPersonIsAskedAtOnce() throws {
        let site = try Site(unlimited)
        let driver = try site.start()
        try site.waitForLedger("begin")
        kill(try site.supervisor("long"), SIGKILL)
        #expect(driver.wait() == .exited(4))
        #expect(try site.inspector().questions().map(\.step) == ["long"])
        #expect(site.ledger == ["begin"])
        try site.release()
        try site.waitForLedger("end")
        #expect(try site.belay.decide(1, "mark-done", step: "long") == .exited(0))
        #expect(site.ledger == ["begin", "end"])
    }

    @Test func anotherTryStartsOnlyWhenNothingIsLeftOfTheLostOne() throws {
        let site = try Site(unlimited)
        let driver = try site.start()
        try site.waitForLedger("begin")
        kill(try site.supervisor("long"), SIGKILL)
        #expect(driver.wait() == .exited(4))
        let second = try site.belay.startDecision(1, "retry", step: "long")
        try site.wait(for: "the second try") { site.ledger.count { $0 == "begin" } == 2 }
        try site.release()
        #expect(second.wait() == .exited(0))
        // The lost one was ended before: only the second came to its end.
        #expect(site.ledger == ["begin", "begin", "end"])
    }

    @Test func killedTogetherWithItsDriverItIsStillFoundAlive() throws {
        let site = try Site(limited)
        let driver = try site.start()
        try site.waitForLedger("begin")
        driver.send(SIGKILL)
        kill(try site.supervisor("long", 2), SIGKILL)
        #expect(driver.wait() == .killed(signal: SIGKILL))
        let second = try site.belay.start(["resume", "1"])
        try site.wait(for: "the adoption") { try site.hasAdopted() }
        try site.release()
        #expect(second.wait() == .exited(0))
        #expect(site.ledger == ["begin", "end"])
    }

    @Test func aDeadlineThatPassesEndsWhatIsLeftOfIt() throws {
        let site = try Site(
            limited.replacing("timeout: 60s", with: "timeout: 1s").replacing("done_when", with: "verify"))
        let driver = try site.start()
        try site.waitForLedger("begin")
        kill(try site.supervisor("long"), SIGKILL)
        #expect(driver.wait() == .exited(4))
        #expect(site.scratch.processes().isEmpty)
        #expect(site.ledger == ["begin"])
    }
}

extension Site {
    /// Whether a driver has found a living attempt of another.
    func hasAdopted() throws -> Bool {
        try inspector().events().contains { if case .attemptAdopted = $0 { true } else { false } }
    }
}
