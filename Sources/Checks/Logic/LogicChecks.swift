import Expressions
import RunbookModel

/// An expression is true.
struct ThatCheck: CheckPerformer {
    let kind = "that"

    func title(_ argument: ArgumentReader) -> String { "that " + source(argument) }

    func look(_ look: CheckLook) throws -> CheckFinding {
        guard case .expression(let expression) = look.argument.argument else {
            throw ArgumentProblem("expected an expression")
        }
        let value = try expression.evaluate(look.context.bindings)
        guard let holds = value.asBool else {
            return CheckFinding(.inconclusive, "the expression gives \(value.kindForPeople), not true or false")
        }
        return CheckFinding(holds ? .met : .notMet, holds ? "it is true" : "it is false")
    }

    private func source(_ argument: ArgumentReader) -> String {
        if case .expression(let expression) = argument.argument { expression.source } else { "" }
    }
}

/// Checks over checks, with three-valued logic.
struct LogicCheck: CheckPerformer {
    enum Operator: String { case all, any, not }

    let `operator`: Operator
    var kind: String { `operator`.rawValue }
    var isBounded: Bool { false }

    func title(_ argument: ArgumentReader) -> String {
        guard case .checks(let calls) = argument.argument else { return kind }
        return "\(kind) of \(calls.count) checks"
    }

    func look(_ look: CheckLook) throws -> CheckFinding {
        guard case .checks(let calls) = look.argument.argument else { throw ArgumentProblem("expected checks") }
        let report = look.evaluator.evaluate(calls, in: look.context)
        if report.wasInterrupted { return .interrupted }
        let answer =
            switch `operator` {
            case .all: report.answer
            case .any: CheckAnswer.any(report.results.map(\.weight))
            case .not: report.answer.negated
            }
        let told = report.results.map { "\($0.title): \($0.detail)" }.joined(separator: "; ")
        return CheckFinding(answer, told.isEmpty ? "no checks" : told)
    }
}
