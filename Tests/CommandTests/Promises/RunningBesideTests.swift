import Glibc
import RunMachine
import TestSupport
import Testing

/// What happens to what runs beside a failed step, and beside a run that takes long.
@Suite struct RunningBesideTests {
    private static let pair = #"""
        on_failure: rollback
        steps:
          - id: long
            needs: []
            run: touch "$HERE/long"; exec sleep 1000
            undo: {run: 'rm "$HERE/long"'}
          - id: bad
            needs: []
            cancel_running: true
            run: until test -e "$HERE/long"; do sleep 0.01; done; exit 3
            undo: none
        """#

    @Test func aFailedStepEndsWhatRunsBesideItAndAllIsTakenBack() throws {
        let belay = try Bench(["pair": Self.pair])
        #expect(try belay("run", "pair") == 5, "\(belay.output)")
        #expect(try belay.step("long").reason == "ended because 'bad' failed")
        #expect(try belay.step("long").state == .undone)
        #expect(!belay.scratch.exists("long"))
        #expect(try belay.record().outcome == .rolledBack)
        #expect(belay.scratch.processes().isEmpty)
        try belay.expectClean()
    }

    @Test func anOrderToEndIsCarriedOutByTheNextDriver() throws {
        let belay = try Bench(["pair": Self.pair])
        // The 4th commit has the failure and the order; the driver dies right after it.
        var end = try belay.belay.start(["run", "pair"], crashAt: "driver.after_commit#4").wait()
        #expect(end == .killed(signal: SIGKILL))
        #expect(try belay.step("long").endOrderedBy == "bad" || belay.step("long").inFlight != nil)
        end = try belay.belay.resume()
        #expect(end == .exited(5), "\(belay.output)")
        #expect(try belay.step("long").state == .undone)
        #expect(!belay.scratch.exists("long"))
        try belay.expectClean()
    }

    @Test func aRunThatTakesLongerThanEstimatedTellsOnce() throws {
        let belay = try Bench([
            "slow": #"""
            estimate: {duration: 30ms}
            steps:
              - id: work
                run: until test -e "$HERE/told"; do sleep 0.01; done
                undo: none
              - id: more
                run: sleep 0.1
                undo: none
            handlers:
              slow:
                - id: tell
                  run: echo slow >>"$HERE/told"
                  undo: none
            """#
        ])
        #expect(try belay("run", "slow") == 0, "\(belay.output)")
        #expect(belay.scratch.text("told") == "slow\n")
        #expect(try belay.events().filter { $0 == .estimateExceeded }.count == 1)
        try belay.expectClean()
    }
}
