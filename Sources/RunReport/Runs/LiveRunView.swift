import Diagnostics
import RunMachine
import RunbookModel

/// A run while it is driven: its tree in the room of a terminal, a bar, and what the running steps print.
package struct LiveRunView: Sendable {
    private let run: Int64
    private let runbook: String
    private let steps: [StepView]
    private let counts: RunView.Counts
    private let words: String
    private let elapsed: Int64
    private let lastLines: [String: String]

    /// `lastLines`: by step, the last line that its running attempt printed.
    package init(
        run: Int64, runbook: Runbook, startedAt: Int64, _ machine: RunMachine, lastLines: [String: String], now: Int64
    ) {
        self.run = run
        self.runbook = runbook.name.text
        self.lastLines = lastLines
        steps = RunTree.steps(machine, now: now).filter { !$0.isHandler || $0.record.state != .pending }
        counts = RunTree.counts(machine)
        words =
            machine.run.outcome.map(StateWords.words)
            ?? StateWords.words(
                machine.run.activity, machine.run.direction, isDriven: true, forPeople: machine.asksOnlyPeople)
        elapsed = now - startedAt
    }

    /// Every step, each on a line.
    package func tree(_ style: TextStyle) -> [String] { steps.map { $0.line(style) } }

    /// At most so many lines of at most so many columns: all steps, or those around the work that goes on.
    package func frame(rows: Int, columns: Int, _ style: TextStyle) -> [String] {
        var lines: [String] = []
        for step in visible(rows: max(3, rows - 2 - lastLines.count)) {
            switch step {
            case .step(let step):
                lines.append(Self.cut(step.line(TextStyle()), columns, StateWords.colour(step.record.state), style))
                if let output = lastLines[step.step] {
                    let margin = String(repeating: " ", count: 2 * step.depth + 6)
                    lines.append(Self.cut(margin + "│ " + DisplayText.escaped(output), columns, .dim, style))
                }
            case .hidden(let count): lines.append(Self.cut("    … \(count) steps", columns, .dim, style))
            }
        }
        lines.append("")
        lines.append(Self.cut(bar, columns, .bold, style))
        return Array(lines.suffix(max(1, rows)))
    }

    private static func cut(_ line: String, _ columns: Int, _ colour: TextStyle.Colour?, _ style: TextStyle) -> String {
        style.paint(DisplayText.fitted(line, to: columns - 1), colour)
    }

    /// `run 12 of update  ████░░░░  5/12  running  12.3s`.
    private var bar: String {
        let width = 24
        let full = counts.total == 0 ? width : counts.settled * width / counts.total
        let blocks = String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
        return
            "run \(run) of \(runbook)  \(blocks)  \(counts.settled)/\(counts.total)  \(words)  \(ClockText.length(elapsed))"
    }

    private enum Row {
        case step(StepView)
        case hidden(Int)
    }

    /// All steps where there is room; else what is under way or failed, with the latest and the next around it.
    private func visible(rows: Int) -> [Row] {
        guard steps.count > rows else { return steps.map { .step($0) } }
        let isActive = steps.map {
            $0.record.phase != .idle
                || [.started, .undoStarted, .failed, .unknown, .undoFailed].contains($0.record.state)
        }
        let anchor = isActive.lastIndex(of: true) ?? isActive.indices.last ?? 0
        let before = Set(steps.indices.filter { isActive[$0] }.suffix(rows - 3))
        var shown = before
        for distance in 0..<steps.count where shown.count < rows - 2 {
            for index in [anchor - distance, anchor + distance]
            where steps.indices.contains(index) && shown.count < rows - 2 {
                shown.insert(index)
            }
        }
        return rowed(shown)
    }

    private func rowed(_ shown: Set<Int>) -> [Row] {
        var rows: [Row] = []
        var hidden = 0
        for (index, step) in steps.enumerated() {
            if shown.contains(index) {
                if hidden > 0 { rows.append(.hidden(hidden)) }
                hidden = 0
                rows.append(.step(step))
            } else {
                hidden += 1
            }
        }
        if hidden > 0 { rows.append(.hidden(hidden)) }
        return rows
    }
}
