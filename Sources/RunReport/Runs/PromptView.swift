import Expressions
import RunMachine
import RunPlan
import RunbookModel

/// What people are asked in a run, for whom, since when and until when.
package struct PromptView: Encodable, Sendable, Equatable {
    package struct Answer: Encodable, Sendable, Equatable {
        package let user: String
        package let at: String
        /// `done`, `could_not`, `skip`, `approve`, `reject`.
        package let verdict: String
        package let comment: String?
        package let values: JSONValue?
        package let evidence: [String]
        package let evidenceText: String?

        init(_ answer: HumanAnswer) {
            user = answer.actor.user
            at = ClockText.utc(answer.at.wall)
            verdict = answer.verdict.rawValue
            comment = answer.comment
            values = answer.values.map { JSONValue($0.value) }
            evidence = answer.evidence.map(\.name)
            evidenceText = answer.evidenceText
        }
    }

    package let run: Int64
    package let step: String
    /// `manual`, `approve`, `confirm`.
    package let kind: String
    /// Whether it is the undo of the step that a person is to do.
    package let isUndo: Bool
    package let title: String
    /// Markdown.
    package let text: String
    /// Who may answer, in words.
    package let who: String
    package let users: [String]
    package let groups: [String]
    /// How many must approve, and how many have.
    package let quorum: Int
    package let approvals: Int
    package let since: String
    package let due: String?
    package let isOverdue: Bool
    /// When it counts as rejected.
    package let expires: String?
    /// It has expired; the next driver ends the run.
    package let hasExpired: Bool
    package let fields: [FormField]
    package let checklist: [String]
    package let evidence: String?
    package let typed: String?
    package let allowsSkip: Bool
    /// Of everything that is shown here.
    package let digest: String
    package let planDigest: String
    package let answers: [Answer]
    let prompt: Prompt

    private enum CodingKeys: String, CodingKey {
        case run, step, kind, isUndo, title, text, who, users, groups, quorum, approvals, since, due, isOverdue
        case expires, hasExpired, fields, checklist, evidence, typed, allowsSkip, digest, planDigest, answers
    }

    package init(run: Int64, step: StepPath, _ prompt: Prompt, at now: Moment) {
        self.run = run
        self.step = step.text
        self.prompt = prompt
        kind = prompt.kind.rawValue
        isUndo = prompt.purpose.isUndo
        title = prompt.title
        text = prompt.text
        who = prompt.audience.words
        users = prompt.audience.users
        groups = prompt.audience.groups
        quorum = prompt.audience.quorum
        approvals = prompt.approvals.count
        since = ClockText.utc(prompt.openedAt.wall)
        due = prompt.due.map { ClockText.utc($0.due.wall) }
        isOverdue = prompt.isOverdue(at: now)
        expires = prompt.expires.map { ClockText.utc($0.due.wall) }
        hasExpired = prompt.expires?.hasPassed(at: now) ?? false
        fields = prompt.form
        checklist = prompt.checklist
        evidence = prompt.evidence?.rawValue
        typed = prompt.typed
        allowsSkip = prompt.allowsSkip
        digest = prompt.digest
        planDigest = prompt.planDigest
        answers = prompt.answers.map(Answer.init)
    }

    /// `drain: waits for alice, group ops since 2026-11-20 12:03:11`, with what it is about, unescaped.
    package var headline: String {
        let what = isUndo ? "\(step) (undo)" : step
        let count = quorum > 1 ? ", \(approvals) of \(quorum) so far" : ""
        var words = "\(what): waits for \(who)\(count) since \(ClockText.dateTime(prompt.openedAt.wall))"
        if let due = prompt.due { words += isOverdue ? ", overdue since \(ClockText.dateTime(due.due.wall))" : "" }
        if let expires = prompt.expires {
            words += hasExpired ? ", expired" : ", expires \(ClockText.dateTime(expires.due.wall))"
        }
        return words
    }

    /// The commands that answer it.
    package var commands: [NextCommand] {
        let target = "\(run) \(ShellText.word(step))"
        switch prompt.kind {
        case .manual:
            return [NextCommand("belay answer \(target)", "say that it is done, or not possible")]
        case .approve, .confirm:
            return [
                NextCommand("belay approve \(target)", prompt.kind == .approve ? "approve it" : "confirm it"),
                NextCommand("belay reject \(target)", "say no; the run ends"),
            ]
        }
    }
}
