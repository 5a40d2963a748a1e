/// The state of one step, forward and in rollback.
package enum StepState: String, Codable, Sendable, CaseIterable {
    case pending, skipped, started, succeeded, failed, unknown, committed
    case undoStarted = "undo_started"
    case undone
    case undoFailed = "undo_failed"
    case waived

    /// Whether the step has been attempted and nothing has taken it back yet.
    package var mayHaveEffect: Bool {
        switch self {
        case .started, .succeeded, .failed, .unknown, .committed, .undoStarted, .undoFailed: true
        case .pending, .skipped, .undone, .waived: false
        }
    }
}

/// The legal moves of a step: the one place that names them. docs/states.md is generated from it.
package enum StepTable {
    package struct Move: Sendable {
        package let from: [StepState]
        package let to: [StepState]
        /// When the move is made, in the words of the documentation.
        package let when: String
    }

    package static let moves: [Move] = [
        Move(
            from: [.pending], to: [.skipped],
            when: "`when` is false, a need cannot be fulfilled, found already done before any attempt, or by a person"),
        Move(from: [.pending], to: [.started], when: "the attempt's intent is committed"),
        Move(from: [.pending], to: [.failed], when: "an input, environment or expression could not be evaluated"),
        Move(from: [.pending], to: [.succeeded], when: "done by hand, with who, why and evidence"),
        Move(from: [.started], to: [.pending], when: "recovery proves that it was never launched"),
        Move(
            from: [.started], to: [.succeeded, .failed],
            when: "status known and verify passed, or not; timed out and nothing left of it"),
        Move(
            from: [.started], to: [.unknown],
            when: "no status can be had; verify inconclusive; a commit step that failed, until its probe answers"),
        Move(
            from: [.unknown], to: [.succeeded, .pending, .failed],
            when: "by `done_when` (met or not met), a repeated verify, or a person"),
        Move(from: [.failed], to: [.started], when: "retry: a new attempt"),
        Move(from: [.failed], to: [.succeeded], when: "marked done by a person"),
        Move(from: [.succeeded], to: [.committed], when: "a commit step that needs it, or it itself, took effect"),
        Move(
            from: [.succeeded], to: [.unknown],
            when: "after an unexpected reboot, where its effects may not have reached the disk"),
        Move(
            from: [.succeeded, .failed, .unknown], to: [.undoStarted],
            when: "in rollback, `undo_group`, a release or an unhelpful remedy, once all dependents are clear"),
        Move(from: [.undoStarted], to: [.undone, .undoFailed], when: "the undo's own verify decides"),
        Move(from: [.undoFailed], to: [.undoStarted, .waived], when: "by a person"),
    ]

    private static let legal: Set<[StepState]> = Set(
        moves.flatMap { move in move.from.flatMap { from in move.to.map { [from, $0] } } })

    /// Whether a step may go from one state to the other. The same state twice is no move.
    package static func allows(from: StepState, to: StepState) -> Bool { legal.contains([from, to]) }
}
