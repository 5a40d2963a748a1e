import RunHost
import Synchronization

/// The clocks of a made-up host, which move only when they are told to; all times are milliseconds.
final class MadeUpClock: Sendable {
    private struct Reading {
        var wall: Int64
        var boot: Int64
        var boots = 1
        var passed: Int64 = 0
    }

    private let reading: Mutex<Reading>
    /// Three decades: whoever needs more is waiting for something that never comes.
    private static let longest: Int64 = 30 * 365 * 86_400_000

    /// Starts at a moment since 1970, some time after the host was started.
    init(wall: Int64) { reading = Mutex(Reading(wall: wall, boot: 1_000_000)) }

    var boot: Int64 { reading.withLock(\.boot) }
    var wall: Int64 { reading.withLock(\.wall) }

    /// Errors: `TestTooLong`; the clocks stand still then.
    func advance(by milliseconds: Int64) throws {
        try reading.withLock { reading in
            guard milliseconds <= Self.longest - reading.passed else { throw TestTooLong() }
            reading.passed += max(0, milliseconds)
            reading.boot += max(0, milliseconds)
            reading.wall += max(0, milliseconds)
        }
    }

    /// The host goes down and comes up again.
    func reboot() {
        reading.withLock { reading in
            reading.boots += 1
            reading.boot = 10_000
        }
    }

    var clock: HostClock {
        HostClock(
            wallTime: { self.wall * 1_000_000 }, bootTime: { self.boot * 1_000_000 },
            bootID: { "boot-\(self.reading.withLock(\.boots))" })
    }
}

/// A test takes more made-up time than any run.
struct TestTooLong: Error, CustomStringConvertible {
    let description = "the run takes more than 30 years of made-up time"
}
