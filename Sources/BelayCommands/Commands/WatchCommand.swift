import RunEngine
import RunJournal
import RunMachine
import RunReport
import RunbookModel

/// `belay watch`.
struct WatchCommand: Command {
    static let declaration = CommandDeclaration(
        "watch", "see a run go on, from any terminal",
        details: """
            Looks at the journal and at what the running steps print; the run is not touched. It goes on while the run is
            paused or waits for people, and ends when the run closes, with the run's exit code. q or Ctrl-C leave it.
            """,
        [ArgumentDeclaration("RUN", .optional, "its number; the newest open one by default, else the newest")])

    private let run: Int64?

    init(_ words: ParsedWords) throws(UsageProblem) { run = try words.run(0) }

    func perform(_ session: Session) throws -> Int32 {
        let signals = try SignalDesk.start()
        let service = try session.service()
        let run = try session.run(run, service, orClosed: true)
        let screen = try DriveScreen(session, service.journal)
        defer { screen.settle(ends: true) }
        let watch = Watch(
            watcher: RunWatcher(service, run, fromBeginning: true), screen: screen, signals: signals)
        switch try watch.follow(until: { !$0.isOpen }) {
        case .left: return signals.hasPaused ? 130 : 0
        case .reached(let look):
            screen.settle()
            session.conclude(try RunInspector(session: session, service: service).view(run), exit: look.exitCode)
            return look.exitCode
        }
    }
}
