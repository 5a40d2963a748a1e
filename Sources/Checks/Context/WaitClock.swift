import Glibc
import RunHost

/// The clocks of waits and windows, and waiting itself.
package struct WaitClock: Sendable {
    /// Milliseconds since 1970, by the wall clock.
    package var wall: @Sendable () -> Int64
    /// Milliseconds since boot, time asleep included.
    package var boot: @Sendable () -> Int64
    /// Blocks the calling thread for so many milliseconds; false where the cancellation came first.
    package var wait: @Sendable (Int64, Cancellation) -> Bool

    package init(
        wall: @escaping @Sendable () -> Int64, boot: @escaping @Sendable () -> Int64,
        wait: @escaping @Sendable (Int64, Cancellation) -> Bool
    ) {
        self.wall = wall
        self.boot = boot
        self.wait = wait
    }

    /// The host's clocks; a cancellation is seen within 50 ms.
    package static let live = WaitClock(
        wall: { read(CLOCK_REALTIME) }, boot: { read(CLOCK_BOOTTIME) },
        wait: { milliseconds, cancellation in
            let end = read(CLOCK_BOOTTIME) + max(0, milliseconds)
            while !cancellation.isCancelled {
                let left = end - read(CLOCK_BOOTTIME)
                if left <= 0 { return true }
                var slice = timespec(tv_sec: 0, tv_nsec: Int(min(left, 50)) * 1_000_000)
                nanosleep(&slice, nil)
            }
            return false
        })

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
