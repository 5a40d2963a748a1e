/// A moment in time with nanoseconds, between the years 1 and 9999.
package struct Timestamp: Hashable, Sendable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z, rounded towards minus infinity.
    package let seconds: Int64
    /// What is added to `seconds`: 0 ..< 1,000,000,000.
    package let nanoseconds: Int32

    /// A moment from seconds since 1970; nil outside the years 1 to 9999.
    package init?(seconds: Int64, nanoseconds: Int32 = 0) {
        guard Self.range.contains(seconds), 0..<1_000_000_000 ~= nanoseconds else { return nil }
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z.
    static let range: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    /// The moment so much later; nil outside the years 1 to 9999.
    package func adding(_ span: TimeSpan) -> Timestamp? {
        let nanoseconds = Int64(self.nanoseconds) + Int64(span.nanoseconds)
        let carry = nanoseconds / TimeSpan.perSecond
        return Timestamp(
            seconds: seconds + span.seconds + carry, nanoseconds: Int32(nanoseconds % TimeSpan.perSecond))
    }

    /// The span from the other moment to this one; nil where it is longer than a duration can be.
    package func since(_ other: Timestamp) -> TimeSpan? {
        TimeSpan(seconds: seconds - other.seconds, nanoseconds: Int64(nanoseconds) - Int64(other.nanoseconds))
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC, with as many digits after the second as there are.
    package var description: String {
        let time = CivilTime(secondsSinceEpoch: seconds)
        let date = "\(padded(time.year, 4))-\(padded(time.month, 2))-\(padded(time.day, 2))"
        let clock = "\(padded(time.hour, 2)):\(padded(time.minute, 2)):\(padded(time.second, 2))"
        return "\(date)T\(clock)\(fractionText(Int(nanoseconds)))Z"
    }
}

/// A number with zeros before it up to the width.
func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}
