import RunEngine
import RunJournal
import RunMachine
import RunReport

/// `belay pending`.
struct PendingCommand: Command {
    static let declaration = CommandDeclaration(
        "pending", "what waits for people, over all open runs, the longest wait first", [],
        [.flag("mine", "only what you may answer")])

    private let isMine: Bool

    init(_ words: ParsedWords) { isMine = words.has("mine") }

    func perform(_ session: Session) throws -> Int32 {
        let now = Moment.now
        let view = try view(session, now)
        session.show(view) { view.text($0, at: now) }
        return 0
    }

    private func view(_ session: Session, _ now: Moment) throws -> PendingView {
        let service: RunService
        do throws(ServiceFailure) { service = try session.service() } catch {
            guard case .journal(.noJournal) = error else { throw error }
            return PendingView([], damaged: [])
        }
        var entries: [PendingView.Entry] = []
        var damaged: [RunListView.Damaged] = []
        for result in try service.pending() {
            switch result {
            case .success(let run): entries += Self.entries(run, service, now)
            case .failure(let failure): damaged.append(.init(problem: failure.message))
            }
        }
        return PendingView(entries.filter { !isMine || $0.isForYou }, damaged: damaged)
    }

    private static func entries(_ pending: PendingRun, _ service: RunService, _ now: Moment) -> [PendingView.Entry] {
        let summary = pending.summary
        let run = PendingView.Run(
            summary.id.number, runbook: summary.runbook.text, system: summary.system, requester: summary.requester.user)
        let prompts = pending.prompts.map { open in
            PendingView.Entry(
                run, PromptView(run: open.run.number, step: open.step, open.prompt, at: now),
                isForYou: service.objection(to: open.prompt) == nil)
        }
        return prompts + pending.questions.map { PendingView.Entry(run, step: $0.step, $0.question) }
    }
}
