import Expressions
import RunHost
import RunMachine
import RunPlan
import RunbookModel

extension AttemptPerformer {
    /// The action of an attempt that is put to a person; nil where Belay performs it.
    func personCall(_ node: PlanNode, _ purpose: Purpose, item: Int) -> (ActionCall, Prompt.Kind)? {
        guard [.action, .undo, .reapply].contains(purpose), let call = call(node, purpose, item: item) else {
            return nil
        }
        return Prompt.Kind(rawValue: call.kind).map { (call, $0) }
    }

    /// What is put to a person, with all values in place, and the intent with its timeout.
    ///
    /// Errors: what cannot be evaluated; the step cannot start then.
    func prompt(_ node: PlanNode, _ intent: AttemptIntent, _ call: ActionCall, _ kind: Prompt.Kind) throws
        -> (AttemptIntent, Prompt)
    {
        let bindings = bindings(node)
        let argument = try call.argument.resolved { try $0.evaluate(bindings) }
        let timeout = try timeout(node, intent.purpose)
        let intent = timeout.map { intent.due(Deadline(from: intent.at, length: $0.inMilliseconds)) } ?? intent
        let title = try node.step.title.map { try text($0, bindings) } ?? node.path.text
        var prompt = Prompt(
            kind: kind, intent: intent, title: shown(title), text: shown(argument.text("text") ?? ""),
            planDigest: context.plan.digest)
        if case .form(let fields)? = argument["form"] {
            prompt.form = fields.map { FormField($0).masked(context.secrets.mask) }
        }
        prompt.checklist = argument.texts("checklist").map(shown)
        prompt.evidence = argument.text("evidence").flatMap(Prompt.EvidenceRule.init)
        prompt.typed = argument.text("type")
        prompt.tell = argument["tell"] == nil ? host.configuration.notify["waiting"] ?? [] : argument.texts("tell")
        prompt.remindEvery = argument["remind"]?["every"]?.value?.milliseconds
        prompt.escalations = (argument["escalate"]?.value?.asList ?? []).compactMap { item in
            guard let after = item["after"]?.milliseconds else { return nil }
            return Prompt.Escalation(after: after, to: item["to"]?.asList?.compactMap(\.asString) ?? [])
        }
        prompt.due = argument.deadline("due", from: intent.at)
        prompt.expires = argument.deadline("expires", from: intent.at)
        prompt.allowsSkip = kind == .manual && intent.purpose == .action && !node.step.isCritical
        prompt.audience = audience(argument["by"], kind)
        return (intent, prompt)
    }

    private func shown(_ text: String) -> String { context.secrets.mask(text) }

    private func audience(_ by: Argument?, _ kind: Prompt.Kind) -> Prompt.Audience {
        var audience = Prompt.Audience()
        audience.requester = context.withMachine { $0.run.requester }
        audience.onlyRequester = kind == .confirm
        guard let by else { return audience }
        audience.users = by.texts("users")
        audience.groups = by.texts("groups")
        audience.quorum = by["quorum"]?.value?.asInt.map(Int.init) ?? 1
        audience.notRequester = by["not_requester"]?.value?.asBool ?? false
        return audience
    }
}

extension Argument {
    fileprivate func text(_ key: String) -> String? { self[key]?.value?.plainText }
    fileprivate func texts(_ key: String) -> [String] { self[key]?.value?.asList?.map(\.plainText) ?? [] }

    fileprivate func deadline(_ key: String, from now: Moment) -> Deadline? {
        self[key]?.value?.milliseconds.map { Deadline(from: now, length: $0) }
    }
}

extension Value {
    fileprivate var milliseconds: Int64? {
        if case .duration(let span) = self { span.totalNanoseconds / 1_000_000 } else { nil }
    }
}
