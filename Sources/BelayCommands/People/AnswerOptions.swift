import RunEngine
import RunMachine
import RunPlan
import RunReport
import RunbookModel

/// What the command line says in answer to a prompt: of `approve`, `reject` and `answer`.
struct AnswerOptions {
    static let arguments = [
        ArgumentDeclaration("RUN", .optional, "the number of the run; may be left out where only one thing waits"),
        ArgumentDeclaration("STEP", .optional, "the step that waits; may be left out where only one of the run does"),
    ]

    /// What every answer may have.
    static let declarations: [OptionDeclaration] = [
        .value("comment", short: "m", "TEXT", "a comment to journal; a no needs one"),
        .value("digest", "DIGEST", "answer what was shown with this digest and nothing else, without asking"),
        .flag("resume", "go on with the run at once"),
    ]

    /// What a yes may need.
    static let formDeclarations: [OptionDeclaration] = [
        .value("set", "FIELD=VALUE", repeatable: true, "a field of the form; lists and maps as JSON"),
        .value("tick", "NUMBER", repeatable: true, "an entry of the checklist, or 'all'"),
        .value("evidence", "FILE", repeatable: true, "a file to keep as evidence"),
        .value("evidence-text", "TEXT", "evidence in words"),
        .value("type", "TEXT", "what a confirmation wants typed"),
    ]

    let run: Int64?
    let step: StepPath?
    var verdict: HumanAnswer.Verdict?
    private let values: [String: String]
    private let ticks: [String]
    private let evidence: [String]
    private let evidenceText: String?
    private let typed: String?
    private let comment: String?
    let digest: String?
    let resumes: Bool

    init(_ words: ParsedWords, _ verdict: HumanAnswer.Verdict?) throws(UsageProblem) {
        run = try words.run(0)
        step = words.argument(1).map { StepPath($0) }
        self.verdict = verdict
        values = try words.pairs("set")
        ticks = words.values("tick").flatMap { $0.split(separator: ",").map(String.init) }
        evidence = words.values("evidence")
        evidenceText = words.value("evidence-text")
        typed = words.value("type")
        comment = words.value("comment")
        digest = words.value("digest")
        resumes = words.has("resume")
    }

    /// The answer to this prompt as far as it was given.
    ///
    /// Errors: `.refused` where a number is not in the checklist.
    func draft(_ prompt: Prompt) throws(ServiceFailure) -> AnswerDraft {
        var draft = AnswerDraft(prompt: prompt, verdict: verdict ?? implied(prompt))
        for (name, text) in values {
            draft.values[name] = prompt.form.first { $0.name == name }?.inputType.parse(text) ?? .string(text)
        }
        for tick in ticks {
            guard tick != "all" else {
                draft.ticked.formUnion(prompt.checklist.indices)
                continue
            }
            guard let number = Int(tick), prompt.checklist.indices.contains(number - 1) else {
                throw .refused(Wording.noSuchTick(tick), help: Wording.checklistHas(prompt.checklist.count))
            }
            draft.ticked.insert(number - 1)
        }
        draft.files = evidence
        draft.evidenceText = evidenceText
        draft.typed = typed
        draft.comment = comment
        return draft
    }

    /// Whoever fills in the form has done it.
    private func implied(_ prompt: Prompt) -> HumanAnswer.Verdict? {
        switch prompt.kind {
        case .manual:
            values.isEmpty && ticks.isEmpty && evidence.isEmpty && evidenceText == nil ? nil : .done
        case .confirm: typed == nil ? nil : .approve
        case .approve: nil
        }
    }
}

extension Wording {
    static func noSuchTick(_ text: String) -> String { "'\(text)' is no number of the checklist" }
    static func checklistHas(_ count: Int) -> String {
        count == 0 ? "it has no checklist" : "its entries are numbered from 1 to \(count); 'all' ticks them all"
    }
}
