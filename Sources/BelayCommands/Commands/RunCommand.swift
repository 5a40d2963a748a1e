import Diagnostics
import Expressions
import Glibc
import RunEngine
import RunHost
import RunJournal
import RunMachine
import RunbookModel

/// `belay run`.
struct RunCommand: Command {
    static let declaration = CommandDeclaration(
        "run", "start a run of a runbook and drive it",
        details: """
            Nothing is started before the runbook, its inputs and its preconditions are found to be right. The run goes on
            after a crash with 'belay resume'. Exit codes: 0 succeeded, 1 failed or cancelled, 2 runbook or inputs wrong,
            3 refused, 4 open: needs a decision, 5 rolled back, 6 rollback incomplete, 7 locked, 8 journal, 130 paused.
            """,
        [ArgumentDeclaration("RUNBOOK", "a path, or a name found in the runbook paths")],
        RunbookOptions.declarations + [
            .value("until", "STEP", "pause once this step has ended"),
            .flag("guide", "stop before every step and ask"),
            .flag("yes", short: "y", "answer `confirm` steps with yes; never approvals"),
            .value("plan", "DIGEST", "refuse unless 'belay plan' shows this digest"),
            .flag("detach", "go on without this terminal once the run is under way"),
        ])

    private let runbook: RunbookOptions
    private let until: StepPath?
    private let plan: String?
    private let isGuided: Bool
    private let confirmsAhead: Bool
    private let detaches: Bool

    init(_ words: ParsedWords) throws(UsageProblem) {
        isGuided = words.has("guide")
        confirmsAhead = words.has("yes")
        runbook = try RunbookOptions(words)
        until = words.value("until").map { StepPath($0) }
        plan = words.value("plan")
        detaches = words.has("detach")
    }

    func perform(_ session: Session) throws -> Int32 {
        guard detaches else { return try run(session, nil) }
        return try Detachment.perform(session) { try run(session, $0) }
    }

    private func run(_ session: Session, _ detachment: Detachment?) throws -> Int32 {
        let workspace = try session.workspace()
        var request = try runbook.request(session, workspace)
        request.planDigest = plan
        request.isGuided = isGuided
        let draft = try RunService.draft(request, workspace, host: Identity.current())
        session.warn(draft.loaded.diagnostics)
        let drive = try Drive.prepare(session, workspace, detachment)
        let start = Start(
            session: session, drive: drive, draft: draft, until: until, confirmsAhead: confirmsAhead)
        return try start.perform(try session.service(workspace, creates: true))
    }
}

/// Opens a run and drives it.
struct Start {
    let session: Session
    let drive: Drive
    let draft: RunDraft
    var until: StepPath?
    var confirmsAhead = false

    func perform(_ service: RunService) throws -> Int32 {
        if let until, draft.plan.graph.index(of: until) == nil { throw unknownStep(until) }
        let run = try create(service, drive.host)
        session.note(Wording.opened(run: run))
        return try drive.perform(
            run, service, .init(until: until, secretInputs: draft.secretInputs, confirmsAhead: confirmsAhead))
    }

    private func unknownStep(_ step: StepPath) -> ServiceFailure {
        let near = nearest(to: step.text, in: draft.plan.graph.nodes.map(\.path.text))
        return .refused(Wording.noStep(step.text), help: near.map { "did you mean '\($0)'?" })
    }

    /// Waits for locks as long as the runbook allows.
    private func create(_ service: RunService, _ host: EngineHost) throws -> RunID {
        let end = ContinuousClock.now + draft.lockWait
        var told: HeldLock?
        while true {
            do throws(ServiceFailure) {
                return try service.create(draft, host: host)
            } catch {
                guard case .journal(.locked(let lock)) = error, ContinuousClock.now < end else { throw error }
                if told != lock { session.note(Wording.waitingForLock(lock)) }
                told = lock
                usleep(200_000)
            }
        }
    }
}

/// The options that choose a runbook and bind its inputs.
struct RunbookOptions {
    static let declarations: [OptionDeclaration] = [
        .value("input", short: "i", "NAME=VALUE", repeatable: true, "an input; lists and maps as JSON"),
        .value("file", short: "f", "FILE", repeatable: true, "a YAML file of inputs; -i beats it"),
        .value("system", "NAME", "the system profile: a path, or a name in systems/"),
    ]

    private let runbook: String
    private let inputs: [String: String]
    private let files: [String]
    private let system: String?

    init(_ words: ParsedWords) throws(UsageProblem) {
        runbook = words.argument(0) ?? ""
        inputs = try words.pairs("input")
        files = words.values("file")
        system = words.value("system")
    }

    func request(_ session: Session, _ workspace: Workspace) throws(ServiceFailure) -> RunRequest {
        var request = RunRequest(runbook: runbook, environment: session.environment)
        request.inputs = inputs
        request.system = system
        request.ask = session.ask
        for file in files {
            let (values, bag) = workspace.loader().loadValues(file)
            guard let values else { throw .diagnostics(bag) }
            for entry in values { request.values[entry.key.asString ?? entry.key.json()] = entry.value }
        }
        return request
    }
}

extension Session {
    /// Shows warnings about files on standard error.
    func warn(_ bag: DiagnosticBag) {
        guard !bag.isEmpty, !options.isQuiet, !isJSON else { return }
        streams.printError(DiagnosticText(isColoured: streams.errorStyle.isColoured).render(DiagnosticReport(bag)))
    }
}
