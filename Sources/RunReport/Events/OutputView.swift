import Diagnostics
import RunMachine
import RunbookModel

/// One line that an attempt printed.
package struct OutputView: Encodable, Sendable {
    package let version = 1
    package let type = "output"
    package let run: Int64
    package let step: String
    package let attempt: Int
    /// What the attempt was for, such as `action` or `undo`.
    package let purpose: String
    /// `stdout` or `stderr`.
    package let stream: String
    package let line: String

    package init(run: Int64, _ intent: AttemptIntent, stream: String, line: String) {
        self.run = run
        step = intent.step.text
        attempt = intent.number
        purpose = intent.purpose.rawValue
        self.stream = stream
        self.line = line
    }

    /// The line, escaped; with the step and attempt in front where lines of several are mixed.
    package func text(withSource: Bool, _ style: TextStyle) -> String {
        (withSource ? Self.source(step, attempt, purpose, stream, style) : "") + DisplayText.escaped(line)
    }

    /// What stands in front of a line: `install#2 (undo) │ `.
    package static func source(_ intent: AttemptIntent, _ stream: String, _ style: TextStyle) -> String {
        source(intent.step.text, intent.number, intent.purpose.rawValue, stream, style)
    }

    private static func source(
        _ step: String, _ attempt: Int, _ purpose: String, _ stream: String, _ style: TextStyle
    ) -> String {
        let source = "\(DisplayText.escaped(step))#\(attempt)" + (purpose == "action" ? "" : " (\(purpose))")
        return style.paint(source, stream == "stderr" ? .yellow : .cyan) + " │ "
    }
}
