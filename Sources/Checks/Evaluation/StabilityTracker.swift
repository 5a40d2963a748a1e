/// Decides from one look after the other whether a list of checks has held long enough. Knows no clock.
package struct StabilityTracker: Sendable {
    /// When a list counts as stable, and when it is given up; milliseconds.
    package struct Policy: Sendable, Equatable {
        package enum Goal: Sendable, Equatable {
            /// So many looks in a row.
            case times(Int)
            /// For so long without a look that did not hold.
            case duration(Int64)
        }
        package var goal: Goal
        /// The pause between two looks.
        package var every: Int64
        /// From the start of the first look.
        package var within: Int64
        /// Gives up at the first "not met" after it once held.
        package var failFast: Bool

        package init(goal: Goal, every: Int64, within: Int64, failFast: Bool = false) {
            self.goal = goal
            self.every = every
            self.within = within
            self.failFast = failFast
        }
    }

    package enum Decision: Sendable, Equatable {
        case met
        case notMet
        case inconclusive
        /// Look again after so many milliseconds.
        case again(after: Int64)
    }

    private let policy: Policy
    private let start: Int64

    package init(_ policy: Policy, start: Int64) {
        self.policy = policy
        self.start = start
    }

    /// Takes what a look said, and when it began and ended.
    package mutating func note(_ answer: CheckAnswer, from began: Int64, to ended: Int64) -> Decision { .met }
}
