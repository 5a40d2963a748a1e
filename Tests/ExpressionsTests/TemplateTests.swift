import Testing

@testable import Expressions

@Suite struct TemplateTests {
    private static let bindings: [String: Value] = [
        "n": 3, "s": "text", "list": [1, "a"], "map": ["k": [true, .null]], "wait": .duration(TimeSpan(seconds: 90)),
        "none": .null, "half": .double(2.5), "whole": .double(2), "raw": .bytes(Array("bytes".utf8)),
        "evil": "${{ n }}", "absent": .optional(nil),
    ]
    private static let environment = Environment(variables: bindings.mapValues { _ in .dyn })

    private func value(_ text: String) throws -> Value {
        try Template.parse(text).flatMap { $0.check(in: Self.environment) }.get()
            .evaluate(DictionaryBindings(Self.bindings))
    }

    @Test(
        arguments: [
            ("plain", "plain"), ("", ""), ("a ${{ n }} b", "a 3 b"), ("${{n}}${{s}}", "3text"),
            ("x${{ list }}", "x[1,\"a\"]"), ("x${{ map }}", "x{\"k\":[true,null]}"), ("in ${{ wait }}", "in 90s"),
            ("[${{ none }}]", "[]"), ("v${{ half }} v${{ whole }}", "v2.5 v2"), ("b ${{ raw }}", "b bytes"),
            ("$${{ n }}", "${{ n }}"), ("$$${{ n }}", "$${{ n }}"), ("$ { ${ {{ }} }", "$ { ${ {{ }} }"),
            ("a }} ${{ n }} }}", "a }} 3 }}"), ("ä${{ s }}ö", "ätextö"), ("${{ evil }}!", "${{ n }}!"),
            ("${{ {\"a\": {\"b\": 1}}.a.b }}.", "1."), ("${{ \"}}\" }}.", "}}."), ("${{\n  s // why\n}}.", "text."),
        ] as [(String, String)])
    func textIsInterpolatedOnce(source: String, result: String) throws {
        #expect(try value(source) == .string(result))
    }

    @Test func exactlyOneExpressionKeepsItsType() throws {
        #expect(try value("${{ n }}") == 3)
        #expect(try value("${{ list }}") == [1, "a"])
        #expect(try value("${{ {\"a\": {\"b\": 1}} }}") == ["a": ["b": 1]])
        #expect(try value(" ${{ n }}") == " 3")
        #expect(try value("${{ evil }}") == "${{ n }}")
    }

    @Test func theResultTypeIsKnownBeforehand() throws {
        let environment = Environment(variables: ["n": .int])
        #expect(try Template.parse("${{ [n] }}").get().check(in: environment).get().resultType == .list(.int))
        #expect(try Template.parse("a${{ [n] }}").get().check(in: environment).get().resultType == .string)
    }

    @Test func literalTextIsKnownBeforeAnythingIsChecked() throws {
        #expect(try Template.parse("a $${{ b }}").get().literalText == "a ${{ b }}")
        #expect(try Template.parse("a $${{ b }}").get().isLiteral)
        #expect(try !Template.parse("a ${{ b }}").get().isLiteral)
        #expect(try Template.parse("").get().literalText == "")
    }

    @Test func referencesHaveTheirPlaceInTheWholeText() throws {
        let text = "é ${{ steps.a.outputs.x }} ${{ inputs['b'] }}"
        let references = try Template.parse(text).get().references
        #expect(references.map(\.path) == [["steps", "a", "outputs", "x"], ["inputs", "b"]])
        let parts = references.map { String(decoding: Array(text.utf8)[$0.range], as: UTF8.self) }
        #expect(parts == ["steps.a.outputs.x", "inputs['b']"])
    }

    @Test(arguments: [
        ("a ${{ n", "[${{] this '${{' is never closed | add '}}', or write '$${{' for the text '${{'"),
        ("a ${{", "[${{] this '${{' is never closed | add '}}', or write '$${{' for the text '${{'"),
        ("${{ }}", "[${{ }] the expression is empty"),
        ("${{ n } }", "[}] expected '}}', found '}'"),
        ("${{ n m }}", "[m] expected '}}', found 'm'"),
        ("${{ n and m }}", "[and] 'and' is not an operator of expressions | use '&&'"),
        ("é ${{ nn }}", "[nn] unknown name 'nn' | did you mean 'n'?"),
        (
            "x ${{ optional.of(1) }}",
            "[optional.of(1)] an optional has no text"
                + " | write .orValue(…) for when it is absent"
        ),
    ])
    func problemsAreUnderlinedInTheWholeText(source: String, problem: String) throws {
        guard
            case .failure(let found) = Template.parse(source).flatMap({
                $0.check(in: Environment(variables: ["n": .int]))
            })
        else {
            Issue.record("no problem in \(source)")
            return
        }
        #expect(found.all.map { describe($0, in: source) } == [problem])
    }

    @Test func anAbsentOptionalHasNoText() {
        #expect(throws: EvaluationProblem.self) { try value("x ${{ absent }}") }
    }
}
