import Expressions
import RunHost
import Testing

/// `belay test`, through the built binary.
@Suite struct TestCommandTests {
    private static let package = HostFiles.parent(of: HostFiles.parent(of: HostFiles.parent(of: #filePath)))

    private static let release = """
        runbook: release
        on_failure: rollback
        steps:
          - id: touch_it
            run: touch "$HERE/touched"
            undo: {run: rm "$HERE/touched"}
          - id: look
            verify: [{file: {path: touched, exists: true}}]
        """
    private static let tests = """
        runbook: release
        mock: {touch_it: succeeds, look: met}
        tests:
          - name: it works
            expect: {outcome: succeeded}
          - name: it does not
            mock: {look: not_met}
            expect: {outcome: rolled_back, undone: [touch_it]}
        """

    private func home() throws -> BelayHome {
        let home = try BelayHome(["release": Self.release])
        try home.write(Self.tests, to: "runbooks/release.test.yml")
        return home
    }

    @Test func shippedRunbooksCanBeCoveredWholly() throws {
        let home = try BelayHome()
        let file = Self.package + "/runbooks/database-maintenance.test.yml"
        let result = home.belay("test", file, "--coverage-min", "100")
        #expect(result.exit == 0, "\(result.output)\(result.errors)")
        #expect(result.errors.isEmpty, "\(result.errors)")
    }

    @Test(arguments: [[], ["release"], ["runbooks"], ["runbooks/release.yml"], ["runbooks/release.test.yml"]])
    func testsAreFoundByPathAndByName(_ words: [String]) throws {
        let home = try home()
        let result = home.start(["test"] + words).wait()
        #expect(result.exit == 0, "\(result.output)\(result.errors)")
        #expect(
            result.output.hasSuffix(
                "runbooks/release.test.yml\n" + """
                      ✔ it works
                      ✔ it does not
                      coverage: 2/2 steps, 1/1 undos
                    2 passed

                    """), "\(result.output)")
    }

    @Test func nothingIsTouchedAndNoJournalIsMade() throws {
        let home = try home()
        #expect(home.belay("test").exit == 0)
        #expect(!home.exists("touched") && !home.exists("state") && !home.exists("runbooks/touched"))
    }

    @Test func aFailureExitsWithOneAndIsShownWithWhatHappened() throws {
        let home = try home()
        try home.write(Self.tests.replacing("undone: [touch_it]", with: "undone: []"), to: "runbooks/release.test.yml")
        let result = home.belay("test")
        #expect(result.exit == 1)
        #expect(result.output.contains("  ✘ it does not\n      undone:  "))
        #expect(result.output.contains("        + touch_it\n"))
        #expect(result.output.contains("│      0ms  touch_it: undone\n"))
        let plain = home.belay("test", environment: ["LANG": "C"])
        #expect(plain.output.contains("  + it works\n  x it does not\n"), "\(plain.output)")
    }

    @Test func theJSONHasEveryTest() throws {
        let home = try home()
        let json = home.belay("test", "--output", "json").json
        let file = json["files"]?.asList?.first
        #expect(json["version"] == 1 && json["passed"] == 2 && json["failed"] == 0 && json["exit"] == 0)
        #expect(file?["tests"]?.asList?.last?["name"] == "it does not")
        #expect(file?["coverage"]?["percent"] == 100)
    }

    @Test func aWrongFileExitsWithTwoAndTheOthersArePlayed() throws {
        let home = try home()
        try home.write("runbook: release\ntests: [{name: x, expect: {outcom: succeeded}}]\n", to: "runbooks/a.test.yml")
        let result = home.belay("test")
        #expect(result.exit == 2)
        #expect(result.errors.contains("unknown key 'outcom' in expect"))
        #expect(result.output.contains("2 passed, 1 file wrong"))
        #expect(home.belay("validate", "runbooks/a.test.yml").exit == 2)
        #expect(home.belay("validate", "runbooks/release.test.yml").exit == 0)
    }

    @Test(arguments: [
        (["nothing"], Int32(3), "there are no tests of 'nothing'"), (["relase"], 3, "did you mean 'release'?"),
        (["--filter", "zebra"], 3, "no test has 'zebra' in its name"), (["--coverage-min", "101"], 64, "percentage"),
        (["--coverage-min", "50", "--filter", "it"], 64, "leaves some out"), (["state"], 3, "there are no tests of"),
    ])
    func whatCannotBeDoneIsSaid(_ words: [String], _ exit: Int32, _ text: String) throws {
        let home = try home()
        let result = home.start(["test"] + words).wait()
        #expect(result.exit == exit, "\(result.output)\(result.errors)")
        #expect(result.errors.contains(text), "\(result.errors)")
    }
}
