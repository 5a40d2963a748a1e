import Diagnostics
import RunEngine
import RunHost
import RunJournal
import RunReport

/// Turns whatever ended a command into text or JSON on standard error, and an exit code.
struct FailureReport {
    let streams: StandardStreams
    let isJSON: Bool
    /// The exit code whatever went wrong, for commands that have codes of their own.
    var exit: Int32?

    func report(_ error: any Error) -> Int32 {
        switch error {
        case let problem as UsageProblem: return show(64, [.init(problem.message, help: problem.help)])
        case .diagnostics(let bag) as ServiceFailure: return show(bag)
        case let failure as ServiceFailure: return show(failure.exitCode, Self.problems(failure))
        case let failure as JournalFailure: return report(ServiceFailure.journal(failure))
        case let failure as SystemError: return show(8, [.init(Wording.systemFailed(failure))])
        default: return show(70, [.init(Wording.internalError("\(error)"), help: Wording.internalHelp)])
        }
    }

    private static func problems(_ failure: ServiceFailure) -> [ProblemView.Problem] {
        switch failure {
        case .diagnostics: []
        case .inputs(let problems): problems.map { .init($0.message, help: $0.help) }
        case .refused(let message, let help): [.init(message, help: help)]
        case .journal(let failure): [.init(failure.message, help: failure.help)]
        }
    }

    private func show(_ exit: Int32, _ problems: [ProblemView.Problem]) -> Int32 {
        let exit = self.exit ?? exit
        let view = ProblemView(exit: exit, problems)
        if isJSON {
            streams.printErrorJSON(ViewJSON.document(view))
        } else {
            streams.printError(view.text(streams.errorStyle))
        }
        return exit
    }

    /// Diagnostics of files; exit 2 unless the command has its own codes.
    func show(_ bag: DiagnosticBag) -> Int32 {
        let report = DiagnosticReport(bag)
        if isJSON {
            streams.printErrorJSON(report.json())
        } else {
            streams.printError(DiagnosticText(isColoured: streams.errorStyle.isColoured).render(report))
        }
        return exit ?? 2
    }
}
