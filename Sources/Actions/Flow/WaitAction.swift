import Checks
import RunbookModel

/// Waits for a time, a time of day, or until checks hold.
package struct WaitAction {
    /// How long the wait is at most, from now: what the engine journals as its deadline.
    package static func length(_ argument: Argument, in context: ActionContext) throws -> Duration { .zero }
}
