import Diagnostics
import Expressions
import Glibc
import RunEngine
import RunHost
import RunJournal
import RunMachine
import RunPlan
import RunReport
import RunbookModel

/// `belay decide`.
struct DecideCommand: Command {
    static let declaration = CommandDeclaration(
        "decide", "make a choice that a run asks for",
        details: """
            RUN STEP run|retry|skip|accept|mark-done|mark-failed|waive, or RUN rollback|keep (and retry|waive, where the run as
            a whole asks). The choice is journaled with who, when and why. Whoever drives the run goes on at once; else
            'belay resume' does, or --resume.
            """,
        [
            ArgumentDeclaration("RUN", "the number of the run"),
            ArgumentDeclaration("[STEP] CHOICE", .any, "the step that asks, and the choice"),
        ],
        [
            .value("why", "TEXT", "the reason; it is journaled"),
            .value("set", "NAME=VALUE", repeatable: true, "an output of a step that is marked done"),
            .value("evidence", "FILE", "a file to keep with the decision"),
            .flag("resume", "go on at once"),
        ])

    private let run: Int64?
    private let step: StepPath?
    private let choice: Choice
    private let why: String
    private let outputs: [String: String]
    private let evidence: String?
    private let resumes: Bool

    init(_ words: ParsedWords) throws(UsageProblem) {
        run = try words.run(0)
        guard let word = words.arguments.dropFirst().last else {
            throw UsageProblem(Wording.choiceMissing, help: Wording.choices(Choice.allCases.map(\.rawValue)))
        }
        guard words.arguments.count <= 3 else { throw UsageProblem("'\(words.arguments[3])' is one word too many") }
        guard let choice = Choice(rawValue: word) else {
            let near = nearest(to: word, in: Choice.allCases.map(\.rawValue)).map { "did you mean '\($0)'?" }
            throw UsageProblem(
                Wording.unknownChoice(word), help: near ?? Wording.choices(Choice.allCases.map(\.rawValue)))
        }
        let given = words.value("why") ?? (choice == .run ? Wording.guideRun : "")
        guard !given.allSatisfy(\.isWhitespace) else { throw UsageProblem(Wording.whyMissing) }
        self.choice = choice
        why = given
        step = words.arguments.count == 3 ? words.argument(1).map { StepPath($0) } : nil
        outputs = try words.pairs("set")
        evidence = words.value("evidence")
        resumes = words.has("resume")
    }

    func perform(_ session: Session) throws -> Int32 {
        let workspace = try session.workspace()
        let drive = resumes ? try Drive.prepare(session, workspace) : nil
        let service = try session.service(workspace)
        let run = try session.run(run, service)
        let kept = try evidence.map { try service.keepEvidence(run, file: $0) }
        let decision = session.decision(
            choice, step: step, why: why, evidence: kept, outputs: try stored(run, service), by: service.actor)
        let next = try GoingOn(run, session, service)
        try service.record(run, InboxKind.decision, decision)
        return try next.conclude(run, Wording.decided(run), session, service, drive)
    }

    /// The outputs with the types that the step declares.
    private func stored(_ run: RunID, _ service: RunService) throws -> Stored? {
        guard !outputs.isEmpty, let step else { return nil }
        let plan = try service.plan(from: try service.journal.pinned(run))
        let declared = plan.graph[step]?.step.outputs ?? []
        var values: [(String, Value)] = []
        for (name, text) in outputs.sorted(by: { $0.key < $1.key }) {
            guard let output = declared.first(where: { $0.name == name }) else {
                throw ServiceFailure.refused(
                    Wording.noOutput(name, step.text), help: Wording.outputs(declared.map(\.name)))
            }
            do throws(ArgumentProblem) { values.append((name, try output.parse(text))) } catch {
                throw ServiceFailure.refused("output '\(name)': \(error.message)", help: nil)
            }
        }
        return Stored(.map(ValueMap(values)))
    }
}

/// What a command that only records says.
struct RecordedView: Encodable {
    let version = 1
    let run: Int64
    let isDriven: Bool
    let message: String
    let help: String
}

extension Session {
    /// Says what was recorded, and who goes on with it.
    func show(_ view: RecordedView) {
        show(view) { _ in DisplayText.escaped("\(view.message); \(view.help)") + "\n" }
    }
}

extension RunService {
    /// Puts something into a run's inbox.
    ///
    /// Errors: `ServiceFailure.refused` with the machine's reason.
    func record(_ run: RunID, _ kind: String, _ decision: HumanDecision) throws {
        if case .refused(let why) = try say(run, kind, decision) {
            throw ServiceFailure.refused(why, help: Wording.statusHelp(run))
        }
    }
}
