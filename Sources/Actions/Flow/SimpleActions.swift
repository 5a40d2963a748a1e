import Checks
import Expressions
import RunbookModel

/// Computes outputs.
struct SetAction: ActionPerformer {
    let kind = "set"

    func perform(_ argument: Argument, in context: ActionContext) -> ActionResult {
        guard case .record(let fields) = argument else { return .failed("expected a mapping of expressions") }
        var outputs = ValueMap()
        for field in fields {
            do {
                outputs[field.key] = try value(field.value, context)
            } catch {
                return .failed("'\(field.key)' has no value: \(Problem.text(error))")
            }
        }
        return ActionResult(.done, outputs: outputs)
    }

    private func value(_ argument: Argument, _ context: ActionContext) throws -> Value {
        if case .expression(let expression) = argument { return try expression.evaluate(context.checks.bindings) }
        guard let value = try ArgumentReader(argument, context.checks).value() else {
            throw ArgumentProblem("expected an expression")
        }
        return value
    }
}

/// Ends the run here.
struct EndAction: ActionPerformer {
    let kind = "end"

    func perform(_ argument: Argument, in context: ActionContext) -> ActionResult {
        let reader = ArgumentReader(argument, context.checks)
        do {
            let word = try reader.required("outcome")
            guard let outcome = EndRequest.Outcome(rawValue: word) else {
                return .failed("'\(word)' is not an outcome")
            }
            let request = EndRequest(
                outcome: outcome, disposition: try reader.text("disposition"), message: try reader.text("message"))
            return ActionResult(.done, end: request)
        } catch {
            return .failed(Problem.text(error))
        }
    }
}
