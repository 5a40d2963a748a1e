import Testing

/// Runbooks that find and close what is open, and rotate keys.
@Suite struct SecurityTests {
    private let quick = ["probe_every": "20ms", "healthy_within": "20s"]

    @Test func anAuditFindsWhatIsOpenAndNeverShowsAKey() throws {
        let home = try LibraryHome()
        try home.shell(
            """
            chmod 600 home/config.yml home/data/demo.db; chmod 750 home/logs
            find home/releases -type f -exec chmod go-w {} +
            """)
        let well = try home.run("security-audit")
        #expect(well.end == .exited(0), "\(well)")
        #expect(well.output("high") == 0)
        try home.shell(
            """
            chmod 644 home/config.yml
            echo 'key = demo-key-0123456789abcdef' >home/releases/1.0.0/settings.ini
            chmod 666 home/releases/1.0.0/settings.ini
            """)
        let open = try home.run("security-audit")
        #expect(open.end == .exited(1), "\(open)")
        #expect(open.output("high") == 3)
        let report = try home.shell("cat state/runs/*2-security-audit/artifacts/security-audit.md")
        #expect(report.contains("settings.ini:1 looks like a key"))
        #expect(report.contains("config.yml has mode 644"))
        #expect(report.contains("nobody knows how old items is"))
        #expect(!report.contains("0123456789abcdef"))
    }

    @Test func hardeningClosesAndARollbackOpensAgain() throws {
        let home = try LibraryHome()
        try home.shell("mkdir home/etc; chmod 644 home/config.yml home/data/demo.db; chmod 755 home/logs")
        let run = try home.run("hardening", quick)
        #expect(run.end == .exited(0), "\(run)")
        #expect(run.output("changed") == 3)
        let modes = "stat -c %a home/config.yml home/data/demo.db home/logs | xargs"
        #expect(try home.shell(modes) == "600 600 750\n")
        #expect(try home.shell("ls home/firewall home/etc | xargs").contains("allow-127.0.0.1 deny-"))
        #expect(try home.shell("cat home/etc/jail.conf").contains("filter = filter"))
        #expect(home.scratch.exists("home/run/fail2ban"))
        let back = try home.perform("rollback", "1")
        #expect(back.end == .exited(5), "\(back)")
        #expect(try home.shell(modes) == "644 644 755\n")
        #expect(try home.shell("ls home/firewall home/etc").contains("jail.conf") == false)
    }

    @Test func aHardeningThatClosesTooMuchIsTakenBack() throws {
        let home = try LibraryHome(edits: [
            "    deny: [mkdir, -p, /tmp/belay-demo/firewall/deny-18080]":
                "    deny: [sh, -c, mkdir -p /tmp/belay-demo/firewall/deny-18080; demo-service stop --home /tmp/belay-demo]",
            "    undo_deny: [rm, -rf, /tmp/belay-demo/firewall/deny-18080]":
                "    undo_deny: [sh, -c, rm -rf /tmp/belay-demo/firewall/deny-18080; demo-service serve --home /tmp/belay-demo]",
        ])
        try home.shell("mkdir home/etc; chmod 644 home/config.yml")
        let run = try home.run("hardening", ["probe_every": "20ms", "healthy_within": "60ms"])
        #expect(run.end == .exited(5), "\(run)")
        #expect(try home.shell("stat -c %a home/config.yml; ls home/firewall") == "644\n")
        #expect(home.notifications.contains("hardening of demo was taken back"))
    }

    @Test func aHardeningThatWasKilledCanBeFinishedAndUndone() throws {
        let home = try LibraryHome()
        try home.shell("mkdir home/etc; chmod 644 home/config.yml")
        #expect(try home.run("hardening", quick, crashAt: "driver.after_commit#2").end != .exited(0))
        let run = try home.perform("resume", "1")
        #expect(run.end == .exited(0), "\(run)")
        #expect(try home.perform("rollback", "1").end == .exited(5))
        #expect(try home.shell("stat -c %a home/config.yml") == "644\n")
    }

    // MARK: - Keys

    private func systemWithKey() throws -> LibraryHome {
        let home = try LibraryHome()
        try home.shell(
            "echo 'ITEMS_KEY=good-old # of May' >home/demo.env; chmod 600 home/demo.env; cp home/demo.env before")
        return home
    }

    private func rotation(_ key: String) -> [String: String] {
        quick.merging(["key": "items", "new_key": key, "revoke": "false"]) { $1 }
    }

    @Test func aKeyIsRotatedRecordedAndShownNowhere() throws {
        let home = try systemWithKey()
        let run = try home.run("key-rotation", rotation("good-new-secret"))
        #expect(run.end == .exited(0), "\(run)")
        #expect(try home.shell("grep -c good-new-secret home/demo.env") == "1\n")
        let record = try home.shell("cat home/reports/key-rotations.json")
        #expect(record.contains("api_key_rotation") && !record.contains("good-"))
        #expect(try home.shell("grep -rl good-new-secret state notifications.log || true") == "")
    }

    @Test func aKeyThatIsRefusedChangesNothing() throws {
        let home = try systemWithKey()
        let run = try home.run("key-rotation", rotation("bad"))
        #expect(run.end == .exited(1), "\(run)")
        try home.shell("cmp before home/demo.env")
    }

    @Test func theOldKeyIsPutBackWhereTheServiceDoesNotWorkWithTheNewOne() throws {
        let home = try LibraryHome(edits: [
            "test: [sh, -c, 'case $ITEMS_KEY in":
                "test: [sh, -c, 'test ! -e tried || exit 1; touch tried; case $ITEMS_KEY in"
        ])
        try home.shell("echo 'ITEMS_KEY=good-old' >home/demo.env; chmod 600 home/demo.env; cp home/demo.env before")
        let run = try home.run(
            "key-rotation", rotation("good-new").merging(["healthy_within": "200ms"]) { $1 })
        #expect(run.end == .exited(5), "\(run)")
        try home.shell("cmp before home/demo.env")
        #expect(home.notifications.contains("the old key is back"))
    }

    @Test func theOldKeyIsRevokedByAPersonAtTheEnd() throws {
        let home = try systemWithKey()
        let inputs = rotation("good-new").merging(["revoke": "true"]) { $1 }
        #expect(try home.run("key-rotation", inputs).end == .exited(4))
        #expect(try home.perform("answer", "1", "revoke", "--done").end == .exited(0), "\(home.belay.output)")
        let run = try home.perform("resume", "1", "-i", "new_key=good-new")
        #expect(run.end == .exited(0), "\(run)")
    }
}
