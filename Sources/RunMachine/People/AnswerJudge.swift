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
        let audience = prompt.audience
        let isRequester = audience.requester?.person == answer.actor.person
        if audience.onlyRequester, !isRequester {
            return "only \(audience.requester?.user ?? "whoever started the run") may answer step '\(path)'"
        }
        if audience.notRequester, isRequester {
            return "\(answer.actor.user) started the run and may not decide step '\(path)'"
        }
        guard !audience.users.isEmpty || !audience.groups.isEmpty else { return nil }
        if audience.users.contains(answer.actor.user) || !Set(audience.groups).isDisjoint(with: answer.groups) {
            return nil
        }
        return "\(answer.actor.user) may not answer step '\(path)'; \(audience.words) may"
    }

    private var expired: String? {
        guard let expires = prompt.expires, expires.hasPassed(at: answer.at) else { return nil }
        return "step '\(path)' expired: it can no longer be answered, and counts as rejected"
    }

    private var otherText: String? {
        answer.shown == prompt.digest ? nil : "step '\(path)' is not what was shown any more; look at it again"
    }

    private var incomplete: String? {
        guard answer.verdict == .done || answer.verdict == .approve else { return nil }
        if let typed = prompt.typed, answer.typed != typed { return "what was typed is not '\(typed)'" }
        let missing = prompt.checklist.indices.filter { !answer.ticked.contains($0) }
        if let first = missing.first { return "not everything is ticked: '\(prompt.checklist[first])'" }
        if prompt.evidence == .required, answer.evidence.isEmpty, answer.evidenceText ?? "" == "" {
            return "step '\(path)' needs evidence: a file or a text"
        }
        guard case .failure(let problems) = FormField.bind(prompt.form, given: answer.given) else { return nil }
        return problems.all.map { [$0.message, $0.help].compactMap { $0 }.joined(separator: "; ") }
            .joined(separator: "\n")
    }
}

extension Prompt.Audience {
    /// Who may answer, for people.
    package var words: String {
        let names = users + groups.map { "group \($0)" }
        if onlyRequester { return requester?.user ?? "whoever started the run" }
        let who = names.isEmpty ? "anyone" : names.joined(separator: ", ")
        return notRequester ? "\(who), but not \(requester?.user ?? "whoever started the run")" : who
    }
}
