import Synchronization
import Testing

@testable import Expressions

@Suite struct ExpressionTests {
    @Test(arguments: [
        ("steps.backup.outputs.path", ["steps.backup.outputs.path"]),
        ("steps['backup'].outputs[\"path\"] + inputs.x", ["steps.backup.outputs.path", "inputs.x"]),
        ("steps.items[inputs.key].state", ["steps.items", "inputs.key"]),
        ("inputs.list.filter(x, x.name == run.id && inputs.y).size()", ["inputs.list", "run.id", "inputs.y"]),
        ("inputs.map(inputs, inputs.a)", ["inputs"]), ("cel.bind(x, a.b, x.c + .x.d)", ["a.b", "x.d"]),
        ("has(steps.a.outputs)", ["steps.a.outputs"]), ("steps.?a.?b.orValue(1)", ["steps.a.b"]),
        ("math.abs(x) > 1 && type(y) == int", ["x", "y"]), ("a.optMap(v, v.x + b)", ["a", "b"]),
        ("{'k': a.b}['k'] == [c][0]", ["a.b", "c"]), ("secrets.token.startsWith('x')", ["secrets.token"]),
    ])
    func referencesAreThePathsFromFreeVariables(source: String, paths: [String]) throws {
        let references = try ParsedExpression.parse(source).get().references
        #expect(references.map { $0.path.joined(separator: ".") } == paths)
    }

    @Test func aReferenceCoversItsWholePath() throws {
        let source = "1 + steps['a'].outputs.x"
        let range = try ParsedExpression.parse(source).get().references[0].range
        #expect(String(decoding: Array(source.utf8)[range], as: UTF8.self) == "steps['a'].outputs.x")
    }

    /// Bindings that answer for single steps, and must never be asked for all of them.
    private final class StepBindings: Bindings {
        let asked = Mutex<[String]>([])

        func value(_ name: String) -> Value? {
            asked.withLock { $0.append(name) }
            return nil
        }

        func member(_ variable: String, _ field: String) -> Value?? {
            guard variable == "steps" else { return nil }
            return field == "a" ? .some(["outputs": ["x": 1]]) : .some(nil)
        }
    }

    @Test func aFieldOfAVariableIsAskedForAlone() throws {
        let bindings = StepBindings()
        let environment = Environment(variables: ["steps": .dyn])
        func value(_ source: String) throws -> Value {
            try Expression.compile(source, in: environment).get().evaluate(bindings)
        }
        #expect(try value("steps.a.outputs.x") == 1)
        #expect(try value("steps['a'].outputs.x") == 1)
        #expect(try value("steps.?b.outputs.x.orValue(7)") == 7)
        #expect(try value("has(steps.a) && !has(steps.b)") == true)
        #expect(try value("steps['a' + ''].outputs.x + steps[?'b'].orValue({'n': 1}).n") == 2)
        #expect(throws: EvaluationProblem.self) { try value("steps.b.outputs") }
        #expect(bindings.asked.withLock { $0 } == [])
    }

    @Test func aVariableMayHoldAnOptional() throws {
        let bindings: [String: Value] = ["some": .optional(["x": 1]), "none": .optional(nil)]
        #expect(try evaluate("some.x.value() == 1 && some.?x.hasValue() && has(some.x)", bindings) == true)
        #expect(try evaluate("none.x.hasValue() || none.?x.hasValue() || has(none.x)", bindings) == false)
    }

    @Test func layeredBindingsPreferTheTop() throws {
        let base = DictionaryBindings(["a": ["x": 1], "b": 2])
        let layered = LayeredBindings(["a": ["x": 3]], over: base)
        let environment = Environment(variables: ["a": .dyn, "b": .dyn])
        #expect(try Expression.compile("a.x + b", in: environment).get().evaluate(layered) == 5)
    }

    @Test func aFieldThatMayBeAbsentHasAnOptional() throws {
        let outputs = RecordType(noun: "output", fields: ["path": .init(.string, mayBeAbsent: true)])
        let environment = Environment(variables: ["o": .record(outputs)])
        let expression = try Expression.compile("o.?path.orValue('none')", in: environment).get()
        #expect(expression.resultType == .string)
        #expect(try expression.evaluate(DictionaryBindings(["o": [:]])) == "none")
        #expect(try expression.evaluate(DictionaryBindings(["o": ["path": "/x"]])) == "/x")
        #expect(
            problems("o.?paht.orValue('')", in: environment)
                == ["[paht] unknown output 'paht' | did you mean 'path'?"])
    }

    @Test(arguments: [
        ("[1, 2]", "list(int)"), ("[1, 'a']", "list(dyn)"), ("{'a': [1.5]}", "map(string, list(double))"),
        ("[]", "list(dyn)"),
        ("1 < 2 ? duration('1s') : duration('2s')", "duration"), ("[1].map(x, string(x))", "list(string)"),
        ("optional.of(1)", "optional(int)"), ("semver('1')", "version"), ("json('1')", "dyn"),
        ("[{'a': 1}].map(m, m.a)[0]", "int"), ("math.greatest(1, 2)", "int"), ("math.greatest(1, 2.0)", "dyn"),
        ("min([1.5])", "double"), ("sum([dyn(1)])", "dyn"),
        ("[[1], [dyn('a')]]", "list(list(dyn))"), ("optional.none().orValue(1)", "int"), ("dyn(1) + 1", "int"),
        ("timestamp(0) - timestamp(0)", "duration"), ("type(1)", "type(int)"),
        ("{'a': 1}.transformMap(k, v, k + 'x')", "map(string, string)"), ("[[1], []]", "list(list(int))"),
    ])
    func typesAreInferred(source: String, type: String) throws {
        #expect(try Expression.compile(source, in: Environment()).get().resultType.description == type)
    }

    @Test func childrenOfAnEnvironmentHideItsVariables() throws {
        let parent = Environment(variables: ["x": .int])
        let child = parent.adding(["x": .string, "y": .bool])
        #expect(try Expression.compile("x", in: child).get().resultType == .string)
        #expect(try Expression.compile("x", in: parent).get().resultType == .int)
        #expect(problems("y", in: parent).count == 1)
    }

    @Test func composedAndDecomposedLettersAreDifferentKeys() throws {
        #expect(try evaluate("{'Am\\u00E9lie': 1, 'Ame\\u0301lie': 2}.size()") == 2)
    }
}
