/// What one evaluation may still spend.
package struct Budget: Sendable {
    private(set) var remaining: Int

    init(_ limits: Limits) { remaining = limits.work }

    /// Takes so many units of work: about one for each element that is handled.
    package mutating func spend(_ amount: Int) throws(FunctionFailure) {
        guard amount <= remaining else {
            remaining = 0  // Nothing goes on after this, even where `||` takes no notice of the failure.
            throw FunctionFailure(Self.exhausted)
        }
        remaining -= amount
    }

    /// Takes the work of reading or making so many bytes.
    package mutating func spend(bytes: Int) throws(FunctionFailure) { try spend(1 + bytes / 8) }

    /// Takes the work of hashing a key.
    mutating func spend(key: Value) throws(FunctionFailure) {
        if case .string(let text) = key { try spend(bytes: text.utf8.count) }
    }

    static let exhausted = "the expression takes too much work"
}

/// The bounds of one evaluation.
package struct Limits: Sendable {
    /// Units of work: 5 for each node evaluated, 1 for each element handled, 1 for every 8 bytes.
    package let work: Int

    package init(work: Int) { self.work = work }

    /// Enough for every sensible expression; some milliseconds and megabytes at most.
    package static let standard = Limits(work: 1_000_000)
}
