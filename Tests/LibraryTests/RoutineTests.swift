import Testing

/// The routines, which are composed of the other runbooks.
@Suite struct RoutineTests {
    @Test(arguments: ["daily", "weekly", "monthly", "quarterly"])
    func aRoutineDoesAllOfItAndAsksForItsChecklist(_ period: String) throws {
        let home = try LibraryHome(withStandby: period == "quarterly")
        try home.shell("chmod 600 home/config.yml home/data/demo.db; chmod 750 home/logs; mkdir -p home/etc")
        let waiting = try home.run("routine-\(period)")
        #expect(waiting.end == .exited(4), "\(waiting)")
        #expect(waiting.state("checklist") == "started")
        let run = try home.perform("answer", "1", "checklist", "--done", "--tick", "all", "--resume")
        #expect(run.end == .exited(0), "\(run)")
        #expect(run.state("backup/part/archive") == "succeeded")
        #expect(home.notifications.contains("the \(period) routine of demo is done"))
    }

    @Test func aPartThatFailsIsTakenBackAndTheOthersAreDone() throws {
        let home = try LibraryHome()
        try home.service("stop", "--home", home.home)
        let run = try home.run("routine-daily", ["people": "false", "probe_every": "20ms", "healthy_within": "60ms"])
        #expect(run.end == .exited(1), "\(run)")
        #expect(run.state("health") == "failed")
        #expect(run.state("database/part/sqlite/indexes") == "undone")
        #expect(run.state("backup") == "succeeded")
        #expect(home.notifications.contains("the daily routine of demo has failures"))
    }
}
