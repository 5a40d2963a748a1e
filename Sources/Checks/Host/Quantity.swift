import Expressions
import RunbookModel

/// A measured number, and what it is a share of.
struct Quantity {
    enum Unit { case bytes, count, none }
    let value: Double
    /// The share of the whole in percent, where there is a whole.
    var percent: Double?
    let unit: Unit

    /// For people: `1.5 GiB (12%)`.
    var text: String {
        let number =
            switch unit {
            case .bytes: SizeText.render(Int64(clamping: value))
            case .count, .none: Self.text(value)
            }
        return percent.map { "\(number) (\(Self.text($0))%)" } ?? number
    }

    /// A number with two decimals at most.
    static func text(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "no number" : "unlimited" }
        let rounded = (value * 100).rounded() / 100
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int64(rounded))" : "\(rounded)"
    }

    /// Whether a comparison holds; throws where it speaks of a share and there is no whole.
    func holds(_ comparison: Comparison) throws(ArgumentProblem) -> Bool {
        guard comparison.unit == .percent else { return comparison.holds(for: value) }
        guard let percent else { throw ArgumentProblem("'\(comparison.text)' is a share, and there is no whole") }
        return comparison.holds(for: percent)
    }
}

extension Int64 {
    fileprivate init(clamping value: Double) {
        self = value >= 9.2e18 ? .max : value <= -9.2e18 ? .min : Int64(value)
    }
}

/// Judges quantities by the comparisons that stand under their keys.
struct QuantityJudge {
    let argument: ArgumentReader

    /// `demands: what must hold`, or `{warn, fail}`: what must not.
    func judge(_ quantities: [(key: String, label: String, quantity: () throws -> Quantity)]) throws -> CheckFinding {
        var findings: [CheckFinding] = []
        for (key, label, measure) in quantities where argument.has(key) {
            let quantity = try measure()
            let finding = try judge(key, quantity)
            findings.append(
                CheckFinding(finding, "\(label) \(quantity.text)", value: .double(quantity.value)))
        }
        guard let first = findings.first else { throw ArgumentProblem("nothing is compared") }
        let answer = CheckAnswer.all(findings.map(\.answer))
        let detail = findings.map(\.detail).joined(separator: ", ")
        return CheckFinding(answer, detail, value: findings.count == 1 ? first.value : nil)
    }

    private func judge(_ key: String, _ quantity: Quantity) throws -> CheckAnswer {
        let limits = argument.record(key)
        if limits?.has("warn") == true || limits?.has("fail") == true {
            return try Self.judge(quantity, warn: limits?.text("warn"), fail: limits?.text("fail"))
        }
        return try quantity.holds(try Self.comparison(argument.required(key))) ? .met : .notMet
    }

    /// By the limits that it must not reach.
    static func judge(_ quantity: Quantity, warn: String?, fail: String?) throws -> CheckAnswer {
        if let fail, try quantity.holds(comparison(fail)) { return .notMet }
        if let warn, try quantity.holds(comparison(warn)) { return .warn }
        return .met
    }

    private static func comparison(_ text: String) throws(ArgumentProblem) -> Comparison {
        guard let comparison = Comparison(text) else { throw ArgumentProblem("'\(text)' is not a comparison") }
        return comparison
    }
}

extension ArgumentReader {
    /// The comparisons under these keys, as a title shows them.
    func comparisons(_ keys: [String]) -> String {
        keys.compactMap { key in
            guard let limits = record(key) else { return nil }
            let parts = ["warn", "fail"].compactMap { word in limits.shown(word).map { "\(word) \($0)" } }
            return "\(key) " + (parts.isEmpty ? limits.shown() : parts.joined(separator: ", "))
        }.joined(separator: ", ")
    }
}
