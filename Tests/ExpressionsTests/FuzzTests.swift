import Testing

@testable import Expressions

/// Whatever is put together, the answer is a value or a problem with a range inside the source.
@Suite struct FuzzTests {
    private static let pieces = [
        "x", "y", "1", "-", "2u", "1.5", "'a'", "\"b\"", "b'c'", "r'\\d'", "true", "null", "(", ")", "[", "]", "{", "}",
        ".", "?", ":", ",", "+", "*", "/", "%", "==", "!=", "<", "<=", "in", "&&", "||", "!", " ", "has(", "size(",
        ".map(v, ", ".all(v, ", ".exists(", ".filter(w, ", "type(", "dyn(", ".f", "[0]", ".?f", "[?0]", "optional.of(",
        ".orValue(", "cel.bind(z, ", "duration('1s')", "timestamp(0)", "semver('1')", "math.abs(", "'%s'.format([",
        "é",
        ".matches('a+')", ".split('')", "json('[1]')", "sum(", "sort(", "distinct(", "range(9)", "int(", "string(", "`",
        "\\",
        "${{", "}}", "'", "=", "and", "9223372036854775808", ".optMap(v, ", "string", "list",
    ]

    /// A linear congruential generator (Knuth's MMIX), so that each run tries the same.
    private struct Draw {
        var state: UInt64
        mutating func next(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func anySequenceOfPiecesHasAnAnswer(seed: UInt64) {
        var draw = Draw(state: seed)
        let bindings: [String: Value] = ["x": ["f": [1, 2]], "y": 3]
        let environments = [Environment.Strictness.unchecked, .standard, .full].map {
            Environment(variables: ["x": .map(.string, .list(.int)), "y": .int], strictness: $0)
        }
        for _ in 0..<1_500 {
            let source = (0...draw.next(below: 12)).map { _ in Self.pieces[draw.next(below: Self.pieces.count)] }
                .joined()
            let environment = environments[draw.next(below: 3)]
            check(
                Expression.compile(source, in: environment).map { expression in
                    Result { () throws(EvaluationProblem) in try expression.evaluate(DictionaryBindings(bindings)) }
                }, source)
            if case .failure(let problems) = Template.parse(source) { check(problems, source) }
        }
    }

    private func check(_ outcome: Result<Result<Value, EvaluationProblem>, ExpressionProblems>, _ source: String) {
        switch outcome {
        case .failure(let problems): check(problems, source)
        case .success(.failure(let problem)): check(problem.range, source)
        case .success(.success): break
        }
    }

    private func check(_ problems: ExpressionProblems, _ source: String) {
        #expect(!problems.all.isEmpty)
        for problem in problems.all { check(problem.range, source) }
    }

    private func check(_ range: Range<Int>, _ source: String) {
        guard range.lowerBound < 0 || range.upperBound > source.utf8.count else { return }
        Issue.record("\(range) is outside of \(source)")
    }
}
