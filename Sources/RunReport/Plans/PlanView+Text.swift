import Diagnostics

extension PlanView {
    /// The plan for people.
    package func text(_ style: TextStyle) -> String {
        var lines = [heading(style)]
        lines += inputs.map { field("input", "\($0.name) = \($0.value.value.plainWords)") }
        lines += locks.map { field("lock", $0) }
        if let deadline { lines.append(field("deadline", deadline)) }
        lines.append(field("rollback", rollbackPolicy))
        if !preconditions.isEmpty { lines += ["", "preconditions"] + preconditions.map { $0.line(style) } }
        lines += ["", "steps"] + steps.flatMap { $0.lines(style) }
        if !rollbackVerify.isEmpty {
            lines += ["", "after a rollback"] + rollbackVerify.map { "  · \(DisplayText.escaped($0))" }
        }
        lines += ["", "digest \(digest)"]
        return lines.map { $0 + "\n" }.joined()
    }

    private func heading(_ style: TextStyle) -> String {
        let place = system.map { " on \(DisplayText.escaped($0))" } ?? ""
        let name = style.paint(DisplayText.escaped(runbook), .bold) + place
        return title.map { "\(name)  \(DisplayText.escaped($0))" } ?? name
    }

    private func field(_ name: String, _ value: String) -> String {
        "  \(DisplayText.padded(name, to: 10)) \(DisplayText.escaped(value))"
    }
}

extension PlanView.Precondition {
    fileprivate func line(_ style: TextStyle) -> String {
        let (mark, colour): (String, TextStyle.Colour?) =
            switch answer {
            case "met": ("✔", .green)
            case "not_met": severity == "warn" ? ("⚠", .yellow) : ("✘", .red)
            case "warn": ("⚠", .yellow)
            case "inconclusive": ("?", .yellow)
            default: ("·", nil)
            }
        let found = detail.map { $0.isEmpty ? "" : ": " + DisplayText.escaped($0) } ?? ""
        return "  \(style.paint(mark, colour)) \(DisplayText.escaped(title))\(found)"
    }
}

extension PlanView.Step {
    fileprivate func lines(_ style: TextStyle) -> [String] {
        let indent = String(repeating: "  ", count: depth + 1)
        let name = step.split(separator: "/").last.map(String.init) ?? step
        var head = "\(indent)· \(style.paint(DisplayText.escaped(name), .bold))"
        if let title { head += "  \(DisplayText.escaped(title))" }
        if isCommit { head += style.paint("  ● point of no return", .yellow) }
        if isBarrier { head += style.paint("  ⚠ a rollback stops here", .yellow) }
        return [head]
            + facts.map {
                "\(indent)    \(style.paint(DisplayText.padded($0.name, to: 9), .dim)) \(DisplayText.escaped($0.value))"
            }
    }

    private var facts: [(name: String, value: String)] {
        var facts: [(name: String, value: String)] = []
        if let foreach { facts.append(("repeats", foreach)) }
        if !isGroup || does != "group" { facts.append(("does", does)) }
        facts += changes.enumerated().map { ($0.offset == 0 ? "changes" : "", $0.element) }
        if !knownAfter.isEmpty { facts.append(("known", "after \(knownAfter.joined(separator: ", "))")) }
        if !needs.isEmpty {
            facts.append(
                ("needs", needs.map { $0.split(separator: "/").last.map(String.init) ?? $0 }.joined(separator: ", ")))
        }
        if let when { facts.append(("when", when)) }
        facts += doneWhen.map { ("done when", $0) }
        facts += until.map { ("until", $0) }
        facts += verify.map { ("verify", $0) }
        if let undo { facts.append(("undo", undo.hasPrefix("undo: ") ? String(undo.dropFirst(6)) : undo)) }
        return facts
    }
}
