import Diagnostics
import FoundationEssentials
import Glibc
import RunEngine
import RunHost
import RunJournal
import RunMachine
import RunReport

/// What the commands of one invocation share. Nothing is opened before it is asked for.
final class Session: Sendable {
    let options: GlobalOptions
    let environment: [String: String]
    let streams: StandardStreams

    init(_ options: GlobalOptions, environment: [String: String], isDetached: Bool = false) {
        self.options = options
        self.environment = environment
        streams = StandardStreams(environment: environment, noColour: options.noColour, isDetached: isDetached)
    }

    /// The same for a process that is about to leave its terminal.
    func detached() -> Session { Session(options, environment: environment, isDetached: true) }

    var isJSON: Bool { options.format == .json }

    /// Whether a person can be asked.
    var isInteractive: Bool { streams.inputIsTerminal && streams.errorIsTerminal && !isJSON }

    /// Milliseconds since 1970.
    var now: Int64 { HostClock.live.wallTime() / 1_000_000 }

    /// The directory in which Belay was started.
    ///
    /// Errors: `ServiceFailure.refused` where it is gone or closed to this user.
    func directory() throws(ServiceFailure) -> String {
        var buffer = [CChar](repeating: 0, count: 4_096)
        guard getcwd(&buffer, buffer.count) != nil else {
            throw .refused(Wording.noWorkingDirectory(SystemError.text(of: errno)), help: nil)
        }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func workspace() throws(ServiceFailure) -> Workspace {
        try Workspace.discover(
            directory: try directory(), stateOption: options.state, environment: environment)
    }

    /// The service over an existing journal; `creates` makes one.
    func service(_ workspace: Workspace? = nil, creates: Bool = false) throws(ServiceFailure) -> RunService {
        let workspace = if let workspace { workspace } else { try self.workspace() }
        let service = try RunService.open(workspace, creates: creates, actor: Actor(Identity.current()))
        service.remindDue()
        return service
    }

    /// The run that was named; else the newest open one; else, where that will do, the newest.
    ///
    /// Errors: `ServiceFailure` where there is none.
    func run(_ number: Int64?, _ service: RunService, orClosed: Bool = false) throws -> RunID {
        if let number {
            _ = try service.journal.summary(RunID(number))
            return RunID(number)
        }
        let newest = { (filter: RunFilter) in
            try service.journal.runs(filter).lazy.compactMap { try? $0.get().id }.first
        }
        if let open = try newest(RunFilter(isOpen: true, limit: 10)) { return open }
        if orClosed, let last = try newest(RunFilter(limit: 10)) { return last }
        throw ServiceFailure.refused(orClosed ? Wording.noRuns : Wording.noOpenRun, help: Wording.runsHelp)
    }

    // MARK: Showing

    /// Shows a view: as JSON where that is asked for, else as the text.
    func show(_ view: some Encodable, text: (TextStyle) -> String) {
        if isJSON { streams.printJSON(ViewJSON.document(view)) } else { streams.print(text(streams.outputStyle)) }
    }

    /// Says something beside the result, on standard error; not with `--quiet`.
    func note(_ text: String) {
        guard !options.isQuiet, !isJSON else { return }
        streams.printError(DisplayText.escaped(text) + "\n")
    }
}
