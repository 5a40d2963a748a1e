import Diagnostics
import FoundationEssentials
import RunReport
import RunbookLoading
import RunbookTesting
import Testing

/// Files of tests in `Fixtures/`, played as `belay test` does; `RECORD=1` writes the expected texts anew.
@Suite struct TesterTests {
    @Test(arguments: Fixture.tests(in: "good"))
    func everyTestOfAGoodFilePasses(_ path: String) {
        let report = TestReport([Fixture.play(path)])
        #expect(report.exitCode == 0, "\(Fixture.text(report))")
        #expect(report.passed > 0)
        #expect(report.diagnostics.isEmpty, "\(Fixture.text(report))")
    }

    @Test(arguments: Fixture.tests(in: "failing") + Fixture.tests(in: "bad"))
    func whatIsWrongIsShownAsRecorded(_ path: String) throws {
        let report = TestReport([Fixture.play(path)])
        let text = Fixture.text(report)
        let golden = Fixture.root + "/" + path.dropLast(".test.yml".count) + ".txt"
        if ProcessInfo.processInfo.environment["RECORD"] == "1" {
            try Data(text.utf8).write(to: URL(filePath: golden))
        }
        #expect(text == (try String(contentsOfFile: golden, encoding: .utf8)))
        #expect(report.exitCode == 0 ? !report.diagnostics.isEmpty : true)
    }

    @Test(arguments: Fixture.tests(in: "bad"))
    func ofAWrongFileNothingIsPlayed(_ path: String) {
        let report = TestReport([Fixture.play(path)])
        #expect(report.exitCode == 2)
        #expect(report.passed + report.failed == 0)
    }

    @Test func theSameTestGivesTheSameTimeline() {
        let first = Fixture.play("good/graph.test.yml")
        let second = Fixture.play("good/graph.test.yml")
        #expect(first.results.map(\.timeline) == second.results.map(\.timeline))
        #expect(first.results.contains { $0.length >= 45 * 60_000 })
    }

    @Test func theTimelineTellsWhereTheDriverDiedAndHowLongItWas() throws {
        let result = Fixture.play("good/graph.test.yml", filter: "a command runs on")
        let timeline = try #require(result.results.first?.timeline)
        let death = try #require(timeline.firstIndex { $0.contains("the driver dies") })
        #expect(timeline[death - 1].hasSuffix("45m00s  publish: action started (attempt 2)"))
        #expect(timeline[death + 1].hasSuffix("55m00s  driver 2 takes over, for tester"))
        #expect(timeline[death + 2].contains("publish: attempt 2 is still running"))
        #expect(timeline.contains { $0.hasSuffix("1h05m  publish: attempt 2 done after 10m00s") })
    }

    @Test func aFilterPlaysTestsByTheirNamesAndAsksForNoCoverage() {
        let result = Fixture.play("good/graph.test.yml", filter: "driver died")
        #expect(
            result.results.map(\.name) == [
                "nothing was launched when the driver died", "there was no attempt yet when the driver died",
            ])
        #expect(result.coverage == nil)
        #expect(result.diagnostics.isEmpty)
    }

    @Test func tooLittleCoverageFails() {
        let result = Fixture.play("good/ladder.test.yml")
        #expect(result.coverage?.percent == 60)
        #expect(TestReport([result], coverageWanted: 60).exitCode == 0)
        let report = TestReport([result], coverageWanted: 61)
        #expect(report.exitCode == 1)
        #expect(report.text(TextStyle()).contains("covers 60 % of steps and undos, and not 61 %"))
    }

    @Test func aFailureInJSONHasItsLineAndTheTimeline() throws {
        let report = TestReport([Fixture.play("failing/deploy.test.yml", filter: "another exact order")])
        let json = ViewJSON.document(report)
        #expect(json.contains("\"version\" : 1"))
        #expect(json.contains("\"what\" : \"order\""))
        #expect(json.contains("\"line\" : 15"))
        #expect(json.contains("closed: succeeded"))
    }
}

/// The files beside the tests.
enum Fixture {
    static let root = String(#filePath[..<#filePath.lastIndex(of: "/")!]) + "/Fixtures"

    /// Paths relative to the fixtures.
    static func tests(in directory: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(directory)")) ?? []
        return names.filter { $0.hasSuffix(".test.yml") }.sorted().map { "\(directory)/\($0)" }
    }

    static func play(_ path: String, filter: String? = nil) -> RunbookTester.FileResult {
        let provider = SourceProvider { path, limit throws(SourceProblem) in
            try SourceProvider.disk.read(root + "/" + path, limit)
        }
        let loader = RunbookLoader(searchPaths: ["good"], provider: provider)
        let tester = RunbookTester(
            loader: loader, profilePath: { _ in nil }, profileNames: { ["demo"] }, directory: root)
        return tester.run(path, filter: filter)
    }

    /// All that `belay test` prints but the timelines, whose wording is that of `belay events`.
    static func text(_ report: TestReport) -> String {
        let text = DiagnosticText().render(DiagnosticReport(report.diagnostics)) + report.text(TextStyle())
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.contains("│") }
        return lines.joined(separator: "\n").replacing(root, with: ".")
    }
}
