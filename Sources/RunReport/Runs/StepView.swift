import RunMachine
import RunPlan
import RunbookModel

/// One step of a run as it is shown.
package struct StepView: Encodable, Sendable, Equatable {
    package let step: String
    package let id: String
    package let title: String?
    /// How many groups are around it.
    package let depth: Int
    package let isGroup: Bool
    package let isHandler: Bool
    package let state: String
    /// The state in words, with what it is at: an attempt, a wait before another try.
    package let words: String
    package let reason: String?
    package let attempts: Int
    package let exit: Int?
    package let startedAt: String?
    /// Milliseconds; up to now where it is still running.
    package let elapsed: Int64?
    package let outputs: JSONValue?
    /// What monitoring plugins measured, by the names of their checks.
    package let measured: JSONValue?
    /// Whose decision it is, where a person marked it.
    package let decidedBy: String?
    /// A person did the step's work, and Belay did not.
    package let isDoneByHand: Bool
    /// Why, and the file that shows it, where a person decided.
    package let why: String?
    package let evidence: String?
    /// What people answered, in order.
    package let answers: [PromptView.Answer]
    let byPerson: String?
    let record: StepRecord

    private enum CodingKeys: String, CodingKey {
        case step, id, title, depth, isGroup, isHandler, state, words, reason, attempts, exit, startedAt, elapsed,
            outputs, measured
        case decidedBy, isDoneByHand, why, evidence, answers
    }

    init(_ node: PlanNode, _ record: StepRecord, depth: Int, isHandler: Bool, now: Int64) {
        step = node.path.text
        id = node.path.text.split(separator: "/").last.map(String.init) ?? node.path.text
        title = node.step.title?.literalText
        self.depth = depth
        isGroup = !node.isLeaf
        self.isHandler = isHandler
        state = record.state.rawValue
        words = Self.words(record, now)
        reason = record.reason
        attempts = record.attempts
        exit = record.exit
        startedAt = record.startedAt.map(ClockText.utc)
        elapsed = Self.elapsed(record, now)
        outputs = record.outputs.map { JSONValue($0.value) }
        measured = record.checks?.measured.map { JSONValue($0.value) }
        decidedBy = record.decidedBy?.actor.user
        isDoneByHand = record.isDoneByHand
        why = record.decidedBy?.why
        evidence = record.decidedBy?.evidence
        answers = (record.prompt?.answers ?? []).map(PromptView.Answer.init)
        byPerson = Self.byPerson(record)
        self.record = record
    }

    private static func elapsed(_ record: StepRecord, _ now: Int64) -> Int64? {
        guard let start = record.startedAt else { return nil }
        switch record.state {
        case .started, .undoStarted: return max(0, now - start)
        default: return record.endedAt.map { max(0, $0 - start) }
        }
    }

    private static func words(_ record: StepRecord, _ now: Int64) -> String {
        let state = record.isAllowed ? "\(StateWords.words(record.state)), allowed" : StateWords.words(record.state)
        switch record.phase {
        case .idle: return record.isReleased ? "released" : state
        case .due(let purpose, _): return "\(state): \(purposeWords(purpose)) is next"
        case .backingOff(_, _, let until):
            return "\(state): next try in \(ClockText.length(max(0, until.due.wall - now)))"
        case .running(let intent):
            let attempt = intent.tryNumber > 1 ? ", try \(intent.tryNumber)" : ""
            return "\(purposeWords(intent.purpose)) running\(attempt)"
        case .asking: return asking(record)
        }
    }

    private static func asking(_ record: StepRecord) -> String {
        guard let prompt = record.openPrompt else { return "waiting for a person" }
        let undo = prompt.purpose.isUndo ? "undo " : ""
        let count = prompt.audience.quorum > 1 ? ", \(prompt.approvals.count) of \(prompt.audience.quorum)" : ""
        return "\(undo)waits for \(prompt.audience.words)\(count)"
    }

    /// Who answered what a person was asked, or did the step's work instead of Belay.
    private static func byPerson(_ record: StepRecord) -> String? {
        if record.isDoneByHand { return "done by hand" }
        guard record.openPrompt == nil, let last = record.prompt?.answers.last else { return nil }
        return last.words
    }

    static func purposeWords(_ purpose: Purpose) -> String {
        switch purpose {
        case .probe, .undoProbe: "probe"
        case .protect: "snapshot"
        case .action: "action"
        case .apply, .undoApply: "apply"
        case .verify: "verify"
        case .settle: "settling probe"
        case .gate: "preconditions"
        case .until: "look whether it helped"
        case .undo: "undo"
        case .restore: "restore"
        case .undoVerify: "verify of the undo"
        case .reapply: "applying again"
        }
    }

    package static func == (left: StepView, right: StepView) -> Bool {
        left.step == right.step && left.record == right.record && left.elapsed == right.elapsed
    }
}
