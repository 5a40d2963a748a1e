import RunEngine
import RunJournal
import RunReport

/// `belay audit`.
struct AuditCommand: Command {
    static let declaration = CommandDeclaration(
        "audit", "verify the journal: hash chains, and that the events give the state that is stored",
        [ArgumentDeclaration("RUN", .optional, "one run; all by default")])

    private let run: Int64?

    init(_ words: ParsedWords) throws(UsageProblem) { run = try words.run(0) }

    func perform(_ session: Session) throws -> Int32 {
        let service = try session.service()
        let report = try service.journal.audit(run.map { RunID($0) }) { try service.plan(from: $1) }
        let view = AuditView(
            runs: report.runs.map(\.number), events: report.events,
            findings: report.findings.map { finding in
                AuditView.Finding(run: finding.run?.number, problem: Wording.problem(finding.problem))
            })
        session.show(view) { view.text($0) }
        return report.isClean ? 0 : 8
    }
}

extension Wording {
    static func problem(_ problem: AuditReport.Problem) -> String {
        switch problem {
        case .integrity(let why): "the file is damaged: \(why)"
        case .brokenChain(let sequence, let why): "the chain is broken at event \(sequence): \(why)"
        case .unreadable(let why): "a row cannot be read: \(why)"
        case .notReplayable(let why): "the events do not follow from one another: \(why)"
        case .runDiffers: "the stored state of the run is not what its events give"
        case .stepDiffers(let path): "the stored state of step '\(path)' is not what the events give"
        case .attemptDiffers(let step, let number): "attempt \(number) of step '\(step)' is not what the events give"
        }
    }

    static func lockBroken(_ name: String, _ runs: [RunID]) -> String {
        "lock '\(name)' was taken from run \(runs.map(\.description).joined(separator: ", "))"
    }
}
