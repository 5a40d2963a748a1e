import CSupervisor
import Glibc
import Synchronization

/// The clocks that are journaled.
package struct HostClock: Sendable {
    /// Nanoseconds since 1970.
    package var wallTime: @Sendable () -> Int64
    /// Nanoseconds since boot, time in suspend included.
    package var bootTime: @Sendable () -> Int64
    /// Changes with every boot.
    package var bootID: @Sendable () -> String

    package init(
        wallTime: @escaping @Sendable () -> Int64, bootTime: @escaping @Sendable () -> Int64,
        bootID: @escaping @Sendable () -> String
    ) {
        self.wallTime = wallTime
        self.bootTime = bootTime
        self.bootID = bootID
    }

    package static let live = HostClock(
        wallTime: { belay_clock_ns(CLOCK_REALTIME) }, bootTime: { belay_clock_ns(CLOCK_BOOTTIME) },
        bootID: { thisBootID })

    /// A process does not outlive its boot, so that the name is read once.
    private static let thisBootID = (try? currentBootID()) ?? ""

    /// The kernel's random name of this boot.
    package static func currentBootID() throws -> String {
        let path = "/proc/sys/kernel/random/boot_id"
        guard let id = HostFiles.firstLine(of: path) else { throw SystemError("read \(path)", errno: EIO) }
        return id
    }
}

/// A clock for tests, which stands still until it is moved.
package final class ManualHostClock: Sendable {
    private struct Reading {
        var wallTime: Int64
        var bootTime: Int64
        var bootID: String
    }

    private let reading: Mutex<Reading>

    package init(wallTime: Int64 = 1_700_000_000_000_000_000, bootTime: Int64 = 0, bootID: String = "boot-1") {
        reading = Mutex(Reading(wallTime: wallTime, bootTime: bootTime, bootID: bootID))
    }

    /// Moves both clocks, as time does.
    package func advance(by duration: Duration) {
        let nanoseconds = Int64(duration / .nanoseconds(1))
        reading.withLock {
            $0.wallTime += nanoseconds
            $0.bootTime += nanoseconds
        }
    }

    /// Moves only the wall clock, as an administrator does.
    package func setWallTime(_ nanoseconds: Int64) {
        reading.withLock { $0.wallTime = nanoseconds }
    }

    /// Starts a new boot, in which BOOTTIME begins again.
    package func reboot(bootID: String) {
        reading.withLock {
            $0.bootTime = 0
            $0.bootID = bootID
        }
    }

    package var clock: HostClock {
        HostClock(
            wallTime: { self.reading.withLock(\.wallTime) }, bootTime: { self.reading.withLock(\.bootTime) },
            bootID: { self.reading.withLock(\.bootID) })
    }
}
