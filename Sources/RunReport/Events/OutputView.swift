import Diagnostics

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

    package init(run: Int64, step: String, attempt: Int, purpose: String, stream: String, line: String) {
        self.run = run
        self.step = step
        self.attempt = attempt
        self.purpose = purpose
        self.stream = stream
        self.line = line
    }

    /// The line, escaped; with the step and attempt in front where lines of several are mixed.
    package func text(withSource: Bool, _ style: TextStyle) -> String {
        let shown = DisplayText.escaped(line)
        guard withSource else { return shown }
        let source = "\(DisplayText.escaped(step))#\(attempt)" + (purpose == "action" ? "" : " (\(purpose))")
        return style.paint(source, stream == "stderr" ? .yellow : .cyan) + " │ " + shown
    }
}
