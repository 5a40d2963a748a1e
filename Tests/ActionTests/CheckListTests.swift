import Checks
import Expressions
import RunHost
import RunbookModel
import Testing

@Suite struct CheckListTests {
    private let around = Surroundings()

    private static let met: Value = ["that": "true"]
    private static let notMet: Value = ["that": "false"]
    private static let unclear: Value = ["that": "inputs.missing"]

    @Test(arguments: [
        ("all", [met, met], CheckAnswer.met), ("all", [met, notMet], .notMet), ("all", [met, unclear], .inconclusive),
        ("all", [unclear, notMet], .notMet), ("any", [notMet, met], .met), ("any", [notMet, unclear], .inconclusive),
        ("any", [unclear, met], .met), ("any", [notMet, notMet], .notMet), ("not", [met], .notMet),
        ("not", [notMet], .met), ("not", [unclear], .inconclusive), ("not", [met, notMet], .met),
    ])
    func logicHasThreeValues(_ kind: String, _ parts: [Value], _ answer: CheckAnswer) {
        let context = around.checks(["inputs": [:]])
        #expect(around.look(kind, .list(parts), in: context).answer == answer)
    }

    @Test func logicNests() {
        let context = around.checks(["inputs": [:]])
        let nested: Value = [["not": [["any": [Self.notMet, Self.notMet]]]], Self.met]
        #expect(around.look("all", nested, in: context).answer == .met)
    }

    @Test func allOfAListAreLookedAtInItsOrder() {
        let calls = ["false", "true", "1 == 1", "'text'"].map { Writing.check("that", .string($0)) }
        let report = CheckEvaluator().evaluate(calls, in: around.checks())
        #expect(report.results.map(\.answer) == [.notMet, .met, .met, .inconclusive])
        #expect(report.answer == .notMet)
        #expect(report.count(.met) == 2)
        #expect(report.summary == "that false: it is false, and 1 more")
    }

    @Test func moreChecksThanThreadsAllAnswer() {
        let calls = (0..<40).map { Writing.check("command", ["test", .string("\($0)"), "-lt", "30"]) }
        let report = CheckEvaluator().evaluate(calls, in: around.checks())
        #expect(report.results.map(\.answer) == (0..<40).map { $0 < 30 ? .met : .notMet })
    }

    @Test func aCheckWhoseWhenIsFalseIsLeftOut() {
        let context = around.checks(["inputs": ["wanted": false]])
        let call = Writing.check("that", "false") { $0.when = Writing.expression("inputs.wanted") }
        let report = CheckEvaluator().evaluate([call], in: context)
        #expect(report.results.isEmpty)
        #expect(report.answer == .met)
        let unclear = Writing.check("that", "true") { $0.when = Writing.expression("inputs.missing") }
        #expect(CheckEvaluator().evaluate([unclear], in: context).answer == .inconclusive)
    }

    @Test func aCheckThatOnlyWarnsNeverDoesMore() {
        let context = around.checks(["inputs": [:]])
        let soft = [Self.notMet, Self.unclear].map { value in
            Writing.check("that", value["that"] ?? "") { $0.severity = .warn }
        }
        let report = CheckEvaluator().evaluate(soft, in: context)
        #expect(report.results.map(\.answer) == [.warn, .inconclusive])
        #expect(report.answer == .warn)
        #expect(report.summary == nil)
    }

    @Test func theReportNamesTheChecksByTheirAnswer() {
        let calls = [
            Writing.check("that", "true") { $0.id = "first" },
            Writing.check("that", "false") { $0.title = Writing.template("Second of ${{ inputs.n }}") },
        ]
        let report = CheckEvaluator().evaluate(calls, in: around.checks(["inputs": ["n": 2]]))
        #expect(report.value["met"] == ["first"])
        #expect(report.value["not_met"] == ["Second of 2"])
        #expect(report.value["failed"] == ["Second of 2"])
        #expect(report.value["inconclusive"] == [])
    }

    @Test func aCheckThatHangsIsLeftBehind() {
        struct Hanging: CheckPerformer {
            let kind = "that"
            let release: Cancellation
            func title(_ argument: ArgumentReader) -> String { "hanging" }
            func look(_ look: CheckLook) throws -> CheckFinding {
                while !release.isCancelled { _ = look.context.clock.wait(1, release) }
                return CheckFinding(.met, "at last")
            }
        }
        let release = Cancellation()
        let call = Writing.check("that", "true") { $0.timeout = .value(.milliseconds(20)) }
        let evaluator = CheckEvaluator([Hanging(release: release)], patience: .milliseconds(20))
        let report = evaluator.evaluate([call], in: around.checks(clock: .live))
        release.cancel()
        #expect(report.results.map(\.answer) == [.inconclusive])
        #expect(report.results[0].detail == "no answer within 20ms: it hangs")
    }

    @Test func nothingIsLookedAtAfterACancellation() {
        let context = around.checks()
        context.cancellation.cancel()
        let report = CheckEvaluator().evaluate([Writing.check("run", "touch ran")], in: context)
        #expect(report.wasInterrupted)
        #expect(around.read("ran") == nil)
    }
}
