import Diagnostics
import Expressions
import RunbookModel

/// What `belay check` found, as monitoring systems expect it: one line that says it all, then the details.
package struct SurveyView: Encodable, Sendable {
    package enum Status: String, Encodable, Sendable {
        case ok, warning, critical, unknown

        /// The exit code that monitoring plugins have for it.
        package var exitCode: Int32 {
            switch self {
            case .ok: 0
            case .warning: 1
            case .critical: 2
            case .unknown: 3
            }
        }
    }

    package struct Check: Encodable, Sendable {
        package let step: String?
        package let title: String
        /// `error` or `warn`.
        package let severity: String
        /// `met`, `warn`, `not_met` or `inconclusive`.
        package let answer: String
        package let detail: String
        package let why: String?
        package let value: JSONValue?
        package let unit: String?

        package init(
            step: String?, title: String, severity: String, answer: String, detail: String, why: String?,
            value: JSONValue?, unit: String?
        ) {
            self.step = step
            self.title = title
            self.severity = severity
            self.answer = answer
            self.detail = detail
            self.why = why
            self.value = value
            self.unit = unit
        }

        /// A check of severity `warn` never does more than warn.
        fileprivate var weight: String { severity == "warn" && answer != "met" ? "warn" : answer }
    }

    package struct LeftOut: Encodable, Sendable {
        package let step: String
        package let why: String
        package init(step: String, why: String) {
            self.step = step
            self.why = why
        }
    }

    package struct Counts: Encodable, Sendable {
        package let met: Int
        package let warn: Int
        package let notMet: Int
        package let inconclusive: Int
    }

    package let version = 1
    package let runbook: String
    package let system: String?
    package let status: Status
    package let exit: Int32
    package let counts: Counts
    package let checks: [Check]
    package let leftOut: [LeftOut]

    package init(runbook: String, system: String?, checks: [Check], leftOut: [LeftOut]) {
        self.runbook = runbook
        self.system = system
        self.checks = checks
        self.leftOut = leftOut
        func count(_ weight: String) -> Int { checks.count { $0.weight == weight } }
        counts = Counts(
            met: count("met"), warn: count("warn"), notMet: count("not_met"), inconclusive: count("inconclusive"))
        status =
            if counts.notMet > 0 { .critical } else if counts.inconclusive > 0 || checks.isEmpty {
                .unknown
            } else if counts.warn > 0 { .warning } else { .ok }
        exit = status.exitCode
    }

    /// The lines for people and for monitoring systems, which read the first.
    package func text(_ style: TextStyle) -> String {
        var lines = [headline(style)]
        lines += checks.map { $0.line(style) }
        lines += leftOut.map { "  · \(DisplayText.escaped($0.step)): not looked at, \(DisplayText.escaped($0.why))" }
        return lines.map { $0 + "\n" }.joined()
    }

    private func headline(_ style: TextStyle) -> String {
        let colour: TextStyle.Colour? =
            switch status {
            case .ok: .green
            case .warning, .unknown: .yellow
            case .critical: .red
            }
        let name = DisplayText.escaped(runbook) + (system.map { " on \(DisplayText.escaped($0))" } ?? "")
        let word = style.paint(status.rawValue.uppercased(), colour)
        return "\(word) - \(name): \(summary)\(performanceData)"
    }

    private var summary: String {
        guard !checks.isEmpty else { return "there is nothing that can be checked" }
        let found = [
            (counts.notMet, "not met"), (counts.inconclusive, "could not be told"), (counts.warn, "to look at"),
            (counts.met, "met"),
        ]
        let words = found.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        let worst =
            checks.first { $0.weight == "not_met" } ?? checks.first { $0.weight == "inconclusive" }
            ?? checks.first { $0.weight == "warn" }
        return worst.map { "\(words): \(Self.plain($0.title)): \(Self.plain($0.detail))" } ?? words
    }

    /// Where the first line ends is where performance data begins.
    private static func plain(_ text: String) -> String {
        String(DisplayText.escaped(text).map { $0 == "|" ? "/" : $0 })
    }

    /// `'label'=value[unit]`, as the guidelines of monitoring plugins have it.
    private var performanceData: String {
        let values = checks.compactMap { check -> String? in
            guard let number = check.value?.value.asNumber else { return nil }
            let label = Self.plain(check.title).filter { $0 != "'" && $0 != "=" }
            return "'\(label)'=\(number)\(check.unit.map(Self.plain) ?? "")"
        }
        return values.isEmpty ? "" : " | " + values.joined(separator: " ")
    }
}

extension SurveyView.Check {
    fileprivate func line(_ style: TextStyle) -> String {
        let (mark, colour): (String, TextStyle.Colour?) =
            switch weight {
            case "met": ("✔", .green)
            case "not_met": ("✘", .red)
            case "warn": ("⚠", .yellow)
            default: ("?", .yellow)
            }
        let place = step.map { "\(DisplayText.escaped($0)): " } ?? ""
        let found = detail.isEmpty ? "" : ": " + DisplayText.escaped(detail)
        let reason = why.map { weight == "met" ? "" : " (\(DisplayText.escaped($0)))" } ?? ""
        return "  \(style.paint(mark, colour)) \(place)\(DisplayText.escaped(title))\(found)\(reason)"
    }
}

extension Value {
    /// A number as programs read it; nil for everything else.
    fileprivate var asNumber: String? {
        switch self {
        case .int, .uint: plainText
        case .double(let number) where number.isFinite: Int64(exactly: number).map(String.init) ?? plainText
        default: nil
        }
    }
}
