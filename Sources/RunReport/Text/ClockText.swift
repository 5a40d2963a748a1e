import Expressions
import Glibc

/// Moments and lengths of time as people and programs read them; all arguments are milliseconds.
package enum ClockText {
    /// `12:03:11`, local time.
    package static func time(_ wall: Int64) -> String {
        let parts = local(wall)
        return [parts.tm_hour, parts.tm_min, parts.tm_sec].map(twoDigits).joined(separator: ":")
    }

    /// `2026-11-20 12:03:11`, local time.
    package static func dateTime(_ wall: Int64) -> String {
        let parts = local(wall)
        return "\(parts.tm_year + 1900)-\(twoDigits(parts.tm_mon + 1))-\(twoDigits(parts.tm_mday)) \(time(wall))"
    }

    /// `2026-11-20T10:15:59.123Z`, for programs.
    package static func utc(_ wall: Int64) -> String {
        let (seconds, rest) = wall.quotientAndRemainder(dividingBy: 1_000)
        return Timestamp(seconds: seconds, nanoseconds: Int32(rest) * 1_000_000)?.description ?? ""
    }

    /// `20ms`, `1.2s`, `2m05s`, `3h12m`, `5d02h`.
    package static func length(_ milliseconds: Int64) -> String {
        let length = max(0, milliseconds)
        if length < 1_000 { return "\(length)ms" }
        if length < 60_000 { return "\(length / 1_000).\(length % 1_000 / 100)s" }
        let seconds = length / 1_000
        if seconds < 3_600 { return "\(seconds / 60)m\(twoDigits(seconds % 60))s" }
        if seconds < 86_400 { return "\(seconds / 3_600)h\(twoDigits(seconds % 3_600 / 60))m" }
        return "\(seconds / 86_400)d\(twoDigits(seconds % 86_400 / 3_600))h"
    }

    /// `0s`, `12s`, `2m05s`, `3h12m`: for what goes on and is drawn again and again.
    package static func roughly(_ milliseconds: Int64) -> String {
        milliseconds < 60_000 ? "\(max(0, milliseconds) / 1_000)s" : length(milliseconds)
    }

    private static func local(_ wall: Int64) -> tm {
        var seconds = time_t(wall / 1_000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return parts
    }

    private static func twoDigits(_ number: some BinaryInteger) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
