import Checks
import Expressions
import RunbookModel

/// One kind of action that is performed inside the driver.
package protocol ActionPerformer: Sendable {
    /// The key in the runbook.
    var kind: String { get }
    /// Performs it; blocks the calling thread, and never throws: what goes wrong is in the result.
    func perform(_ argument: Argument, in context: ActionContext) -> ActionResult
    /// Takes it back from what it recorded; nil for kinds without an undo of their own.
    ///
    /// Safe to repeat, and whether it was applied, partly applied or not at all.
    func undo(_ data: Value, in context: ActionContext) -> ActionResult?
    /// What it would change if it were performed now; nil for kinds that cannot tell. It only looks, and never throws.
    func preview(_ argument: Argument, in context: ActionContext) -> ActionPreview?
}

extension ActionPerformer {
    package func undo(_ data: Value, in context: ActionContext) -> ActionResult? { nil }
    package func preview(_ argument: Argument, in context: ActionContext) -> ActionPreview? { nil }
}
