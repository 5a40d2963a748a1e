import Checks
import Expressions
import RunbookModel

/// Judges a result by the step's `expect:`.
package enum Expectation {
    /// Nil where the result is as expected, else why not.
    package static func judge(
        _ expect: Expression?, result: [String: Value], _ bindings: any Bindings
    ) -> ActionResult.Outcome? {
        nil
    }

    /// Of a process: exit 0, unless `expect` itself speaks of `exit` or `signal`; then it decides alone.
    package static func judgeProcess(
        _ expect: Expression?, result: [String: Value], _ bindings: any Bindings
    ) -> ActionResult.Outcome? {
        nil
    }
}
