import Glibc
import Synchronization

/// Messages to one thread, which waits for them; senders never wait.
package final class Mailbox<Message: Sendable>: Sendable {

    // A condition variable, because Synchronization has none; the clock is the one that does not jump.
    private nonisolated(unsafe) let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private nonisolated(unsafe) let condition: UnsafeMutablePointer<pthread_cond_t>
    private nonisolated(unsafe) var messages: [Message] = []

    package init() {
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    package func send(_ message: Message) {
        pthread_mutex_lock(mutex)
        messages.append(message)
        pthread_mutex_unlock(mutex)
        pthread_cond_signal(condition)
    }

    /// All messages that are there; waits at most so many milliseconds for the first (nil: for ever).
    package func receive(within milliseconds: Int64?) -> [Message] {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        if messages.isEmpty { wait(milliseconds) }
        defer { messages.removeAll(keepingCapacity: true) }
        return messages
    }

    private func wait(_ milliseconds: Int64?) {
        guard let milliseconds else {
            while messages.isEmpty { pthread_cond_wait(condition, mutex) }
            return
        }
        var until = timespec()
        clock_gettime(CLOCK_MONOTONIC, &until)
        until.tv_sec += Int(milliseconds / 1_000)
        until.tv_nsec += Int(milliseconds % 1_000) * 1_000_000
        if until.tv_nsec >= 1_000_000_000 {
            until.tv_sec += 1
            until.tv_nsec -= 1_000_000_000
        }
        while messages.isEmpty, pthread_cond_timedwait(condition, mutex, &until) == 0 {}
    }
}
