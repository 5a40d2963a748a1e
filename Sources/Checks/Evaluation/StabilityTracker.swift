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
        /// From the start of the first look; a look that began in time counts.
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

    package let policy: Policy
    /// Looks in a row that held, the last included.
    package private(set) var streak = 0
    /// Looks in all.
    package private(set) var looks = 0
    /// Looks that held.
    package private(set) var held = 0
    private let start: Int64
    private var streakBegan: Int64 = 0
    /// What the last look that did not hold said.
    private var lastBreak: CheckAnswer?

    package init(_ policy: Policy, start: Int64) {
        self.policy = policy
        self.start = start
    }

    /// Takes what a look said, and when it began and ended.
    package mutating func note(_ answer: CheckAnswer, from began: Int64, to ended: Int64) -> Decision {
        looks += 1
        if answer.holds {
            if streak == 0 { streakBegan = began }
            streak += 1
            held += 1
            if hasReachedGoal(ended) { return .met }
        } else {
            streak = 0
            lastBreak = answer
            if policy.failFast, answer == .notMet, held > 0 { return .notMet }
        }
        let left = start + policy.within - ended
        return left > 0 ? .again(after: pause(ended, left)) : outOfTime
    }

    private func hasReachedGoal(_ now: Int64) -> Bool {
        switch policy.goal {
        case .times(let count): streak >= count
        case .duration(let length): now - streakBegan >= length
        }
    }

    /// The last look is made when the time ends, or when it has held for long enough.
    private func pause(_ now: Int64, _ left: Int64) -> Int64 {
        var pause = min(policy.every, left)
        if case .duration(let length) = policy.goal, streak > 0 { pause = min(pause, streakBegan + length - now) }
        return max(0, pause)
    }

    /// Only a "no" makes it a "no": where nothing but "could not tell", or too few looks, stood in the way, nobody
    /// has seen it fail.
    private var outOfTime: Decision { lastBreak == .notMet ? .notMet : .inconclusive }
}
