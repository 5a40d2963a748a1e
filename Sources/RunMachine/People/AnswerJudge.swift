import Expressions
import RunPlan
import RunbookModel

/// Whether an answer to an open prompt may stand: who gives it, and whether it is complete.
struct AnswerJudge {
    let prompt: Prompt
    let answer: HumanAnswer
    let path: StepPath

    /// Why it may not; nil where it may.
    var objection: String? {
        wrongVerdict ?? wrongPerson ?? expired ?? otherText ?? incomplete
    }

    private var wrongVerdict: String? {
        let possible: [HumanAnswer.Verdict] =
            switch prompt.kind {
            case .manual: prompt.allowsSkip ? [.done, .couldNot, .skip] : [.done, .couldNot]
            case .approve, .confirm: [.approve, .reject]
            }
        if possible.contains(answer.verdict) { return nil }
        if answer.verdict == .skip { return "step '\(path)' cannot be skipped" }
        let words = possible.map(\.rawValue).joined(separator: ", ")
        return "'\(answer.verdict.rawValue)' is no answer to step '\(path)'; possible: \(words)"
    }

    private var wrongPerson: String? {
        prompt.audience.objection(to: answer.actor, groups: answer.groups, what: "step '\(path)'")
    }

    private var expired: String? {
        guard let expires = prompt.expires, expires.hasPassed(at: answer.at) else { return nil }
        return "step '\(path)' expired: it can no longer be answered, and counts as rejected"
    }

    private var otherText: String? {
        answer.shown == prompt.digest ? nil : "step '\(path)' is not what was shown any more; look at it again"
    }

    /// Everything at once, so that it can be put right at once.
    private var incomplete: String? {
        guard answer.verdict == .done || answer.verdict == .approve else { return nil }
        var lacks: [String] = []
        if let typed = prompt.typed, answer.typed != typed { lacks.append("what was typed is not '\(typed)'") }
        lacks += prompt.checklist.indices.filter { !answer.ticked.contains($0) }.map {
            "not ticked: \($0 + 1), '\(prompt.checklist[$0])'"
        }
        if prompt.evidence == .required, answer.evidence.isEmpty, answer.evidenceText ?? "" == "" {
            lacks.append("step '\(path)' needs evidence: a file or a text")
        }
        if case .failure(let problems) = FormField.bind(prompt.form, given: answer.given) {
            lacks += problems.all.map { [$0.message, $0.help].compactMap { $0 }.joined(separator: "; ") }
        }
        return lacks.isEmpty ? nil : lacks.joined(separator: "\n")
    }
}

extension Prompt {
    /// Why an answer may not stand, in one or more lines; nil where it may, or where the prompt is not open any more.
    package func objection(to answer: HumanAnswer, at path: StepPath) -> String? {
        AnswerJudge(prompt: self, answer: answer, path: path).objection
    }
}

extension Prompt.Audience {
    /// Why a person may not answer; nil where they may.
    package func objection(to actor: Actor, groups memberships: [String], what: String = "it") -> String? {
        let isRequester = requester?.person == actor.person
        if onlyRequester, !isRequester {
            return "only \(requester?.user ?? "whoever started the run") may answer \(what)"
        }
        if notRequester, isRequester { return "\(actor.user) started the run and may not decide \(what)" }
        guard !users.isEmpty || !groups.isEmpty else { return nil }
        if users.contains(actor.user) || !Set(groups).isDisjoint(with: memberships) { return nil }
        return "\(actor.user) may not answer \(what); \(words) may"
    }

    /// Who may answer, for people.
    package var words: String {
        let names = users + groups.map { "group \($0)" }
        if onlyRequester { return requester?.user ?? "whoever started the run" }
        let who = names.isEmpty ? "anyone" : names.joined(separator: ", ")
        return notRequester ? "\(who), but not \(requester?.user ?? "whoever started the run")" : who
    }
}
