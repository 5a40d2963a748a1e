import Expressions
import RunbookModel

/// Reads what a program wrote to `$BELAY_OUTPUT`: `name=value` lines, or JSON lines.
package enum OutputFile {
    /// The largest file that is read, in bytes.
    package static let limit = 1 << 20

    /// The declared outputs in it, converted to their types. A later line replaces an earlier one.
    package static func parse(
        _ bytes: [UInt8], _ declarations: [OutputDeclaration]
    ) -> Result<ValueMap, OutputProblem> {
        .success(ValueMap())
    }
}

/// Why the outputs of a step could not be taken; lower case, names line and output.
package struct OutputProblem: Error, Sendable, Equatable {
    package let message: String
    package init(_ message: String) { self.message = message }
}
