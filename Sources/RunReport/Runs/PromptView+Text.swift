import Diagnostics
import Expressions
import RunMachine
import RunPlan

extension PromptView {
    /// The whole question as a person is to see it before answering, with a line feed at its end.
    package func page(_ style: TextStyle, at now: Moment) -> String {
        var lines = [rule(style)]
        if !title.isEmpty, title != step { lines.append(style.paint(DisplayText.escaped(title), .bold)) }
        lines.append(style.paint("\(noun), by \(DisplayText.escaped(who))", .dim))
        lines += times(at: now).map { style.paint($0, .dim) } + [""]
        lines += MarkdownText.lines(text, style) + [""]
        lines += answers.map { style.paint(DisplayText.escaped($0.words), .green) }
        if quorum > 1 { lines.append("\(approvals) of \(quorum) approvals so far") }
        lines += formLines(style)
        lines.append(style.paint("plan \(planDigest.prefix(16)), shown as \(digest)", .dim))
        return lines.map { $0 + "\n" }.joined()
    }

    /// What is to be filled in, ticked, added and typed; empty where there is nothing.
    package func formLines(_ style: TextStyle) -> [String] {
        var lines: [String] = []
        if !fields.isEmpty { lines += [style.paint("to fill in", .bold)] + fields.map { "  " + $0.line } }
        if !checklist.isEmpty {
            lines.append(style.paint("to tick", .bold))
            lines += checklist.enumerated().map { "  \($0.offset + 1)  \(DisplayText.escaped($0.element))" }
        }
        if let evidence { lines.append("evidence is \(evidence)") }
        if let typed { lines.append("to type: \(DisplayText.escaped(typed))") }
        return lines.isEmpty ? [] : lines + [""]
    }

    private func rule(_ style: TextStyle) -> String {
        let head = "── run \(run) · \(DisplayText.escaped(place)) "
        let width = min(style.width ?? 80, 80)
        let rest = String(repeating: "─", count: max(0, width - DisplayText.columns(of: head)))
        return style.paint(head + rest, .yellow)
    }

    /// `drain`, `drain (undo)`.
    var place: String { isUndo ? "\(step) (undo)" : step }

    /// What it is, for people.
    package var noun: String {
        switch prompt.kind {
        case .manual: isUndo ? "to be undone by hand" : "to be done by hand"
        case .approve: "approval"
        case .confirm: "confirmation"
        }
    }

    /// `since 2026-11-20 12:03:11 (12m05s)`, and until when.
    func times(at now: Moment) -> [String] {
        var words = ["since \(Self.moment(prompt.openedAt.wall, now.wall - prompt.openedAt.wall, "ago"))"]
        if let due = prompt.due {
            let left = due.remaining(at: now)
            words.append(
                left > 0
                    ? "due \(Self.moment(due.due.wall, left, "left"))"
                    : "overdue since \(Self.moment(due.due.wall, -left, "ago"))")
        }
        if let expires = prompt.expires {
            let left = expires.remaining(at: now)
            words.append(
                left > 0
                    ? "expires \(Self.moment(expires.due.wall, left, "left"))"
                    : "expired \(ClockText.dateTime(expires.due.wall)): it counts as rejected")
        }
        return words
    }

    private static func moment(_ wall: Int64, _ length: Int64, _ word: String) -> String {
        let words = word == "ago" && length < 60_000 ? "just now" : "\(ClockText.length(length)) \(word)"
        return "\(ClockText.dateTime(wall)) (\(words))"
    }
}

extension PromptView.Answer {
    /// `approved by alice: fine`.
    var words: String {
        let what = HumanAnswer.Verdict(rawValue: verdict)?.past ?? verdict
        return "\(what) by \(user)" + (comment.map { ": \($0)" } ?? "")
    }
}

extension FormField {
    /// `replica  string, required, one of a, b: the one to promote`, escaped.
    package var line: String {
        var facts = [type]
        if isRequired, self.default == nil { facts.append("required") }
        if let shownDefault { facts.append("default \(shownDefault)") }
        if let shownChoices { facts.append("one of \(shownChoices.joined(separator: ", "))") }
        if let minimum = Self.shown(minimum) { facts.append("at least \(minimum)") }
        if let maximum = Self.shown(maximum) { facts.append("at most \(maximum)") }
        if let pattern { facts.append("like \(pattern)") }
        let about = description.map { ": \($0)" } ?? ""
        return DisplayText.escaped("\(name)  \(facts.joined(separator: ", "))\(about)")
    }

    /// The default as it would be typed.
    package var shownDefault: String? { Self.shown(self.default) }

    /// The choices as they would be typed.
    package var shownChoices: [String]? { choices?.compactMap(Self.shown) }

    private static func shown(_ json: String?) -> String? {
        json.map { (try? JSONText.parse($0))?.plainText ?? $0 }
    }
}
