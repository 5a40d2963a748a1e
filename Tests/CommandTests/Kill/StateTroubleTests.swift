import Glibc
import RunHost
import RunMachine
import TestSupport
import Testing

/// A state directory that cannot be written any more while a run goes on.
@Suite struct StateTroubleTests {
    private let chain = """
        on_failure: rollback
        steps:
          - id: long
            run: |
              \(Site.gated)
            undo: {run: 'echo undo-long >>"$LEDGER"'}
          - id: last
            run: echo last >>"$LEDGER"
            undo: none
        """

    /// Enough for the journal and a few attempts; root is needed to mount it.
    private func mount(_ site: Site) throws -> Bool {
        try HostFiles.makeDirectories(site.belay.state)
        return command(["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", site.belay.state], site)
    }

    private func command(_ words: [String], _ site: Site) -> Bool {
        let spawned = try? Spawned(
            words, environment: site.belay.environment, directory: "/", output: site.scratch.file("mount.out"))
        return spawned?.wait() == .exited(0)
    }

    @Test(.enabled(if: geteuid() == 0)) func aFullDiskEndsTheDriverAndNotTheRun() throws {
        let site = try Site(chain)
        guard try mount(site) else { return }
        defer { _ = command(["umount", "-l", site.belay.state], site) }
        let driver = try site.start()
        try site.waitForLedger("begin")
        unlink(site.belay.state + "/ballast")
        _ = command(["dd", "if=/dev/zero", "of=\(site.belay.state)/filler", "bs=4k"], site)
        try site.release()
        #expect(driver.wait() == .exited(8))
        #expect(site.ledger == ["begin", "end"])
        unlink(site.belay.state + "/filler")
        #expect(try site.belay.resume() == .exited(0))
        #expect(site.ledger == ["begin", "end", "last"])
        #expect(try site.inspector().audit().isClean)
    }

    @Test(.enabled(if: geteuid() == 0)) func whatIsHeldBackLetsARunGoOnWhenTheDiskIsFull() throws {
        let site = try Site(chain)
        guard try mount(site) else { return }
        defer { _ = command(["umount", "-l", site.belay.state], site) }
        let driver = try site.start()
        try site.waitForLedger("begin")
        _ = command(["dd", "if=/dev/zero", "of=\(site.belay.state)/filler", "bs=4k"], site)
        try site.release()
        #expect(driver.wait() == .exited(0))
        #expect(site.ledger == ["begin", "end", "last"])
    }

    @Test(.enabled(if: geteuid() == 0)) func aReadOnlyStateDirectoryKeepsARunFromGoingOnAndChangesNothing() throws {
        let site = try Site(chain)
        guard try mount(site) else { return }
        defer { _ = command(["umount", "-l", site.belay.state], site) }
        let driver = try site.start()
        try site.waitForLedger("begin")
        driver.send(SIGKILL)
        _ = driver.wait()
        try site.release()
        try site.waitForLedger("end")
        // The supervisor has its file open until it has written the result.
        try site.wait(for: "the end of the attempt") { site.scratch.processes().isEmpty }
        #expect(command(["mount", "-o", "remount,ro", site.belay.state], site))
        #expect(try site.belay.resume() == .exited(8))
        #expect(command(["mount", "-o", "remount,rw", site.belay.state], site))
        #expect(try site.belay.resume() == .exited(0))
        #expect(site.ledger == ["begin", "end", "last"])
    }
}
