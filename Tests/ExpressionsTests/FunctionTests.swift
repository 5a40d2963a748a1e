import Testing

@testable import Expressions

/// Belay's functions, and what the conformance cases leave open of the standard ones.
@Suite struct FunctionTests {
    @Test(arguments: [
        "semver('1.9.0') < semver('1.10.0')", "semver('1.0.0-rc.1') < semver('1.0.0')",
        "semver('1.0.0-alpha') < semver('1.0.0-alpha.1')", "semver('1.0.0-alpha.1') < semver('1.0.0-alpha.beta')",
        "semver('1.0.0-beta.2') < semver('1.0.0-beta.11')", "semver('1.0.0-beta.11') < semver('1.0.0-rc.1')",
        "semver('v2') == semver('2.0.0')", "semver('1.2') <= semver('1.2.0')", "semver('1.0.0+a') == semver('1.0.0+b')",
        "semver('2.0.0') > semver('1.99.99')", "semver('1.2.3').minor() == 2", "string(semver('v1.2')) == 'v1.2'",
        "max([semver('1.9'), semver('1.10')]) == semver('1.10')", "semver('1.0.0--1') != semver('1.0.0-1')",
        "size_bytes('2GiB') == 2147483648", "size_bytes('1.5 MB') == 1500000", "size_bytes('100') == 100",
        "size_bytes('512k') == 524288", "size_bytes('0.5KiB') == 512",
        "json('{\"a\": [1, 2.5, \"x\", null]}') == {'a': [1, 2.5, 'x', null]}", "json('[1]')[0] + 1 == 2",
        "lines('a\\nb\\r\\n\\nc\\n') == ['a', 'b', '', 'c']", "lines('') == []", "'x\\ny'.lines().size() == 2",
        "basename('/a/b.txt') == 'b.txt'", "basename('/a/b/') == 'b'", "basename('/') == '/'", "basename('a') == 'a'",
        "dirname('/a/b.txt') == '/a'", "dirname('a') == '.'", "dirname('/a') == '/'", "dirname('a//b/') == 'a'",
        "sum([1, 2, 3]) == 6", "sum([]) == 0", "sum([0.5, 1.5]) == 2.0",
        "sum([duration('1m'), duration('30s')]) == "
            + "duration('90s')", "min([3, 1, 2]) == 1", "max(['a', 'c', 'b']) == 'c'", "[2, 1].min() == 1",
        "sort([3, 1, 2]) == [1, 2, 3]", "sort(['b', 'a']) == ['a', 'b']", "distinct([1, 2, 1, 1.0]) == [1, 2]",
        "distinct([[1], [2], [1]]) == [[1], [2]]", "range(3) == [0, 1, 2]", "range(2, 4) == [2, 3]", "range(-1) == []",
        "duration('2d') == duration('48h')", "duration('1y1w') == duration('372d')",
        "duration('1h30m') == duration('90m')",
        "duration('250ms') == "
            + "duration('0.25s')", "duration('-1.5h') == duration('-90m')", "duration('0') == duration('0s')",
        "string(duration('1m1ms')) == '60.001s'", "string(1e3) == '1000'", "[1, 2].first().value() == 1",
        "[].last().hasValue() == false", "'a'.replace('', '-') == '-a-'", "'abc'.replace('', '-', 2) == '-a-bc'",
        "'a,b,c'.split(',', 2) == ['a', 'b,c']", "'abc'.split('') == ['a', 'b', 'c']",
        "'%s'.format([semver('1.2')]) == '1.2'", "'%.2f%%'.format([12.345]) == '12.35%'",
        "timestamp('2026-01-31T02:00:00+01:00') == timestamp('2026-01-31T01:00:00Z')",
        "timestamp('2040-07-01T00:00:00Z').getHours('Europe/Berlin') == 2",
        "timestamp('2040-01-01T00:00:00Z').getHours('Europe/Berlin') == 1",
        "timestamp('2026-03-29T00:59:59Z').getHours('Europe/Berlin') == 1",
        "timestamp('2026-03-29T01:00:00Z').getHours('Europe/Berlin') == 3",
        "timestamp('2050-01-01T00:00:00Z').getHours('Australia/Sydney') == 11",
        "timestamp('2050-07-01T00:00:00Z').getHours('Australia/Sydney') == 10",
        "timestamp('1800-01-01T00:00:00Z').getHours('Europe/Berlin') == 0",
        "timestamp('2026-01-01T00:00:00Z').getHours('Asia/Kolkata') == 5",
        "'a.b' in {'a.b': 1} && {'a.b': 1}.`a.b` == 1", "dyn(1) in [1.0]", "b'abc'.size() == 3",
    ])
    func itHolds(source: String) throws {
        #expect(try evaluate(source) == true)
    }

    @Test(arguments: [
        ("semver('1.2.x') == semver('1')", "'1.2.x' is not a version"), ("size_bytes('2 Gigs') > 0", "is not a size"),
        ("semver('01.2') == semver('1.2')", "'01.2' is not a version"), ("json('{') == 1", "this is not JSON"),
        ("min([]) == 1", "min of an empty list"), ("sort([1, 'a']) == []", "sort cannot order string with int"),
        ("duration('300y') > duration('0')", "292 years"),
        ("duration('3 y') > duration('0')", "is not a duration"), ("duration('110000d') > duration('0')", "292 years"),
        ("timestamp('2026-02-30T00:00:00Z') == timestamp(0)", "is not a moment"),
        ("timestamp('2026-01-01T00:00:00Z').getHours('../../etc/passwd') == 0", "unknown time zone"),
        ("timestamp('2026-01-01T00:00:00Z').getHours('Europe/Nowhere') == 0", "unknown time zone"),
        ("int('12 ') == 12", "'12 ' is not an int"), ("[1, 2][2] == 1", "the index 2 is outside the list"),
        ("{'a': 1}['b'] == 1", "the key 'b' is absent"), ("'%d'.format(['x']) == ''", "'%d' does not take string"),
        ("1 / 0 == 1", "division by zero"), ("range(1, 0, 2) == []", "range does not take (int, int, int)"),
    ])
    func itFailsWithAReason(source: String, reason: String) throws {
        let environment = Environment(strictness: .unchecked)
        #expect {
            try evaluate(source, in: environment)
        } throws: { error in
            (error as? EvaluationProblem)?.message.contains(reason) == true
        }
    }

    @Test func aHostAddsFunctionsThroughTheEnvironment() throws {
        let shout = Function(
            "shout",
            [
                Overload([.string], .string) { arguments, budget throws(FunctionFailure) in
                    try budget.spend(bytes: 10)
                    return .string((arguments[0].asString ?? "") + "!")
                }
            ])
        let environment = Environment(variables: ["s": .string]).adding([shout])
        #expect(try evaluate("shout(s)", ["s": "a"], in: environment) == "a!")
        #expect(problems("shout(1)", in: environment) == ["[shout(1)] shout does not take (int) | write shout(string)"])
        #expect(problems("shuot(s)", in: environment) == ["[shuot] unknown function 'shuot' | did you mean 'shout'?"])
    }

    @Test func evaluationProblemsAreUnderlinedWhereTheyArise() {
        #expect(failure("1 + x.y.z", ["x": ["y": [:]]]) == "[x.y.z] the key 'z' is absent")
        #expect(failure("true && 10 / x > 1", ["x": 0]) == "[10 / x] division by zero")
    }
}
