import Diagnostics

/// What is said of a run that goes on without its terminal.
package struct DetachedView: Encodable, Sendable {
    package let version = 1
    package let run: Int64
    /// Of its driver.
    package let pid: Int32
    package let next: [NextCommand]

    package init(run: Int64, pid: Int32) {
        self.run = run
        self.pid = pid
        next = [
            NextCommand("belay watch \(run)", "see it go on"),
            NextCommand("belay logs \(run) -f", "follow the output"),
            NextCommand("belay status \(run)", "where it stands"),
            NextCommand("belay pause \(run)", "stop after the attempts in flight"),
        ]
    }

    package func text(_ style: TextStyle) -> String {
        let width = next.map { DisplayText.columns(of: $0.command) }.max() ?? 0
        let lines = next.map { "  \(DisplayText.padded($0.command, to: width))  # \($0.effect)\n" }
        return "run \(run) goes on without this terminal (process \(pid))\n\n" + lines.joined()
    }
}
