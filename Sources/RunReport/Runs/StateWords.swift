import RunMachine

/// The words and marks for states, the same in every view.
package enum StateWords {
    package static func mark(_ state: StepState) -> String {
        switch state {
        case .pending: "·"
        case .skipped: "–"
        case .started: "▸"
        case .succeeded: "✔"
        case .failed, .undoFailed: "✘"
        case .unknown: "?"
        case .committed: "●"
        case .undoStarted: "◂"
        case .undone: "↶"
        case .waived: "~"
        }
    }

    package static func colour(_ state: StepState) -> TextStyle.Colour? {
        switch state {
        case .pending, .skipped: .dim
        case .started, .undoStarted: .cyan
        case .succeeded, .committed: .green
        case .failed, .undoFailed: .red
        case .unknown, .waived: .yellow
        case .undone: .blue
        }
    }

    package static func words(_ state: StepState) -> String {
        switch state {
        case .started: "running"
        case .undoStarted: "undo running"
        case .undoFailed: "undo failed"
        case .unknown: "outcome unknown"
        case .waived: "not undone, waived"
        default: state.rawValue
        }
    }

    package static func words(_ outcome: Outcome) -> String {
        switch outcome {
        case .succeeded: "succeeded"
        case .refused: "refused: nothing was done"
        case .failed: "failed"
        case .cancelled: "cancelled"
        case .rolledBack: "rolled back"
        case .rolledBackToCommit: "rolled back to the point of no return"
        case .inconsistent: "inconsistent: not everything was put back"
        }
    }

    package static func colour(_ outcome: Outcome) -> TextStyle.Colour {
        switch outcome {
        case .succeeded: .green
        case .rolledBack, .rolledBackToCommit, .cancelled, .refused: .yellow
        case .failed, .inconsistent: .red
        }
    }

    /// What an open run is doing.
    package static func words(_ activity: Activity, _ direction: Direction, isDriven: Bool, forPeople: Bool = false)
        -> String
    {
        let back = direction == .rollback ? ", rolling back" : ""
        switch activity {
        case .created: return isDriven ? "starting" : "not started yet"
        case .running where !isDriven: return "interrupted" + back + ": nobody drives it"
        case .running: return direction == .rollback ? "rolling back" : "running"
        case .waiting: return (forPeople ? "waiting for a person" : "waiting") + back
        case .paused: return "paused" + back
        case .attention: return "needs a decision" + back
        }
    }

    /// What a choice leads to.
    package static func meaning(_ choice: Choice) -> String {
        switch choice {
        case .run: "let the step start"
        case .retry: "try again"
        case .skip: "leave the step out and go on"
        case .accept: "let it stand as it is and go on"
        case .markDone: "it has been done by hand; go on"
        case .markFailed: "it has failed; do what the runbook says about that"
        case .rollback: "put everything back"
        case .keep: "close the run and keep what was done"
        case .waive: "do without it; the run will not count as put back"
        }
    }
}
