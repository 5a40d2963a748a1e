import TestSupport
import Testing

/// A full disk is no fault of a step: the driver ends with exit 8, nothing runs unjournaled, and resume goes on.
@Suite struct FullDiskTests {
    private static let runbook = #"""
        max_parallel: 2
        steps:
          - id: long
            needs: []
            run: touch "$HERE/long"; until test -e "$HERE/go"; do sleep 0.02; done; echo long >>"$HERE/log"
            undo: none
          - id: one
            needs: []
            run: until test -e "$HERE/long"; do sleep 0.02; done; echo one >>"$HERE/log"; cat /dev/zero >"$STATE/filler1" || true
            undo: none
          - id: two
            needs: [one]
            run: echo two >>"$HERE/log"; cat /dev/zero >"$STATE/filler2" || true
            undo: none
          - id: three
            needs: [two]
            run: echo three >>"$HERE/log"
            undo: none
          - id: four
            needs: [three, long]
            run: echo four >>"$HERE/log"
            undo: none
        """#

    @Test func aFullDiskEndsTheDriverAndResumeGoesOn() throws {
        var belay = try Bench([:])
        try belay.scratch.write(
            "runbook: fill\nenv: {HERE: \(belay.scratch.path), STATE: \(belay.belay.state)}\n" + Self.runbook,
            to: "runbooks/fill.yml")
        // A small filesystem of its own, which nobody else sees.
        let script = #"""
            mkdir "$BELAY_STATE" && mount -t tmpfs -o size=8m,mode=0700 none "$BELAY_STATE" || exit 99
            belay run fill; echo "run $?" >>"$HERE/codes"
            rm "$BELAY_STATE"/filler*; touch "$HERE/go"
            belay resume; echo "resume $?" >>"$HERE/codes"
            belay audit; echo "audit $?" >>"$HERE/codes"
            """#
        belay.belay.environment["SWIFT_BACKTRACE"] = "enable=no"
        let namespace = try Spawned(
            ["unshare", "-rm", "sh", "-c", script], environment: belay.belay.environment,
            directory: belay.scratch.path, output: belay.scratch.file("output"))
        let end = namespace.wait()
        if end == .exited(99) || !belay.scratch.exists("codes") { try Test.cancel("no filesystem can be mounted here") }
        #expect(belay.scratch.text("codes") == "run 8\nresume 0\naudit 0\n", "\(belay.output)")
        let log = belay.scratch.text("log").split(separator: "\n").map(String.init)
        #expect(log.sorted() == ["four", "long", "one", "three", "two"], "each of them once")
        #expect(log.last == "four")
        #expect(belay.output.contains("there is no space left"), "\(belay.output)")
    }
}
