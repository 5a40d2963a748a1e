import TestSupport
import Testing

/// `config` with the built binary: edits, migrations, their undo, and what a kill leaves.
@Suite struct ConfigRunTests {
    private static let configuration = """
        # The service
        version: 1.0.0   # set by updates
        epic1:
            volume_confirmation:
                confirmation_threshold: 1.5   # found by trial
                window: 20
        # the end
        """ + "\n"

    private static let migration = """
        migrations: config
        version: {path: version, missing: "1.0.0"}
        hops:
          - to: "1.2.0"
            when: has(doc.epic1)
            changes:
              - {set: {path: epic1.volume_confirmation.advanced, value: {enable_profile_analysis: true}}}
              - {set: {path: epic1.hops, value: "${{ doc.epic1.hops + 1 }}"}}
          - to: "1.1.0"
            when: has(doc.epic1) && has(doc.epic1.volume_confirmation)
            changes:
              - {move: {from: epic1.volume_confirmation.confirmation_threshold, to: epic1.volume_confirmation.basic.threshold, else: 1.2}}
              - {default: {path: epic1.hops, value: 1}}
        """

    private static func runbook(_ steps: String) -> String {
        """
        runbook: migrate
        inputs: {version: {type: version, default: "1.2.0"}, fails: {type: bool, default: false}}
        steps:
          - id: migrate
            config: {file: ../etc/app.yml, migrate: {to: "${{ inputs.version }}", using: migrations/config.yml}}
        \(steps)
          - id: check
            verify: [{that: "!inputs.fails"}]
        """
    }

    private static let migrated = """
        # The service
        version: 1.2.0   # set by updates
        epic1:
            volume_confirmation:
                window: 20
                basic:
                    threshold: 1.5
                advanced:
                    enable_profile_analysis: true
            hops: 2
        # the end
        """ + "\n"

    private static func site() throws -> DataSite {
        try DataSite([
            "runbooks/migrate.yml": runbook(""), "runbooks/migrations/config.yml": migration,
            "etc/app.yml": configuration,
        ])
    }

    @Test func aMigrationTakesAllHopsInTheOrderOfVersions() throws {
        let site = try Self.site()
        try site.shell("chmod 640 etc/app.yml; mv etc/app.yml etc/real.yml; ln -s real.yml etc/app.yml")
        #expect(try site.run("run", "migrate") == .exited(0), "\(site.belay.output)")
        #expect(site.scratch.text("etc/app.yml") == Self.migrated)
        #expect(try site.shell("readlink etc/app.yml; stat -c %a etc/real.yml") == "real.yml\n640\n")
        #expect(try site.run("logs", "1", "migrate") == .exited(0))
        #expect(site.belay.output.contains("-version: 1.0.0   # set by updates"), "\(site.belay.output)")
        // It is there already: nothing to do, and no undo either.
        #expect(try site.run("run", "migrate") == .exited(0), "\(site.belay.output)")
        #expect(site.scratch.text("etc/app.yml") == Self.migrated)
    }

    @Test func aMigrationThatIsTurnedBackLeavesTheFileByteForByte() throws {
        let site = try Self.site()
        try site.shell("printf 'no newline at the end\\r' | sed 's/^/# /' >>etc/app.yml; chmod 604 etc/app.yml")
        let before = try site.fingerprint("etc")
        #expect(try site.run("run", "migrate", "-i", "fails=true") == .exited(5), "\(site.belay.output)")
        #expect(try site.fingerprint("etc") == before)
        #expect(site.outcome == .rolledBack)
        let aside = try site.shell("tar -xOf state/runs/000001-migrate/snapshots/migrate/aside/1/0.tar")
        #expect(aside.contains("version: 1.2.0"), "what the undo replaced is kept")
    }

    @Test(arguments: [
        ("1.3.0", "there is no hop to 1.3.0: the migration 'migrations/config.yml' knows 1.0.0, 1.1.0, 1.2.0"),
        ("1.1.0", "the file is at 1.2.0, and a migration does not go back to 1.1.0"),
    ])
    func aVersionThatCannotBeReachedIsRefused(_ version: String, _ reason: String) throws {
        let site = try Self.site()
        try site.scratch.write("version: 1.2.0\n", to: "etc/app.yml")
        #expect(try site.run("run", "migrate", "-i", "version=\(version)") == .exited(4), "\(site.belay.output)")
        #expect(site.belay.output.contains(reason), "\(site.belay.output)")
        #expect(site.scratch.text("etc/app.yml") == "version: 1.2.0\n")
    }

    @Test func theMigrationIsPinnedWithTheRun() throws {
        let site = try Self.site()
        #expect(try site.run("run", "migrate", crashAt: "driver.inside_started") == .killed(signal: 9))
        try site.scratch.write(
            "migrations: config\nversion: {path: v}\nhops: []\n", to: "runbooks/migrations/config.yml")
        #expect(try site.run("resume") == .exited(0), "\(site.belay.output)")
        #expect(site.scratch.text("etc/app.yml") == Self.migrated)
    }

