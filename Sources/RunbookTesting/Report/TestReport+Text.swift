import Diagnostics
import RunReport

extension TestReport {
    /// The lines for people: a line a test, what did not come out, what is covered.
    package func text(_ style: TextStyle) -> String {
        let all = files.flatMap { lines($0, style) } + summary(style)
        return all.map { $0 + "\n" }.joined()
    }

    private func lines(_ file: File, _ style: TextStyle) -> [String] {
        guard !file.tests.isEmpty || file.isInvalid else { return [] }
        var lines = [style.paint(DisplayText.escaped(file.path), .bold)]
        if file.isInvalid {
            lines.append("  \(style.paint("✘", .red)) the file is wrong; nothing of it was played")
        }
        for test in file.tests { lines += self.lines(test, file, style) }
        if let coverage = file.coverage { lines.append("  " + words(coverage, style)) }
        return lines
    }

    private func lines(_ test: Test, _ file: File, _ style: TextStyle) -> [String] {
        let name = DisplayText.escaped(test.name)
        guard !test.passed else { return ["  \(style.paint("✔", .green)) \(name)"] }
        var lines = ["  \(style.paint("✘", .red)) \(style.paint(name, .bold))"]
        for mismatch in test.mismatches { lines += self.lines(mismatch, file, style).map { "      " + $0 } }
        if !test.timeline.isEmpty {
            lines.append(style.paint("      what happened:", .dim))
            lines += test.timeline.map { style.paint("      │ " + $0, .dim) }
        }
        return lines
    }

    private func lines(_ mismatch: Difference, _ file: File, _ style: TextStyle) -> [String] {
        let place = mismatch.line.map { "  " + style.paint("\(DisplayText.escaped(file.path)):\($0)", .dim) } ?? ""
        let what = DisplayText.escaped(mismatch.what)
        var lines: [String]
        if mismatch.expected.isEmpty, mismatch.actual.isEmpty {
            lines = [what + place]
        } else if mismatch.lines.isEmpty {
            lines = [
                "\(what):\(place)", "  expected  \(style.paint(DisplayText.escaped(mismatch.expected), .green))",
                "  actual    \(style.paint(DisplayText.escaped(mismatch.actual), .red))",
            ]
        } else {
            lines = ["\(what):\(place)"]
            if mismatch.lines.allSatisfy({ $0.hasPrefix("+") }), !mismatch.expected.hasPrefix("[") {
                lines.append("  - " + style.paint(DisplayText.escaped(mismatch.expected), .green))
            }
            lines += mismatch.lines.map { line in
                let colour: TextStyle.Colour? = line.hasPrefix("-") ? .green : line.hasPrefix("+") ? .red : nil
                return "  " + style.paint(DisplayText.escaped(line), colour)
            }
            lines.append("  " + style.paint("(- expected and not there, + there and not expected)", .dim))
        }
        return lines + (mismatch.help.map { ["  help: \(DisplayText.escaped($0))"] } ?? [])
    }

    private func words(_ coverage: Coverage, _ style: TextStyle) -> String {
        var text = "coverage: \(coverage.stepsCovered)/\(coverage.steps) steps"
        if coverage.undos > 0 { text += ", \(coverage.undosCovered)/\(coverage.undos) undos" }
        let missing = coverage.missingSteps + coverage.missingUndos.map { "undo of \($0)" }
        if !missing.isEmpty { text += "; not covered: \(missing.joined(separator: ", "))" }
        return style.paint(DisplayText.escaped(text), missing.isEmpty ? .dim : .yellow)
    }

    private func summary(_ style: TextStyle) -> [String] {
        var lines = uncovered.map { file in
            style.paint("✘", .red)
                + " \(DisplayText.escaped(file.path)) covers \(file.coverage?.percent ?? 0) % of steps and undos, and not \(coverageWanted ?? 0) %"
        }
        let counts =
            failed == 0 ? "\(passed) passed" : "\(passed) passed, \(style.paint("\(failed) failed", .red))"
        let invalid = files.count(where: \.isInvalid)
        lines.append(counts + (invalid > 0 ? ", \(invalid) file\(invalid == 1 ? "" : "s") wrong" : ""))
        return lines
    }
}
