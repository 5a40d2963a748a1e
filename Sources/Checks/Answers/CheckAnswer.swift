/// What a check says. "Could not tell" is an answer of its own and never "no".
package enum CheckAnswer: String, Sendable, Codable, CaseIterable {
    case met
    /// Met, but a person should look.
    case warn
    case notMet = "not_met"
    case inconclusive

    /// Whether it counts as holding.
    package var holds: Bool { self == .met || self == .warn }

    /// All must hold: one "no" decides, then one "could not tell"; an empty list holds.
    package static func all(_ answers: some Sequence<CheckAnswer>) -> CheckAnswer {
        answers.max { $0.weight < $1.weight } ?? .met
    }

    /// One must hold: one "met" decides; an empty list does not hold.
    package static func any(_ answers: some Sequence<CheckAnswer>) -> CheckAnswer {
        let answers = Array(answers)
        if answers.contains(.met) { return .met }
        if answers.contains(.warn) { return .warn }
        return answers.contains(.inconclusive) ? .inconclusive : .notMet
    }

    /// The opposite; what could not be told stays so.
    package var negated: CheckAnswer {
        switch self {
        case .met, .warn: .notMet
        case .notMet: .met
        case .inconclusive: .inconclusive
        }
    }

    private var weight: Int {
        switch self {
        case .met: 0
        case .warn: 1
        case .inconclusive: 2
        case .notMet: 3
        }
    }
}
