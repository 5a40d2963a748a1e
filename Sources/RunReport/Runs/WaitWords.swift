import Diagnostics
import RunMachine
import RunPlan
import RunbookModel

/// What a run waits for, for whom, and until when.
enum WaitWords {
    /// One line for each: questions first, then what comes by itself.
    static func lines(_ machine: RunMachine, run: Int64, now: Int64) -> [StyledLine] {
        guard !machine.run.isClosed else { return [] }
        var lines = RunTree.questions(machine, run: run).map { StyledLine("? " + $0.headline, .yellow) }
        let moment = Moment(wall: now, boot: 0, bootID: "")
        lines += RunTree.prompts(machine, run: run, at: moment).map {
            StyledLine("? " + DisplayText.escaped($0.headline), .yellow)
        }
        if let reason = machine.run.activityReason {
            lines.append(StyledLine("? " + DisplayText.escaped(reason), .yellow))
        }
        if let actor = machine.run.pauseRequested, machine.run.activity != .paused {
            lines.append(StyledLine("  pausing after what runs now (\(DisplayText.escaped(actor.user)))", .yellow))
        }
        for node in machine.workNodes {
            if let line = wait(machine.steps[node.index], node, now) { lines.append(line) }
        }
        if let deadline = machine.run.deadline, !machine.run.deadlineHasPassed, machine.run.forward == nil {
            lines.append(StyledLine("  deadline at \(until(deadline, now))", .dim))
        }
        return lines
    }

    /// What the driver looks at beside the steps.
    static func looks(_ machine: RunMachine) -> [StyledLine] {
        let record = machine.run
        if !record.isAdmitted, record.forward == nil, record.question == nil {
            return [StyledLine("  looking at the preconditions", .dim)]
        }
        return machine.isRollbackVerifyDue
            ? [StyledLine("  everything is undone; looking whether all is as it was before", .dim)] : []
    }

    private static func wait(_ record: StepRecord, _ node: PlanNode, _ now: Int64) -> StyledLine? {
        let name = DisplayText.escaped(node.path.text)
        if let end = record.waitUntil, record.state == .started {
            return StyledLine("  \(name) waits until \(until(end, now))")
        }
        if case .backingOff(_, _, let next) = record.phase {
            return StyledLine("  \(name) is tried again at \(until(next, now))")
        }
        return nil
    }

    /// `12:30:00, 4m10s left`.
    private static func until(_ deadline: Deadline, _ now: Int64) -> String {
        let left = deadline.due.wall - now
        return ClockText.time(deadline.due.wall) + (left > 0 ? ", \(ClockText.roughly(left)) left" : "")
    }
}

/// A line that a program printed, as a live view shows it.
enum OutputLine {
    /// The line without what only colours it, all else that a terminal could act upon as escapes.
    static func shown(_ line: String) -> String {
        // A bar that is drawn over itself: what would stand there last.
        let last = line.split(separator: "\r").last { !$0.allSatisfy(\.isWhitespace) } ?? ""
        return DisplayText.escaped(withoutColours(last))
    }

    private static func withoutColours(_ line: Substring) -> String {
        guard line.unicodeScalars.contains("\u{1B}") else { return String(line) }
        var result = String.UnicodeScalarView()
        var rest = Substring(line).unicodeScalars
        while let scalar = rest.popFirst() {
            if scalar == "\u{1B}", let after = colour(rest) { rest = after } else { result.append(scalar) }
        }
        return String(result)
    }

    /// What follows upon `[1;31m`; nil where something else stands there.
    private static func colour(_ text: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView? {
        guard text.first == "[" else { return nil }
        let rest = text.dropFirst().drop { "0123456789;:".unicodeScalars.contains($0) }
        return rest.first == "m" ? rest.dropFirst() : nil
    }
}
