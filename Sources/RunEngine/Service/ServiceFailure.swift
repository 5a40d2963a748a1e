import Diagnostics
import RunJournal
import RunPlan

/// Why a command cannot do what it was asked; nothing was changed.
package enum ServiceFailure: Error, Sendable {
    /// What is wrong in files: exit 2.
    case diagnostics(DiagnosticBag)
    /// What is wrong with the given inputs: exit 2.
    case inputs([InputProblem])
    /// What was asked for is not there, or not possible now: exit 3.
    case refused(String, help: String?)
    /// The journal or the state directory: exit 8, or 7 where another driver or run is in the way.
    case journal(JournalFailure)

    /// Any error in these terms: failures of the journal and of the service stay what they are, all others refuse, in
    /// the given words.
    init(of error: any Error, help: String? = nil, words: (any Error) -> String = { "\($0)" }) {
        switch error {
        case let failure as ServiceFailure: self = failure
        case let failure as JournalFailure: self = .journal(failure)
        default: self = .refused(words(error), help: help)
        }
    }

    /// The exit code of the command.
    package var exitCode: Int32 {
        switch self {
        case .diagnostics, .inputs: return 2
        case .refused: return 3
        case .journal(let failure):
            switch failure {
            case .locked, .driven, .superseded: return 7
            case .noSuchRun, .runIsClosed, .runIsOpen, .noSuchLock: return 3
            default: return 8
            }
        }
    }
}
