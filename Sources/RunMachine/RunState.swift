/// Forward to the goal, or back to where the run started; it turns at most once.
package enum Direction: String, Codable, Sendable, CaseIterable { case forward, rollback }

/// What an open run is doing.
package enum Activity: String, Codable, Sendable, CaseIterable {
    case created, running, waiting, paused, attention
}

/// How a closed run ended; it never reopens.
package enum Outcome: String, Codable, Sendable, CaseIterable {
    case succeeded
    /// A precondition or a person said no before anything was done.
    case refused
    /// Nothing had an effect, or a person (or the policy) chose to keep the effects.
    case failed
    case cancelled
    case rolledBack = "rolled_back"
    case rolledBackToCommit = "rolled_back_to_commit"
    /// Some effect was neither kept on purpose nor taken back.
    case inconsistent

    /// The exit code of a command that saw the run close.
    package var exitCode: Int32 {
        switch self {
        case .succeeded: 0
        case .failed, .cancelled: 1
        case .refused: 3
        case .rolledBack, .rolledBackToCommit: 5
        case .inconsistent: 6
        }
    }
}

/// What became of the forward work; never mixed with what became of the rollback.
package struct ForwardResult: Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable {
        case succeeded, failed, cancelled, rejected, refused
        case timedOut = "timed_out"
    }
    package let result: Kind
    /// The step that decided it.
    package let step: String?
    package let reason: String?

    package init(_ result: Kind, step: String? = nil, reason: String? = nil) {
        self.result = result
        self.step = step
        self.reason = reason
    }
}

/// What became of the rollback.
package enum RollbackResult: String, Codable, Sendable {
    case none, done, inconsistent
    case toCommit = "to_commit"
}

/// The legal moves of a run's activity, by direction.
package enum RunTable {
    package struct Move: Sendable {
        package let direction: Direction
        package let from: Activity
        package let to: [Activity]
        package let when: String
    }

    package static let moves: [Move] =
        [
            Move(direction: .forward, from: .created, to: [.running, .paused], when: "a driver has claimed the run")
        ]
        + Direction.allCases.flatMap { direction in
            [
                Move(
                    direction: direction, from: .running, to: [.waiting, .paused, .attention],
                    when: "it waits for a person, a timer or a lock; it was told to pause; a person must choose"),
                Move(
                    direction: direction, from: .waiting, to: [.running, .paused, .attention],
                    when: "what it waited for came"),
                Move(direction: direction, from: .paused, to: [.running], when: "resumed"),
                Move(
                    direction: direction, from: .attention, to: [.running, .paused], when: "a person chose, or resumed"),
            ]
        }

    /// The outcomes with which a run of this direction may close.
    package static let outcomes: [Direction: [Outcome]] = [
        .forward: [.succeeded, .refused, .failed, .cancelled],
        .rollback: [.rolledBack, .rolledBackToCommit, .inconsistent],
    ]

    /// Whether the activity may change so. The same activity twice is no move.
    package static func allows(_ direction: Direction, from: Activity, to: Activity) -> Bool {
        moves.contains { $0.direction == direction && $0.from == from && $0.to.contains(to) }
    }
}
