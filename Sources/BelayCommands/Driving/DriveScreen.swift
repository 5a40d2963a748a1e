import RunEngine
import RunHost
import RunMachine
import RunReport
import RunbookModel

/// Shows what happens while a run is driven. A thread of its own writes, so that a slow terminal never holds up the run.
final class DriveScreen: RunObserver {
    enum Mode: Sendable {
        /// A JSON line for each event.
        case json
        /// A line for each event that matters.
        case lines
        /// The tree of steps, redrawn.
        case live
        /// Nothing.
        case silent
    }

    private enum Message: Sendable {
        case events([(at: Int64, event: RunEvent)], RunContext)
        case notice(String)
        /// Write what there is, then say so.
        case flush(Mailbox<Bool>, ends: Bool)
    }

    private let mode: Mode
    private let streams: StandardStreams
    private let mailbox = Mailbox<Message>()

    init(_ session: Session) throws {
        streams = session.streams
        mode = Self.mode(session)
        guard mode != .silent else { return }
        try WorkerThread.start(name: "screen", stack: 1 << 20) { self.work() }
    }

    private static func mode(_ session: Session) -> Mode {
        if session.isJSON { return .json }
        if session.options.isQuiet { return .silent }
        let terminal = session.environment["TERM"] ?? "dumb"
        return session.streams.outputIsTerminal && terminal != "dumb" ? .live : .lines
    }

    func committed(_ events: [(at: Int64, event: RunEvent)], run: RunContext) {
        if mode != .silent { mailbox.send(.events(events, run)) }
    }

    /// Says something to the person at the terminal.
    func notice(_ text: String) {
        mode == .silent ? streams.printError(text + "\n") : mailbox.send(.notice(text))
    }

    /// Returns once everything is written; a live view leaves the tree as it then is.
    func settle(ends: Bool = false) {
        guard mode != .silent else { return }
        let answer = Mailbox<Bool>()
        mailbox.send(.flush(answer, ends: ends))
        _ = answer.receive(within: nil)
    }

    private func work() {
        var live = LiveView(streams)
        while true {
            for message in mailbox.receive(within: mode == .live ? LiveView.period : nil) {
                switch message {
                case .events(let events, let run): show(events, run, &live)
                case .notice(let text): tell(text, &live)
                case .flush(let answer, let ends):
                    if mode == .live { live.settle() }
                    answer.send(true)
                    if ends { return }
                }
            }
            if mode == .live { live.redraw() }
        }
    }

    private func show(_ events: [(at: Int64, event: RunEvent)], _ run: RunContext, _ live: inout LiveView) {
        switch mode {
        case .silent: break
        case .live: live.follow(run)
        case .json:
            let lines = events.map { ViewJSON.line(EventView(run: run.id, at: $0.at, $0.event)) }
            streams.printJSON(lines.joined())
        case .lines:
            let style = streams.outputStyle
            let lines = events.compactMap { event in
                ProgressLine.line(event.event, at: event.at, Self.surroundings(event.event, run), style)
            }
            if !lines.isEmpty { streams.print(lines.map { $0 + "\n" }.joined()) }
        }
    }

    private static func surroundings(_ event: RunEvent, _ run: RunContext) -> ProgressLine.Surroundings {
        guard let path = event.step else { return .init(record: nil, isGroup: false) }
        return run.withMachine { machine in
            guard let index = machine.index(of: path) else { return .init(record: nil, isGroup: false) }
            return .init(record: machine.steps[index], isGroup: !machine.node(index).isLeaf)
        }
    }

    private func tell(_ text: String, _ live: inout LiveView) {
        if mode == .live { live.clear() }
        streams.printError(text + "\n")
    }
}
