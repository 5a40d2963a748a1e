/// A moment as calendar and clock show it, in the proleptic Gregorian calendar.
package struct CivilTime: Hashable, Sendable {
    /// The month and the day count from 1.
    package let year, month, day, hour, minute, second: Int
    /// 0 is Sunday.
    package let weekday: Int
    /// 0 is the first of January.
    package let dayOfYear: Int

    /// Reads seconds since 1970, which an offset from UTC may have been added to.
    package init(secondsSinceEpoch: Int64) {
        let secondsPerDay: Int64 = 86_400
        let remainder = secondsSinceEpoch % secondsPerDay
        let ofDay = Int(remainder < 0 ? remainder + secondsPerDay : remainder)
        let days = Int((secondsSinceEpoch - Int64(ofDay)) / secondsPerDay)
        (hour, minute, second) = (ofDay / 3600, ofDay / 60 % 60, ofDay % 60)
        weekday = ((days + 4) % 7 + 7) % 7
        (year, month, day) = Self.date(days)
        dayOfYear = days - Self.daysSinceEpoch(year, 1, 1)
    }

    /// Years are counted from March, so that the leap day is the last of its year; an era has 400 years.
    private static func date(_ daysSinceEpoch: Int) -> (Int, Int, Int) {
        let days = daysSinceEpoch + daysFromMarch0000To1970
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// Days from 1970-01-01 to a date.
    static func daysSinceEpoch(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - daysFromMarch0000To1970
    }

    private static let daysFromMarch0000To1970 = 719_468

    /// How many days a month has.
    static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
