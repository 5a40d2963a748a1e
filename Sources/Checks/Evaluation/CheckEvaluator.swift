import Expressions
import RunHost
import RunbookModel

/// Evaluates lists of checks; all of a list are looked at, whatever the first says.
package struct CheckEvaluator: Sendable {
    private let performers: [String: any CheckPerformer]

    package init(_ performers: [any CheckPerformer] = BuiltInChecks.all) {
        self.performers = Dictionary(uniqueKeysWithValues: performers.map { ($0.kind, $0) })
    }

    /// One look at every check of the list, in its order. Blocks the calling thread.
    package func evaluate(_ calls: [CheckCall], in context: CheckContext) -> CheckReport {
        CheckReport([])
    }
}
