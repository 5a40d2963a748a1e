import Expressions
import RunEngine
import RunHost
import RunJournal
import RunMachine
import RunbookModel

/// `belay resume`.
struct ResumeCommand: Command {
    static let declaration = CommandDeclaration(
        "resume", "go on with an open run",
        details: "What happened to attempts in flight is found out first; nothing runs twice by accident.",
        [ArgumentDeclaration("RUN", .optional, "its number; the newest open one by default")],
        [
            .value("input", short: "i", "NAME=VALUE", repeatable: true, "the value of a secret input"),
            .value("until", "STEP", "pause once this step has ended"),
            .flag("guide", "stop before every step from here on and ask"),
            .flag("yes", short: "y", "answer `confirm` steps with yes; never approvals"),
            .flag("adopt", "move the run to its changed files, where nothing is different that has begun"),
            .flag("take-over", "go on although the state directory was copied, or driven on another machine"),
            .value("why", "TEXT", "why taking over is safe"),
            .flag("detach", "go on without this terminal once the run is claimed"),
        ])

    private let run: Int64?
    private let options: Drive.Options
    private let detaches: Bool

    init(_ words: ParsedWords) throws(UsageProblem) {
        run = try words.run(0)
        var options = Drive.Options()
        options.until = words.value("until").map { StepPath($0) }
        options.guides = words.has("guide")
        options.confirmsAhead = words.has("yes")
        options.adopts = words.has("adopt")
        options.secretInputs = try words.pairs("input").mapValues { .string($0) }
        if words.has("take-over") {
            guard let why = words.value("why"), !why.isEmpty else { throw UsageProblem(Wording.whyMissing) }
            options.takeOver = why
        }
        self.options = options
        detaches = words.has("detach")
    }

    func perform(_ session: Session) throws -> Int32 {
        guard detaches else { return try resume(session, nil) }
        return try Detachment.perform(session) { try resume(session, $0) }
    }

    private func resume(_ session: Session, _ detachment: Detachment?) throws -> Int32 {
        let workspace = try session.workspace()
        let drive = try Drive.prepare(session, workspace, detachment)
        let service = try session.service(workspace)
        return try drive.perform(try session.run(run, service), service, options)
    }
}

/// `belay rerun`.
struct RerunCommand: Command {
    static let declaration = CommandDeclaration(
        "rerun", "start a new run with the inputs of another",
        details: "The runbook is read from its file as it is now; secret inputs are asked for again.",
        [ArgumentDeclaration("RUN", "the number of the run")])

    private let run: Int64?

    init(_ words: ParsedWords) throws(UsageProblem) { run = try words.run(0) }

    func perform(_ session: Session) throws -> Int32 {
        let workspace = try session.workspace()
        let drive = try Drive.prepare(session, workspace)
        let service = try session.service(workspace)
        let pinned = try service.journal.pinned(try session.run(run, service, orClosed: true))
        let request = Self.request(toRepeat: pinned, session)
        let draft = try RunService.draft(request, workspace, host: Identity.current())
        session.warn(draft.loaded.diagnostics)
        return try Start(session: session, drive: drive, draft: draft).perform(service)
    }

    private static func request(toRepeat pinned: Pinned, _ session: Session) -> RunRequest {
        let name = pinned.runbook.text
        // The path may be the file's name alone.
        let path = pinned.sources.keys.first { path in
            [".yml", ".yaml"].contains { "/\(path)".hasSuffix("/\(name)\($0)") }
        }
        var request = RunRequest(runbook: path.map { absolute($0, pinned) } ?? name, environment: session.environment)
        request.system = pinned.profile.map { absolute($0.name, pinned) }
        request.ask = session.ask
        if case .map(let inputs)? = try? JSONText.parse(pinned.inputs) {
            for entry in inputs { request.values[entry.key.asString ?? ""] = entry.value }
        }
        return request
    }

    private static func absolute(_ path: String, _ pinned: Pinned) -> String {
        path.hasPrefix("/") ? path : "\(pinned.workingDirectory)/\(path)"
    }
}
