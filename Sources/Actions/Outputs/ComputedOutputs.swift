import Checks
import Expressions
import RunbookModel

/// Outputs that are expressions on the result of an action.
package enum ComputedOutputs {
    /// Evaluates every declaration that is an expression.
    package static func evaluate(
        _ declarations: [OutputDeclaration], result: [String: Value], _ bindings: any Bindings
    ) -> Result<ValueMap, OutputProblem> {
        .success(ValueMap())
    }
}
