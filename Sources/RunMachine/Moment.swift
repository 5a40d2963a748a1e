/// An instant by both clocks, as data: the machine reads no clock.
package struct Moment: Codable, Sendable, Equatable {
    /// Milliseconds since 1970, by the wall clock.
    package let wall: Int64
    /// Milliseconds since boot, time asleep included (CLOCK_BOOTTIME).
    package let boot: Int64
    package let bootID: String

    package init(wall: Int64, boot: Int64, bootID: String) {
        self.wall = wall
        self.boot = boot
        self.bootID = bootID
    }

    /// The moment so much later, on both clocks.
    package func adding(_ milliseconds: Int64) -> Moment {
        Moment(wall: wall + milliseconds, boot: boot + milliseconds, bootID: bootID)
    }
}

/// A moment to come, such that neither a reboot nor a changed wall clock makes it come later than its length.
package struct Deadline: Codable, Sendable, Equatable {
    package let due: Moment
    /// The whole length in milliseconds; what is left is never more.
    package let length: Int64

    package init(from now: Moment, length: Int64) {
        self.due = now.adding(length)
        self.length = length
    }

    /// Milliseconds left: by the boot clock within the same boot, else by the wall clock. Negative when it has passed.
    package func remaining(at now: Moment) -> Int64 {
        let left = now.bootID == due.bootID ? due.boot - now.boot : due.wall - now.wall
        return min(left, length)
    }

    package func hasPassed(at now: Moment) -> Bool { remaining(at: now) <= 0 }
}
