/// A signed span of time with nanoseconds, within about 292 years either way.
package struct TimeSpan: Hashable, Sendable, Comparable {
    /// The whole span in nanoseconds.
    package let totalNanoseconds: Int64

    package init(totalNanoseconds: Int64) { self.totalNanoseconds = totalNanoseconds }

    /// A span of whole seconds; the longest there is where they are too many.
    package init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: Self.perSecond)
        totalNanoseconds = overflow ? (seconds < 0 ? .min : .max) : product
    }

    /// A span from any pair of seconds and nanoseconds; nil where it is too long.
    package init?(seconds: Int64, nanoseconds: Int64) {
        let total = Int128(seconds) * Int128(Self.perSecond) + Int128(nanoseconds)
        guard let exact = Int64(exactly: total) else { return nil }
        totalNanoseconds = exact
    }

    static let perSecond: Int64 = 1_000_000_000

    /// Whole seconds, rounded towards minus infinity.
    package var seconds: Int64 {
        let quotient = totalNanoseconds / Self.perSecond
        return totalNanoseconds % Self.perSecond < 0 ? quotient - 1 : quotient
    }

    /// What is added to `seconds`: 0 ..< 1,000,000,000.
    package var nanoseconds: Int32 {
        let rest = totalNanoseconds % Self.perSecond
        return Int32(rest < 0 ? rest + Self.perSecond : rest)
    }

    package static func < (left: TimeSpan, right: TimeSpan) -> Bool {
        left.totalNanoseconds < right.totalNanoseconds
    }
}

extension TimeSpan: CustomStringConvertible {
    /// Decimal seconds with the unit, such as `90s` and `-1.5s`.
    package var description: String {
        let magnitude = totalNanoseconds.magnitude
        let sign = totalNanoseconds < 0 ? "-" : ""
        let fraction = fractionText(Int(magnitude % UInt64(Self.perSecond)))
        return "\(sign)\(magnitude / UInt64(Self.perSecond))\(fraction)s"
    }
}

/// Nanoseconds as the digits after a point, without zeros at the end; empty for 0.
func fractionText(_ nanoseconds: Int) -> String {
    guard nanoseconds != 0 else { return "" }
    var digits = String(nanoseconds + 1_000_000_000).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return "." + digits
}
