import Testing

/// Backups, and getting a system back from them.
@Suite struct RecoveringTests {
    private let quick = ["probe_every": "20ms", "healthy_within": "5s"]

    private func backedUp(withStandby: Bool = false) throws -> LibraryHome {
        let home = try LibraryHome(withStandby: withStandby)
        let run = try home.run("backup")
        #expect(run.end == .exited(0), "\(run)")
        return home
    }

    @Test func aBackupIsVerifiedByRestoringIt() throws {
        let home = try backedUp()
        let run = try home.run("verify-backup")
        #expect(run.end == .exited(0), "\(run)")
        #expect(run.output("archive")?.asString?.hasSuffix("/home/backups/demo-daily-1.tar.gz") == true)
        #expect(run.output("files")?.asInt ?? 0 >= 3)
        #expect(try home.shell("find state/runs -name demo.db").isEmpty, "the scratch copy is left over")
    }

    @Test func aDamagedArchiveIsNoBackup() throws {
        let home = try backedUp()
        try home.shell("truncate -s -40 home/backups/demo-daily-1.tar.gz")
        let run = try home.run("verify-backup")
        #expect(run.end == .exited(5), "\(run)")
        #expect(home.notifications.contains("cannot be restored"))
        let before = try home.status()
        #expect(try home.run("restore", ["part": "full"]).end == .exited(5))
        #expect(try home.status().dropFirst(20) == before.dropFirst(20))
    }

    @Test func everyKindHasItsOwnArchivesAndIsUploaded() throws {
        let home = try LibraryHome(edits: [
            "  recent_logs: 7d": "  recent_logs: 7d\n  upload: [cp]\n  remote: /tmp/belay-demo/remote"
        ])
        try home.shell("mkdir -p home/remote home/etc; echo x >home/etc/sshd_config")
        for kind in ["daily", "full", "system"] {
            let run = try home.run("backup", ["kind": kind])
            #expect(run.end == .exited(0), "\(run)")
        }
        let uploaded = try home.shell("ls home/remote")
        #expect(uploaded == "demo-daily-1.tar.gz\ndemo-full-2.tar.gz\ndemo-system-3.tar.gz\n")
        let daily = try home.shell("tar -tzf home/backups/demo-daily-1.tar.gz")
        #expect(daily.contains("config.yml") && daily.contains("demo.db") && daily.contains("demo.log"), "\(daily)")
        #expect(try home.shell("tar -tzf home/backups/demo-system-3.tar.gz").contains("etc/sshd_config"))
    }

    @Test func theDatabaseIsPutBackAndWhatWasThereIsKept() throws {
        let home = try backedUp()
        try home.shell(
            #"python3 -c "import sqlite3; c=sqlite3.connect('home/data/demo.db'); c.execute('DELETE FROM items'); c.commit()""#
        )
        let run = try home.run("restore", quick.merging(["part": "database"]) { $1 })
        #expect(run.end == .exited(0), "\(run)")
        #expect(try home.shell(count("home/data/demo.db")) == "3\n")
        #expect(try home.shell(count("home/data/demo.db.before-restore")) == "0\n")
    }

    @Test func theConfigurationAloneIsPutBack() throws {
        let home = try backedUp()
        let before = home.scratch.text("home/config.yml")
        try home.shell("echo 'broken' >home/config.yml")
        let run = try home.run("restore", quick.merging(["part": "config"]) { $1 })
        #expect(run.end == .exited(0), "\(run)")
        #expect(home.scratch.text("home/config.yml") == before)
    }

    @Test func aLostSystemIsRecoveredAndTheRecoveryIsProvedFirst() throws {
        let home = try backedUp()
        try home.service("stop", "--home", home.home)
        try home.shell("rm -f home/config.yml home/data/demo.db*")
        let run = try home.run("disaster-recovery", quick.merging(["mode": "full"]) { $1 })
        #expect(run.end == .exited(0), "\(run)")
        #expect(try home.status().hasPrefix("running"))
        #expect(home.notifications.contains("is recovered"))
    }

    @Test func wholeDataIsLeftAloneAndDamagedDataIsPutBack() throws {
        let home = try backedUp()
        let inputs = quick.merging(["agreed": "true"]) { $1 }
        #expect(try home.run("data-recovery", inputs).state("sound") == "succeeded")
        try home.shell("dd if=/dev/zero of=home/data/demo.db bs=512 seek=2 count=8 conv=notrunc status=none")
        let run = try home.run("data-recovery", inputs)
        #expect(run.end == .exited(0), "\(run)")
        #expect(try home.shell(count("home/data/demo.db")) == "3\n")
    }

    @Test func theDrillTakesThePrimaryAwayAndGivesItBack() throws {
        let home = try backedUp(withStandby: true)
        let run = try home.run("recovery-drill", ["probe_every": "20ms", "takes_over_within": "2s"])
        #expect(run.end == .exited(0), "\(run)")
        #expect(run.state("takes_over") == "succeeded")
        #expect(try home.status().hasPrefix("running"))
        #expect(try home.shell("cat state/runs/*/artifacts/recovery-drill.txt").contains("failover: succeeded"))
    }

    @Test func aStandbyThatDoesNotTakeOverFailsTheDrillAndThePrimaryIsBack() throws {
        let home = try backedUp(withStandby: true)
        try home.shell(
            "sed -i 's/warm_up: .*/warm_up: 3600s/' home-standby/config.yml; demo-service reload --home home-standby")
        let run = try home.run("recovery-drill", ["probe_every": "20ms", "takes_over_within": "200ms"])
        #expect(run.end == .exited(3), "\(run)")
        #expect(try home.status().hasPrefix("running"))
    }

    private func count(_ database: String) -> String {
        #"python3 -c "import sqlite3; print(sqlite3.connect('\#(database)').execute('SELECT count(*) FROM items').fetchone()[0])""#
    }
}
