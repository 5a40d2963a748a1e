import Testing

/// Maintenance windows, networks and data sources.
@Suite struct OperatingTests {
    private let quick = ["probe_every": "20ms", "healthy_within": "3s"]

    @Test func theSystemIsInMaintenanceWhileTheWindowIsOpenAndNotAfterwards() throws {
        let home = try LibraryHome()
        let inputs = quick.merging(["work": "New disks", "begins_in": "1ms", "length": "300ms"]) { $1 }
        let window = try home.belay.startRun("maintenance-window", inputs)
        try home.shell("until test -e home/maintenance; do sleep 0.01; done; grep -q 'New disks' home/maintenance")
        let items =
            "curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:$(sed -n 's/^port: //p' home/config.yml)/api/items"
        #expect(try home.shell(items) == "503")
        #expect(window.wait() == .exited(0), "\(home.belay.output)")
        #expect(!home.scratch.exists("home/maintenance"))
        #expect(try home.shell(items) == "200")
        #expect(home.notifications.contains("is over"))
    }

    @Test func theModeIsLeftAlsoWhenTheSystemIsNotHealthyAfterTheWork() throws {
        let home = try LibraryHome()
        let inputs = [
            "work": "x", "begins_in": "1ms", "length": "200ms", "probe_every": "20ms", "healthy_within": "100ms",
        ]
        let window = try home.belay.startRun("maintenance-window", inputs)
        try home.shell("until test -e home/maintenance; do sleep 0.01; done; demo-service stop --home home")
        let end = window.wait()
        #expect(end == .exited(1) || end == .exited(5), "\(home.belay.output)")
        #expect(!home.scratch.exists("home/maintenance"))
        #expect(home.notifications.contains("ended with a failure"))
    }

    @Test func aWindowIsLeftByItsWaitingDriverAfterACrash() throws {
        let home = try LibraryHome()
        let inputs = quick.merging(["work": "x", "begins_in": "1ms", "length": "50ms"]) { $1 }
        let killed = try home.run("maintenance-window", inputs, crashAt: "driver.inside_done#2")
        #expect(killed.end != .exited(0), "\(killed)")
        let run = try home.perform("resume", "1")
        #expect(run.end == .exited(0), "\(run)")
        #expect(!home.scratch.exists("home/maintenance"))
    }

    @Test func theTunnelIsRestartedWhereNothingCanBeReached() throws {
        let home = try LibraryHome()
        let inputs = ["probe_every": "20ms", "reachable_within": "2s"]
        let idle = try home.run("network-recovery", inputs)
        #expect(idle.end == .exited(0), "\(idle)")
        #expect(idle.output("remedy") == "")
        try home.service("stop", "--home", home.home)
        let run = try home.run("network-recovery", inputs)
        #expect(run.end == .exited(0), "\(run)")
        #expect(run.output("remedy") == "tunnel")
    }

    @Test func aDataSourceThatIsNoBetterIsTakenBack() throws {
        let home = try LibraryHome(edits: [
            "data_quality: [test, -s, /tmp/belay-demo/data/demo.db]": "data_quality: [test, -e, /tmp/belay-demo/fed]"
        ])
        let inputs = ["stable_for": "50ms", "probe_every": "20ms", "good_within": "200ms"]
        let bad = try home.run("source-failover", inputs)
        #expect(bad.end == .exited(5), "\(bad)")
        #expect(try home.shell("readlink home/source") == "primary\n")
        try home.shell("touch home/fed")
        let good = try home.run("source-failover", inputs)
        #expect(good.end == .exited(0), "\(good)")
        #expect(try home.shell("readlink home/source") == "backup\n")
    }
}
