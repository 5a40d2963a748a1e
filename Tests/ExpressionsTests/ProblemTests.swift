import Testing

@testable import Expressions

@Suite struct ProblemTests {
    private static let inputs = RecordType(
        noun: "input", fields: ["version": .init(.string), "count": .init(.int), "window": .init(.duration)])
    private static let environment = Environment(variables: [
        "inputs": .record(inputs), "stdout": .string, "exit": .int, "run": .map(.string, .string),
    ])

    @Test(arguments: [
        ("inputs.count = 2", "[=] '=' is not an operator of expressions | use '==' to compare"),
        ("inputs.count === 2", "[===] '===' is not an operator of expressions | use '=='"),
        ("inputs.count <> 2", "[<>] '<>' is not an operator of expressions | use '!='"),
        ("inputs.count => 2", "[=>] '=>' is not an operator of expressions | use '>=' for 'at least'"),
        ("exit == 0 and true", "[and] 'and' is not an operator of expressions | use '&&'"),
        ("exit == 0 or true", "[or] 'or' is not an operator of expressions | use '||'"),
        ("exit == 0 & true", "[&] '&' is not an operator of expressions | use '&&'"),
        ("not inputs.count", "[not] 'not' is not an operator of expressions | use '!'"),
        ("(exit == 0", "[(] this '(' is never closed | add ')'"),
        ("[1, 2", "[[] this '[' is never closed | add ']'"),
        ("exit == 0)", "[)] this ')' closes nothing"),
        ("stdout == 'abc", "['abc] this string is never closed | close it with ', or escape a quote as \\'"),
        ("stdout == 'it's'", "[s] expected an operator, found 's'"),
        (
            "{{ inputs.count }}",
            "[{{] '{{' is not part of expressions | write the expression alone, or in text as ${{ … }}"
        ),
        (
            "${{ exit }}",
            "[${{] '${{' is not an operator of expressions | an expression stands alone here, without '${{ }}'"
        ),
        ("inputs.window > 10s", "[10s] '10s' is not a number | write duration(\"10s\")"),
        ("exit < 2GiB", "[2GiB] '2GiB' is not a number | write size_bytes(\"2GiB\")"),
        ("stdout == “x”", "[“] unexpected character '“' | use straight quotes: \"…\""),
        ("exit ==", "[=] the expression ends too early | expected a value"),
        ("", "[] the expression is empty"),
        (
            "stdout.matches(\"\\d\")",
            "[\\d] unknown escape in a string | "
                + "write '\\\\' for a backslash, or put r before the string for a pattern: r\"\\d+\""
        ),
        ("inputs?.count", "[?.] '?.' is not an operator of expressions | write a.?b"),
        ("has(exit)", "[exit] has() needs a field selection | write has(a.b), or \"b\" in a for other keys"),
        ("let", "[let] 'let' is a reserved word"),
    ])
    func aSlipOfSyntaxIsNamedWithItsRemedy(source: String, problem: String) {
        #expect(problems(source, in: Self.environment) == [problem])
    }

    @Test(arguments: [
        ("inputs.versoin", "[versoin] unknown input 'versoin' | did you mean 'version'?"),
        ("inputs['versoin']", "['versoin'] unknown input 'versoin' | did you mean 'version'?"),
        ("inputs.xyz", "[xyz] unknown input 'xyz' | there are: count, version, window"),
        ("input.version", "[input] unknown name 'input' | did you mean 'inputs'?"),
        ("version == '1'", "[version] unknown name 'version' | did you mean 'inputs.version'?"),
        ("stdout == True", "[True] unknown name 'True' | did you mean 'true'?"),
        (
            "inputs.count + 'x'",
            "[inputs.count + 'x'] '+' does not apply to int and string"
                + " | write string(…) around the int"
        ),
        (
            "inputs.count > 1.5 + 1",
            "[1.5 + 1] '+' does not apply to double and int"
                + " | convert one: int(…), uint(…) or double(…)"
        ),
        (
            "inputs.count == '1'",
            "[inputs.count == '1'] '==' does not apply to int and string"
                + " | write int(…) around the string"
        ),
        (
            "inputs.window > '90s'",
            "[inputs.window > '90s'] '>' does not apply to duration and string"
                + " | write duration(…) around the string"
        ),
        ("exit ? 1 : 2", "[exit] the condition of '?' must be bool, not int"),
        ("exit && true", "[exit] an operand of '&&' must be bool, not int"),
        ("stdout.startWith('a')", "[startWith] unknown function 'startWith' | did you mean 'startsWith'?"),
        ("len(stdout)", "[len] unknown function 'len' | did you mean 'size'?"),
        ("contains(stdout, 'a')", "[contains] unknown function 'contains' | write a.contains(…)"),
        ("math.abz(1)", "[math.abz] unknown function 'math.abz' | did you mean 'math.abs'?"),
        ("stdout.size", "[size] string has no field 'size' | call the function: .size(…)"),
        (
            "stdout.contains(1)",
            "[stdout.contains(1)] string.contains does not take (int)"
                + " | write string.contains(string)"
        ),
        (
            "duration('5 mins') > duration('1s')",
            "[duration('5 mins')] '5 mins' is not a duration such as 90s, 1h30m,"
                + " 250ms or 2d"
        ),
        ("stdout.matches('a(b')", "['a(b'] invalid pattern: missing closing parenthesis"),
        ("{'a': 1, 'a': 2}", "['a'] this key is there twice"),
        ("exit.all(x, x > 1)", "[exit] int has no elements to go over | a list or a map is needed"),
        (
            "true ? 1 : 'a'",
            "[true ? 1 : 'a'] the branches of '?' have different types: int and string"
                + " | write dyn(…) around one of them"
        ),
    ])
    func aWrongNameOrTypeIsUnderlined(source: String, problem: String) {
        #expect(problems(source, in: Self.environment) == [problem])
    }

    @Test func allProblemsAreReportedAtOnce() {
        let found = problems("inputs.cout > 1 && stdot == 'x' && exit + 'y' == 'z'", in: Self.environment)
        #expect(found.map { $0.prefix { $0 != "]" } } == ["[cout", "[stdot", "[exit + 'y'"])
    }

    @Test func whatFollowsFromAProblemIsNotReported() {
        #expect(problems("(inputs.nope + 1) * 2 > 'x'.size()", in: Self.environment).count == 1)
    }

    @Test func aRecordWithOtherFieldsTakesAnyName() throws {
        let open = RecordType(noun: "fact", fields: ["cpus": .init(.int)], others: .string)
        let environment = Environment(variables: ["facts": .record(open)])
        #expect(try Expression.compile("facts.anything", in: environment).get().resultType == .string)
        #expect(try Expression.compile("facts.cpus", in: environment).get().resultType == .int)
    }

    @Test func aMacroWorksOnTheNamesOfARecord() throws {
        let environment = Environment(variables: ["inputs": .record(Self.inputs)])
        let expression = try Expression.compile("inputs.exists(name, name == 'count')", in: environment).get()
        #expect(try expression.evaluate(DictionaryBindings(["inputs": ["count": 1]])) == true)
    }
}
