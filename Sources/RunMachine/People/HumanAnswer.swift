import Expressions
import RunbookModel

/// What a person answered to a prompt.
package struct HumanAnswer: Codable, Sendable, Equatable {
    package enum Verdict: String, Codable, Sendable, CaseIterable {
        /// Of `manual`.
        case done, skip
        case couldNot = "could_not"
        /// Of `approve` and `confirm`.
        case approve, reject
    }

    /// Makes repeating it harmless.
    package let id: String
    package let step: StepPath
    /// The attempt that was shown.
    package let attempt: Int
    package let verdict: Verdict
    package let actor: Actor
    /// Names of the groups that the actor is in.
    package let groups: [String]
    package let at: Moment
    /// The digest of the prompt that was shown.
    package let shown: String
    /// Form values, a JSON object.
    package var values: Stored?
    /// Positions in the checklist, from 0.
    package var ticked: [Int] = []
    package var evidence: [EvidenceFile] = []
    package var evidenceText: String?
    /// What was typed (`confirm`).
    package var typed: String?
    package var comment: String?

    package init(
        id: String, step: StepPath, attempt: Int, verdict: Verdict, actor: Actor, groups: [String], at: Moment,
        shown: String
    ) {
        self.id = id
        self.step = step
        self.attempt = attempt
        self.verdict = verdict
        self.actor = actor
        self.groups = groups
        self.at = at
        self.shown = shown
    }

    /// Whether it says the same as another answer, whenever that was given.
    package func says(sameAs other: HumanAnswer) -> Bool {
        verdict == other.verdict && attempt == other.attempt && given == other.given
    }

    /// The form values by name.
    package var given: [String: Value] {
        guard case .map(let map)? = values?.value else { return [:] }
        return Dictionary(map.compactMap { entry in entry.key.asString.map { ($0, entry.value) } }) { _, last in last }
    }

    /// Who answered, when, and with which words; for people.
    package var words: String {
        let time =
            Timestamp(seconds: at.wall / 1_000, nanoseconds: 0).map { " at \(Value.timestamp($0).plainText)" } ?? ""
        return "\(verdict.past) by \(actor.user)\(time)" + (comment.map { ": \($0)" } ?? "")
    }
}

extension HumanAnswer.Verdict {
    /// What was done with these words.
    package var past: String {
        switch self {
        case .done: "done"
        case .skip: "skipped"
        case .couldNot: "could not be done"
        case .approve: "approved"
        case .reject: "rejected"
        }
    }
}

/// A file that was kept as evidence, among the artifacts of the run.
package struct EvidenceFile: Codable, Sendable, Equatable {
    /// Relative to the artifacts.
    package let name: String
    package let sha256: String
    package init(name: String, sha256: String) {
        self.name = name
        self.sha256 = sha256
    }
}
