import RunHost
import RunMachine
import RunbookModel

/// What reaches a driver from outside its thread.
enum DriverMessage: Sendable {
    case supervisor(SupervisorReport)
    /// An attempt inside the driver, or one that was adopted, has ended.
    case ended(StepPath, number: Int, AttemptOutcome)
    /// The evidence about an adopted attempt is to be looked at again.
    case lookAgain(StepPath, number: Int)
    case admission(AttemptOutcome)
    case rollbackVerify(AttemptOutcome)
    /// An action found what its undo will need; answered once that is on disk.
    case record(StepPath, Stored, reply: @Sendable (Bool) -> Void)
    /// What stood in the way of an undo is gone, or why not.
    case cleared(PreparedAttempt, failure: String?)
    /// The same for an undo that a person is to do.
    case clearedForPerson(StepPath, failure: String?)
    case synced(upTo: Int)
    case request(DriverRequest)
}

/// What the terminal of a driver, or a signal, asks of it.
package enum DriverRequest: Sendable {
    /// Start nothing new; stop when what is in flight has ended.
    case pause
    /// End what is in flight; its outcome is then unknown.
    case endAttempts
    /// Start nothing new until `goOn`: somebody is about to choose.
    case hold
    case goOn
    /// Look at the inbox now.
    case look
}

/// Why a driver stopped.
package enum DriveEnd: Sendable, Equatable {
    case closed(Outcome)
    /// The run is open and nobody drives it now. `.waiting`: people have been asked (a prompt, or a step in guide mode),
    /// and an answer lets it go on; `.attention`: somebody must choose.
    case parked(Activity, Direction)

    /// The exit code of the command that drove.
    package var exitCode: Int32 {
        switch self {
        case .closed(let outcome): outcome.exitCode
        case .parked(.paused, _): 130
        case .parked(.waiting, _): 4
        case .parked(_, .rollback): 6
        case .parked: 4
        }
    }
}

/// What a driver tells whoever shows the run. Calls come from the driver's thread and must not block.
package protocol RunObserver: Sendable {
    /// These events are on disk.
    func committed(_ events: [(at: Int64, event: RunEvent)], run: RunContext)
}

/// An observer that shows nothing.
package struct SilentObserver: RunObserver {
    package init() {}
    package func committed(_ events: [(at: Int64, event: RunEvent)], run: RunContext) {}
}
