import Glibc
import RunHost
import RunMachine
import RunPlan

/// An attempt that starts as soon as its intent is on disk.
struct PreparedAttempt: Sendable {
    enum Work: Sendable {
        /// A command under a supervisor.
        case process(LaunchRequest)
        /// Done on a thread of the driver.
        case inside(@Sendable (Cancellation) -> AttemptOutcome)
    }

    let intent: AttemptIntent
    let node: PlanNode
    /// Nil for attempts that only look.
    let file: AttemptFile?
    let directory: String
    let work: Work
    /// A commit step: what was done before must not be lost once it is done.
    var needsSyncBefore: Bool { intent.purpose == .action && node.step.isCommit }

    /// The attempt is not made after all; its file says that nothing was launched.
    func discard() {
        guard let file else { return }
        unlink(file.path)
    }
}

/// Which attempt a result belongs to.
struct AttemptIdentity: Sendable {
    let node: PlanNode
    let purpose: Purpose
    let number: Int
    let item: Int
}
