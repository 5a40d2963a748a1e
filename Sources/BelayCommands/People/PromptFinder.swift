import RunEngine
import RunJournal
import RunMachine
import RunReport
import RunbookModel

/// Finds what somebody wants to answer: the step that was named, or the only one that waits.
struct PromptFinder {
    let service: RunService
    let kinds: Set<Prompt.Kind>

    /// Errors: `ServiceFailure.refused` with what waits instead.
    func find(run: Int64?, step: StepPath?) throws -> OpenPrompt {
        guard let run else { return try only(of: everywhere(), Wording.nothingWaits, help: Wording.pendingHelp) }
        let id = RunID(run)
        let stored = try service.journal.load(id)
        guard let step else {
            let open = try service.openPrompts(id).filter { kinds.contains($0.prompt.kind) }
            return try only(of: open, Wording.asksNobody(id), help: Wording.statusHelp(id))
        }
        let paths = stored.steps.keys.filter { $0 == step || $0.text.hasSuffix("/" + step.text) }
        let found = paths.filter { stored.steps[$0]?.prompt != nil }
        if let path = found.first(where: { $0 == step }) ?? (found.count == 1 ? found.first : nil),
            let prompt = stored.steps[path]?.prompt
        {
            return OpenPrompt(run: id, step: path, prompt: prompt)
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
