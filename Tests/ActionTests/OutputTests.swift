import Actions
import Expressions
import RunbookModel
import Testing

@Suite struct OutputTests {
    private func declared(_ types: KeyValuePairs<String, InputType>) -> [OutputDeclaration] {
        types.map { OutputDeclaration(name: $0.key, source: .file($0.value), span: Writing.span) }
    }

    private func parse(_ text: String, _ types: KeyValuePairs<String, InputType>) -> Result<ValueMap, OutputProblem> {
        OutputFile.parse(Array(text.utf8), declared(types))
    }

    @Test func linesAndObjectsGiveTypedOutputs() {
        let text = "path=/a=b c\r\ncount=3\n\n{\"done\": true, \"names\": [\"x\", \"y\"]}\nlimit=2GiB\nwait=1m\ncount=4"
        let outputs = parse(
            text,
            [
                "path": .path, "count": .int, "done": .bool, "names": .list(.string), "limit": .size,
                "wait": .duration, "absent": .string,
            ])
        #expect(
            outputs
                == .success([
                    "path": "/a=b c", "count": 4, "done": true, "names": ["x", "y"], "limit": 2_147_483_648,
                    "wait": .duration(TimeSpan(seconds: 60)),
                ]))
    }

    @Test func textsStandForAllTypes() {
        #expect(
            parse(
                "flag=false\nlist=[1, 2]\nmap={\"a\": 1}\nv=1.20\nn=2.5",
                [
                    "flag": .bool, "list": .list(.int), "map": .map, "v": .version, "n": .number,
                ]) == .success(["flag": false, "list": [1, 2], "map": ["a": 1], "v": "1.20", "n": .double(2.5)]))
        #expect(parse("empty=", ["empty": .string]) == .success(["empty": ""]))
    }

    @Test(arguments: [
        ("a=1\nno equals", "line 2 of the output file: expected name=value or a JSON object"),
        ("b=1", "line 1 of the output file: 'b' is not a declared output; declared are a"),
        ("a=many", "line 1 of the output file: output 'a': expected a whole number, found text"),
        ("\n{\"a\": 1.5}", "line 2 of the output file: output 'a': expected a whole number, found a number"),
    ])
    func aProblemNamesItsLine(_ text: String, _ message: String) {
        #expect(parse(text, ["a": .int]) == .failure(OutputProblem(message)))
    }

    @Test func whatIsTooLargeOrNoTextIsRefused() {
        let large = [UInt8](repeating: UInt8(ascii: "\n"), count: OutputFile.limit + 1)
        #expect(
            OutputFile.parse(large, []) == .failure(OutputProblem("the output file is larger than 1048576 bytes")))
        #expect(OutputFile.parse([0xff, 0xfe], []) == .failure(OutputProblem("the output file is not UTF-8")))
        #expect(parse("{\"a\": 1", ["a": .int]).problem?.hasPrefix("line 1 of the output file: not JSON") == true)
    }

    @Test func computedOutputsSeeTheResult() {
        let declarations = [
            OutputDeclaration(
                name: "latest", source: .expression(Writing.expression("json(stdout).v + inputs.s")), span: Writing.span
            )
        ]
        let bindings = DictionaryBindings(["inputs": ["s": "-x"]])
        #expect(
            ComputedOutputs.evaluate(declarations, result: ["stdout": "{\"v\": \"1.2\"}"], bindings)
                == .success(["latest": "1.2-x"]))
        let problem = ComputedOutputs.evaluate(declarations, result: ["stdout": "oops"], bindings).problem
        #expect(problem?.hasPrefix("output 'latest' has no value") == true)
    }

    @Test(
        arguments: [
            (0, nil, true), (1, nil, false), (0, "stdout == 'x'", true), (0, "stdout == 'y'", false),
            (1, "stdout == 'x'", false), (3, "exit == 3", true), (0, "exit == 3", false), (0, "stdout.missing", false),
        ] as [(Int, String?, Bool)])
    func aProcessIsJudgedByItsExitAndWhatIsExpected(_ exit: Int, _ expect: String?, _ isFine: Bool) {
        let result: [String: Value] = ["exit": .int(Int64(exit)), "signal": .null, "stdout": "x"]
        let outcome = Expectation.judgeProcess(
            expect.map(Writing.expression), result: result, DictionaryBindings([:]))
        #expect((outcome == nil) == isFine)
    }
}

extension Result where Failure == OutputProblem {
    fileprivate var problem: String? {
        if case .failure(let problem) = self { problem.message } else { nil }
    }
}
