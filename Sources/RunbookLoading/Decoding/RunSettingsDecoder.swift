import Diagnostics
import Expressions
import RunbookModel

/// Decodes what concerns a run as a whole: locks, the deadline, the rollback.
struct RunSettingsDecoder {
    let context: DecodingContext
    let scope: Scope

    // MARK: - Locks

    func locks(_ node: SyntaxNode) -> [LockDeclaration] {
        (context.list(node, "a list of locks") ?? []).compactMap(lock)
    }

    private func lock(_ node: SyntaxNode) -> LockDeclaration? {
        guard node.mapping != nil else {
            return context.template(node, scope).map {
                LockDeclaration(name: $0, mode: .exclusive, wait: .value(.zero), preempts: false, span: node.span)
            }
        }
        context.checkKeys(node, of: "a lock", ["name", "mode", "wait", "preempt"])
        guard let name = context.required("name", in: node, of: "a lock"), let template = context.template(name, scope)
        else { return nil }
        let modes: [LockDeclaration.Mode] = [.exclusive, .shared]
        return LockDeclaration(
            name: template, mode: node.value(for: "mode").flatMap { context.word($0, modes) } ?? .exclusive,
            wait: node.value(for: "wait").flatMap { context.durationSetting($0, scope) } ?? .value(.zero),
            preempts: node.value(for: "preempt").flatMap(context.bool) ?? false, span: node.span)
    }

    // MARK: - Deadline

    func deadline(_ node: SyntaxNode) -> RunDeadline? {
        guard let entries = context.mapping(node, "a mapping with after or at") else { return nil }
        context.checkKeys(node, of: "deadline", ["after", "at", "then"])
        let moments = entries.filter { $0.key == "after" || $0.key == "at" }
        guard let entry = moments.first else {
            context.add(.missingKey("after", in: node, of: "deadline"))
            return nil
        }
        if moments.count > 1 { context.add(.conflictingKeys(moments[1], with: moments[0])) }
        guard let then = context.required("then", in: node, of: "deadline"),
            let outcome = context.word(then, [RunDeadline.Then.rollback, .stop])
        else { return nil }
        let moment: RunDeadline.Moment? =
            entry.key == "at"
            ? context.timeOfDay(entry.value).map { .at(minutes: $0) }
            : context.durationSetting(entry.value, scope).map { .after($0) }
        return moment.map { RunDeadline(moment: $0, then: outcome, span: node.span) }
    }

    // MARK: - Rollback

    func rollback(_ node: SyntaxNode) -> RollbackSettings {
        var settings = RollbackSettings()
        guard context.mapping(node, "a mapping with policy and verify") != nil else { return settings }
        context.checkKeys(node, of: "rollback", ["policy", "verify", "until_stable"])
        let policies: [RollbackSettings.Policy] = [.auto, .ask, .never]
        settings.policy = node.value(for: "policy").flatMap { context.word($0, policies) } ?? .auto
        settings.verify = node.value(for: "verify").map(CheckDecoder(context: context, scope: scope).checks) ?? []
        let steps = StepSettings(context: context, scope: scope)
        settings.untilStable = node.value(for: "until_stable").flatMap(steps.untilStable)
        if let stable = node.value(for: "until_stable"), node.value(for: "verify") == nil {
            context.add(.senseless("there is no `verify` for `until_stable` to repeat", stable.span))
        }
        return settings
    }
}
