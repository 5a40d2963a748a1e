/// Renders a report as text for people: message, place, excerpt with underline, notes and help.
package struct DiagnosticText: Sendable {
    /// Whether ANSI colours are used.
    package var isColoured: Bool

    package init(isColoured: Bool = false) {
        self.isColoured = isColoured
    }

    /// The whole report, with a line of totals at its end; empty for an empty report.
    package func render(_ report: DiagnosticReport) -> String {
        guard report.errors + report.warnings > 0 else { return "" }
        var output = report.diagnostics.map { render($0) + "\n" }.joined()
        if report.omitted > 0 { output += "and \(report.omitted) more\n" }
        return output + summary(report) + "\n"
    }

    /// One diagnostic; every line ends with a newline.
    package func render(_ item: DiagnosticReport.Item) -> String {
        let severity = paint("\(item.severity.rawValue)[\(item.code)]", item.severity == .error ? .red : .yellow)
        var lines = ["\(severity): \(paint(DisplayText.escaped(item.message), .bold))"]
        let gutter = item.locations.map { String($0.line).count }.max() ?? 0
        for (index, group) in groups(of: item.locations).enumerated() {
            lines += render(group, isPrimary: index == 0, gutter: gutter, severity: item.severity)
        }
        let margin = String(repeating: " ", count: gutter)
        lines += item.notes.map { "\(margin) = note: \(continued($0, margin: gutter + 9))" }
        lines += item.help.map { "\(margin) = \(paint("help", .cyan)): \(continued($0, margin: gutter + 9))" }
        return lines.map { $0 + "\n" }.joined()
    }

    private func summary(_ report: DiagnosticReport) -> String {
        func count(_ number: Int, _ noun: String) -> String? {
            number == 0 ? nil : "\(number) \(noun)\(number == 1 ? "" : "s")"
        }
        return [count(report.errors, "error"), count(report.warnings, "warning")].compactMap { $0 }
            .joined(separator: ", ")
    }

    /// A text of one or more lines, those after the first indented below it.
    private func continued(_ text: String, margin: Int) -> String {
        text.split(separator: "\n").map { DisplayText.escaped(String($0)) }
            .joined(separator: "\n" + String(repeating: " ", count: margin))
    }

    // MARK: - Excerpts

    /// A place to show and whether it is the one to blame.
    private struct Mark {
        var location: DiagnosticReport.Location
        var isPrimary: Bool
    }

    /// The locations by file, that of the primary one first.
    private func groups(of locations: [DiagnosticReport.Location]) -> [[Mark]] {
        var groups: [[Mark]] = []
        for (index, location) in locations.enumerated() {
            let mark = Mark(location: location, isPrimary: index == 0)
            if let group = groups.firstIndex(where: { $0[0].location.file == location.file }) {
                groups[group].append(mark)
            } else {
                groups.append([mark])
            }
        }
        return groups
    }

    private func render(
        _ marks: [Mark], isPrimary: Bool, gutter: Int, severity: Diagnostic.Severity
    ) -> [String] {
        let margin = String(repeating: " ", count: gutter)
        let head = marks[0].location
        let arrow = paint(isPrimary ? "-->" : ":::", .blue)
        var lines = ["\(margin)\(arrow) \(DisplayText.escaped(head.file)):\(head.line):\(head.column)"]
        lines.append("\(margin) \(paint("|", .blue))")
        var last: Int?
        let ordered = marks.sorted { ($0.location.line, $0.location.column) < ($1.location.line, $1.location.column) }
        for mark in ordered {
            let number = String(mark.location.line)
            let padding = String(repeating: " ", count: gutter - number.count)
            let layout = layOut(mark)
            if let last, mark.location.line > last + 1 { lines.append("...") }
            if last != mark.location.line { lines.append("\(padding)\(paint("\(number) |", .blue)) \(layout.text)") }
            let colour: Colour = !mark.isPrimary ? .blue : severity == .error ? .red : .yellow
            lines.append("\(margin) \(paint("|", .blue)) \(layout.indent)\(paint(layout.underline, colour))")
            last = mark.location.line
        }
        return lines
    }

    /// The excerpt of a location as it is shown, and what goes below it.
    private func layOut(_ mark: Mark) -> (text: String, indent: String, underline: String) {
        let location = mark.location
        let excerpt = location.excerpt
        var line = DisplayLine()
        if excerpt.column > 1 { line.append("…") }
        let first = location.column - excerpt.column
        var start = line.width
        var end: Int?
        for (index, scalar) in excerpt.text.unicodeScalars.enumerated() {
            if index == first { start = line.width }
            if index == first + excerpt.length { end = line.width }
            line.append(scalar)
        }
        if first >= excerpt.text.unicodeScalars.count { start = line.width }
        let width = max(1, (end ?? line.width) - start)
        if excerpt.isCut { line.append("…") }
        let underline = String(repeating: mark.isPrimary ? "^" : "-", count: width)
        let label = location.label.isEmpty ? "" : " " + DisplayText.escaped(location.label)
        return (line.text, String(repeating: " ", count: start), underline + label)
    }

    // MARK: - Colour

    private enum Colour: String {
        case bold = "1"
        case red = "1;31"
        case yellow = "1;33"
        case blue = "1;34"
        case cyan = "1;36"
    }

    private func paint(_ text: String, _ colour: Colour) -> String {
        isColoured ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }
}