    /// A hop counts up: it must not be made twice.
    @Test(arguments: ["inside_started", "protected", "inside_done", "before_commit#3", "after_commit#3"])
    func aKillAnywhereMakesTheChangesOnce(_ point: String) throws {
        let site = try Self.site()
        #expect(
            try site.run("run", "migrate", crashAt: "driver.\(point)") == .killed(signal: 9), "\(site.belay.output)")
        #expect(try site.run("resume") == .exited(0), "\(site.belay.output)")
        #expect(site.scratch.text("etc/app.yml") == Self.migrated, "\(site.belay.output)")
        #expect(try site.isAuditClean())
    }

    @Test(arguments: ["inside_started#2", "inside_done#2"])
    func aKillWhileTurningBackLeavesTheFileByteForByte(_ point: String) throws {
        let site = try Self.site()
        let before = try site.fingerprint("etc")
        let end = try site.run("run", "migrate", "-i", "fails=true", crashAt: "driver.\(point)")
        #expect(end == .killed(signal: 9), "\(site.belay.output)")
        #expect(try site.run("resume") == .exited(5), "\(site.belay.output)")
        #expect(try site.fingerprint("etc") == before)
    }

    // MARK: - Edits

    private static let edits = """
        runbook: edits
        secrets: {token: {env: TOKEN}}
        inputs: {port: {type: int, default: 9090}}
        steps:
          - id: yaml
            config:
              file: ../etc/a.yml
              changes:
                - {set: {path: server.port, value: "${{ inputs.port }}"}}
                - {set: {path: server.token, value: "${{ secrets.token }}"}}
                - {delete: server.old, when: 'doc.server.old == "x"'}
                - {delete: server.keep, when: 'doc.server.keep != "y"'}
          - id: json
            config: {file: ../etc/b.json, changes: [{append: {path: hosts, value: c}}]}
          - id: ini
            config: {file: ../etc/c, format: ini, changes: [{default: {path: s.k, value: 1}}]}
          - id: env
            config: {file: ../etc/.env, changes: [{move: {from: OLD, to: NEW}}, {set: {path: T, value: "${{ secrets.token }}"}}]}
        """

    @Test func filesOfEveryFormatAreEditedAndSecretsStayInThemOnly() throws {
        var site = try DataSite([
            "runbooks/edits.yml": Self.edits,
            "etc/a.yml": "server: {port: 1, token: old-secret, old: x, keep: y}  # one line\n",
            "etc/b.json": "{\"hosts\":[\"a\"]}", "etc/c": "[s]\nj=2\n", "etc/.env": "export OLD='1 2'\n",
        ])
        site.belay.environment["TOKEN"] = "s3cr3t-token"
        #expect(try site.run("plan", "edits") == .exited(0), "\(site.belay.output)")
        #expect(site.belay.output.contains("+server: {port: 9090, token: \"***\", keep: y}  # one line"))
        #expect(try site.run("run", "edits") == .exited(0), "\(site.belay.output)")
        #expect(site.scratch.text("etc/a.yml") == "server: {port: 9090, token: s3cr3t-token, keep: y}  # one line\n")
        #expect(site.scratch.text("etc/b.json") == "{\"hosts\":[\"a\", \"c\"]}")
        #expect(site.scratch.text("etc/c") == "[s]\nj=2\nk=1\n")
        #expect(site.scratch.text("etc/.env") == "export NEW='1 2'\nexport T='s3cr3t-token'\n")
        #expect(try site.run("logs", "1") == .exited(0))
        for secret in ["s3cr3t-token", "old-secret"] {
            #expect(!site.belay.output.contains(secret), "\(site.belay.output)")
        }
        try site.shell(
            "! grep -r s3cr3t-token state --exclude-dir=snapshots; ! grep -r old-secret state --exclude-dir=snapshots")
    }

    @Test func whatCannotBeEditedIsNamedWithItsPlace() throws {
        let site = try DataSite([
            "runbooks/edits.yml": """
            runbook: edits
            steps:
              - id: edit
                config: {file: ../etc/a.yml, changes: [{set: {path: a.b, value: 1}}]}
            """, "etc/a.yml": "a: 1\na: 2\n",
        ])
        #expect(try site.run("run", "edits") == .exited(4))
        #expect(site.belay.output.contains("etc/a.yml: line 2: the key 'a' is there twice"), "\(site.belay.output)")
        #expect(site.scratch.text("etc/a.yml") == "a: 1\na: 2\n")
    }

    @Test func aMissingFileIsNamedWithWhatToDo() throws {
        let site = try DataSite([
            "runbooks/edits.yml": """
            runbook: edits
            steps:
              - id: edit
                config: {file: ../etc/none.yml, changes: [{set: {path: a.b, value: 1}}]}
            """, "etc/x": "",
        ])
        #expect(try site.run("run", "edits") == .exited(4))
        #expect(site.belay.output.contains("etc/none.yml (make it first, with `files: [{write: …}]`)"))
    }
}
