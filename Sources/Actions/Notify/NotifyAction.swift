import Checks
import Expressions
import RunHost
import RunbookModel

/// Sends a message through channels of `belay.yml`; what is not delivered is noted, and fails only if `required`.
package struct NotifyAction: ActionPerformer {
    package let kind = "notify"

    package init() {}

    /// Channels that are named literally and not configured: an error before anything starts.
    package static func unknownChannels(_ argument: Argument, _ channels: [String: Configuration.Channel]) -> [String] {
        (argument["to"]?.value?.asList ?? []).compactMap(\.asString).filter { channels[$0] == nil }
    }

    package func perform(_ argument: Argument, in context: ActionContext) -> ActionResult {
        let reader = ArgumentReader(argument, context.checks)
        do {
            let message = try Message(reader, context)
            let failures = try (reader.texts("to") ?? []).compactMap { name in
                deliver(message, to: name, context).map { "not delivered to '\(name)': \(context.mask($0))" }
            }
            if context.checks.cancellation.isCancelled { return ActionResult(.interrupted) }
            guard try reader.bool("required") == true, let first = failures.first else {
                return ActionResult(.done, notes: failures)
            }
            return ActionResult(.failed(reason: first, cause: .error), notes: failures)
        } catch {
            return .failed(Problem.text(error))
        }
    }

    /// Nil where it was delivered, else why not.
    private func deliver(_ message: Message, to name: String, _ context: ActionContext) -> String? {
        switch context.channels[name] {
        case nil: "belay.yml has no such channel"
        case .unavailable(let kind): "this version does not deliver through '\(kind)'"
        case .log(let file): LogChannel(path: file, directory: context.channelDirectory).append(message)
        case .command(let arguments): CommandChannel(arguments: arguments, context: context).deliver(message)
        }
    }
}

/// One message, its texts masked.
struct Message: Sendable {
    let severity: String
    let title: String?
    let text: String
    let identity: ActionIdentity
    /// Milliseconds since 1970.
    let sent: Int64

    init(_ argument: ArgumentReader, _ context: ActionContext) throws {
        severity = try argument.text("severity") ?? "info"
        title = try argument.text("title").map(context.mask)
        text = context.mask(try argument.required("text"))
        identity = context.identity
        sent = context.checks.clock.wall()
    }

    /// One JSON object on one line.
    var json: String {
        let time = Timestamp(seconds: sent / 1_000, nanoseconds: Int32(sent % 1_000) * 1_000_000)
        var fields = ValueMap([
            ("time", time.map { .timestamp($0) } ?? .null), ("severity", .string(severity)), ("text", .string(text)),
            ("run", .int(identity.run)), ("runbook", .string(identity.runbook)), ("step", .string(identity.step)),
            ("host", .string(identity.host)),
        ])
        if let title { fields["title"] = .string(title) }
        return Value.map(fields).json()
    }

    /// The same for programs that read no JSON.
    var environment: [String: String] {
        [
            "BELAY_SEVERITY": severity, "BELAY_TITLE": title ?? "", "BELAY_TEXT": text,
            "BELAY_RUN": String(identity.run), "BELAY_RUNBOOK": identity.runbook, "BELAY_STEP": identity.step,
            "BELAY_HOST": identity.host,
        ]
    }
}
