import Diagnostics
import Expressions
import Testing

@testable import RunbookLoading

@Suite struct YAMLValueTests {
    @Test func aDocumentBecomesAValue() throws {
        let value = try YAMLValue.parse("a: [1, 2.5, true, ~, no]\nb: {c: '1'}\n")
        #expect(value == ["a": [1, .double(2.5), true, .null, "no"], "b": ["c": "1"]])
    }

    @Test func aMistakeIsNamedWithItsPlace() {
        #expect(throws: YAMLValueProblem(message: "the key 'a' is given twice (line 2, column 1)")) {
            try YAMLValue.parse("a: 1\na: 2\n")
        }
    }

    @Test func expressionsReadYAML() throws {
        let environment = Environment(variables: ["text": .string], functions: [YAMLFunction.function])
        let expression = try Expression.compile("yaml(text).a[1]", in: environment).get()
        #expect(try expression.evaluate(DictionaryBindings(["text": "a: [x, y]"])) == "y")
        #expect(throws: EvaluationProblem.self) { try expression.evaluate(DictionaryBindings(["text": "a: [x"])) }
    }

    @Test func valuesComeFromAFile() {
        let loader = RunbookLoader(
            provider: .pinned(["v.yml": Array("version: 1.20\n".utf8), "l.yml": Array("[a]".utf8)]))
        #expect(loader.loadValues("v.yml").values?.count == 1)
        #expect(loader.loadValues("l.yml").diagnostics.errorCount == 1)
        #expect(loader.loadValues("absent.yml").diagnostics.errorCount == 1)
    }
}
