import Testing

/// Runbooks that change the configuration.
@Suite struct ConfiguringTests {
    private let quick = ["probe_every": "20ms", "healthy_within": "3s"]

    @Test func oneSettingIsChangedAndTheRestOfTheFileStays() throws {
        let home = try LibraryHome()
        let before = home.scratch.text("home/config.yml")
        let run = try home.run("config-update", quick.merging(["param": "page_size", "value": "50"]) { $1 })
        #expect(run.end == .exited(0), "\(run)")
        #expect(
            home.scratch.text("home/config.yml") == before.replacing("page_size: 100", with: "page_size: 50"), "\(run)")
        #expect(try home.status().hasPrefix("running"))
    }

    @Test func aSettingThatTheServiceCannotUseIsPutBackByteForByte() throws {
        let home = try LibraryHome()
        let before = home.scratch.text("home/config.yml")
        let run = try home.run("config-update", quick.merging(["param": "page_size", "value": "-1"]) { $1 })
        #expect(run.end == .exited(5), "\(run)")
        #expect(home.scratch.text("home/config.yml") == before)
        #expect(try home.status().hasPrefix("running"))
        #expect(home.notifications.contains("could not become -1"))
    }

    @Test func aSettingThatItsOwnValidationRefusesNeverReachesTheService() throws {
        let home = try LibraryHome()
        let pid = try home.status()
        let run = try home.run("config-update", quick.merging(["param": "port", "value": "none"]) { $1 })
        #expect(run.end == .exited(5), "\(run)")
        #expect(run.state("change") == "pending", "\(run)")
        #expect(try home.status() == pid)
    }

    @Test func thePresetOfTheProfileIsSet() throws {
        let home = try LibraryHome()
        let run = try home.run("config-preset", quick)
        #expect(run.end == .exited(0), "\(run)")
        let configuration = home.scratch.text("home/config.yml")
        #expect(configuration.contains("page_size: 50\n") && configuration.contains("log_level: debug\n"))
    }

    /// The file of the Epic 1 guide, and what its migrations make of it.
    @Test func theConfigurationOfEpic1IsMigratedFrom100To120() throws {
        let home = try LibraryHome(edits: [
            "config: {path: /tmp/belay-demo/config.yml, version: version}":
                "config: {path: /tmp/belay-demo/unified_config.yml}",
            "validate_config: [grep, -q, \"^port: [0-9]*$\"]": "validate_config: [test, -s]",
        ])
        try home.scratch.write(
            """
            # The bot's own settings.
            epic1:
              volume_confirmation:
                enabled: false   # until the feed is back
                confirmation_threshold: 1.5
            database: {pool: 5}

            """, to: "home/unified_config.yml")
        let run = try home.run("config-migration", ["version": "1.2.0", "restart": "false"])
        #expect(run.end == .exited(0), "\(run)")
        let migrated = home.scratch.text("home/unified_config.yml")
        #expect(migrated.hasPrefix("# The bot's own settings.\n"), "\(migrated)")
        for line in [
            "threshold: 1.5", "enable_profile_analysis: true", "enable_institutional_detection: false",
            "model_path: models/epic1_neural.pkl", "database: {pool: 5}",
        ] {
            #expect(migrated.contains(line), "\(migrated)")
        }
        #expect(!migrated.contains("confirmation_threshold"))
        #expect(migrated.contains("1.2.0"))
    }

    @Test func aMigratedFileThatTheServiceCannotUseIsPutBack() throws {
        let home = try LibraryHome()
        let before = home.scratch.text("home/config.yml")
        // The release that runs is 1.0.0, and takes a configuration of its own version only.
        let run = try home.run("config-migration", quick.merging(["version": "1.1.0"]) { $1 })
        #expect(run.end == .exited(5), "\(run)")
        #expect(home.scratch.text("home/config.yml") == before)
        #expect(try home.status().hasPrefix("running"))
    }
}
