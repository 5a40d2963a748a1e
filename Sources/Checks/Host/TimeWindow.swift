import Expressions
import Glibc
import RunbookModel

/// A time of day on days of the week; a window past midnight belongs to the day on which it begins.
package struct TimeWindow: Sendable {
    /// Minutes since midnight; nil is the whole day.
    package var between: (from: Int, to: Int)?
    /// 0 is Sunday; empty is every day.
    package var days: Set<Int>

    package init(between: (from: Int, to: Int)?, days: Set<Int>) {
        self.between = between
        self.days = days
    }

    /// Whether a local minute of a day of the week is inside.
    package func contains(day: Int, minute: Int) -> Bool {
        guard let (from, to) = between, from != to else { return isDay(day) }
        if from < to { return isDay(day) && from..<to ~= minute }
        return (isDay(day) && minute >= from) || (isDay((day + 6) % 7) && minute < to)
    }

    private func isDay(_ day: Int) -> Bool { days.isEmpty || days.contains(day) }

    /// `02:00` as minutes since midnight; `24:00` is the end of the day.
    package static func minutes(_ text: String) throws(ArgumentProblem) -> Int {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let hour = Int(parts[0]), let minute = Int(parts[1]), 0..<60 ~= minute,
            0..<24 ~= hour || (hour == 24 && minute == 0)
        else { throw ArgumentProblem("'\(text)' is not a time of day such as 02:00") }
        return hour * 60 + minute
    }

    private static let dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

    /// `sun` as 0, and so on.
    package static func day(_ name: String) throws(ArgumentProblem) -> Int {
        guard let day = dayNames.firstIndex(of: name) else { throw ArgumentProblem("'\(name)' is not a day") }
        return day
    }

    /// The name of a day of the week.
    package static func dayName(_ day: Int) -> String { dayNames[day] }
}

/// What the clock on the wall shows in some zone.
package struct LocalTime: Sendable {
    /// 0 is Sunday.
    package let day: Int
    /// Since midnight.
    package let minute: Int

    /// Reads a moment in a zone of the IANA database; nil is the zone of the host. Nil where there is no such zone.
    package init?(wall: Int64, zone: String?) {
        let seconds = Int64((Double(wall) / 1_000).rounded(.down))
        guard let offset = Self.offset(seconds, zone) else { return nil }
        let local = seconds + Int64(offset)
        let days = Int64((Double(local) / 86_400).rounded(.down))
        // 1970-01-01 was a Thursday.
        day = Int((days + 4) % 7 + 7) % 7
        minute = Int(local - days * 86_400) / 60
    }

    private static func offset(_ seconds: Int64, _ zone: String?) -> Int? {
        if let zone {
            guard let rules = TimeZoneRules(named: zone), let moment = Timestamp(seconds: seconds) else { return nil }
            return rules.offset(at: moment)
        }
        var time = time_t(seconds)
        var local = tm()
        return localtime_r(&time, &local) == nil ? nil : Int(local.tm_gmtoff)
    }
}

/// Now is inside a window.
struct TimeCheck: CheckPerformer {
    let kind = "time"

    func title(_ argument: ArgumentReader) -> String {
        let between = (try? argument.texts("between"))?.map { $0.joined(separator: " to ") }
        let days = (try? argument.texts("days"))?.map { $0.joined(separator: ", ") }
        return (["time"] + [between, days, argument.shown("zone")].compactMap { $0 }).joined(separator: " ")
    }

    func look(_ look: CheckLook) throws -> CheckFinding {
        let bounds = try look.argument.texts("between")?.map { text throws(ArgumentProblem) in
            try TimeWindow.minutes(text)
        }
        guard bounds == nil || bounds?.count == 2 else { throw ArgumentProblem("'between' takes two times of day") }
        let days = try (look.argument.texts("days") ?? []).map { name throws(ArgumentProblem) in
            try TimeWindow.day(name)
        }
        let zone = try look.argument.text("zone")
        guard let now = LocalTime(wall: look.context.clock.wall(), zone: zone) else {
            throw ArgumentProblem("there is no time zone '\(zone ?? "")'")
        }
        let window = TimeWindow(between: bounds.map { ($0[0], $0[1]) }, days: Set(days))
        let isInside = window.contains(day: now.day, minute: now.minute)
        return CheckFinding(isInside ? .met : .notMet, "it is \(TimeWindow.dayName(now.day)) \(Self.clock(now.minute))")
    }

    private static func clock(_ minute: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return two(minute / 60) + ":" + two(minute % 60)
    }
}
