extension Timestamp {
    /// Reads RFC 3339, such as `2026-01-31T02:00:00Z` or `2026-01-31T02:00:00.5+01:00`.
    package init(parsing text: String) throws(ValueProblem) {
        var reader = DigitReader(text)
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
            let day = reader.number(2), reader.take("Tt"), let hour = reader.number(2), reader.take(":"),
            let minute = reader.number(2), reader.take(":"), let second = reader.number(2),
            let nanoseconds = reader.fraction(), let offset = reader.offset(), reader.isAtEnd,
            1...12 ~= month, 1...CivilTime.days(inMonth: month, of: year) ~= day,
            hour < 24, minute < 60, second < 60
        else { throw ValueProblem(message: "'\(text.prefix(60))' is not a moment such as 2026-01-31T02:00:00Z") }
        let days = Int64(CivilTime.daysSinceEpoch(year, month, day))
        let seconds = days * 86_400 + Int64(hour * 3600 + minute * 60 + second - offset)
        guard let moment = Timestamp(seconds: seconds, nanoseconds: Int32(nanoseconds)) else {
            throw ValueProblem(message: "'\(text)' is outside the years 1 to 9999")
        }
        self = moment
    }
}

/// Takes fixed-width numbers and marks off the front of a text.
struct DigitReader {
    private var rest: ArraySlice<UInt8>

    init(_ text: String) { rest = Array(text.utf8)[...] }

    var isAtEnd: Bool { rest.isEmpty }

    /// Exactly so many digits.
    mutating func number(_ width: Int) -> Int? {
        let digits = rest.prefix(width)
        guard digits.count == width, digits.allSatisfy(\.isDigit) else { return nil }
        rest = rest.dropFirst(width)
        return digits.reduce(0) { $0 * 10 + Int($1 - Ascii.zero) }
    }

    /// One of the characters.
    mutating func take(_ characters: StaticString) -> Bool {
        guard let first = rest.first, characters.description.utf8.contains(first) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// The digits after a point as nanoseconds; 0 where there is no point, nil where the digits are missing.
    mutating func fraction() -> Int? {
        guard take(".") else { return 0 }
        let digits = rest.prefix { $0.isDigit }
        guard 1...9 ~= digits.count else { return nil }
        rest = rest.dropFirst(digits.count)
        let value = digits.reduce(0) { $0 * 10 + Int($1 - Ascii.zero) }
        return (digits.count..<9).reduce(value) { product, _ in product * 10 }
    }

    /// `Z`, or hours and minutes with sign, as seconds east of UTC.
    mutating func offset() -> Int? {
        if take("Zz") { return 0 }
        let sign = take("+") ? 1 : take("-") ? -1 : 0
        guard sign != 0, let hours = number(2), take(":"), let minutes = number(2), hours < 24, minutes < 60 else {
            return nil
        }
        return sign * (hours * 3600 + minutes * 60)
    }
}
