import Glibc
import Testing

@Suite struct MigrationTests {
    private func make(_ version: String, _ behaviour: String = "good", in home: DemoHome) {
        let made = home.run(
            "make-release", "--to", "\(home.path)/releases", "--version", version, "--behaviour", behaviour)
        #expect(made.code == 0)
    }

    @Test func migrationsUpToTheReleaseRunInOrderAndOnce() throws {
        let home = try DemoHome()
        make("1.3.0", in: home)
        let first = home.command("migrate", "--to", "1.3.0")
        #expect(first.output == "ran 0001-1.1.0-item-note.sql\nran 0002-1.2.0-tags.sql\nschema 1.3.0\n")
        let second = home.command("migrate", "--to", "1.3.0")
        #expect(second.code == 0)
        #expect(second.output == "schema 1.3.0\n")
        let log = try home.contents("logs/demo.log")
        #expect(log.split(separator: "\n").count { $0.contains("0001-1.1.0-item-note.sql starts") } == 1)
    }

    @Test func theScriptOfAReleaseMigratesTheHomeThatItIsInstalledIn() throws {
        let home = try DemoHome()
        make("1.1.0", in: home)
        let script = ChildProcess.run(["\(home.path)/releases/1.1.0/migrate"], output: "\(home.scratch)/script")
        #expect(script.code == 0)
        #expect(home.command("status").output.contains("schema 1.1.0"))
    }

    @Test func aMigrationThatFailsHalfWayLeavesTheDatabaseBetweenVersions() throws {
        let home = try DemoHome()
        make("1.1.0", "bad-migration", in: home)
        let failed = home.command("migrate", "--to", "1.1.0")
        #expect(failed.code == 1)
        #expect(failed.output.contains("migration 0099-1.1.0-item-weight.sql failed: database: no such table"))
        #expect(home.command("status").output.contains("schema 1.1.0-incomplete"))
        let again = home.command("migrate", "--to", "1.1.0")
        #expect(again.code == 5)
        #expect(again.output.contains("restore the database first"))
        let start = home.command("serve")
        #expect(start.code == 5)
        #expect(start.output.contains("database schema 1.1.0-incomplete does not fit release 1.0.0"))
    }

    @Test func noMigrationGoesBack() throws {
        let home = try DemoHome()
        make("1.2.0", in: home)
        home.command("migrate", "--to", "1.2.0")
        let back = home.command("migrate", "--to", "1.0.0")
        #expect(back.code == 5)
        #expect(back.output.contains("schema 1.2.0 is newer than 1.0.0"))
    }

    @Test func aReleaseThatIsNotInstalledCannotMigrate() throws {
        let home = try DemoHome()
        let result = home.command("migrate", "--to", "9.0.0")
        #expect(result.code == 1)
        #expect(result.output.contains("releases/9.0.0/release.yml: No such file or directory"))
    }

    @Test func aDumpTakenWhileTheServiceRunsIsAWholeDatabase() throws {
        let home = try DemoHome()
        home.command("serve")
        #expect(try home.post("/api/items", #"{"name":"quickdraw"}"#).status == 201)
        #expect(home.command("dump", "--to", "\(home.path)/data/copy.db").code == 0)
        home.command("stop")
        #expect(rename("\(home.path)/data/copy.db", "\(home.path)/data/demo.db") == 0)
        #expect(home.command("serve").code == 0)
        #expect(try home.get("/api/items").contains("quickdraw"))
    }
}
