import Glibc

extension AttemptFile {
    /// Waits until the lock is free, at most so long; false where it is still held. Blocks the thread.
    package func waitForRelease(nanoseconds: Int64) -> Bool {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: .nanoseconds(nanoseconds))
        repeat {
            if (try? lock()) == true { return true }
            // flock(2) has no time-out; the attempt is watched coarsely, because only its end matters.
            poll(nil, 0, 100)
        } while clock.now < end
        return false
    }
}
