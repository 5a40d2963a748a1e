import Glibc
import RunMachine
import TestSupport
import Testing

/// A host that went down, which is played by another boot id in a mount namespace of its own; root is needed for that.
@Suite(.enabled(if: geteuid() == 0)) struct RebootTests {
    /// Killed while `long` runs, which then ends with a result.
    private func interrupted(hasProbes: Bool) throws -> Site {
        let probe = { (word: String) in
            hasProbes ? "done_when: {run: 'grep -q \(word) \"$LEDGER\"'}" : "title: Unprobed"
        }
        let site = try Site(
            """
            steps:
              - id: first
                run: echo first >>"$LEDGER"
                \(probe("first"))
                undo: none
              - id: long
                run: |
                  \(Site.gated)
                \(probe("end"))
                undo: none
            """)
        let driver = try site.start()
        try site.waitForLedger("begin")
        driver.send(SIGKILL)
        _ = driver.wait()
        try site.release()
        try site.wait(for: "the end of the attempt") { site.scratch.processes().isEmpty }
        return site
    }

    private func resumeAfterBoot(_ site: Site) throws -> Spawned.End {
        try site.scratch.write("11111111-2222-4333-8444-555555555555\n", to: "boot_id")
        let script = """
            mount --bind '\(site.scratch.file("boot_id"))' /proc/sys/kernel/random/boot_id || exit 99
            exec '\(BelayBinary.products)/belay' resume 1
            """
        return try Spawned(
            ["unshare", "-m", "sh", "-c", script], environment: site.belay.environment,
            directory: site.scratch.path, output: site.scratch.file("output")
        ).wait()
    }

    @Test func whatSucceededBeforeItsEffectsWereOnDiskIsProbedAgain() throws {
        let site = try interrupted(hasProbes: true)
        #expect(try resumeAfterBoot(site) == .exited(0))
        // A valid result is used whatever became of the host; that its effects lasted is asked of the probes.
        #expect(site.ledger == ["first", "begin", "end"])
        let doubted = try site.inspector().events().contains {
            if case .stepUnknown(_, _, .reboot) = $0 { true } else { false }
        }
        #expect(doubted)
        #expect(try site.inspector().audit().isClean)
    }

    @Test func whereThereIsNoProbeAPersonIsAsked() throws {
        let site = try interrupted(hasProbes: false)
        #expect(try resumeAfterBoot(site) == .exited(4))
        #expect(try site.inspector().questions().map(\.step) == ["first", "long"])
        #expect(try site.belay.decide(1, "mark-done", step: "first") == .exited(4))
        #expect(try site.belay.decide(1, "mark-done", step: "long") == .exited(0))
        #expect(site.ledger == ["first", "begin", "end"])
    }
}
