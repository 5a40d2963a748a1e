import Diagnostics
import RunMachine

extension RunView {
    /// The whole status.
    package func text(_ style: TextStyle) -> String {
        var lines = [headline(style)] + facts(style) + [""]
        lines += steps.filter { !$0.isHandler }.map { $0.line(style) }
        let handlers = steps.filter(\.isHandler)
        if !handlers.isEmpty { lines += ["", "handlers"] + handlers.map { $0.line(style) } }
        lines += conclusion(style)
        return lines.map { $0 + "\n" }.joined()
    }

    /// Why the run stands where it stands, and which commands go on: the last lines of a command that drove it.
    package func closing(_ style: TextStyle) -> String {
        var lines = [headline(style)] + results(style)
        lines += conclusion(style)
        return lines.map { $0 + "\n" }.joined()
    }

    /// `run 12 of update on demo: succeeded  4.2s`.
    package func headline(_ style: TextStyle) -> String {
        let place = system.map { " on \(DisplayText.escaped($0))" } ?? ""
        let undo = undoOf.map { ", undo of run \($0)" } ?? ""
        let colour = record.outcome.map(StateWords.colour) ?? (record.activity == .attention ? .yellow : .cyan)
        let state = style.paint(words, colour)
        let elapsed = style.paint(ClockText.length(elapsed), .dim)
        return "run \(run) of \(DisplayText.escaped(runbook))\(place)\(undo): \(state)  \(elapsed)"
    }

    private func facts(_ style: TextStyle) -> [String] {
        var lines: [String] = []
        if let title { lines.append(field("title", title)) }
        lines.append(field("started", "\(ClockText.dateTime(started)) by \(requester)"))
        if let driver, isOpen { lines.append(field("driver", Self.words(driver))) }
        if let terminal, isOpen { lines.append(field("asked at", "the terminal of " + Self.words(terminal))) }
        if let deadline = record.deadline, isOpen {
            lines.append(field("deadline", ClockText.dateTime(deadline.due.wall)))
        }
        lines += results(style)
        if counts.allowedFailures > 0 {
            lines.append(field("allowed", "\(counts.allowedFailures) failed steps, allowed"))
        }
        if let outputs, let map = outputs.value.asMap {
            lines += map.map { field("output", "\($0.key.asString ?? "")=\($0.value.plainWords)") }
        }
        lines.append(field("files", directory))
        if !changedFiles.isEmpty {
            lines.append(
                field(
                    "changed",
                    "\(changedFiles.joined(separator: ", ")) since the start; the run keeps to what it pinned"))
        }
        return lines
    }

    private static func words(_ driver: Driver) -> String {
        guard let pid = driver.pid, let user = driver.user else { return "another process" }
        return driver.isSelf ? "this process" : "process \(pid) of \(user)"
    }

    /// The forward and the rollback result, apart.
    private func results(_ style: TextStyle) -> [String] {
        var lines: [String] = []
        if let forward, forward.result != "succeeded" || forward.reason != nil {
            let place = forward.step.map { " at \($0)" } ?? ""
            let why = forward.reason.map { ": \($0)" } ?? ""
            lines.append(field("forward", forward.result + place + why))
        }
        if record.direction == .rollback {
            lines.append(field("rollback", record.rollback == .none ? "not finished" : Self.words(record.rollback)))
        }
        if outcome == "inconsistent" {
            let left = steps.filter { !$0.isGroup && $0.record.state.mayHaveEffect }
            lines += left.map { field("not undone", $0.step) }
        }
        lines += held.map { field("still held", $0) }
        return lines
    }

    private static func words(_ result: RollbackResult) -> String {
        switch result {
        case .none: "none"
        case .done: "done"
        case .toCommit: "done, up to the point of no return"
        case .inconsistent: "incomplete"
        }
    }

    private func conclusion(_ style: TextStyle) -> [String] {
        var lines: [String] = []
        if let reason = record.activityReason, isOpen {
            lines += ["", style.paint(DisplayText.escaped(reason), .yellow)]
        }
        for question in questions { lines += ["", style.paint(question.headline, .yellow)] }
        for prompt in prompts { lines += ["", style.paint(DisplayText.escaped(prompt.headline), .yellow)] }
        guard !next.isEmpty else { return lines }
        let width = next.map { DisplayText.columns(of: $0.command) }.max() ?? 0
        lines.append("")
        lines += next.map { "  \(DisplayText.padded(DisplayText.escaped($0.command), to: width))  # \($0.effect)" }
        return lines
    }

    private func field(_ name: String, _ value: String) -> String {
        "  \(DisplayText.padded(name, to: 10)) \(DisplayText.escaped(value))"
    }
}

extension QuestionView {
    /// `install: exit 1; what now?`, escaped.
    package var headline: String { "\(step.map { DisplayText.escaped($0) + ": " } ?? "")\(DisplayText.escaped(why))" }
}

extension StepView {
    /// One line of the tree.
    package func line(_ style: TextStyle) -> String {
        let mark = style.paint(StateWords.mark(record.state), StateWords.colour(record.state))
        let name = DisplayText.escaped(id)
        var parts = ["  " + String(repeating: "  ", count: depth) + "\(mark) \(name)"]
        if record.phase != .idle || [.unknown, .undoFailed, .waived].contains(record.state) || record.isAllowed {
            parts.append(words)
        }
        if let elapsed, !isGroup || record.state == .started {
            parts.append(style.paint(ClockText.length(elapsed), .dim))
        }
        if record.tries > 1 { parts.append("\(record.tries) tries") }
        if let byPerson { parts.append(DisplayText.escaped(byPerson)) }
        if let decidedBy { parts.append("by \(DisplayText.escaped(decidedBy))") }
        if isDoneByHand, let why { parts.append(DisplayText.escaped(why)) }
        if let reason { parts.append(style.paint(DisplayText.escaped(reason), .dim)) }
        let line = parts.joined(separator: "  ")
        guard let width = style.width, !style.isColoured else { return line }
        return DisplayText.fitted(line, to: width)
    }
}
