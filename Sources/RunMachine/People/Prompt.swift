import RunPlan
import RunbookModel

/// What a person is asked to do or to decide, frozen when it is asked; later changes of files change nothing of it.
package struct Prompt: Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable, CaseIterable { case manual, approve, confirm }
    package enum EvidenceRule: String, Codable, Sendable { case required, optional }

    package let kind: Kind
    /// The attempt that ends with the answer, and what it is for: an undo may be a person's work, too.
    package let attempt: Int
    package let purpose: Purpose
    package let title: String
    /// Markdown.
    package let text: String
    package let openedAt: Moment
    /// The plan that was shown; an answer is about it and no other.
    package let planDigest: String
    package var form: [FormField] = []
    package var checklist: [String] = []
    /// Nil: none is asked for.
    package var evidence: EvidenceRule?
    package var audience = Audience()
    /// What must be typed word for word (`confirm`).
    package var typed: String?
    /// Channels that hear of it at once.
    package var tell: [String] = []
    /// Milliseconds between reminders.
    package var remindEvery: Int64?
    package var escalations: [Escalation] = []
    /// When it should be done; later, it is overdue and nothing else.
    package var due: Deadline?
    /// When the answer is no (`approve`).
    package var expires: Deadline?
    package var allowsSkip = false
    /// What was answered so far, in order.
    package var answers: [HumanAnswer] = []
    /// The `waiting` handlers have been called for it.
    package var isAnnounced = false

    package init(
        kind: Kind, intent: AttemptIntent, title: String, text: String, planDigest: String
    ) {
        self.kind = kind
        attempt = intent.number
        purpose = intent.purpose
        self.title = title
        self.text = text
        openedAt = intent.at
        self.planDigest = planDigest
    }

    /// Who may answer.
    package struct Audience: Codable, Sendable, Equatable {
        package var users: [String] = []
        package var groups: [String] = []
        /// How many different persons must approve.
        package var quorum = 1
        package var notRequester = false
        package var onlyRequester = false
        /// Who started the run.
        package var requester: Actor?
        package init() {}
    }

    package struct Escalation: Codable, Sendable, Equatable {
        /// Milliseconds after it was asked.
        package let after: Int64
        package let to: [String]
        package init(after: Int64, to: [String]) {
            self.after = after
            self.to = to
        }
    }

    /// Names everything that is shown: an answer to another text is refused.
    package var digest: String {
        var parts = [planDigest, "\(attempt)", purpose.rawValue, kind.rawValue, title, text, typed ?? "\u{0}"]
        parts += checklist
        parts += form.map { "\($0)" }
        return String(Digest.sha256(parts.map { Array(("\($0.utf8.count):" + $0).utf8) }).prefix(16))
    }

    /// Different persons who have approved.
    package var approvals: [HumanAnswer] {
        var seen: Set<UInt32> = []
        return answers.filter { $0.verdict == .approve && seen.insert($0.actor.person).inserted }
    }

    package func isOverdue(at now: Moment) -> Bool { due?.hasPassed(at: now) ?? false }
}

extension Actor {
    /// The user id that stands for the person: who logged in, where that is known.
    package var person: UInt32 { loginUID ?? uid }
}
