import Diagnostics
import Expressions

/// `belay.yml`: where state and runbooks are, and how people are told.
package struct Configuration: Sendable {
    package var statePath: String?
    /// The group that shares the state directory.
    package var stateGroup: String?
    package var runbookPaths: [String] = []
    /// The default for `--system`.
    package var system: String?
    package var channels: [String: Channel] = [:]
    /// Channels told of an event by default.
    package var notify: [String: [String]] = [:]
    package var keepRuns: Duration?
    package var keepUndo: Duration = .seconds(7 * 86_400)
    /// The directory of the file, to which its relative paths belong.
    package var directory: String?
    package init() {}

    /// A way to tell people.
    package enum Channel: Sendable {
        /// Gets the message on its standard input as JSON, and in `BELAY_*` variables.
        case command([String])
        /// Appends one JSON line a message.
        case log(file: String)
        /// A kind that this version does not deliver yet, such as `slack`.
        case unavailable(kind: String)
    }
}
