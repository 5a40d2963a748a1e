import Diagnostics
import Expressions
import RunEngine
import RunMachine
import RunPlan
import RunReport

/// Shows a prompt at a terminal and asks for the answer, piece by piece, then once more before it is sent.
struct PromptDialogue {
    enum End {
        case answer(AnswerDraft)
        /// The person wants to see the next thing that waits.
        case next
        /// The person leaves, or nobody needs to answer any more.
        case left
    }

    let questioner: Questioner
    let open: OpenPrompt
    /// How many other things wait for this person.
    let others: Int

    private var prompt: Prompt { open.prompt }

    func show() {
        let now = Moment.now
        let view = PromptView(run: open.run.number, step: open.step, prompt, at: now)
        questioner.say("\n" + view.page(questioner.style, at: now))
    }

    func complain(_ why: String) { questioner.complain(why) }

    /// Asks for what the draft does not say yet.
    func ask(_ given: AnswerDraft) -> End {
        while true {
            var draft = given
            if draft.verdict == nil {
                switch askVerdict(&draft) {
                case .some(let end): return end
                case nil: break
                }
            }
            guard complete(&draft) else { return .left }
            guard prompt.kind != .confirm || !draft.isYes else { return .answer(draft) }
            show(draft)
            switch questioner.choose(["[y]es", "[n]o, again", "[q]uit"], after: Wording.sendIt) {
            case "yes": return .answer(draft)
            case "no, again": continue
            default: return .left
            }
        }
    }

    // MARK: The verdict

    /// Nil once the draft has one.
    private func askVerdict(_ draft: inout AnswerDraft) -> End? {
        if let typed = prompt.typed { return askTyped(typed, &draft) }
        let yes: String
        switch prompt.kind {
        case .manual: yes = "[d]one"
        case .approve: yes = "[a]pprove"
        case .confirm: yes = "[y]es"
        }
        let no = prompt.kind == .manual ? "[c]ould not" : prompt.kind == .approve ? "[r]eject" : "[n]o"
        var options = [yes, no]
        if prompt.allowsSkip { options.append("[s]kip") }
        if others > 0 { options.append("ne[x]t of \(others + 1)") }
        options.append("[q]uit")
        switch questioner.choose(options) {
        case "done": draft.verdict = .done
        case "approve", "yes": draft.verdict = .approve
        case "could not": draft.verdict = .couldNot
        case "reject", "no": draft.verdict = .reject
        case "skip": draft.verdict = .skip
        case .some(let word) where word.hasPrefix("next"): return .next
        default: return .left
        }
        return nil
    }

    private func askTyped(_ typed: String, _ draft: inout AnswerDraft) -> End? {
        while let line = questioner.line(Wording.typeIt(typed)) {
            if line == typed.trimmingBlanks {
                (draft.verdict, draft.typed) = (.approve, typed)
                return nil
            }
            switch line.lowercased() {
            case "q", "quit": return .left
            case "n", "no":
                draft.verdict = .reject
                return nil
            case "": continue
            default: questioner.complain(Wording.notTyped(line, typed))
            }
        }
        return .left
    }

    // MARK: What belongs to it

    /// False where nobody answers.
    private func complete(_ draft: inout AnswerDraft) -> Bool {
        guard draft.isYes else {
            if draft.comment?.isEmpty ?? true {
                draft.comment = questioner.text(Wording.why, else: Wording.whyNeeded)
            }
            return draft.comment != nil
        }
        for field in prompt.form {
            guard fill(field, &draft) else { return false }
        }
        guard tick(&draft), addEvidence(&draft) else { return false }
        if prompt.kind != .confirm, draft.comment == nil {
            guard let comment = questioner.line(Wording.comment) else { return false }
            draft.comment = comment
        }
        return true
    }

    private func fill(_ field: FormField, _ draft: inout AnswerDraft) -> Bool {
        if let given = draft.values[field.name] {
            guard let problem = Self.problem(field, given) else { return true }
            questioner.complain(problem)
        }
        questioner.say(questioner.style.paint(field.line, .dim))
        let preset = field.shownDefault.map { " [\(DisplayText.escaped($0))]" } ?? ""
        while let typed = questioner.line("\(field.name)\(preset): ") {
            draft.values[field.name] = nil
            if typed.isEmpty, field.default != nil || !field.isRequired { return true }
            let value = field.typed(typed)
            guard let problem = typed.isEmpty ? Wording.valueNeeded : Self.problem(field, value) else {
                draft.values[field.name] = value
                return true
            }
            questioner.complain(problem)
        }
        return false
    }

    private static func problem(_ field: FormField, _ value: Value) -> String? {
        guard case .failure(let problems) = FormField.bind([field], given: [field.name: value]) else { return nil }
        return problems.all.map { [$0.message, $0.help].compactMap { $0 }.joined(separator: "; ") }
            .joined(separator: "\n")
    }

    private func tick(_ draft: inout AnswerDraft) -> Bool {
        for (index, entry) in prompt.checklist.enumerated() where !draft.ticked.contains(index) {
            let question = "[ ] \(index + 1)/\(prompt.checklist.count) \(DisplayText.escaped(entry))?"
            guard let isTrue = questioner.confirm(question) else { return false }
            if isTrue { draft.ticked.insert(index) }
        }
        return true
    }

    private func addEvidence(_ draft: inout AnswerDraft) -> Bool {
        guard let rule = prompt.evidence, draft.files.isEmpty, draft.evidenceText == nil else { return true }
        guard let evidence = questioner.evidence(isRequired: rule == .required) else { return false }
        draft.files = evidence.files
        draft.evidenceText = evidence.text
        return true
    }

    // MARK: The summary

    private func show(_ draft: AnswerDraft) {
        var facts = [("answer", draft.verdict?.past ?? "")]
        if draft.isYes {
            facts += prompt.form.compactMap { field in
                (draft.values[field.name]?.plainText ?? field.shownDefault).map { (field.name, $0) }
            }
            if !prompt.checklist.isEmpty {
                facts.append(("ticked", "\(draft.ticked.count) of \(prompt.checklist.count)"))
            }
            facts += draft.files.map { ("evidence", $0) }
            if let text = draft.evidenceText { facts.append(("evidence", text)) }
        }
        if let comment = draft.comment, !comment.isEmpty { facts.append(("comment", comment)) }
        let width = facts.map { $0.0.count }.max() ?? 0
        let lines = facts.map { "  \(DisplayText.padded($0.0, to: width))  \(DisplayText.escaped($0.1))" }
        questioner.say("\n" + lines.joined(separator: "\n"))
    }
}

extension FormField {
    /// What a person typed as a value: yes and no will do for true and false, a number for a choice.
    fileprivate func typed(_ text: String) -> Value {
        if inputType == .bool {
            switch text.lowercased() {
            case "y", "yes", "true": return true
            case "n", "no", "false": return false
            default: break
            }
        }
        return inputType.parse(text)
    }
}

extension Wording {
    static let sendIt = "record this?  "
    static let comment = "comment (may be empty): "
    static let valueNeeded = "a value is needed"
    static func typeIt(_ typed: String) -> String {
        "type \(DisplayText.escaped(typed)) to confirm, n to say no, q to leave: "
    }
    static func notTyped(_ line: String, _ typed: String) -> String { "'\(line)' is not '\(typed)'" }
}
