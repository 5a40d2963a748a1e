import Actions
import Checks
import Expressions
import RunHost
import RunbookModel
import Testing

@Suite struct FlowActionTests {
    private let around = Surroundings()

    @Test func aWaitLastsAsLongAsItSays() {
        #expect(around.perform("wait", "150s").outcome == .done)
        #expect(around.clock.waits == [60_000, 60_000, 30_000])
    }

    @Test func aWaitThatGoesOnCountsTheJournaledDeadline() {
        var context = around.actions()
        let clock = around.clock
        context.deadline = { 20_000 - clock.now }
        #expect(around.perform("wait", "1h", in: context).outcome == .done)
        #expect(around.clock.now == 20_000)
    }

    @Test func aCancelledWaitIsInterrupted() {
        around.clock.cancelAtWait(1)
        #expect(around.perform("wait", "1h").outcome == .interrupted)
    }

    @Test func aWaitForATimeOfDayEndsWithinADay() throws {
        let context = around.actions()
        let now = try #require(LocalTime(wall: ManualWait.start, zone: nil))
        let later = (now.minute + 5) % 1_440
        let text = "\(later / 60 < 10 ? "0" : "")\(later / 60):\(later % 60 < 10 ? "0" : "")\(later % 60)"
        let length = try WaitAction.length(Writing.action("wait", ["at": .string(text)]), in: context)
        // 20 s of this minute have passed.
        #expect(length == .seconds(280))
        #expect(throws: ArgumentProblem.self) {
            try WaitAction.length(Writing.action("wait", ["at": "25:00"]), in: context)
        }
    }

    @Test func aWaitForChecksEndsWhenTheyHold() {
        let script: Value = ["run": "echo x >> looks; test $(wc -l < looks) -ge 2"]
        #expect(around.perform("wait", ["until": [script], "every": "3s", "within": "1m"]).outcome == .done)
        #expect(around.clock.waits == [3_000])
    }

    @Test func aWaitForChecksThatDoNotHoldFailsOrCannotTell() {
        let no = around.perform("wait", ["until": [["that": "false"]], "every": "30s", "within": "1m"])
        guard case .failed(_, .timeout) = no.outcome else {
            Issue.record("\(no.outcome)")
            return
        }
        let unclear = around.perform("wait", ["until": [["run": "exit 127"]], "within": "10s"])
        guard case .inconclusive = unclear.outcome else {
            Issue.record("\(unclear.outcome)")
            return
        }
    }

    @Test func setGivesOutputs() {
        let context = around.actions(["inputs": ["n": 2]])
        let result = around.perform("set", ["twice": "inputs.n * 2", "text": "'a'"], in: context)
        #expect(result.outcome == .done)
        #expect(result.outputs == ["twice": 4, "text": "a"])
        let failed = around.perform("set", ["bad": "inputs.missing"], in: context)
        guard case .failed(let reason, .error) = failed.outcome else {
            Issue.record("\(failed.outcome)")
            return
        }
        #expect(reason.hasPrefix("'bad' has no value"))
    }

    @Test func endOrdersTheEnd() {
        let result = around.perform(
            "end", ["outcome": "failed", "disposition": "escalated", "message": "no ${{ inputs.x }}"],
            in: around.actions(["inputs": ["x": "way"]]))
        #expect(result.end == EndRequest(outcome: .failed, disposition: "escalated", message: "no way"))
    }

    // MARK: - http

    private func answering(
        _ answer: @escaping @Sendable (HTTPRequest) -> Result<HTTPResponse, HTTPFailure>
    ) -> ActionContext {
        var context = around.actions()
        context.checks.http = HTTPClient { request, _ in answer(request) }
        return context
    }

    @Test func aDownloadIsWholeOrNotThere() throws {
        let write: @Sendable (HTTPRequest, String) -> Void = { request, text in
            try? HostFiles.writeAtomically(Array(text.utf8), to: request.saveTo ?? "/nowhere")
        }
        let good = around.perform(
            "http", ["url": "http://x/r.tgz", "save_to": "in/r.tgz"],
            in: answering { request in
                write(request, "release")
                return .success(HTTPResponse(status: 200))
            })
        #expect(good.outcome == .done)
        #expect(good.bindings["status"] == 200)
        #expect(good.bindings["body"] == "release")
        #expect(around.read("in/r.tgz") == "release")
        let bad = around.perform(
            "http", ["url": "http://x/r.tgz", "save_to": "in/r.tgz"],
            in: answering { request in
                write(request, "<html>")
                return .success(HTTPResponse(status: 404))
            })
        #expect(
            bad.outcome
                == .failed(reason: "GET http://x/r.tgz: status 404, expected 2xx", cause: .expectation))
        #expect(around.read("in/r.tgz") == "release")
        #expect(HostFiles.names(in: around.path("in")) == ["r.tgz"])
    }

    @Test func aRequestFailsByItsCause() {
        #expect(
            around.perform("http", ["url": "http://x/"], in: answering { _ in .failure(.cancelled) }).outcome
                == .interrupted)
        guard
            case .failed(_, .timeout) = around.perform(
                "http", ["url": "http://x/"], in: answering { _ in .failure(.timedOut) }
            ).outcome
        else {
            Issue.record("no timeout")
            return
        }
        let unexpected = around.perform(
            "http", ["url": "http://x/", "json": ["a": 1], "expect": "body.ok"],
            in: answering { _ in .success(HTTPResponse(status: 200, body: Array(#"{"ok": false}"#.utf8))) })
        #expect(
            unexpected.outcome
                == .failed(
                    reason: "POST http://x/: status 200, and 'body.ok' does not hold", cause: .expectation))
        #expect(unexpected.bindings["body"]?["ok"] == false)
    }
}
