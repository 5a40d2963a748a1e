import Expressions
import RunHost
import RunbookModel

/// One kind of check: how it looks, and what it is called where the author gave no title.
package protocol CheckPerformer: Sendable {
    /// The key in the runbook.
    var kind: String { get }
    /// Whether its timeout bounds the look; false for kinds that only pass on to other checks.
    var isBounded: Bool { get }
    /// A short rendering, such as `disk /opt free >= 2GiB`; never contains a secret.
    func title(_ argument: ArgumentReader) -> String
    /// One look. Whatever is thrown is inconclusive.
    func look(_ look: CheckLook) throws -> CheckFinding
}

extension CheckPerformer {
    package var isBounded: Bool { true }
}

/// What one look of a check is given.
package struct CheckLook: Sendable {
    package let argument: ArgumentReader
    package let context: CheckContext
    /// How long it may take.
    package let timeout: Duration
    /// For the checks inside `all`, `any` and `not`.
    package let evaluator: CheckEvaluator

    package init(argument: ArgumentReader, context: CheckContext, timeout: Duration, evaluator: CheckEvaluator) {
        self.argument = argument
        self.context = context
        self.timeout = timeout
        self.evaluator = evaluator
    }
}
