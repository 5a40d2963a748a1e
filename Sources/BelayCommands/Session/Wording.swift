import RunHost
import RunJournal

/// What this target says to people beside the views of RunReport.
enum Wording {
    static func noWorkingDirectory(_ why: String) -> String { "the current directory cannot be used: \(why)" }
    static let noRuns = "there are no runs yet"
    static let noOpenRun = "no run is open"
    static let runsHelp = "'belay runs' lists all runs; name one by its number"

    static func unknownCommand(_ name: String) -> String { "unknown command '\(name)'" }
    static let noCommand = "a command is missing"
    static let commandsHelp = "'belay --help' lists the commands"
    static func systemFailed(_ error: SystemError) -> String {
        "cannot \(error.operation): \(SystemError.text(of: error.errno))"
    }
    static func internalError(_ why: String) -> String { "internal error: \(why)" }
    static let internalHelp = "this is a bug in Belay; the journal is as it was last committed"

    // Driving.
    static func waitingForLock(_ lock: HeldLock) -> String {
        "waiting for lock '\(lock.name)', held by run \(lock.run) (\(lock.runbook)) of \(lock.owner.user)"
    }
    static func cannotStart(_ why: String) -> String { "Belay cannot start its helper process: \(why)" }
    static let pausing = "pausing after the attempts in flight; Ctrl-C again asks whether to end them"
    static let pausingWithoutMenu = "pausing after the attempts in flight; interrupt again to end them"
    static let endingAttempts = "ending the attempts in flight; what they did is then unknown"
    static let pausingOnSignal = "told to stop: pausing after the attempts in flight"
    static func menu(_ offers: [String], seconds: Int64) -> [String] {
        ["nothing new starts; what runs goes on. Pauses in \(seconds)s", offers.joined(separator: "  ")]
    }
    static func confirm(_ action: SteeringMenu.Action, isForward: Bool, seconds: Int64) -> [String] {
        let question =
            switch action {
            case .rollBack: "put back everything that was done?"
            case .keep: "end the run and keep what was done?"
            default:
                isForward
                    ? "end what runs now? What it did is then unknown, and the run pauses"
                    : "end the undo that runs now? The run pauses, and resume goes on with it"
            }
        let again = action == .interrupt ? "  Ctrl-C: yes" : ""
        return [question, "[y]es  [n]o\(again)  (pauses in \(seconds)s)"]
    }
    static let chosenInMenu = "chosen at the terminal"
    static let notRecorded = "that could not be recorded"
    static let waitingHere = "q leaves; the run keeps waiting, and 'belay resume' goes on"
    static let watching = "q leaves this view; the run goes on without it"
    static func drivenElsewhere(_ holder: DriverLock.Holder?) -> String {
        let driver = holder.map { "process \($0.pid) of \($0.user)" } ?? "another process"
        return goesOnThere(driver)
    }
    static func goesOnAtTerminal(_ holder: DriverLock.Holder?) -> String {
        let terminal = holder.map { "the terminal of \($0.user) (process \($0.pid))" } ?? "another terminal"
        return "\(terminal) waits for it, and goes on"
    }
    static func opened(run: RunID) -> String { "run \(run) is opened" }
    static func notDriven(_ run: RunID) -> String { "nobody drives run \(run); there is nothing to pause" }
    static func pauseAsked(_ run: RunID) -> String { "run \(run) pauses after the attempts in flight" }
    static func cancelAsked(_ run: RunID) -> String { "the driver of run \(run) has been told to cancel it" }
    static func heldBy(_ driver: String) -> String { "it is driven by \(driver)" }
    static func noted(_ run: RunID, file: String?) -> String {
        "noted in run \(run)" + (file.map { "; the file is kept as \($0)" } ?? "")
    }
    static func decided(_ run: RunID) -> String { "recorded for run \(run)" }
    static func resumeHelp(_ run: RunID) -> String { "'belay resume \(run)' goes on" }
    static func goesOnThere(_ driver: String) -> String { "\(driver) drives the run, and goes on with it" }
    static func asksNothing(_ run: RunID) -> String { "run \(run) asks nothing that can be tried again" }
    static func statusHelp(_ run: RunID) -> String { "'belay status \(run)' shows where it stands" }
    static func goOnDespiteFailure(_ run: RunID) -> String {
        "the run stays as it was last committed; 'belay resume \(run)' goes on"
    }
    static func journalFailed(_ why: String) -> String { "the run was left: \(why)" }

    // Asking.
    static let choose = "what now? "
    static let leaveHelp = "leave the run as it is; another terminal may decide, too"
    static let why = "why? "
    static let whyNeeded = "a reason is needed: it is journaled"
    static let goesOn = "decided elsewhere; going on"
    static func noSuchChoice(_ text: String) -> String { "'\(text)' is not one of them" }

    // Options.
    static let whyMissing = "--why is missing: the reason is journaled with the decision"
    static func unknownChoice(_ text: String) -> String { "'\(text)' is not a choice" }
    static func choices(_ words: [String]) -> String { "choices are \(words.joined(separator: ", "))" }
    static let choiceMissing = "the choice is missing"
    static func unknownCode(_ code: String) -> String { "there is no code '\(code)'" }
    static let codesHelp = "'belay explain' lists them all"
    static func unreadable(_ path: String, _ why: String) -> String { "'\(path)' cannot be read: \(why)" }
    static func noFiles(_ path: String) -> String { "there are no runbooks in '\(path)'" }
    static func noStep(_ step: String) -> String { "the runbook has no step '\(step)'" }
    static func noStep(_ step: String, _ run: RunID) -> String { "run \(run) has no step '\(step)'" }
    static func noOutput(_ name: String, _ step: String) -> String { "step '\(step)' declares no output '\(name)'" }
    static func outputs(_ names: [String]) -> String {
        names.isEmpty ? "it declares none" : "its outputs are \(names.joined(separator: ", "))"
    }
    static func unknownState(_ text: String) -> String { "'\(text)' is not an outcome" }
}
