/// What one evaluation may still spend.
package struct Budget: Sendable {
    private(set) var work: Int

    init(_ limits: Limits) { work = limits.work }

    /// Takes so many units of work, about one for each byte or element handled.
    package mutating func spend(_ amount: Int) throws(FunctionFailure) {
        work -= amount
        if work < 0 { throw FunctionFailure("the expression needs too much work") }
    }
}

/// The bounds of one evaluation.
package struct Limits: Sendable {
    /// Units of work: evaluated nodes, and bytes or elements produced.
    package let work: Int

    package init(work: Int) { self.work = work }

    /// Enough for every sensible expression, and some milliseconds at most.
    package static let standard = Limits(work: 1_000_000)
}
