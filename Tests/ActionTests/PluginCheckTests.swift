import Checks
import Expressions
import Testing

@Suite struct PluginCheckTests {
    private let around = Surroundings()

    @Test(arguments: [
        (0, CheckAnswer.met), (1, .warn), (2, .notMet), (3, .inconclusive), (4, .inconclusive), (127, .inconclusive),
    ])
    func theExitCodeAnswers(code: Int, answer: CheckAnswer) {
        let result = around.look("plugin", .string("echo 'DISK: fine | a=1'; exit \(code)"))
        #expect(result.answer == answer)
        #expect(result.detail == (code < 4 ? "DISK: fine" : "exit \(code): DISK: fine | a=1"))
    }

    @Test func aProgramIsAPluginToo() {
        let result = around.look("plugin", ["printf", "OK - load %s|load=%s;5;10;0;\n", "0.5", "0.5"])
        #expect(result.answer == .met)
        #expect(result.detail == "OK - load 0.5")
        #expect(result.value == ["load": ["value": 0.5, "warn": "5", "crit": "10", "min": 0.0]])
        #expect(around.look("plugin", ["no-such-plugin"]).answer == .inconclusive)
    }

    @Test func everythingThatIsMeasuredIsKept() {
        let output = """
            DISK OK - free space: / 3326 MB (56%); | /=2643MB;5948;5958;0;5968
            / 15272 MB (77%);
            /boot 68 MB (69%); | '/boot ''x'' | y'=68MB;88;93;0;98
            /home=69357MB;253404;253409;0;253414 time=1.5s;;@10:20 nothing 'half

            lost=U;1;2 broken=x percent=12%
            """
        let result = around.look("plugin", .string("cat <<'END'\n\(output)\nEND"))
        #expect(result.detail == "DISK OK - free space: / 3326 MB (56%);")
        #expect(
            result.value == [
                "/": ["value": 2643.0, "unit": "MB", "warn": "5948", "crit": "5958", "min": 0.0, "max": 5968.0],
                "/boot 'x' | y": ["value": 68.0, "unit": "MB", "warn": "88", "crit": "93", "min": 0.0, "max": 98.0],
                "/home": [
                    "value": 69357.0, "unit": "MB", "warn": "253404", "crit": "253409", "min": 0.0, "max": 253414.0,
                ],
                "time": ["value": 1.5, "unit": "s", "crit": "@10:20"],
                "lost": ["value": .null, "warn": "1", "crit": "2"],
                "percent": ["value": 12.0, "unit": "%"],
            ])
    }

    @Test func aPluginThatSaysNothingAnswersAllTheSame() {
        let result = around.look("plugin", "exit 2")
        #expect(result.answer == .notMet)
        #expect(result.detail == "exit 2")
        #expect(result.value == nil)
    }
}
