import RunbookModel

/// What an audit found.
package struct AuditReport: Sendable, Equatable {
    package struct Finding: Sendable, Equatable {
        /// Nil: about the whole journal.
        package let run: RunID?
        package let problem: Problem
        package init(run: RunID?, problem: Problem) {
            self.run = run
            self.problem = problem
        }
    }

    package enum Problem: Sendable, Equatable {
        /// The file is damaged, in SQLite's words.
        case integrity(String)
        /// The event does not fit the one before it: the first such of its run.
        case brokenChain(sequence: Int64, why: String)
        /// A row cannot be read.
        case unreadable(String)
        /// The events do not follow from one another, or from the pinned runbook.
        case notReplayable(String)
        /// The events give another state than the one that is stored.
        case runDiffers
        case stepDiffers(StepPath)
        case attemptDiffers(StepPath, number: Int)
    }

    /// Runs that were looked at.
    package var runs: [RunID] = []
    package var events = 0
    package var findings: [Finding] = []

    package var isClean: Bool { findings.isEmpty }
}
