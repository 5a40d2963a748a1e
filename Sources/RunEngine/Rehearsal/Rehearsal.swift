import Actions
import Checks
import Expressions
import RunHost
import RunMachine
import RunPlan
import RunbookModel

/// Stands in for everything outside that attempts touch, so that a run can be played through: what `belay test` uses.
///
/// All calls come from the driver's thread. Nothing is launched, written or looked at; time passes only in `pass`.
package protocol Rehearsal: AnyObject, Sendable {
    /// Whether an attempt whose intent is committed is started; not once the driver is to die.
    func mayStart(_ intent: AttemptIntent) -> Bool
    /// What a command comes to (`run`, `command`).
    func command(_ part: RehearsedPart) -> RehearsedCommand
    /// What an action inside the driver comes to.
    func action(_ part: RehearsedPart, kind: String, _ argument: Value?) -> RehearsedAction
    /// What the snapshot of a step's protected paths, or its restore, comes to.
    func protection(_ part: RehearsedPart) -> AttemptOutcome
    /// What each check of a list answers; nil for one that touches nothing outside and is looked at.
    func look(_ part: RehearsedPart, _ checks: [CheckCall]) -> [CheckFinding?]
    /// Told before a commit with the intents in it.
    ///
    /// Errors: the driver is to die here, and nothing is written.
    func willCommit(_ intents: [AttemptIntent]) throws
    /// What is found out about an attempt that an earlier driver left in flight.
    func evidence(_ path: StepPath, _ number: Int) -> RehearsedEvidence
    /// Has the end of an attempt told after so many milliseconds, at once where it is no longer wanted by then.
    func schedule(_ end: RehearsedEnd)
    /// Lets time pass until the next end is told, at most so many milliseconds.
    ///
    /// Errors: the driver is to die here.
    func pass(atMost milliseconds: Int64) throws
}

/// Which part of a run is rehearsed.
package struct RehearsedPart: Sendable {
    package enum Subject: Sendable, Equatable {
        /// An attempt of a step.
        case attempt(AttemptIntent)
        /// The preconditions of a runbook, before the first step or again on resume.
        case preconditions
        case rollbackVerify
    }

    package let subject: Subject
    /// The step, or the step that includes the runbook; nil for the started runbook itself.
    package let node: PlanNode?

    /// What it is made for; nil for the checks of a run as a whole.
    package var purpose: Purpose? { if case .attempt(let intent) = subject { intent.purpose } else { nil } }
}

/// How a command ends, and what it leaves.
package struct RehearsedCommand: Sendable {
    package enum End: Sendable, Equatable {
        case exited(Int32)
        case signalled(Int32)
        case timedOut
        /// Its supervisor was killed with it: nobody knows.
        case lost
    }

    package var end = End.exited(0)
    package var stdout: [UInt8] = []
    package var stderr: [UInt8] = []
    /// What it writes to `$BELAY_OUTPUT`.
    package var output: [UInt8] = []
    package var elapsed: Duration = .zero
    package init() {}
}

/// What becomes of an action inside the driver.
package enum RehearsedAction: Sendable {
    /// It ends so. `undoData` is what its own undo will need; nil for kinds without one.
    case ends(ActionResult, elapsed: Duration, undoData: Value?)
    /// It is performed, because it touches nothing outside but what answers its requests; no body is saved.
    case isPerformed(http: HTTPClient, elapsed: Duration)
}

/// The end of an attempt or of the checks of a run, to be told later.
package struct RehearsedEnd: Sendable {
    /// Nil: the checks of the run as a whole.
    package let attempt: (path: StepPath, number: Int)?
    package let outcome: AttemptOutcome
    /// Whether nobody waits for it any more.
    package let isVoid: @Sendable () -> Bool
    package let tell: @Sendable (AttemptOutcome) -> Void
}

/// What recovery finds.
package enum RehearsedEvidence: Sendable, Equatable {
    /// It has ended, and its result is on disk.
    case finished(AttemptOutcome)
    /// It still runs, and ends so in so many milliseconds.
    case running(AttemptOutcome, left: Int64)
    case neverLaunched
    case lost
}
