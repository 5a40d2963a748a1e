import Glibc
import Testing

/// The scripts that the shipped runbooks pin, on a real home.
@Suite struct RunbookScriptTests {
    private func script(_ name: String, _ arguments: String..., in home: DemoHome) -> ChildProcess.Result {
        let root = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()
        return ChildProcess.run(
            ["\(root)/runbooks/scripts/\(name)"] + arguments, output: "\(home.scratch)/\(name).output")
    }

    @Test func settingTheVersionChangesOneLineAndIsDoneTwiceWithoutHarm() throws {
        let home = try DemoHome()
        let before = try home.contents("config.yml")
        for _ in 1...2 {
            #expect(script("set-config-version.sh", "\(home.path)/config.yml", "1.2.0", in: home).code == 0)
            #expect(try home.contents("config.yml") == before.replacing("\"1.0.0\"", with: "\"1.2.0\""))
        }
    }

    @Test func aConfigurationWithoutOneVersionOrAVersionThatIsNoneIsLeftAlone() throws {
        let home = try DemoHome()
        let original = try home.contents("config.yml")
        #expect(script("set-config-version.sh", "\(home.path)/config.yml", "1\"; x: \"", in: home).code == 2)
        #expect(try home.contents("config.yml") == original)
        try home.replace("config.yml", with: "port: 1\n")
        #expect(script("set-config-version.sh", "\(home.path)/config.yml", "1.2.0", in: home).code == 1)
        #expect(try home.contents("config.yml") == "port: 1\n")
    }

    @Test func installingSwitchesTheLinkAndIsDoneTwiceWithoutHarm() throws {
        let home = try DemoHome()
        home.run("make-release", "--to", home.scratch, "--version", "1.1.0", "--tarball")
        let (archive, release) = ("\(home.scratch)/demo-1.1.0.tgz", "\(home.path)/releases/1.1.0")
        for _ in 1...2 {
            #expect(script("install-release.sh", archive, release, "\(home.path)/current", in: home).code == 0)
            #expect(try home.contents("current/release.yml").contains("version: \"1.1.0\""))
            #expect(!home.hasFile("releases/.1.1.0.new"))
        }
    }

    @Test func anArchiveThatCannotBeUnpackedLeavesTheLinkAsItWas() throws {
        let home = try DemoHome()
        try home.replace("broken.tgz", with: "not an archive")
        let release = "\(home.path)/releases/1.1.0"
        #expect(
            script("install-release.sh", "\(home.path)/broken.tgz", release, "\(home.path)/current", in: home).code != 0
        )
        #expect(try home.contents("current/release.yml").contains("version: \"1.0.0\""))
        #expect(!home.hasFile("releases/1.1.0"))
    }

    @Test func aBackupPutsBackConfigurationAndDatabase() throws {
        let home = try DemoHome()
        let (archive, database) = ("\(home.path)/backups/demo-1.tgz", "\(home.path)/data/demo.db")
        let written = script(
            "backup.sh", archive, "\(home.path)/config.yml", ChildProcess.service, "dump", "--home", home.path, "--to",
            in: home)
        #expect(written.code == 0, "\(written.output)")
        try home.switchTo("1.2.0", behaviour: "good")
        unlink("\(home.path)/current")
        try #require(symlink("releases/1.0.0", "\(home.path)/current") == 0)
        #expect(home.command("serve").code == 5)
        #expect(script("restore-member.sh", archive, "config.yml", "\(home.path)/config.yml", in: home).code == 0)
        #expect(script("restore-member.sh", archive, "database.db", database, in: home).code == 0)
        #expect(home.command("serve").code == 0)
        #expect(try home.get("/api/status").contains(#""schema_version":"1.0.0""#))
    }

    @Test func aMemberThatIsNotInTheArchiveReplacesNothing() throws {
        let home = try DemoHome()
        home.run("make-release", "--to", home.scratch, "--version", "1.1.0", "--tarball")
        let original = try home.contents("config.yml")
        let restored = script(
            "restore-member.sh", "\(home.scratch)/demo-1.1.0.tgz", "config.yml", "\(home.path)/config.yml", in: home)
        #expect(restored.code != 0)
        #expect(try home.contents("config.yml") == original)
    }
}
