import RunHost
import RunJournal
import RunMachine
import RunPlan
import RunbookModel

extension RehearsedRun {
    /// What people are asked now, the oldest first.
    package func openPrompts() throws -> [OpenPrompt] {
        let open = try journal.load(id).steps.compactMap { path, record in
            record.openPrompt.map { OpenPrompt(run: id, step: path, prompt: $0) }
        }
        return open.sorted { ($0.prompt.openedAt.wall, $0.step) < ($1.prompt.openedAt.wall, $1.step) }
    }

    /// Records what a person says, for the next driver.
    package func answer(_ open: OpenPrompt, _ content: AnswerContent, by actor: Actor, groups: [String]) throws
        -> InboxResult
    {
        let answer = RunService.answer(
            open, content, id: nextDecisionID(), at: host.now, by: actor, groups: groups)
        return try RunService.record(id, answer, plan: plan, journal)
    }
}
