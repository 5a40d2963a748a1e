/// The rule at the end of a zoneinfo file, such as `CET-1CEST,M3.5.0,M10.5.0/3` (POSIX `TZ`, RFC 8536 section 3.3).
struct TimeZoneRule: Sendable {
    private var standard = 0
    private var summer: Summer?

    private struct Summer {
        let offset: Int
        let start, end: Change
    }

    /// A day of the year and a local time on it.
    fileprivate struct Change {
        let day: Day
        let time: Int
    }

    fileprivate enum Day {
        /// Month, week (5 is the last) and weekday.
        case weekday(Int, Int, Int)
        /// 1 to 365, the leap day not counted.
        case julian(Int)
        /// 0 to 365.
        case ordinal(Int)
    }

    init?(_ bytes: [UInt8]) {
        var reader = Reader(rest: bytes[...])
        guard reader.name(), let west = reader.time() else { return nil }
        standard = -west
        guard !reader.rest.isEmpty else { return }
        guard reader.name() else { return nil }
        let offset = reader.rest.first == Ascii.comma ? standard + 3_600 : reader.time().map { -$0 }
        guard let offset, let start = reader.change(), let end = reader.change(), reader.rest.isEmpty else {
            return nil
        }
        summer = Summer(offset: offset, start: start, end: end)
    }

    func offset(at seconds: Int64) -> Int {
        guard let summer else { return standard }
        let year = CivilTime(secondsSinceEpoch: seconds + Int64(standard)).year
        let start = summer.start.seconds(in: year) - Int64(standard)
        let end = summer.end.seconds(in: year) - Int64(summer.offset)
        let isSummer = start < end ? (start..<end).contains(seconds) : !(end..<start).contains(seconds)
        return isSummer ? summer.offset : standard
    }

    /// Takes the parts of the rule off the front.
    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func take(_ byte: UInt8) -> Bool {
            guard rest.first == byte else { return false }
            rest = rest.dropFirst()
            return true
        }

        mutating func name() -> Bool {
            if take(UInt8(ascii: "<")) {
                rest = rest.drop { $0 != UInt8(ascii: ">") }
                return take(UInt8(ascii: ">"))
            }
            let letters = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(letters.count)
            return letters.count >= 3
        }

        mutating func number() -> Int? {
            let digits = rest.prefix { $0.isDigit }
            guard 1...3 ~= digits.count else { return nil }
            rest = rest.dropFirst(digits.count)
            return digits.reduce(0) { $0 * 10 + Int($1 - Ascii.zero) }
        }

        /// Hours, minutes and seconds with sign.
        mutating func time() -> Int? {
            let sign = take(Ascii.minus) ? -1 : 1
            if sign == 1 { _ = take(Ascii.plus) }
            guard let hours = number() else { return nil }
            var total = hours * 3_600
            for unit in [60, 1] where take(Ascii.colon) {
                guard let part = number() else { return nil }
                total += part * unit
            }
            return sign * total
        }

        mutating func change() -> Change? {
            guard take(Ascii.comma), let day = day() else { return nil }
            guard take(Ascii.slash) else { return Change(day: day, time: 7_200) }
            return time().map { Change(day: day, time: $0) }
        }

        private mutating func day() -> Day? {
            if take(UInt8(ascii: "J")) { return number().map { .julian($0) } }
            guard take(UInt8(ascii: "M")) else { return number().map { .ordinal($0) } }
            guard let month = number(), take(Ascii.dot), let week = number(), take(Ascii.dot), let weekday = number()
            else { return nil }
            return .weekday(month, week, weekday)
        }
    }
}

extension TimeZoneRule.Change {
    /// The local time of the change in a year, in seconds since 1970 as if it were UTC.
    fileprivate func seconds(in year: Int) -> Int64 { Int64(dayNumber(in: year) * 86_400 + time) }

    private func dayNumber(in year: Int) -> Int {
        let newYear = CivilTime.daysSinceEpoch(year, 1, 1)
        switch day {
        case .ordinal(let day): return newYear + day
        case .julian(let day):
            let isAfterLeapDay = day >= 60 && CivilTime.days(inMonth: 2, of: year) == 29
            return newYear + day - 1 + (isAfterLeapDay ? 1 : 0)
        case .weekday(let month, let week, let weekday):
            let first = CivilTime.daysSinceEpoch(year, month, 1)
            let firstMatch = first + ((weekday - (first + 4) % 7) % 7 + 7) % 7
            let last = first + CivilTime.days(inMonth: month, of: year) - 1
            let wanted = firstMatch + (week - 1) * 7
            return wanted > last ? wanted - 7 : wanted
        }
    }
}
