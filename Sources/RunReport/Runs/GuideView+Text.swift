import Diagnostics

extension GuideView {
    /// What the step would do, for the person who lets it start; with a line feed at its end.
    package func page(run: Int64, _ style: TextStyle) -> String {
        let head = "── run \(run) · next: \(DisplayText.escaped(step)) "
        let rest = max(0, min(style.width ?? 80, 80) - DisplayText.columns(of: head))
        var lines = [style.paint(head + String(repeating: "─", count: rest), .yellow)]
        if let title { lines.append(style.paint(DisplayText.escaped(title), .bold)) }
        lines += facts.map { fact in
            "  \(style.paint(DisplayText.padded(fact.name, to: 8), .dim)) \(DisplayText.escaped(fact.text))"
        }
        if !probe.isEmpty { lines += probe.map { line($0, style) } }
        if isCommit {
            lines.append(
                style.paint("  point of no return: nothing before it is put back once it took effect", .yellow))
        }
        if isCritical { lines.append(style.paint("  critical: it cannot be skipped", .yellow)) }
        return lines.map { $0 + "\n" }.joined()
    }

    private var facts: [(name: String, text: String)] {
        var facts: [(name: String, text: String)] = script.isEmpty ? [("does", action)] : []
        let last = script.lastIndex { !$0.allSatisfy(\.isWhitespace) } ?? -1
        for (index, line) in script.prefix(last + 1).enumerated() { facts.append((index == 0 ? "runs" : "", line)) }
        facts.append(("effect", isReadOnly ? "only looks, changes nothing" : "changes things"))
        facts += protects.map { ("saves", $0) }
        if let apply { facts.append(("then", apply)) }
        facts += verify.map { ("verify", $0) }
        if let undo { facts.append(("undo", undo.hasPrefix("undo: ") ? String(undo.dropFirst(6)) : undo)) }
        return facts
    }

    private func line(_ probe: Probe, _ style: TextStyle) -> String {
        let (mark, colour, words): (String, TextStyle.Colour, String) =
            switch probe.answer {
            case "met": ("✔", .green, "done already")
            case "warn": ("⚠", .yellow, "done already, with a warning")
            case "not_met": ("·", .dim, "not done yet")
            default: ("?", .yellow, "cannot be told")
            }
        let detail = probe.detail.isEmpty ? "" : ": " + DisplayText.escaped(probe.detail)
        let title = DisplayText.escaped(probe.title)
        return
            "  \(style.paint(DisplayText.padded("now", to: 8), .dim)) \(style.paint(mark, colour)) \(words) (\(title)\(detail))"
    }
}
