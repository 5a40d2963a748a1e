import RunEngine
import RunJournal
import RunMachine
import RunReport
import RunbookModel

/// `belay status`.
struct StatusCommand: Command {
    static let declaration = CommandDeclaration(
        "status", "where a run stands, why, and what goes on",
        [ArgumentDeclaration("RUN", .optional, "its number; the newest open one by default, else the newest")])

    private let run: Int64?

    init(_ words: ParsedWords) throws(UsageProblem) { run = try words.run(0) }

    func perform(_ session: Session) throws -> Int32 {
        let service = try session.service()
        let run = try session.run(run, service, orClosed: true)
        let view = try RunInspector(session: session, service: service).view(run)
        session.show(view) { view.text($0) }
        return 0
    }
}

/// `belay runs`.
struct RunsCommand: Command {
    static let declaration = CommandDeclaration(
        "runs", "list runs, the newest first", [],
        [
            .flag("open", "open ones only"), .flag("closed", "closed ones only"),
            .value("runbook", "NAME", "of one runbook"), .value("system", "NAME", "of one system"),
            .value("outcome", "OUTCOME", choices: Outcome.allCases.map(\.rawValue), "that ended so"),
            .value("limit", short: "n", "NUMBER", "at most so many (default 50)"),
        ])

    private var filter = RunFilter(limit: 50)

    init(_ words: ParsedWords) throws(UsageProblem) {
        if words.has("open"), words.has("closed") { throw UsageProblem("--open and --closed exclude each other") }
        filter.isOpen = words.has("open") ? true : words.has("closed") ? false : nil
        filter.runbook = words.value("runbook").map { RunbookName($0) }
        filter.system = words.value("system")
        filter.outcome = words.value("outcome").flatMap(Outcome.init)
        if let limit = try words.number("limit", atLeast: 1) { filter.limit = Int(limit) }
    }

    func perform(_ session: Session) throws -> Int32 {
        let service: RunService
        do throws(ServiceFailure) { service = try session.service() } catch {
            guard case .journal(.noJournal) = error else { throw error }
            let view = RunListView(runs: [], damaged: [])
            session.show(view) { view.text($0) }
            return 0
        }
        var rows: [RunListView.Row] = []
        var damaged: [RunListView.Damaged] = []
        for result in try service.journal.runs(filter) {
            switch result {
            case .success(let run): rows.append(Self.row(run, service, now: session.now))
            case .failure(let failure): damaged.append(.init(problem: failure.message))
            }
        }
        let view = RunListView(runs: rows, damaged: damaged)
        session.show(view) { view.text($0) }
        return 0
    }

    private static func row(_ run: RunSummary, _ service: RunService, now: Int64) -> RunListView.Row {
        RunListView.Row(
            run: run.id.number, runbook: run.runbook.text, system: run.system, requester: run.requester.user,
            direction: run.direction, activity: run.activity, outcome: run.outcome,
            isDriven: run.isOpen && service.isDriven(run.id), startedAt: run.startedAt, endedAt: run.endedAt,
            undoOf: run.undoOf?.number, now: now)
    }
}

/// `belay note`.
struct NoteCommand: Command {
    static let declaration = CommandDeclaration(
        "note", "add a note to a run's history",
        details: "At any time, also while another process drives the run, and once it is closed.",
        [ArgumentDeclaration("RUN", "the number of the run"), ArgumentDeclaration("TEXT", "the note")],
        [.value("file", short: "f", "FILE", "a file to keep with the note, among the run's artifacts")])

    private let run: Int64?
    private let text: String
    private let file: String?

    init(_ words: ParsedWords) throws(UsageProblem) {
        run = try words.run(0)
        text = words.argument(1) ?? ""
        file = words.value("file")
        if text.allSatisfy(\.isWhitespace) { throw UsageProblem("the note is empty") }
    }

    func perform(_ session: Session) throws -> Int32 {
        let service = try session.service()
        let run = try session.run(run, service)
        let kept = try file.map { try service.keepEvidence(run, file: $0) }
        let reference = kept.map { " [\($0.name), sha256 \($0.sha256)]" } ?? ""
        try service.journal.note(run, text: text + reference, by: service.actor, at: session.now)
        session.note(Wording.noted(run, file: try kept.map { try service.path(of: $0, run) }))
        return 0
    }
}
