import Synchronization

/// A request to give up, made on one thread and seen on others; it cannot be taken back.
package final class Cancellation: Sendable {
    private let cancelled = Atomic<Bool>(false)

    package init() {}

    /// True from the first call of `cancel` on.
    package var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    /// Asks whoever holds this value to give up; may be called from any thread, and more than once.
    package func cancel() { cancelled.store(true, ordering: .releasing) }
}
