import Glibc
import Testing

@testable import Expressions

/// Nothing that can be written takes long, much memory, or the stack.
@Suite struct BoundsTests {
    private static let exhausted = "the expression takes too much work"

    @Test(arguments: [
        "range(1000000000)",
        "range(1000).all(a, range(1000).all(b, a + b >= 0))",
        "range(3000).map(a, range(3000))",
        "cel.bind(a, 'xxxxxxxxxxxxxxxx', cel.bind(b, a+a+a+a+a+a+a+a, cel.bind(c, b+b+b+b+b+b+b+b, "
            + "cel.bind(d, c+c+c+c+c+c+c+c, cel.bind(e, d+d+d+d+d+d+d+d, cel.bind(f, e+e+e+e+e+e+e+e, "
            + "(f+f+f+f+f+f+f+f).size()))))))",
        "range(100000).map(i, string(i)).join(',').replace('', 'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy').size()",
        "'a'.size() > 0 && range(1000000000).size() > 1 || true",
        "[1, 2, 3].exists(x, range(1000000000).size() == x || x == 3)",
    ])
    func workIsBounded(source: String) throws {
        let problem = try #require(failure(source))
        #expect(problem.contains(Self.exhausted))
    }

    @Test func aValueThatIsSmallOnlyBySharingIsRefused() throws {
        // x36 is 1, and each level holds the one before twice.
        let source = "cel.bind(x36, 1, \(Self.doubling(36)))"
        #expect(failure(source)?.contains(Self.exhausted) == true)
        #expect(failure("\(source) == \(source)")?.contains(Self.exhausted) == true)
    }

    @Test func aTypeThatGrowsOnBothSidesIsRefused() {
        var source = "1"
        for level in (1...30).reversed() { source = "cel.bind(x\(level), {x\(level - 1): x\(level - 1)}, \(source))" }
        #expect(problems("cel.bind(x0, {1: 1}, \(source))").isEmpty == false)
        #expect(problems("cel.bind(x0, {1: 1}, \(source))", in: Environment(strictness: .unchecked)).isEmpty)
    }

    @Test func onlySoManyProblemsAreReported() {
        #expect(problems("[" + (0..<5_000).map { "a\($0)" }.joined(separator: ",") + "]").count == 100)
    }

    private static func doubling(_ level: Int) -> String {
        level == 0 ? "x0" : "cel.bind(x\(level - 1), [x\(level), x\(level)], \(doubling(level - 1)))"
    }

    @Test(arguments: ["(a+)+$", "(a|a)*b", "(.*)(.*)(.*)(.*)(.*)x", "a*a*a*a*a*b", "([a-z]+)*[0-9]", "[a-z]+[0-9]"])
    func aHostilePatternIsStopped(pattern: String) {
        let text = String(repeating: "a", count: 100_000) + "!"
        let clock = ContinuousClock()
        let elapsed = clock.measure {
            _ = failure("text.matches('\(pattern)') || text.matches('\(pattern)')", ["text": .string(text)])
        }
        #expect(elapsed < .seconds(2))
    }

    @Test func manyCostlyMatchesShareOneBudget() {
        let text = Value.string(String(repeating: "a", count: 22) + "!")
        let source = "range(100000).all(i, !text.matches('(a+)+$'))"
        #expect(failure(source, ["text": text])?.contains("too much work") == true)
    }

    @Test(arguments: [
        ("(", ")"), ("[", "]"), ("f(", ")"), ("{1: ", "}"), ("a[", "]"), ("true ? 1 : ", ""), ("[1].map(x, ", ")"),
    ])
    func nestingIsBounded(open: String, close: String) {
        let source = String(repeating: open, count: 5_000) + "1" + String(repeating: close, count: 5_000)
        guard case .failure(let problems) = ParsedExpression.parse(source) else {
            Issue.record("parsed \(open) 5000 times")
            return
        }
        #expect(problems.all[0].message.contains("levels deep"))
    }

    @Test func rowsOfSignsAndOperatorsAreBounded() {
        for source in [String(repeating: "-", count: 10_000) + "1", "1" + String(repeating: " + 1", count: 10_000)] {
            guard case .failure = ParsedExpression.parse(source) else {
                Issue.record("parsed \(source.prefix(10))…")
                continue
            }
        }
    }

    @Test func rowsOfAndAreNotDepth() throws {
        #expect(try evaluate("true" + String(repeating: " && true", count: 5_000)) == true)
    }

    @Test func anExpressionOf64KiBIsTheLongest() {
        let source = "'" + String(repeating: "x", count: 70_000) + "'"
        #expect(problems(source).first?.hasSuffix("an expression can have 65536 bytes at most") == true)
    }

    /// Every way to nest, as deep as it is allowed.
    private static let deepest: [String] = {
        let nesting = Parser.maxNesting - 1
        let depth = Parser.maxDepth - 1
        return [
            String(repeating: "(", count: nesting) + "1" + String(repeating: ")", count: nesting),
            String(repeating: "[", count: nesting) + "1" + String(repeating: "]", count: nesting),
            String(repeating: "{'a': ", count: nesting) + "1" + String(repeating: "}", count: nesting),
            String(repeating: "[x].map(y, ", count: nesting) + "x" + String(repeating: ")", count: nesting),
            String(repeating: "x.f(", count: nesting) + "x" + String(repeating: ")", count: nesting),
            String(repeating: "type(", count: nesting) + "x" + String(repeating: ")", count: nesting),
            String(repeating: "x == 2 ? 1 : ", count: nesting) + "1",
            "x" + String(repeating: " + x", count: depth),
            String(repeating: "-", count: depth) + "x",
            "x" + String(repeating: ".f", count: depth),
            String(repeating: "cel.bind(y, x, ", count: nesting) + "y" + String(repeating: ")", count: nesting),
            String(repeating: "true && (false || (1 == ", count: nesting / 2 - 1) + "x"
                + String(repeating: "))", count: nesting / 2 - 1),
            "[x].map(y, " + String(repeating: "!", count: depth - 3) + "(y == 1))",
        ]
    }()

    /// The deepest trees of every kind are parsed, checked, evaluated and released on a thread of 512 KiB.
    @Test func theDeepestExpressionFitsASmallStack() throws {
        for source in Self.deepest {
            _ = try ParsedExpression.parse(source).get()
            for strictness in [Environment.Strictness.unchecked, .full] {
                let environment = Environment(variables: ["x": .dyn], strictness: strictness)
                #expect(onSmallStack { try? evaluate(source, ["x": 1], in: environment) })
            }
        }
    }
}

/// Runs on a thread with 512 KiB of stack; an overflow ends the process, which no test survives unnoticed.
private func onSmallStack(_ body: @escaping @Sendable () -> Value?) -> Bool {
    final class Work: Sendable {
        let body: @Sendable () -> Value?
        init(_ body: @escaping @Sendable () -> Value?) { self.body = body }
    }
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, 512 * 1024)
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body)).toOpaque()
    let created = pthread_create(
        &thread, &attributes,
        { argument in
            _ = Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue().body()
            return nil
        }, work)
    return created == 0 && pthread_join(thread, nil) == 0
}
