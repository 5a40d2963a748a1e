/// Why a text is not a duration, size, or moment.
package struct ValueProblem: Error, Hashable, Sendable {
    /// What is wrong; lower case, no full stop.
    package let message: String
}

extension TimeSpan {
    /// Reads `90s`, `1h30m`, `1.5h`, `-250ms`, `2d`.
    ///
    /// Units are y (365 days), w, d, h, m, s, ms, us and ns; `0` needs none.
    package init(parsing text: String) throws(ValueProblem) {
        var bytes = Array(text.utf8)[...]
        let isNegative = bytes.first == Ascii.minus
        if isNegative || bytes.first == Ascii.plus { bytes.removeFirst() }
        if bytes.elementsEqual([Ascii.zero]) {
            self.init(totalNanoseconds: 0)
            return
        }
        guard !bytes.isEmpty else { throw Self.malformed(text) }
        var total: Int128 = 0
        while !bytes.isEmpty {
            guard let part = Self.takePart(&bytes) else { throw Self.malformed(text) }
            total += part
            guard total <= Int128(Int64.max) + 1 else {
                throw ValueProblem(message: "the duration '\(text.prefix(60))' is longer than 292 years")
            }
        }
        guard let exact = Int64(exactly: isNegative ? -total : total) else {
            throw ValueProblem(message: "the duration '\(text.prefix(60))' is longer than 292 years")
        }
        self.init(totalNanoseconds: exact)
    }

    private static func malformed(_ text: String) -> ValueProblem {
        ValueProblem(message: "'\(text.prefix(60))' is not a duration such as 90s, 1h30m, 250ms or 2d")
    }

    /// Takes one number with its unit off the front, in nanoseconds.
    private static func takePart(_ bytes: inout ArraySlice<UInt8>) -> Int128? {
        let whole = bytes.prefix { $0.isDigit }
        bytes = bytes.dropFirst(whole.count)
        var fraction: ArraySlice<UInt8> = []
        if bytes.first == Ascii.dot {
            fraction = bytes.dropFirst().prefix { $0.isDigit }
            bytes = bytes.dropFirst(1 + fraction.count)
        }
        let name = bytes.prefix { !$0.isDigit && $0 != Ascii.dot }
        bytes = bytes.dropFirst(name.count)
        guard whole.count + fraction.count > 0, whole.count <= 20,
            let unit = units[String(decoding: name, as: UTF8.self)]
        else { return nil }
        let wholeUnits = whole.reduce(Int128(0)) { $0 * 10 + Int128($1 - Ascii.zero) }
        // More than 18 digits are below a nanosecond whatever the unit is.
        let digits = fraction.prefix(18)
        let numerator = digits.reduce(Int128(0)) { $0 * 10 + Int128($1 - Ascii.zero) }
        let denominator = digits.reduce(Int128(1)) { product, _ in product * 10 }
        return wholeUnits * Int128(unit) + numerator * Int128(unit) / denominator
    }

    private static let units: [String: Int64] = [
        "y": 31_536_000 * perSecond, "w": 604_800 * perSecond, "d": 86_400 * perSecond, "h": 3_600 * perSecond,
        "m": 60 * perSecond, "s": perSecond, "ms": 1_000_000,
        "us": 1_000, "µs": 1_000, "μs": 1_000, "ns": 1,
    ]
}
