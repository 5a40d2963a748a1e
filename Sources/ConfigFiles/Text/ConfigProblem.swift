/// Why a configuration file cannot be read or changed; lower case, no full stop.
package struct ConfigProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String
    /// Counted from 1; nil where the whole file is meant.
    package let line: Int?

    package init(_ message: String, line: Int? = nil) {
        self.message = message
        self.line = line
    }

    package var description: String { line.map { "line \($0): \(message)" } ?? message }
}
