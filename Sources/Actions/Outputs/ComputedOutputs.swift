import Checks
import Expressions
import RunbookModel

/// Outputs that are expressions on the result of an action.
package enum ComputedOutputs {
    /// Evaluates every declaration that is an expression; the first that has no value is the problem.
    package static func evaluate(
        _ declarations: [OutputDeclaration], result: [String: Value], _ bindings: any Bindings
    ) -> Result<ValueMap, OutputProblem> {
        var outputs = ValueMap()
        let layered = LayeredBindings(result, over: bindings)
        for declaration in declarations {
            guard case .expression(let expression) = declaration.source else { continue }
            do {
                outputs[declaration.name] = try expression.evaluate(layered)
            } catch {
                return .failure(OutputProblem("output '\(declaration.name)' has no value: \(error.message)"))
            }
        }
        return .success(outputs)
    }
}
