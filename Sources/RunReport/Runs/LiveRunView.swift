import Diagnostics
import RunMachine
import RunbookModel

/// A run while it goes on: its tree in the room of a terminal, what it waits for, a bar, and what the running steps print.
package struct LiveRunView: Sendable {
    /// What is known of a run beside its state; gathered by whoever draws it.
    package struct Facts: Sendable {
        package var run: Int64
        package var runbook: String
        /// Milliseconds since 1970.
        package var startedAt: Int64
        package var endedAt: Int64?
        /// Whether some process drives it now.
        package var isDriven = true
        /// By step, the latest lines that its running attempt printed, as they are.
        package var outputs: [String: [String]] = [:]
        /// By step, how long its running attempt takes as a rule, milliseconds.
        package var expected: [String: Int64] = [:]
        package init(run: Int64, runbook: String, startedAt: Int64) {
            self.run = run
            self.runbook = runbook
            self.startedAt = startedAt
        }
    }

    private let facts: Facts
    private let steps: [StepView]
    private let counts: RunView.Counts
    private let waits: [StyledLine]
    private let words: String
    private let colour: TextStyle.Colour?
    private let elapsed: Int64

    package init(_ facts: Facts, _ machine: RunMachine, now: Int64) {
        self.facts = facts
        steps = RunTree.steps(machine, now: now).filter { !$0.isHandler || $0.record.state != .pending }
        counts = RunTree.counts(machine)
        waits = WaitWords.lines(machine, run: facts.run, now: now) + (facts.isDriven ? WaitWords.looks(machine) : [])
        let record = machine.run
        words =
            record.outcome.map(StateWords.words)
            ?? StateWords.words(
                record.activity, record.direction, isDriven: facts.isDriven, forPeople: machine.asksOnlyPeople)
        colour = record.outcome.map(StateWords.colour) ?? (record.activity == .running ? .cyan : .yellow)
        elapsed = (facts.endedAt ?? now) - facts.startedAt
    }

    /// Every step, each on a line.
    package func tree(_ style: TextStyle) -> [String] { steps.map { $0.line(style) } }

    /// At most so many lines of at most so many columns: all steps, or those around the work that goes on; below them
    /// what the run waits for, the bar, and the given lines.
    package func frame(rows: Int, columns: Int, footer: [String] = [], _ style: TextStyle) -> [String] {
        var below = waits.isEmpty ? [StyledLine()] : [StyledLine()] + waits.prefix(max(1, rows / 4))
        below.append(bar(columns - 1))
        below += footer.map { StyledLine(DisplayText.escaped($0), .yellow) }
        let above = tree(room: max(0, rows - below.count), style)
        // The last column stays free: some terminals break a line that fills it.
        return (above + below).suffix(max(1, rows)).map { $0.text(columns: max(1, columns - 1), style) }
    }

    private func tree(room: Int, _ style: TextStyle) -> [StyledLine] {
        let printing = steps.count { facts.outputs[$0.step]?.isEmpty == false }
        let tail = tailLength(room: room, printing)
        var lines: [StyledLine] = []
        for row in visible(rows: max(3, room - printing * tail)) {
            switch row {
            case .hidden(let count): lines.append(StyledLine("    … \(count) steps", .dim))
            case .step(let step):
                lines.append(step.liveLine(expected: facts.expected[step.step], style))
                let margin = String(repeating: " ", count: 2 * step.depth + 4)
                for output in (facts.outputs[step.step] ?? []).suffix(tail) {
                    lines.append(StyledLine(margin + "│ " + OutputLine.shown(output), .dim))
                }
            }
        }
        return lines
    }

    /// How many lines of output each running step shows: one, and more where there is room.
    private func tailLength(room: Int, _ printing: Int) -> Int {
        guard printing > 0, room > 4 else { return 0 }
        return max(1, min(6, (room - steps.count) / printing))
    }

    /// `run 12 of update  ████░░░░  5/12  running  12s`.
    private func bar(_ columns: Int) -> StyledLine {
        let name = "run \(facts.run) of \(DisplayText.escaped(facts.runbook))"
        let count = "\(counts.settled)/\(counts.total)"
        let time = ClockText.roughly(elapsed)
        let others = [name, count, words, time].reduce(8) { $0 + DisplayText.columns(of: $1) }
        let width = min(24, columns - others)
        var line = StyledLine(name, .bold)
        if width >= 4 {
            let full = counts.total == 0 ? width : counts.settled * width / counts.total
            line.add("  " + String(repeating: "█", count: full), colour)
            line.add(String(repeating: "░", count: width - full), .dim)
        }
        line.add("  \(count)  ")
        line.add(words, colour)
        line.add("  \(time)")
        return line
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

extension StepView {
    /// The line of a step while its run goes on; without colours the state stands there in words, too.
    func liveLine(expected: Int64?, _ style: TextStyle) -> StyledLine {
        let colour = StateWords.colour(record.state)
        var line = StyledLine("  " + String(repeating: "  ", count: depth))
        line.add(StateWords.mark(record.state) + " ", colour)
        line.add(DisplayText.escaped(id), record.state == .pending ? .dim : nil)
        let isMarkEnough = record.phase == .idle && !record.isAllowed && style.isColoured
        if !isMarkEnough && (record.phase != .idle || record.state != .pending)
            || [.unknown, .undoFailed, .waived].contains(record.state)
        {
            line.add("  " + liveWords, colour)
        }
        if let elapsed, !isGroup || record.state == .started { line.add("  " + time(elapsed, expected), .dim) }
        if record.tries > 1 { line.add("  \(record.tries) tries") }
        if let decidedBy { line.add("  by " + DisplayText.escaped(decidedBy)) }
        if let reason { line.add("  " + DisplayText.escaped(reason), record.state == .failed ? .red : .dim) }
        return line
    }

    /// As `words`, without what changes with every frame.
    private var liveWords: String {
        guard case .backingOff = record.phase else { return words }
        return "\(StateWords.words(record.state)), is tried again"
    }

    private func time(_ elapsed: Int64, _ expected: Int64?) -> String {
        guard record.phase != .idle || record.state == .started || record.state == .undoStarted else {
            return ClockText.length(elapsed)
        }
        let usual = expected.map { ", usually " + ($0 < 1_000 ? "under 1s" : ClockText.roughly($0)) } ?? ""
        return ClockText.roughly(elapsed) + usual
    }
}
