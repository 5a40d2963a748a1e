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
        details: "Control characters are shown as escapes; the files themselves are in the run's directory.",
        [
            ArgumentDeclaration("RUN", .optional, "its number; the newest open one by default, else the newest"),
            ArgumentDeclaration("STEP", .optional, "one step, or one group; all by default"),
        ],
        [.flag("follow", short: "f", "go on until the run closes or stands still")])

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
        var reader = LogReader(session: session, service: service, run: run, step: step)
        while true {
            let isOver = try !follows || isStill(run, service)
            try reader.readOn(flushes: isOver)
            if isOver { return 0 }
            usleep(200_000)
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
        let summary = try service.journal.summary(run)
        return !summary.isOpen || !service.isDriven(run)
    }
}

/// Reads the output files of attempts from where it stopped before.
struct LogReader {
    private let session: Session
    private let service: RunService
    private let run: RunID
    private let step: String?
    private let directory: String
    /// By file: how much was read, and the beginning of a line that is not finished.
    private var places: [String: (offset: Int, rest: [UInt8])] = [:]

    init(session: Session, service: RunService, run: RunID, step: String?) {
        self.session = session
        self.service = service
        self.run = run
        self.step = step
        let name = (try? service.journal.summary(run).runbook) ?? ""
        directory = service.workspace.state.runDirectory(run, name)
    }

    /// Prints what is new; with `flushes` also a last line without a newline.
    mutating func readOn(flushes: Bool) throws {
        let attempts = try service.journal.attempts(run).filter { isWanted($0.intent.step.text) }
        let isMixed = Set(attempts.map { "\($0.intent.step)#\($0.intent.number)" }).count > 1 || step == nil
        for attempt in attempts {
            for stream in ["stdout", "stderr"] {
                try readOn(attempt.intent, stream, isMixed: isMixed, flushes: flushes)
            }
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
        var text = ""
        for line in lines {
            let trimmed = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            let view = OutputView(
                run: run.number, step: intent.step.text, attempt: intent.number, purpose: intent.purpose.rawValue,
                stream: stream, line: String(decoding: trimmed, as: UTF8.self))
            text +=
                session.isJSON
                ? ViewJSON.line(view) : view.text(withSource: isMixed, session.streams.outputStyle) + "\n"
        }
        session.isJSON ? session.streams.printJSON(text) : session.streams.print(text)
    }
}
