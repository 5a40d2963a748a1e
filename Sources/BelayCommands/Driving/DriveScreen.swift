import Diagnostics
import RunEngine
import RunHost
import RunJournal
import RunMachine
import RunReport
import RunbookModel

/// Shows what happens to a run while it goes on. A thread of its own writes, so that a slow terminal never holds up the run.
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

    /// An event; its number in the journal where that is known.
    typealias Event = (number: Int64?, at: Int64, event: RunEvent)

    private enum Message: Sendable {
        case events([Event], RunPicture)
        case notice(String)
        case menu([String])
        case comeBack
        /// Write what there is, then say so.
        case flush(Mailbox<Bool>, ends: Bool)
    }

    let mode: Mode
    private let streams: StandardStreams
    private let journal: any Journal
    private let mailbox = Mailbox<Message>()

    init(_ session: Session, _ journal: any Journal) throws {
        streams = session.streams
        self.journal = journal
        mode = Self.mode(session)
        guard mode != .silent else { return }
        try WorkerThread.start(name: "screen", stack: 1 << 20) { self.work() }
    }

    private static func mode(_ session: Session) -> Mode {
        if session.isJSON { return .json }
        if session.options.isQuiet { return .silent }
        let terminal = session.environment["TERM"] ?? "dumb"
        let mayRedraw = session.streams.outputIsTerminal && terminal != "dumb" && TerminalMode.isForeground
        return mayRedraw ? .live : .lines
    }

    func committed(_ events: [(at: Int64, event: RunEvent)], run: RunContext) {
        show(events.map { (nil, $0.at, $0.event) }, RunPicture(run))
    }

    /// These events are on disk, and the run looks as the picture says.
    func show(_ events: [Event], _ picture: RunPicture) {
        if mode != .silent { mailbox.send(.events(events, picture)) }
    }

    /// Says something to the person at the terminal.
    func notice(_ text: String) {
        mode == .silent ? streams.printError(DisplayText.escaped(text) + "\n") : mailbox.send(.notice(text))
    }

    /// Shows lines below the run; where nothing is redrawn, only those that are new.
    func setMenu(_ lines: [String], isNew: Bool) {
        if mode != .live, !isNew || lines.isEmpty { return }
        if mode != .silent { return mailbox.send(.menu(lines)) }
        streams.printError(lines.map { $0 + "\n" }.joined())
    }

    /// The shell has had the terminal: nothing that stood there can be written over.
    func comeBack() { if mode == .live { mailbox.send(.comeBack) } }

    /// Returns once everything is written; a live view leaves the tree as it then is.
    func settle(ends: Bool = false) {
        guard mode != .silent else { return }
        let answer = Mailbox<Bool>()
        mailbox.send(.flush(answer, ends: ends))
        _ = answer.receive(within: nil)
    }

    private func work() {
        var live = LiveView(streams, journal)
        while true {
            for message in mailbox.receive(within: mode == .live ? LiveView.period : nil) {
                if take(message, &live) { return }
            }
            if mode == .live { live.redraw() }
        }
    }

    /// True once nothing more is to be shown.
    private func take(_ message: Message, _ live: inout LiveView) -> Bool {
        switch message {
        case .events(let events, let picture): show(events, picture, &live)
        case .notice(let text): tell(text, &live)
        case .menu(let lines):
            if mode == .live { live.setFooter(lines) } else { for line in lines { tell(line, &live) } }
        case .comeBack: live.comeBack()
        case .flush(let answer, let ends):
            // What was typed meanwhile is no answer to the question that comes now.
            if !ends { TerminalMode.dropTyped() }
            if mode == .live { live.settle() }
            answer.send(true)
            return ends
        }
        return false
    }

    private func show(_ events: [Event], _ picture: RunPicture, _ live: inout LiveView) {
        switch mode {
        case .silent: break
        case .live: live.follow(picture)
        case .json:
            let lines = events.map {
                ViewJSON.line(EventView(run: picture.run.number, number: $0.number, at: $0.at, $0.event))
            }
            streams.printJSON(lines.joined())
        case .lines:
            let style = streams.outputStyle
            let lines = events.compactMap { event in
                ProgressLine.line(event.event, at: event.at, picture.surroundings(event.event.step), style)
            }
            if !lines.isEmpty { streams.print(lines.map { $0 + "\n" }.joined()) }
        }
    }

    private func tell(_ text: String, _ live: inout LiveView) {
        if mode == .live { live.clear() }
        streams.printError(DisplayText.escaped(text) + "\n")
    }
}
