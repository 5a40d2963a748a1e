import Actions
import Expressions
import RunbookModel
import Testing

@Suite struct NotifyTests {
    private let around = Surroundings()

    private func context(_ channels: [String: Configuration.Channel]) -> ActionContext {
        var context = around.actions(["inputs": ["v": "1.2"]])
        context.channels = channels
        return context
    }

    @Test func aLogGetsOneLineForEachMessage() throws {
        let context = context(["log": .log(file: "alerts.log")])
        let message: Value = [
            "to": "log", "severity": "critical", "title": "Update", "text": "to ${{ inputs.v }}\nwith s3cret",
        ]
        #expect(around.perform("notify", message, in: context).notes.isEmpty)
        #expect(around.perform("notify", message, in: context).outcome == .done)
        let lines = try #require(around.read("alerts.log")).split(separator: "\n")
        #expect(lines.count == 2)
        let entry = try JSONText.parse(String(lines[0]))
        #expect(entry["text"] == "to 1.2\nwith ***")
        #expect(entry["severity"] == "critical")
        #expect(entry["title"] == "Update")
        #expect(entry["run"] == 42)
        #expect(entry["runbook"] == "update")
        #expect(entry["time"] == "2023-11-14T22:13:20Z")
    }

    @Test func aCommandGetsTheMessageTwice() throws {
        let context = context([
            "ops": .command(["sh", "-c", "cat > message; echo \"$BELAY_SEVERITY $BELAY_TEXT\" > words"])
        ])
        #expect(around.perform("notify", ["to": ["ops"], "text": "down"], in: context).outcome == .done)
        #expect(around.read("words") == "info down\n")
        #expect(try JSONText.parse(#require(around.read("message")))["step"] == "stop")
    }

    @Test func whatIsNotDeliveredIsNotedAndFailsOnlyWhatIsRequired() {
        let context = context([
            "ops": .command(["sh", "-c", "echo 'no s3cret route' >&2; exit 1"]), "chat": .unavailable(kind: "slack"),
            "log": .log(file: "no/such/directory/log"),
        ])
        let optional = around.perform("notify", ["to": ["ops", "chat", "log", "who"], "text": "x"], in: context)
        #expect(optional.outcome == .done)
        #expect(optional.notes.count == 4)
        #expect(optional.notes.first == "not delivered to 'ops': exit 1: no *** route")
        let required = around.perform("notify", ["to": "ops", "text": "x", "required": true], in: context)
        #expect(
            required.outcome == .failed(reason: "not delivered to 'ops': exit 1: no *** route", cause: .error))
    }

    @Test func unknownChannelsAreKnownBeforeTheStart() {
        let argument = Writing.action("notify", ["to": ["log", "pager"], "text": "x"])
        #expect(NotifyAction.unknownChannels(argument, ["log": .log(file: "x")]) == ["pager"])
    }
}
