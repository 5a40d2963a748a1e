import RunEngine
import RunJournal
import RunMachine
import RunbookModel

/// `belay retry`.
struct RetryCommand: Command {
    static let declaration = CommandDeclaration(
        "retry", "try again what failed, and go on",
        [
            ArgumentDeclaration("RUN", "the number of the run"),
            ArgumentDeclaration("STEP", .optional, "the step; by default everything that can be tried again"),
        ],
        [.value("why", "TEXT", "a reason to journal")])

    private let run: Int64?
    private let step: StepPath?
    private let why: String

    init(_ words: ParsedWords) throws(UsageProblem) {
        run = try words.run(0)
        step = words.argument(1).map { StepPath($0) }
        why = words.value("why") ?? "belay retry"
    }

    func perform(_ session: Session) throws -> Int32 {
        let workspace = try session.workspace()
        let drive = try Drive.prepare(session, workspace)
        let service = try session.service(workspace)
        let run = try session.run(run, service)
        try service.refuseIfDriven(run)
        for step in try steps(RunInspector(session: session, service: service).machine(run).machine, run) {
            let decision = session.decision(.retry, step: step, why: why, by: service.actor)
            try service.record(run, InboxKind.decision, decision)
        }
        return try drive.perform(run, service, .init(followsOthers: true))
    }

    /// The steps to try again; nil stands for the run as a whole.
    private func steps(_ machine: RunMachine, _ run: RunID) throws -> [StepPath?] {
        if let step { return [step] }
        let asking = machine.graph.nodes.filter {
            machine.steps[$0.index].question?.choices.contains(.retry) == true
        }
        var steps: [StepPath?] = asking.map { Optional($0.path) }
        if machine.run.question?.choices.contains(.retry) == true { steps.append(nil) }
        guard !steps.isEmpty else {
            throw machine.run.isClosed
                ? JournalFailure.runIsClosed(run)
                : ServiceFailure.refused(Wording.asksNothing(run), help: Wording.statusHelp(run))
        }
        return steps
    }
}

/// `belay rollback`.
struct RollbackCommand: Command {
    static let declaration = CommandDeclaration(
        "rollback", "put back what a run did",
        details: "An open run is turned and rolled back; for a closed one a new run takes back what it did.",
        [ArgumentDeclaration("RUN", "the number of the run")],
        [.value("why", "TEXT", "a reason to journal")])

    private let run: Int64?
    private let why: String

    init(_ words: ParsedWords) throws(UsageProblem) {
        run = try words.run(0)
        why = words.value("why") ?? "belay rollback"
    }

    func perform(_ session: Session) throws -> Int32 {
        let workspace = try session.workspace()
        let drive = try Drive.prepare(session, workspace)
        let service = try session.service(workspace)
        let run = try session.run(run, service)
        try service.refuseIfDriven(run)
        if try !service.journal.summary(run).isOpen {
            let undo = try service.createUndo(of: run, host: drive.host)
            session.note(Wording.opened(run: undo))
            return try drive.perform(undo, service)
        }
        let decision = session.decision(.rollback, step: nil, why: why, by: service.actor)
        try service.record(run, InboxKind.decision, decision)
        return try drive.perform(run, service, .init(followsOthers: true))
    }
}

/// `belay cancel`.
struct CancelCommand: Command {
    static let declaration = CommandDeclaration(
        "cancel", "end an open run: roll it back, or keep what was done",
        [ArgumentDeclaration("RUN", .optional, "its number; the newest open one by default")],
        [
            .flag("keep", "close the run and keep what was done"),
            .value("why", "TEXT", "a reason to journal"),
        ])

    private let run: Int64?
    private let keeps: Bool
    private let why: String

    init(_ words: ParsedWords) throws(UsageProblem) {
        run = try words.run(0)
        keeps = words.has("keep")
        why = words.value("why") ?? "belay cancel"
    }

    func perform(_ session: Session) throws -> Int32 {
        let workspace = try session.workspace()
        let drive = try Drive.prepare(session, workspace)
        let service = try session.service(workspace)
        let run = try session.run(run, service)
        let driver = try RunInspector(session: session, service: service).driverWords(run)
        let decision = session.decision(keeps ? .keep : .rollback, step: nil, why: why, by: service.actor)
        try service.record(run, InboxKind.cancel, decision)
        guard let driver else { return try drive.perform(run, service, .init(followsOthers: true)) }
        let help = Wording.heldBy(driver)
        session.show(RecordedView(run: run.number, isDriven: true, message: Wording.cancelAsked(run), help: help))
        return 0
    }
}

/// `belay pause`.
struct PauseCommand: Command {
    static let declaration = CommandDeclaration(
        "pause", "let the driver of a run stop after the attempts in flight",
        [ArgumentDeclaration("RUN", .optional, "its number; the newest open one by default")])

    private let run: Int64?

    init(_ words: ParsedWords) throws(UsageProblem) { run = try words.run(0) }

    func perform(_ session: Session) throws -> Int32 {
        let service = try session.service()
        let run = try session.run(run, service)
        guard let driver = try RunInspector(session: session, service: service).driverWords(run) else {
            throw ServiceFailure.refused(Wording.notDriven(run), help: Wording.statusHelp(run))
        }
        let decision = session.decision(.keep, step: nil, why: "belay pause", by: service.actor)
        try service.record(run, InboxKind.pause, decision)
        let help = Wording.heldBy(driver)
        session.show(RecordedView(run: run.number, isDriven: true, message: Wording.pauseAsked(run), help: help))
        return 0
    }
}

extension RunService {
    /// Errors: `.driven` where somebody drives the run.
    func refuseIfDriven(_ run: RunID) throws {
        let summary = try journal.summary(run)
        if let holder = workspace.state.driver(run, summary.runbook) { throw JournalFailure.driven(run, by: holder) }
    }
}
