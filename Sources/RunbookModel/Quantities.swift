import Expressions

/// Durations as people write them: `500ms`, `30s`, `5m`, `2h`, `7d`, `1y`, and sums such as `1h30m`.
package enum DurationText {
    private static let units: [(name: String, milliseconds: Double)] = [
        ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("w", 604_800_000),
        ("y", 31_536_000_000),
    ]

    /// Parses a duration; nil where the text is none or is negative.
    package static func parse(_ text: String) -> Duration? {
        var rest = Substring(text)
        guard !rest.isEmpty else { return nil }
        var milliseconds = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard let number = Double(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            let letters = rest.prefix { $0.isLetter }
            guard let unit = units.first(where: { $0.name == letters }) else { return nil }
            rest = rest.dropFirst(letters.count)
            milliseconds += number * unit.milliseconds
        }
        guard milliseconds < 1e15 else { return nil }
        return .milliseconds(Int64(milliseconds.rounded()))
    }

    /// Renders a duration shortly: `1h30m`, `2m5s`, `1.5s`, `20ms`.
    package static func render(_ duration: Duration) -> String {
        let total = duration.inMilliseconds
        guard total != 0 else { return "0s" }
        guard total > 0 else { return "-" + render(.milliseconds(-total)) }
        if total < 1_000 { return "\(total)ms" }
        if total < 60_000 {
            let tenths = total % 1_000 / 100
            return tenths == 0 ? "\(total / 1_000)s" : "\(total / 1_000).\(tenths)s"
        }
        var rest = total / 1_000
        var parts = ""
        for (name, seconds) in [("d", Int64(86_400)), ("h", 3_600), ("m", 60), ("s", 1)] where rest >= seconds {
            parts += "\(rest / seconds)\(name)"
            rest %= seconds
        }
        return parts
    }
}

extension Duration {
    /// Whole milliseconds, rounded towards zero.
    package var inMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    }
}

extension TimeSpan {
    /// The same span for expressions.
    package init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = TimeSpan(seconds: seconds, nanoseconds: attoseconds / 1_000_000_000) ?? TimeSpan(seconds: seconds)
    }

    /// The same span for timers.
    package var duration: Duration { .seconds(seconds) + .nanoseconds(Int64(nanoseconds)) }
}

/// Sizes as people write them: `512`, `512B`, `10KB`, `2GiB`, `1.5G`.
package enum SizeText {
    private static let units: [String: Double] = [
        "": 1, "B": 1, "K": 1_024, "KB": 1e3, "KiB": 1_024, "M": 1_048_576, "MB": 1e6, "MiB": 1_048_576,
        "G": 1_073_741_824, "GB": 1e9, "GiB": 1_073_741_824, "T": 1_099_511_627_776, "TB": 1e12,
        "TiB": 1_099_511_627_776,
    ]

    /// Parses a size in bytes; nil where the text is none.
    package static func parse(_ text: String) -> Int64? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let number = Double(digits), let unit = units[String(text.dropFirst(digits.count))] else { return nil }
        let bytes = number * unit
        return bytes < 9e18 ? Int64(bytes) : nil
    }

    /// Renders bytes with a binary unit: `1.5 GiB`.
    package static func render(_ bytes: Int64) -> String {
        var value = Double(bytes)
        for unit in ["B", "KiB", "MiB", "GiB"] {
            if value < 1_024 { return number(value) + " " + unit }
            value /= 1_024
        }
        return number(value) + " TiB"
    }

    private static func number(_ value: Double) -> String {
        let tenths = (value * 10).rounded()
        return tenths.truncatingRemainder(dividingBy: 10) == 0 || value >= 100
            ? "\(Int64(value.rounded()))" : "\(tenths / 10)"
    }
}

/// A comparison such as `>= 2GiB`, `< 80%` or `== 0`, as checks of quantities use it.
package struct Comparison: Sendable, Equatable {
    package enum Relation: String, Sendable {
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case equal = "=="
        case notEqual = "!="
    }
    /// What the number counts: a share of the whole, or plain units (bytes, days, …).
    package enum Unit: Sendable { case percent, plain }

    package let relation: Relation
    package let number: Double
    package let unit: Unit
    package let text: String

    /// Parses a comparison; nil where the text is none.
    package init?(_ text: String) {
        let symbol = text.prefix { "<>=!".contains($0) }
        guard let relation = Relation(rawValue: String(symbol)) else { return nil }
        var rest = text.dropFirst(symbol.count).drop { $0 == " " }
        let isPercent = rest.last == "%"
        if isPercent { rest = rest.dropLast() }
        let operand = String(rest)
        if let number = Double(operand), number.isFinite {
            self.number = number
        } else if !isPercent, let bytes = SizeText.parse(operand) {
            self.number = Double(bytes)
        } else if !isPercent, let duration = DurationText.parse(operand) {
            self.number = Double(duration.inMilliseconds) / 1_000
        } else {
            return nil
        }
        self.relation = relation
        self.unit = isPercent ? .percent : .plain
        self.text = text
    }

    /// Whether the comparison holds for a number.
    package func holds(for value: Double) -> Bool {
        switch relation {
        case .less: value < number
        case .lessOrEqual: value <= number
        case .greater: value > number
        case .greaterOrEqual: value >= number
        case .equal: value == number
        case .notEqual: value != number
        }
    }
}
