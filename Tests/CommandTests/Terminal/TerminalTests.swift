import Glibc
import Testing

/// What happens on a terminal: the tree, the questions, Ctrl-C.
@Suite struct TerminalTests {
    private let command = #""$BELAY" run asking -i place="$HERE"; echo "exit $?""#

    private func asking(_ script: String) throws -> (BelayHome, Process) {
        let home = try BelayHome(["asking": Runbooks.asking])
        let run = try home.startOnTerminal(script)
        try eventually("it asks") { run.output.contains("what now?") }
        return (home, run)
    }

    @Test func theTreeStaysAndNoModeOfTheTerminalIsChanged() throws {
        let home = try BelayHome(["bad": Runbooks.bad])
        let result = try home.startOnTerminal(#""$BELAY" run bad"#).wait()
        #expect(result.exit == 5)
        #expect(result.output.contains("two"))
        #expect(result.output.contains("rolled back"))
        #expect(!result.output.contains("\u{1B}[?"))
        #expect(result.output.contains("\u{1B}[31m") || result.output.contains("\u{1B}[33m"))
        let plain = try home.startOnTerminal(#""$BELAY" run bad"#, environment: ["NO_COLOR": "1"]).wait()
        #expect(!plain.output.contains("\u{1B}[3"))
    }

    @Test func aPersonIsAskedAtOnceAndTheRunGoesOn() throws {
        let (home, run) = try asking(command)
        try home.write("", to: "ok")
        try home.type("nonsense\n")
        try eventually("it asks again") { run.output.contains("'nonsense' is not one of them") }
        try home.type("ret\n\nit is fixed\n")
        let result = run.wait()
        #expect(result.output.contains("exit 0"))
        #expect(result.output.contains("a reason is needed"))
        #expect(home.belay("events", "1").output.contains("chose retry: it is fixed"))
    }

    @Test func anotherTerminalMayDecideMeanwhile() throws {
        let (home, run) = try asking(command)
        let decision = home.belay("decide", "1", "two", "accept", "--why", "from elsewhere")
        #expect(decision.output.contains("waits for it, and goes on"))
        let result = run.wait()
        #expect(result.output.contains("decided elsewhere; going on"))
        #expect(result.output.contains("exit 0"))
    }

    @Test("the run stays as it is where nobody answers", arguments: ["q\n", "\u{4}", "\u{3}"])
    func nobodyAnswers(keys: String) throws {
        let (home, run) = try asking("trap : INT; " + command)
        try home.type(keys)
        let result = run.wait()
        #expect(result.output.contains("exit 4") || result.output.contains("exit 130"))
        #expect(home.belay("status", "1").output.contains("needs a decision"))
        #expect(home.belay("decide", "1", "two", "accept", "--why", "later", "--resume").exit == 0)
    }

    @Test func missingInputsAreAskedFor() throws {
        let home = try BelayHome(["gated": Runbooks.gated, "asking": Runbooks.asking])
        let run = try home.startOnTerminal(#""$BELAY" plan asking"#)
        try eventually("it asks for the input") { run.output.contains("place: ") }
        try home.type("/somewhere\n")
        #expect(run.wait().output.contains("place = /somewhere"))
    }

    @Test func whatIsSecretIsNotShownWhileItIsTyped() throws {
        let home = try BelayHome([
            "secretive": """
            runbook: secretive
            inputs: {token: {type: string, secret: true}}
            steps:
              - id: one
                run: 'true'
                undo: none
            """
        ])
        let run = try home.startOnTerminal(#""$BELAY" plan secretive; stty -a"#)
        try eventually("it asks for the input") { run.output.contains("token: ") }
        try home.type("hunter2\n")
        let result = run.wait()
        #expect(!result.output.contains("hunter2"))
        #expect(result.output.contains(" echo "))
    }
}
