import Testing

@testable import Expressions

/// The value of an expression with these bindings; every variable has the type `dyn` unless the environment says more.
func evaluate(
    _ source: String, _ bindings: [String: Value] = [:], in environment: Environment? = nil,
    limits: Limits = .standard
) throws -> Value {
    let environment = environment ?? Environment(variables: bindings.mapValues { _ in .dyn })
    return try Expression.compile(source, in: environment).get().evaluate(DictionaryBindings(bindings), limits: limits)
}

/// The problems of an expression: the text they underline, what they say, and the help.
func problems(_ source: String, in environment: Environment = Environment()) -> [String] {
    guard case .failure(let problems) = Expression.compile(source, in: environment) else { return [] }
    return problems.all.map { describe($0, in: source) }
}

func describe(_ problem: ExpressionProblem, in source: String) -> String {
    let part = String(decoding: Array(source.utf8)[problem.range], as: UTF8.self)
    return "[\(part)] \(problem.message)" + (problem.help.map { " | \($0)" } ?? "")
}

/// Why an expression has no value; nil where it has one.
func failure(_ source: String, _ bindings: [String: Value] = [:], limits: Limits = .standard) -> String? {
    do {
        _ = try evaluate(source, bindings, limits: limits)
        return nil
    } catch let problem as EvaluationProblem {
        let part = String(decoding: Array(source.utf8)[problem.range], as: UTF8.self)
        return "[\(part)] \(problem.message)"
    } catch {
        return "\(error)"
    }
}
