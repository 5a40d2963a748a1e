import Glibc
import RunEngine
import RunHost
import RunJournal
import RunMachine
import RunReport
import RunbookModel

/// `belay logs`.
struct LogsCommand: Command {
    static let declaration = CommandDeclaration(
        "logs", "what the attempts of a run printed",
        details: """
            On a terminal control characters are shown as escapes; elsewhere what was printed is written as it was, byte for
            byte. Lines of several attempts carry their step and attempt in front.
            """,
        [
            ArgumentDeclaration("RUN", .optional, "its number; the newest open one by default, else the newest"),
            ArgumentDeclaration("STEP", .optional, "one step, or one group; all by default"),
        ],
        [.flag("follow", short: "f", "go on, across steps and attempts, until the run closes or nobody drives it")])

    private let run: Int64?
    private let step: String?
    private let follows: Bool

    init(_ words: ParsedWords) throws(UsageProblem) {
        run = try words.run(0)
        step = words.argument(1)
        follows = words.has("follow")
    }

    func perform(_ session: Session) throws -> Int32 {
        let service = try session.service()
        let run = try session.run(run, service, orClosed: true)
        if let step { try check(step, run, RunInspector(session: session, service: service)) }
        var reader = try LogReader(session: session, service: service, run: run, step: step)
        while true {
            // Asked before reading: what is printed before the end is read after it.
            let isOver = try !follows || isStill(run, service)
            try reader.readOn(flushes: isOver)
            if isOver { return 0 }
            poll(nil, 0, 200)
        }
    }

    private func check(_ step: String, _ run: RunID, _ inspector: RunInspector) throws {
        let machine = try inspector.machine(run).machine
        guard machine.index(of: StepPath(step)) != nil else {
            throw ServiceFailure.refused(Wording.noStep(step, run), help: Wording.statusHelp(run))
        }
    }

    /// Whether nothing more is printed until somebody does something.
    private func isStill(_ run: RunID, _ service: RunService) throws -> Bool {
        try !service.journal.summary(run).isOpen || !service.isDriven(run)
    }
}

/// Reads the output files of attempts from where it stopped before.
struct LogReader {
    private let session: Session
    private let service: RunService
    private let run: RunID
    private let step: String?
    private let directory: String
    private var seenChanges: Int64?
    private var attempts: [AttemptRecord] = []
    /// Attempts that have ended and were read after that.
    private var finished: Set<String> = []
    /// By file: how much was read, and the beginning of a line that is not finished.
    private var places: [String: (offset: Int, rest: [UInt8])] = [:]

    init(session: Session, service: RunService, run: RunID, step: String?) throws {
        self.session = session
        self.service = service
        self.run = run
        self.step = step
        directory = service.workspace.state.runDirectory(run, try service.journal.summary(run).runbook)
    }

    /// Prints what is new; with `flushes` also a last line without a newline.
    mutating func readOn(flushes: Bool) throws {
        let changes = try service.journal.changeCounter()
        if changes != seenChanges {
            seenChanges = changes
            attempts = try service.journal.attempts(run).filter { isWanted($0.intent.step.text) }
        }
        let isMixed = attempts.count > 1 || step == nil
        for (index, attempt) in attempts.enumerated() {
            let name = "\(attempt.intent.step)#\(attempt.intent.number)"
            // What an attempt left running may print on; of many attempts only the latest are looked at for that.
            guard !finished.contains(name) || index >= attempts.count - 32 else { continue }
            for stream in ["stdout", "stderr"] {
                try readOn(attempt.intent, stream, isMixed: isMixed, flushes: flushes || attempt.outcome != nil)
            }
            if attempt.outcome != nil { finished.insert(name) }
        }
    }

    private func isWanted(_ path: String) -> Bool {
        guard let step else { return true }
        return path == step || path.hasPrefix(step + "/") || path.hasPrefix(step + "@")
    }

    private mutating func readOn(_ intent: AttemptIntent, _ stream: String, isMixed: Bool, flushes: Bool) throws {
        let path = "\(directory)/steps/\(intent.step.fileName)/\(intent.number)/\(stream)"
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var place = places[path] ?? (0, [])
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = pread(descriptor, &buffer, buffer.count, off_t(place.offset))
            guard count > 0 else { break }
            place.offset += count
            place.rest += buffer[..<count]
            printLines(of: &place.rest, intent, stream, isMixed)
        }
        if flushes, !place.rest.isEmpty {
            print([place.rest[...]], intent, stream, isMixed)
            place.rest = []
        }
        places[path] = place
    }

    private func printLines(of rest: inout [UInt8], _ intent: AttemptIntent, _ stream: String, _ isMixed: Bool) {
        guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return }
        let lines = rest[..<end].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        print(lines, intent, stream, isMixed)
        rest.removeSubrange(...end)
    }

    private func print(_ lines: [ArraySlice<UInt8>], _ intent: AttemptIntent, _ stream: String, _ isMixed: Bool) {
        let streams = session.streams
        guard session.isJSON || streams.outputIsTerminal else {
            return streams.printBytes(
                lines.flatMap { line in
                    Array(isMixed ? OutputView.source(intent, stream, TextStyle()).utf8 : "".utf8) + line
                        + [UInt8(ascii: "\n")]
                })
        }
        var text = ""
        for line in lines {
            let trimmed = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            let view = OutputView(
                run: run.number, intent, stream: stream, line: String(decoding: trimmed, as: UTF8.self))
            text += session.isJSON ? ViewJSON.line(view) : view.text(withSource: isMixed, streams.outputStyle) + "\n"
        }
        session.isJSON ? streams.printJSON(text) : streams.print(text)
    }
}
