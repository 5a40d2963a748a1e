import Glibc
import Testing

@Suite struct ReleaseTests {
    @Test func aGoodReleaseServesItsVersionAfterItsMigration() throws {
        let home = try DemoHome()
        try home.switchTo("1.2.0", behaviour: "good")
        #expect(home.command("serve").code == 0)
        let status = try home.get("/api/status")
        #expect(status.status == 200)
        #expect(status.contains(#""version":"1.2.0","status":"healthy""#))
        #expect(status.contains(#""schema_version":"1.2.0""#))
        #expect(try home.get("/api/items").contains("rope"))
    }

    @Test func anUnhealthyReleaseStartsAndAnswers503() throws {
        let home = try DemoHome()
        try home.switchTo("1.1.0", behaviour: "unhealthy")
        #expect(home.command("serve").code == 0)
        let status = try home.get("/api/status")
        #expect(status.status == 503)
        #expect(status.contains(#""status":"unhealthy""#))
    }

    @Test func aReleaseThatDoesNotStartSaysWhyAndLeavesNoPidFile() throws {
        let home = try DemoHome()
        try home.switchTo("1.1.0", behaviour: "no-start")
        let start = home.command("serve")
        #expect(start.code == 1)
        #expect(start.output == "demo-service: release 1.1.0 cannot start: its licence file is missing\n")
        #expect(!home.hasFile("run/demo.pid"))
        #expect(home.command("status").code == 3)
        #expect(try home.contents("logs/demo.log").contains("error release 1.1.0 cannot start"))
    }

    @Test func aHangingReleaseAcceptsAndNeverAnswers() throws {
        let home = try DemoHome()
        try home.switchTo("1.1.0", behaviour: "hang")
        #expect(home.command("serve").code == 0)
        let answer = try HTTPAnswer.ask("GET /api/status HTTP/1.0\r\n\r\n", port: try home.port(), patience: 200)
        #expect(answer.status == 0)
        #expect(home.command("stop").output.hasPrefix("stopped pid "))
    }

    @Test func aDegradingReleaseIsHealthyFirstAndUnhealthyLater() throws {
        let home = try DemoHome()
        try home.switchTo("1.1.0", behaviour: "degrades", options: ["--degrade-after", "2s"])
        home.command("serve")
        #expect(try home.get("/api/status").contains(#""status":"healthy""#))
        #expect(try eventually { try home.get("/api/status").status == 503 })
        #expect(try home.get("/api/status").contains(#""status":"unhealthy""#))
    }

    @Test func aReleaseRefusesTheConfigurationOfAnother() throws {
        let home = try DemoHome()
        try home.switchTo("1.1.0", behaviour: "good")
        try home.setConfigurationVersion("1.0.0")
        let start = home.command("serve")
        #expect(start.code == 5)
        #expect(start.output.contains("configuration 1.0.0 does not fit release 1.1.0"))
    }

    @Test func aReleaseRefusesTheDatabaseOfAnother() throws {
        let home = try DemoHome()
        try home.switchTo("1.1.0", behaviour: "good", migrate: false)
        let start = home.command("serve")
        #expect(start.code == 5)
        #expect(start.output.contains("database schema 1.0.0 does not fit release 1.1.0"))
    }

    @Test func aTarballHoldsTheReleaseAndIsTheSameEachTime() throws {
        let home = try DemoHome()
        for directory in ["a", "b"] {
            let made = home.run(
                "make-release", "--to", "\(home.scratch)/\(directory)", "--version", "1.1.0", "--tarball")
            #expect(made.output == "\(home.scratch)/\(directory)/demo-1.1.0.tgz\n")
        }
        let archives = ["a", "b"].map { "\(home.scratch)/\($0)/demo-1.1.0.tgz" }
        #expect(ChildProcess.run(["cmp"] + archives, output: "\(home.scratch)/cmp").code == 0)
        let unpack = ["tar", "-xzf", archives[0], "-C", "\(home.path)/releases"]
        #expect(ChildProcess.run(unpack, output: "\(home.scratch)/tar").code == 0)
        #expect(try home.contents("releases/1.1.0/release.yml").contains("behaviour: good"))
        #expect(home.hasFile("releases/1.1.0/migrations/0001-1.1.0-item-note.sql"))
        #expect(!home.hasFile("releases/1.1.0/migrations/0002-1.2.0-tags.sql"))
    }

    @Test func aReleaseThatIsThereIsNotOverwritten() throws {
        let home = try DemoHome()
        let again = home.run("make-release", "--to", "\(home.path)/releases", "--version", "1.0.0")
        #expect(again.code == 1)
        #expect(again.output.contains("is there already"))
    }
}
