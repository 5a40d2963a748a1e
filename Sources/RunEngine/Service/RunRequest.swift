import Expressions
import RunMachine
import RunbookModel

/// What somebody wants to run.
package struct RunRequest: Sendable {
    /// A path, or a name in the runbook paths.
    package var runbook: String
    /// Texts given with `-i`; they beat `values`.
    package var inputs: [String: String] = [:]
    /// Values given with `-f`.
    package var values: [String: Value] = [:]
    package var system: String?
    package var environment: [String: String]
    /// Refuses to run when the plan is not the one that was looked at.
    package var planDigest: String?
    /// Guide mode: a person lets each step start.
    package var isGuided = false
    /// Asks the person who starts for the value of a secret or a missing input; nil where nobody can be asked.
    package var ask: (@Sendable (_ prompt: String, _ isSecret: Bool) -> String?)?

    package init(runbook: String, environment: [String: String]) {
        self.runbook = runbook
        self.environment = environment
    }
}
