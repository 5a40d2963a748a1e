import Testing

/// Runbooks for emergencies and incidents.
@Suite struct EmergencyTests {
    @Test func aShutdownStopsClosesSavesTellsAndReports() throws {
        let home = try LibraryHome()
        let run = try home.run("emergency-shutdown", ["reason": "wrong orders"])
        #expect(run.end == .exited(0), "\(run)")
        #expect(try home.status().contains("not running"))
        #expect(home.scratch.exists("home/positions-closed"))
        #expect(home.scratch.exists("home/saved-state.yml"))
        #expect(home.notifications.contains("EMERGENCY SHUTDOWN of demo"))
        let report = try home.shell("cat home/reports/emergency-shutdown-1.md")
        #expect(report.contains("Reason: wrong orders") && report.contains("positions closed: succeeded"))
        #expect(report.contains("demo-service serve"))
    }

    @Test func aShutdownGoesOnWhereAPartOfItFails() throws {
        let home = try LibraryHome(edits: ["close_positions: [touch,": "close_positions: [\"false\","])
        let run = try home.run("emergency-shutdown", ["reason": "x"])
        #expect(run.end == .exited(1), "\(run)")
        #expect(try home.status().contains("not running"))
        #expect(home.scratch.exists("home/saved-state.yml"))
        #expect(try home.shell("cat home/reports/emergency-shutdown-1.md").contains("positions closed: failed"))
    }

    @Test func aShutdownThatWasKilledIsSeenThrough() throws {
        let home = try LibraryHome()
        #expect(
            try home.run("emergency-shutdown", ["reason": "x"], crashAt: "driver.after_commit#4").end != .exited(0))
        let run = try home.perform("resume", "1")
        #expect(run.end == .exited(0), "\(run)")
        #expect(try home.status().contains("not running"))
        #expect(home.scratch.exists("home/reports/emergency-shutdown-1.md"))
    }

    @Test func aMinorIncidentIsRecordedWithItsEvidenceAndTimeline() throws {
        let home = try LibraryHome()
        let run = try home.run("incident-response", ["kind": "slow_answers", "severity": "low", "summary": "slow"])
        #expect(run.end == .exited(0), "\(run)")
        let incident = try #require(run.output("incident")?.asString)
        #expect(incident.hasPrefix("INC_20"))
        let report = try home.shell("cat home/incidents/\(incident)/incident_report.md")
        #expect(report.contains("- type: slow_answers") && report.contains("| evidence |"), "\(report)")
        #expect(try home.shell("find home/incidents -type f | grep -c processes") == "1\n")
        #expect(home.notifications.contains("INCIDENT ALERT - LOW: slow_answers on demo"))
    }

    @Test func aSeriousIncidentIsTakenByAPersonWhoMayHaveTheServiceRestarted() throws {
        let home = try LibraryHome()
        try home.service("stop", "--home", home.home)
        #expect(try home.run("incident-response", ["kind": "api_failure", "severity": "high"]).end == .exited(4))
        #expect(try home.perform("answer", "1", "high/taken", "--set", "restart=true", "--resume").end == .exited(4))
        #expect(try home.status().hasPrefix("running"))
        let run = try home.perform(
            "answer", "1", "cause", "--set", "cause=a full disk", "--set", "status=mitigated", "--tick", "all",
            "--resume")
        #expect(run.end == .exited(0), "\(run)")
        #expect(run.output("status") == "mitigated")
        #expect(try home.shell("cat home/incidents/*/incident_report.json").contains("a full disk"))
    }

    @Test func aCriticalIncidentIsContainedAtOnce() throws {
        let home = try LibraryHome(withStandby: true)
        let run = try home.run("incident-response", ["kind": "data_loss", "severity": "critical"])
        #expect(run.end == .exited(4), "\(run)")
        #expect(home.scratch.exists("home/isolated"))
        #expect(run.state("critical/nonessential@standby/down") == "succeeded")
        #expect(try home.status().hasPrefix("running"))
        #expect(home.notifications.contains("INCIDENT ALERT - CRITICAL: data_loss on demo"))
    }

    @Test func aResponseThatWasKilledWritesItsReport() throws {
        let home = try LibraryHome()
        let inputs = ["kind": "x", "severity": "low"]
        #expect(try home.run("incident-response", inputs, crashAt: "driver.after_commit#4").end != .exited(0))
        let run = try home.perform("resume", "1")
        #expect(run.end == .exited(0), "\(run)")
        #expect(try home.shell("ls home/incidents/*/incident_report.md | wc -l") == "1\n")
    }
}
