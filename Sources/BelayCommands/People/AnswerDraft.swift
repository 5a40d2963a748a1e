import Expressions
import RunEngine
import RunJournal
import RunMachine
import RunPlan
import RunReport

/// An answer to a prompt that may not be complete yet.
struct AnswerDraft {
    let prompt: Prompt
    var verdict: HumanAnswer.Verdict?
    var values: [String: Value] = [:]
    /// Positions in the checklist, from 0.
    var ticked: Set<Int> = []
    /// Paths of evidence that is not kept yet.
    var files: [String] = []
    var evidenceText: String?
    var typed: String?
    var comment: String?

    /// Whether it lets the run go on as planned.
    var isYes: Bool { verdict == .done || verdict == .approve }

    /// What it says, with evidence that is kept.
    func content(_ verdict: HumanAnswer.Verdict, evidence: [EvidenceFile]) -> AnswerContent {
        var content = AnswerContent(verdict)
        content.comment = comment.flatMap { $0.isEmpty ? nil : $0 }
        content.shown = prompt.digest
        guard isYes else { return content }
        content.values = values
        content.ticked = ticked.sorted()
        content.evidence = evidence
        content.evidenceText = evidenceText.flatMap { $0.isEmpty ? nil : $0 }
        content.typed = typed
        return content
    }
}

/// Sends an answer: evidence is kept first, so that what the journal names is on disk.
struct AnswerSender {
    let session: Session
    let service: RunService
    let open: OpenPrompt

    enum Result {
        case recorded(HumanAnswer)
        case repeated
        /// Why not, for people.
        case refused(String)
    }

    func send(_ draft: AnswerDraft, digest: String? = nil) throws -> Result {
        guard let verdict = draft.verdict else { return .refused(Wording.verdictMissing(open.prompt)) }
        if !draft.isYes, draft.comment?.allSatisfy(\.isWhitespace) ?? true { return .refused(Wording.commentMissing) }
        let unkept = draft.files.map { EvidenceFile(name: $0, sha256: "") }
        if let why = open.prompt.objection(to: answer(draft, verdict, unkept, digest), at: open.step) {
            return .refused(why)
        }
        let kept = try draft.isYes ? draft.files.map { try service.keepEvidence(open.run, file: $0) } : []
        return try record(answer(draft, verdict, kept, digest))
    }

    /// To a prompt that is closed: the same answer is harmless, any other one is told what was decided.
    func `repeat`(_ draft: AnswerDraft) throws -> Result {
        guard let verdict = draft.verdict else { return .refused(Wording.isDecided(open)) }
        let answer = answer(draft, verdict, [], nil)
        do {
            return try record(answer)
        } catch ServiceFailure.journal(.runIsClosed) {
            let own = open.prompt.answers.last { $0.actor.person == service.actor.person }
            return own?.says(sameAs: answer) == true ? .repeated : .refused(Wording.isDecided(open))
        }
    }

    private func record(_ answer: HumanAnswer) throws -> Result {
        switch try service.record(open.run, answer) {
        case .recorded: .recorded(answer)
        case .repeated: .repeated
        case .refused(let why): .refused(why)
        }
    }

    private func answer(
        _ draft: AnswerDraft, _ verdict: HumanAnswer.Verdict, _ evidence: [EvidenceFile], _ digest: String?
    ) -> HumanAnswer {
        var content = draft.content(verdict, evidence: evidence)
        if let digest { content.shown = digest }
        return service.answer(open, content, id: String(UInt64.random(in: .min ... .max), radix: 36), at: .now)
    }

    /// How many further approvals are needed once this answer counts, beside those that no driver has taken yet.
    func missingApprovals(after answer: HumanAnswer) throws -> Int {
        guard answer.verdict == .approve,
            var prompt = try service.openPrompts(open.run).first(where: { $0.step == open.step })?.prompt
        else { return 0 }
        let waiting = try service.journal.inbox(open.run).filter { $0.kind == InboxKind.answer }
        prompt.answers += waiting.compactMap { $0.payload.decoded(HumanAnswer.self) }.filter { $0.step == open.step }
        prompt.answers.append(answer)
        return max(0, prompt.audience.quorum - prompt.approvals.count)
    }
}

extension Wording {
    static func isDecided(_ open: OpenPrompt) -> String {
        let words = open.prompt.answers.last.map { "is decided: \($0.words)" } ?? "no longer asks anybody"
        return "step '\(open.step)' \(words)"
    }
    static let commentMissing = "a no needs a reason: it is journaled, and is what the others read"
    static func verdictMissing(_ prompt: Prompt) -> String {
        switch prompt.kind {
        case .manual: "say how it went: --done, --could-not" + (prompt.allowsSkip ? " or --skip" : "")
        case .approve: "this is an approval: say approve or reject"
        case .confirm:
            prompt.typed == nil
                ? "say yes with 'belay approve', or no with 'belay reject'" : "say --type TEXT, or 'belay reject'"
        }
    }
}
