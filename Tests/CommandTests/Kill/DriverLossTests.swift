import Glibc
import RunHost
import RunMachine
import TestSupport
import Testing

/// What becomes of a run whose driver is killed, stopped or moved.
@Suite struct DriverLossTests {
    private let chain = """
        on_failure: rollback
        steps:
          - id: first
            run: echo first >>"$LEDGER"
            undo: {run: 'echo undo-first >>"$LEDGER"'}
          - id: long
            run: |
              \(Site.gated)
            undo: none
          - id: last
            run: echo last >>"$LEDGER"
            undo: none
        """

    @Test(arguments: [
        "driver.before_commit#2", "driver.after_commit#1", "driver.after_commit#2", "driver.after_launch#1",
    ])
    func aDriverThatIsKilledWhileItResumesLosesNothing(point: String) throws {
        let site = try Site(chain)
        let driver = try site.start()
        try site.waitForLedger("begin")
        driver.send(SIGKILL)
        _ = driver.wait()
        try site.release()
        for _ in 0..<3 { _ = try site.belay.resume(crashAt: point) }
        for _ in 0..<5 where try site.inspector().record().outcome == nil { _ = try site.belay.resume() }
        #expect(try site.inspector().record().outcome == .succeeded)
        #expect(site.ledger == ["first", "begin", "end", "last"])
        #expect(try site.inspector().audit().isClean)
        #expect(site.scratch.processes().isEmpty)
    }

    @Test func aSecondDriverIsToldWhoTheFirstIs() throws {
        let site = try Site(chain)
        let driver = try site.start()
        try site.waitForLedger("begin")
        driver.send(SIGSTOP)
        #expect(try site.belay.resume() == .exited(7))
        #expect(site.belay.output.contains("\(driver.pid)"))
        driver.send(SIGCONT)
        try site.release()
        #expect(driver.wait() == .exited(0))
        #expect(site.ledger == ["first", "begin", "end", "last"])
    }

    @Test func aCopiedStateDirectoryIsNotDriven() throws {
        let site = try Site(chain)
        let driver = try site.start()
        try site.waitForLedger("begin")
        driver.send(SIGKILL)
        _ = driver.wait()
        var copy = site.belay
        copy.environment["BELAY_STATE"] = site.scratch.file("copy")
        let cp = try Spawned(
            ["cp", "-a", site.belay.state, site.scratch.file("copy")], environment: copy.environment, directory: "/",
            output: site.scratch.file("cp.out"))
        #expect(cp.wait() == .exited(0))
        #expect(try copy.resume() == .exited(3))
        #expect(site.belay.output.contains("--take-over"))
        try site.release()
        #expect(try site.belay.resume() == .exited(0))
        #expect(site.ledger == ["first", "begin", "end", "last"])
    }

    @Test func aCommandOfAnActionInsideTheKilledDriverIsWaitedForBeforeItIsRepeated() throws {
        let site = try Site(
            """
            steps:
              - id: off
                service: {name: app, state: stopped}
            """)
        try site.scratch.write("", to: "running")
        let stop =
            Site.gated.replacing("$LEDGER", with: site.scratch.file("ledger"))
            .replacing("\"", with: "") + "; rm \(site.scratch.file("running"))"
        try site.scratch.write(
            """
            system: slow
            services:
              app:
                start: [touch, \(site.scratch.file("running"))]
                stop: [bash, -c, "\(stop)"]
                status: [bash, -c, "test -e \(site.scratch.file("running")) || exit 3"]
            """, to: "systems/slow.yml")
        try site.scratch.write(site.scratch.text("belay.yml") + "system: slow\n", to: "belay.yml")
        let driver = try site.start()
        try site.waitForLedger("begin")
        driver.send(SIGKILL)
        _ = driver.wait()
        let second = try site.belay.start(["resume", "1"])
        try site.wait(for: "the adoption") { try site.hasAdopted() }
        try site.release()
        #expect(second.wait() == .exited(0))
        #expect(site.ledger == ["begin", "end"])
    }

    @Test func aLostForkServerPausesTheRunAndTheNextDriverGoesOn() throws {
        let site = try Site(chain)
        let driver = try site.start()
        try site.waitForLedger("begin")
        let server = try #require(
            site.scratch.processes().first { HostFiles.firstLine(of: "/proc/\($0)/comm") == "belay-forks" })
        kill(server, SIGKILL)
        try site.wait(for: "the pause") { try site.inspector().record().pauseRequested != nil }
        try site.release()
        #expect(driver.wait() == .exited(4))
        #expect(try site.belay.resume() == .exited(0))
        #expect(site.ledger == ["first", "begin", "end", "last"])
        #expect(try site.inspector().audit().isClean)
    }

    @Test func aDriverThatIsKilledWhileItEndsWhatAFailedStepLeftEndsItNextTime() throws {
        let site = try Site(
            #"""
            on_failure: rollback
            steps:
              - id: leaves
                run: sleep 600 & echo "$!" >>"$LEDGER"; exit 1
                undo: {run: 'echo undo >>"$LEDGER"'}
            """#)
        #expect(try site.run(crashAt: "driver.clearing#1") == .killed(signal: SIGKILL))
        #expect(try site.belay.resume() == .exited(5))
        #expect(site.ledger.last == "undo")
        #expect(site.scratch.processes().isEmpty)
    }

    @Test func aSecondRunUnderTheSameLockIsToldWhoHoldsIt() throws {
        let site = try Site("locks: [one]\n" + chain)
        let driver = try site.start()
        try site.waitForLedger("begin")
        #expect(try site.run() == .exited(7))
        driver.send(SIGKILL)
        _ = driver.wait()
        // An open run keeps its lock whether or not anybody drives it.
        #expect(try site.run() == .exited(7))
        try site.release()
        #expect(try site.belay.resume() == .exited(0))
        #expect(try site.run() == .exited(0))
    }
}
