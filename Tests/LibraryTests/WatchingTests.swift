import Testing

/// Runbooks that look at a system, and those that control its services.
@Suite struct WatchingTests {
    @Test func aHealthySystemPassesItsHealthCheck() throws {
        let home = try LibraryHome()
        let run = try home.run("health-check")
        #expect(run.end == .exited(0), "\(run)")
        #expect(run.output("failed") == 0)
        #expect(run.output("passed")?.asInt ?? 0 >= 8)
        #expect(try home.shell("cat state/runs/*/artifacts/health.txt").contains("failed: 0"))
    }

    @Test func aSystemThatIsDownFailsItsHealthCheckAndIsCounted() throws {
        let home = try LibraryHome()
        try home.service("stop", "--home", home.home)
        let run = try home.run("health-check")
        #expect(run.end == .exited(1), "\(run)")
        #expect(run.output("failed") == 4)
        #expect(home.notifications.contains("demo is not healthy"))
    }

    @Test func servicesAreStoppedStartedAndRestarted() throws {
        let home = try LibraryHome()
        let quick = ["settle": "50ms", "probe_every": "10ms"]
        #expect(try home.run("service-control", ["action": "stop"]).end == .exited(0))
        #expect(try home.run("service-control", ["action": "status"]).end == .exited(1))
        for action in ["start", "restart", "reload", "status"] {
            let run = try home.run("service-control", quick.merging(["action": action]) { $1 })
            #expect(run.end == .exited(0), "\(run)")
        }
        let unknown = try home.run("service-control", ["action": "stop", "services": "[\"nothing\"]"])
        #expect(unknown.end == .exited(3), "\(unknown)")
    }

    @Test func aServiceThatDoesNotStartAgainIsPutBackAsItWas() throws {
        let home = try LibraryHome()
        try home.service("stop", "--home", home.home)
        try home.shell("sed -i 's/^port: .*/port: 0/' home/config.yml")
        let run = try home.run("service-control", ["action": "start", "settle": "50ms", "probe_every": "10ms"])
        #expect(run.end == .exited(5), "\(run)")
        #expect(try home.status().hasPrefix("not running") || home.status().contains("not running"))
    }

    @Test func aCheckRestartsWhatHasFailedThreeTimesAndTellsItOnce() throws {
        let home = try LibraryHome()
        let inputs = ["every": "20ms", "seen": home.scratch.path]
        #expect(try home.run("continuous-check", inputs).state("healthy") == "succeeded")
        for _ in 1...2 {
            try home.service("stop", "--home", home.home)
            let run = try home.run("continuous-check", inputs)
            #expect(run.end == .exited(0), "\(run)")
            #expect(run.state("resolved") == "succeeded")
        }
        #expect(home.notifications.split(separator: "\n").count == 1, "\(home.notifications)")
    }

    @Test func aCheckThatARestartDoesNotHelpIsEscalated() throws {
        let home = try LibraryHome()
        try home.service("stop", "--home", home.home)
        try home.shell("sed -i 's/^port: .*/port: 0/' home/config.yml")
        let run = try home.run(
            "continuous-check", ["every": "20ms", "seen": home.scratch.path, "healthy_within": "100ms"])
        #expect(run.end == .exited(1) || run.end == .exited(5), "\(run)")
        #expect(run.state("escalate") == "succeeded", "\(run)")
    }

    @Test func aNewerReleaseIsToldWithWhatItsPublisherSays() throws {
        let home = try LibraryHome()
        try home.shell(
            "mkdir -p home/archives; echo '{\"latest_version\":\"1.1.0\",\"priority\":\"critical\"}' >home/archives/version-info.json"
        )
        let run = try home.run("version-check")
        #expect(run.end == .exited(0), "\(run)")
        #expect(run.output("update_available") == true)
        #expect(run.output("priority") == "critical")
        #expect(home.notifications.contains("1.1.0 is out"))
    }
}
