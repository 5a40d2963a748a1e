import RunEngine
import RunJournal
import RunMachine
import RunReport
import RunbookModel

/// What somebody wants to answer.
struct PromptTarget {
    let open: OpenPrompt
    /// False where it was answered already: only the same answer may be repeated.
    let isOpen: Bool
}

/// Finds what somebody wants to answer: the step that was named, or the only one that waits.
struct PromptFinder {
    let service: RunService
    let kinds: Set<Prompt.Kind>

    /// Errors: `ServiceFailure.refused` with what waits instead.
    func find(run: Int64?, step: StepPath?) throws -> PromptTarget {
        guard let run else {
            let open = try only(of: everywhere(), Wording.nothingWaits, help: Wording.pendingHelp)
            return PromptTarget(open: open, isOpen: true)
        }
        let id = RunID(run)
        let stored = try service.journal.load(id)
        guard let step else {
            let open = try service.openPrompts(id).filter { kinds.contains($0.prompt.kind) }
            let only = try only(of: open, Wording.asksNobody(id), help: Wording.statusHelp(id))
            return PromptTarget(open: only, isOpen: true)
        }
        let paths = stored.steps.keys.filter { $0 == step || $0.text.hasSuffix("/" + step.text) }
        let found = paths.filter { stored.steps[$0]?.prompt != nil }
        if let path = found.first(where: { $0 == step }) ?? (found.count == 1 ? found.first : nil),
            let record = stored.steps[path], let prompt = record.prompt
        {
            return PromptTarget(
                open: OpenPrompt(run: id, step: path, prompt: prompt), isOpen: record.openPrompt != nil)
        }
        if paths.isEmpty { throw ServiceFailure.refused(Wording.noStep(step.text, id), help: Wording.statusHelp(id)) }
        throw ServiceFailure.refused(Wording.stepAsksNobody(step, id), help: Wording.statusHelp(id))
    }

    private func everywhere() throws -> [OpenPrompt] {
        try service.pending().compactMap { try? $0.get() }.flatMap(\.prompts).filter { kinds.contains($0.prompt.kind) }
    }

    private func only(of open: [OpenPrompt], _ none: String, help: String) throws -> OpenPrompt {
        guard let first = open.first else { throw ServiceFailure.refused(none, help: help) }
        guard open.count == 1 else {
            let lines = open.flatMap { PromptView(run: $0.run.number, step: $0.step, $0.prompt, at: .now).commands }
            throw ServiceFailure.refused(
                Wording.severalWait(open.count), help: lines.map(\.command).joined(separator: "\n"))
        }
        return first
    }
}

extension Wording {
    static let nothingWaits = "nothing waits for an answer"
    static let pendingHelp = "'belay pending' lists what waits for people"
    static func asksNobody(_ run: RunID) -> String { "run \(run) waits for no such answer" }
    static func stepAsksNobody(_ step: StepPath, _ run: RunID) -> String {
        "step '\(step)' of run \(run) asks nobody anything"
    }
    static func severalWait(_ count: Int) -> String { "\(count) things wait: say which" }
}
