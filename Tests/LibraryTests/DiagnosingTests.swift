import Testing

/// Runbooks that find out what is wrong, and those that repair it.
@Suite struct DiagnosingTests {
    @Test func aHealthySystemHasNothingCriticalAndADeadOneHas() throws {
        let home = try LibraryHome()
        let well = try home.run("diagnostics")
        #expect(well.end == .exited(0), "\(well)")
        #expect(well.output("critical") == 0)
        try home.service("stop", "--home", home.home)
        let dead = try home.run("diagnostics", ["answer_within": "300ms"])
        #expect(dead.end == .exited(1), "\(dead)")
        let report = try home.shell("cat state/runs/*2-diagnostics/artifacts/diagnostics.md")
        #expect(report.contains("**critical**: status, items cannot be reached or failed"), "\(report)")
        #expect(report.contains("belay run issue-resolution"))
    }

    @Test func publishedFiguresAreComparedWithTheirBounds() throws {
        let home = try LibraryHome(edits: [
            "metrics: []":
                "metrics: [{title: rows, url: \"http://127.0.0.1:18080/api/status\", key: items, warn: \"< 9\", fail: \"< 5\"}]"
        ])
        let run = try home.run("diagnostics")
        let report = try home.shell("cat state/runs/*/artifacts/diagnostics.json")
        #expect(report.contains("\"rows\""), "\(run)\n\(report)")
        #expect(report.contains("rows is 3 (fails: < 5)") || report.contains("rows is not published"), "\(report)")
    }

    @Test func anAssessmentSaysHowBadItIsAndWhatGoesOn() throws {
        let home = try LibraryHome()
        let well = try home.run("emergency-assessment")
        #expect(well.end == .exited(0), "\(well)")
        #expect(well.output("condition") == "healthy")
        try home.service("stop", "--home", home.home)
        let down = try home.run("emergency-assessment", ["answer_within": "300ms"])
        #expect(down.end == .exited(1), "\(down)")
        #expect(down.output("condition") == "down")
        #expect(down.output("next") == "incident-response")
        try home.shell("printf garbage | dd of=home/data/demo.db bs=1 seek=4096 conv=notrunc status=none")
        let damaged = try home.run("emergency-assessment", ["answer_within": "300ms"])
        #expect(damaged.output("next") == "data-recovery", "\(damaged)")
    }

    // MARK: - The issue matrix

    private let quick = ["probe_every": "20ms", "helps_within": "1s"]

    /// The demo service with a symptom that a script tells.
    private func system(_ issue: String, gone script: String) throws -> LibraryHome {
        let home = try LibraryHome(edits: ["issues:   ": "issues:\n  checks: {\(issue): [sh, check.sh]}   "])
        try home.scratch.write("cd \(home.home) && \(script)\n", to: "home/check.sh")
        return home
    }

    @Test func nothingIsDoneWhereNothingIsWrong() throws {
        let home = try LibraryHome()
        let run = try home.run("issue-resolution", ["issue": "component_not_initialized"])
        #expect(run.end == .exited(0), "\(run)")
        #expect(run.output("remedy") == "")
    }

    @Test func aStoppedServiceIsStartedByTheThirdRemedy() throws {
        let home = try LibraryHome()
        try home.service("stop", "--home", home.home)
        let run = try home.run("issue-resolution", quick.merging(["issue": "component_not_initialized"]) { $1 })
        #expect(run.end == .exited(0), "\(run)")
        // The variable that is missing is added, and the service started; that helps.
        #expect(run.output("remedy") == "variables")
        #expect(try home.shell("cat home/demo.env") == "DEMO_ENABLED=true\n")
    }

    @Test(arguments: [
        ("high_memory_usage", "grep -qx 'page_size: 50' config.yml", "cache_size"),
        ("volume_confirmation_failing", "test \"$(readlink source)\" = backup", "source"),
    ])
    func theRemedyThatHelpsIsFoundAndTheOthersAreTakenBack(_ issue: String, _ gone: String, _ remedy: String) throws {
        let home = try system(issue, gone: gone)
        let run = try home.run("issue-resolution", quick.merging(["issue": issue]) { $1 })
        #expect(run.end == .exited(0), "\(run)")
        #expect(run.output("remedy")?.asString == remedy)
        let settings = try home.shell("grep -E '^(page_size|log_level)' home/config.yml")
        #expect(settings.contains(remedy == "source" ? "page_size: 100" : "page_size: 50"), "\(settings)")
    }

    @Test func whereNothingHelpsEverythingIsAsBeforeAndAPersonHearsOfIt() throws {
        let home = try system("multi_timeframe_timeout", gone: "false")
        try home.shell("cp home/config.yml before")
        let run = try home.run(
            "issue-resolution", ["issue": "multi_timeframe_timeout", "probe_every": "20ms", "helps_within": "50ms"])
        #expect(run.end == .exited(5) || run.end == .exited(1), "\(run)")
        try home.shell("cmp before home/config.yml")
        #expect(home.notifications.contains("multi_timeframe_timeout of demo is not resolved"))
    }

    @Test func inTheModeGuideAPersonAgreesToEachRemedy() throws {
        let home = try system("volume_confirmation_failing", gone: "test \"$(readlink source)\" = backup")
        let inputs = quick.merging(["issue": "volume_confirmation_failing", "mode": "guide"]) { $1 }
        let ladder = "volume_confirmation_failing"
        #expect(try home.run("issue-resolution", inputs).end == .exited(4))
        for (remedy, answer) in [("data_quality", "true"), ("threshold", "false"), ("source", "true")] {
            let run = try home.perform(
                "answer", "1", "\(ladder)/\(remedy)/agree", "--set", "agree=\(answer)", "--resume")
            #expect(run.end == .exited(remedy == "source" ? 0 : 4), "\(run)")
        }
        #expect(try home.shell("grep page_size home/config.yml") == "page_size: 100\n")
    }

    @Test func aLadderThatWasKilledGoesOn() throws {
        let home = try system("high_memory_usage", gone: "grep -qx 'page_size: 50' config.yml")
        let inputs = quick.merging(["issue": "high_memory_usage"]) { $1 }
        #expect(try home.run("issue-resolution", inputs, crashAt: "driver.after_commit#5").end != .exited(0))
        let run = try home.perform("resume", "1")
        #expect(run.end == .exited(0), "\(run)")
        #expect(run.output("remedy") == "cache_size")
    }
}
