import Testing

/// Runbooks that care for logs.
@Suite struct LogTests {
    private let quick = ["probe_every": "20ms", "healthy_within": "3s"]

    @Test func aLogIsCompressedAndEmptiedAndTheOldestRotationsGo() throws {
        let home = try LibraryHome()
        try home.shell(
            """
            cp home/logs/demo.log before
            for day in 1 2 3; do echo $day | gzip >home/logs/demo.log.2026010${day}T000000Z.gz; done
            touch -d '3 days ago' home/logs/demo.log.20260101T000000Z.gz
            """)
        let run = try home.run("log-rotation", quick.merging(["keep": "3"]) { $1 })
        #expect(run.end == .exited(0), "\(run)")
        #expect(run.output("rotated") == 1)
        #expect(run.output("deleted") == 1)
        try home.shell(
            """
            test ! -s home/logs/demo.log -a ! -e home/logs/demo.log.20260101T000000Z.gz
            zcat $(ls home/logs/demo.log.2*.gz | tail -n 1) | cmp - before
            """)
    }

    @Test func aServiceThatOpensItsLogAgainGetsANewOneAndTheOldIsNotCompressedWhileItIsOpen() throws {
        let home = try LibraryHome(edits: [
            "  rotate: {keep: 7}": "  rotate: {keep: 7, reload: app, mode: \"0600\"}\n  compress_after: 0s"
        ])
        let run = try home.run("log-rotation", quick)
        #expect(run.end == .exited(0), "\(run)")
        #expect(run.state("reopen") == "succeeded")
        #expect(try home.shell("stat -c %a home/logs/demo.log; ls home/logs/demo.log.*Z | wc -l") == "600\n1\n")
    }

    @Test func nothingIsDeletedWhereTheServiceDoesNotAnswer() throws {
        let home = try LibraryHome()
        try home.shell("for day in 1 2; do echo $day | gzip >home/logs/demo.log.2026010${day}T000000Z.gz; done")
        try home.service("stop", "--home", home.home)
        let run = try home.run(
            "log-rotation", ["keep": "1", "probe_every": "20ms", "healthy_within": "60ms"])
        #expect(run.end == .exited(1), "\(run)")
        #expect(try home.shell("ls home/logs/*Z.gz | wc -l") == "3\n")
    }

    @Test func aRotationThatWasKilledGoesOnAndLosesNothing() throws {
        let home = try LibraryHome()
        try home.shell("cp home/logs/demo.log before")
        #expect(try home.run("log-rotation", quick, crashAt: "driver.after_commit#4").end != .exited(0))
        let run = try home.perform("resume", "1")
        #expect(run.end == .exited(0), "\(run)")
        #expect(try home.shell("zcat home/logs/*.gz | cmp - before && ls home/logs/*.gz | wc -l") == "1\n")
    }

    @Test func errorsOfTheLastHoursAreCountedAlsoInCompressedLogs() throws {
        let home = try LibraryHome()
        try home.shell(
            """
            now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
            echo "$now error item 7 was lost after 120ms" >>home/logs/demo.log
            echo "2020-01-01T00:00:00Z error long ago" >>home/logs/demo.log
            echo "$now error item 9 was lost after 80ms" | gzip >home/logs/demo.log.1.gz
            """)
        let run = try home.run("log-analysis")
        #expect(run.end == .exited(0), "\(run)")
        #expect(run.output("errors") == 2)
        let report = try home.shell("cat state/runs/*/artifacts/log-analysis.md")
        #expect(report.contains("- 2×: `Z error item N was lost after Nms`"), "\(report)")
        #expect(report.contains("| average, ms | 100.0 |"))
        let many = try home.run("log-analysis", ["max_errors": "1"])
        #expect(many.end == .exited(1), "\(many)")
        #expect(home.notifications.contains("many errors in the logs of demo"))
    }
}
