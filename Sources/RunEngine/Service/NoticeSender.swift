import Actions
import Checks
import Expressions
import RunHost
import RunJournal
import RunMachine
import RunbookModel

/// Tells people of an open prompt, through the channels that `notify` uses.
struct NoticeSender {
    private let service: RunService
    private let host: EngineHost
    /// Of programs that are channels.
    private let environment: [String: String]
    private let desk: ProbeDesk

    init(service: RunService, host: EngineHost, environment: [String: String]) {
        self.service = service
        self.host = host
        self.environment = environment
        desk = ProbeDesk(host)
        let desk = desk
        try? host.launcher.listen { _ = desk.deliver($0) }
    }

    /// What was not delivered, by channel.
    func send(_ notice: DueNotice, _ open: OpenPrompt) -> [String] {
        guard let summary = try? service.journal.summary(notice.run) else { return ["run \(notice.run) is gone"] }
        let fields = Self.fields(notice, open, summary, at: host.now)
        let result = NotifyAction().perform(.constant(.map(ValueMap(fields))), in: context(notice, summary))
        if case .failed(let why, _) = result.outcome { return [why] }
        return result.notes
    }

    /// The message, as `notify` takes it.
    private static func fields(_ notice: DueNotice, _ open: OpenPrompt, _ summary: RunSummary, at now: Moment)
        -> [(String, Value)]
    {
        let prompt = open.prompt
        let what =
            switch notice.kind {
            case .tell: "waits"
            case .remind: "still waits"
            case .escalate: "has waited too long"
            }
        let command = prompt.kind == .manual ? "belay answer" : "belay approve"
        var lines = [prompt.text, "", "For \(prompt.audience.words): \(command) \(notice.run) \(notice.step)"]
        if prompt.isOverdue(at: now) { lines.append("It is overdue.") }
        if let expires = prompt.expires {
            lines.append("Without an answer it is rejected in \(Self.length(expires.remaining(at: now))).")
        }
        let severity = notice.kind == .tell ? "info" : notice.kind == .remind ? "warning" : "error"
        return [
            ("to", .list(notice.channels.map { .string($0) })), ("severity", .string(severity)),
            ("title", .string("Run \(notice.run) of \(summary.runbook) \(what): \(prompt.title)")),
            ("text", .string(lines.joined(separator: "\n"))),
        ]
    }

    private static func length(_ milliseconds: Int64) -> String {
        DurationText.render(.milliseconds(max(0, milliseconds / 60_000 * 60_000)))
    }

    private func context(_ notice: DueNotice, _ summary: RunSummary) -> ActionContext {
        let workspace = service.workspace
        let directory = workspace.state.runDirectory(summary.id, summary.runbook)
        let desk = desk
        let checks = CheckContext(
            bindings: DictionaryBindings([:]), directory: workspace.directory,
            process: ProcessContext(environment: environment, shell: ["/bin/sh", "-eu"]),
            http: host.http, clock: .live, runProcess: { desk.run($0, $1) })
        var context = ActionContext(
            checks: checks,
            identity: ActionIdentity(
                run: notice.run.number, runbook: summary.runbook.text, step: notice.step.text,
                attempt: notice.attempt, host: host.host),
            stepDirectory: directory, artifacts: directory + "/artifacts", mask: { $0 },
            startDetached: { desk.start($0) }, recordUndoData: { _ in true })
        context.channels = workspace.configuration.channels
        if let base = workspace.configuration.directory { context.channelDirectory = base }
        return context
    }
}
