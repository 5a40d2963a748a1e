import Glibc
import RunMachine
import TestSupport
import Testing

/// Runs that wait, and whoever is to know of it.
@Suite struct WaitingTests {
    @Test func aRunThatOnlyWaitsSaysSoAndCallsItsHandler() throws {
        let belay = try Bench([
            "waits": #"""
            steps:
              - id: pause
                wait: 1h
            handlers:
              waiting:
                - id: tell
                  run: echo waiting >>"$HERE/told"
                  undo: none
            """#
        ])
        let run = try belay.belay.start(["run", "waits"])
        try belay.waitFor("told")
        #expect(try belay.record().activity == .waiting)
        #expect(try belay("pause", "1") == 0, "\(belay.output)")
        _ = run.wait()
        #expect(try belay.record().activity == .paused, "\(belay.output)")
        #expect(belay.scratch.text("told") == "waiting\n")
        #expect(try belay("cancel", "1", "--keep") == 1, "\(belay.output)")
        try belay.expectClean()
    }

    @Test func aShortWaitIsNotWorthAWord() throws {
        let belay = try Bench(["waits": "steps:\n  - id: pause\n    wait: 10ms\n"])
        #expect(try belay("run", "waits") == 0, "\(belay.output)")
        let waited = try belay.events().contains { if case .activityChanged(.waiting, _) = $0 { true } else { false } }
        #expect(!waited)
    }
}
