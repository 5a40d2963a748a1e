import Synchronization

/// Counts from 1, across threads.
final class Counter: Sendable {
    private let count = Mutex(0)

    /// How far it has counted.
    var value: Int { count.withLock { $0 } }

    func next() -> Int { add(1) }

    @discardableResult
    func add(_ amount: Int) -> Int {
        count.withLock {
            $0 += amount
            return $0
        }
    }
}
