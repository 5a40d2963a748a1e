/// A signed span of time with nanoseconds.
package struct TimeSpan: Hashable, Sendable, Comparable {
    /// Whole seconds, rounded towards minus infinity.
    package let seconds: Int64
    /// What is added to `seconds`: 0 ..< 1,000,000,000.
    package let nanoseconds: Int32

    /// A span of whole seconds.
    package init(seconds: Int64) {
        self.seconds = seconds
        nanoseconds = 0
    }

    /// A span from any pair of seconds and nanoseconds; nil where the seconds overflow.
    package init?(seconds: Int64, nanoseconds: Int64) {
        var carry = nanoseconds / 1_000_000_000
        var rest = nanoseconds % 1_000_000_000
        if rest < 0 {
            rest += 1_000_000_000
            carry -= 1
        }
        let (sum, overflow) = seconds.addingReportingOverflow(carry)
        if overflow { return nil }
        self.seconds = sum
        self.nanoseconds = Int32(rest)
    }

    package static func < (left: TimeSpan, right: TimeSpan) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}
