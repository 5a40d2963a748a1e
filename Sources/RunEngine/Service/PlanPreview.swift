import Actions
import Checks
import Expressions
import RunHost
import RunMachine
import RunPlan
import RunbookModel

/// What the steps of a plan would change in files if they ran now. It only reads those files; no secret is needed.
package struct PlanPreview: Sendable {
    private let draft: RunDraft
    private let context: RunContext
    private let performers: [String: any ActionPerformer]

    package init(_ draft: RunDraft) {
        self.draft = draft
        let surroundings = PinnedContext(draft.pinned, startedAt: 0, user: "", host: "")
        let machine = RunMachine(plan: draft.plan)
        // Secrets stand for themselves as `***`; secret inputs, which are known, are taken out of what is shown.
        let secrets = machine.graph.scopes.map { scope in scope.runbook.secrets.map { (name: $0.name, value: "***") } }
        let inputs = draft.secretInputs.values.map(\.plainText)
        context = RunContext(
            id: 0, plan: draft.plan, pinned: surroundings, directory: "/", undoneDirectory: nil,
            secrets: SecretStore(secrets, inputs: inputs), machine: machine)
        performers = Dictionary(uniqueKeysWithValues: BuiltInActions.all.map { ($0.kind, $0) })
    }

    /// Lines for people by step: words and unified diffs. Steps that are not known before the run are left out.
    package func changes() -> [String: [String]] {
        var changes: [String: [String]] = [:]
        for node in context.withMachine(\.workNodes) where node.locals.isEmpty {
            guard let call = node.action, let performer = performers[call.kind],
                let preview = performer.preview(call.argument, in: action(node))
            else { continue }
            changes[node.path.text] = preview.lines.map(context.secrets.mask)
        }
        return changes
    }

    private func action(_ node: PlanNode) -> ActionContext {
        let bindings = RunBindings(context, scope: node.scope, node: node.index, inputs: inputs(node.scope))
        let base = context.pinned.directories[context.scopeRunbook(node.scope).name] ?? "/"
        var directory = base
        if let template = node.step.process.directory,
            let text = try? template.evaluate(KnownBindings(base: bindings)).plainText
        {
            directory = text.hasPrefix("/") ? text : "\(base)/\(text)"
        }
        let checks = CheckContext(
            bindings: KnownBindings(base: bindings), secretBindings: KnownBindings(base: bindings.withSecrets),
            home: draft.plan.system?.home, directory: directory, process: ProcessContext(environment: [:], shell: []),
            http: .live, clock: .live, runProcess: { _, _ in ProcessProbeResult(.notStarted("this is a preview")) })
        let secrets = context.secrets
        return ActionContext(
            checks: checks,
            identity: ActionIdentity(
                run: 0, runbook: draft.plan.runbook.name.text, step: node.path.text, attempt: 1, host: ""),
            stepDirectory: directory, artifacts: directory, mask: { secrets.mask($0) },
            startDetached: { _ in .failed("this is a preview") }, recordUndoData: { _ in false })
    }

    /// The inputs of a scope, as far as they are known; nil for the runbook itself.
    private func inputs(_ scope: Int) -> ValueMap? {
        let (owner, parent) = context.withMachine { ($0.graph.scopes[scope].owner, $0.graph.scopes[scope].parent) }
        guard let owner, let parent else { return nil }
        let node = context.withMachine { $0.node(owner) }
        guard case .include(let inclusion) = node.step.body else { return ValueMap() }
        let outer = KnownBindings(base: RunBindings(context, scope: parent, node: owner, inputs: inputs(parent)))
        var known = ValueMap()
        for field in inclusion.with { known[field.key] = value(field.value, outer) }
        let inner = KnownBindings(base: RunBindings(context, scope: scope, inputs: known))
        for input in context.scopeRunbook(scope).inputs where known[input.name] == nil {
            known[input.name] = input.default.flatMap { value($0, inner) }
        }
        return known
    }

    private func value(_ argument: Argument, _ bindings: KnownBindings) -> Value? {
        if case .expression(let expression) = argument { return try? expression.evaluate(bindings) }
        return try? argument.resolved { try $0.evaluate(bindings) }.value
    }
}

/// What has a value before a run: without steps, and without the run itself.
private struct KnownBindings: Bindings {
    let base: RunBindings
    private static let unknown: Set<String> = ["steps", "run", "failure"]

    func value(_ name: String) -> Value? { Self.unknown.contains(name) ? nil : base.value(name) }

    func member(_ variable: String, _ field: String) -> Value?? {
        Self.unknown.contains(variable) ? nil : base.member(variable, field)
    }
}
