import Diagnostics
import Expressions
import RunbookModel

/// A runbook that has been decoded and checked, with what a runbook that includes it must know.
final class IncludedRunbook {
    let runbook: Runbook
    /// The type of `steps.ID.steps` of a step that includes it.
    let steps: RecordType
    let effects: StepEffects
    /// How many steps a run of it has, instances of `foreach` not counted.
    let stepCount: Int
    /// A step that does not say how it is taken back; only in a runbook that never rolls back.
    let firstUndeclared: Step?

    init(
        runbook: Runbook, steps: RecordType, effects: StepEffects, stepCount: Int, firstUndeclared: Step?
    ) {
        self.stepCount = stepCount
        self.runbook = runbook
        self.steps = steps
        self.effects = effects
        self.firstUndeclared = firstUndeclared
    }
}

/// Decodes the top level of a runbook file and checks it as a whole.
struct RunbookDecoder {
    let context: DecodingContext
    let profile: SystemProfile?
    let includes: any Inclusions

    private static let keys: Set<String> = [
        "runbook", "title", "description", "labels", "estimate", "requires", "files", "inputs", "secrets", "env",
        "locks", "deadline", "on_failure", "max_parallel", "rollback", "preconditions", "steps", "handlers", "outputs",
    ]

    /// The runbook of a file with this base name; nil where it is not even a runbook.
    func decode(_ node: SyntaxNode, baseName: String) -> IncludedRunbook? {
        guard context.mapping(node, "a runbook, which is a mapping") != nil else { return nil }
        context.checkKeys(node, of: "a runbook", Self.keys)
        guard let name = name(node, baseName: baseName) else { return nil }
        var runbook = Runbook(name: name, span: node.value(for: "runbook")?.span ?? node.span)
        plainSettings(of: node, into: &runbook)
        let scopes = declarations(of: node, into: &runbook)
        settings(of: node, scopes.whole, into: &runbook)
        guard let steps = graph(of: node, scopes.whole, into: &runbook) else { return nil }
        return checked(runbook, steps)
    }

    private func checked(_ runbook: Runbook, _ steps: RecordType) -> IncludedRunbook {
        let mustDeclare = runbook.rollback.policy != .never
        EffectCheck(context: context, includes: includes, mustDeclare: mustDeclare).run(runbook.steps)
        for handler in runbook.handlers {
            EffectCheck(context: context, includes: includes, mustDeclare: false).run(handler.steps)
        }
        return IncludedRunbook(
            runbook: runbook, steps: steps,
            effects: StepEffects(of: runbook.steps, context.vocabulary, includes), stepCount: stepCount(of: runbook),
            firstUndeclared: mustDeclare ? nil : EffectCheck.firstUndeclared(runbook.steps, context, includes))
    }

    /// The number of steps, which includes of includes can make very large; 0 after an error, so that it is reported once.
    private func stepCount(of runbook: Runbook) -> Int {
        let limit = 100_000
        let count = runbook.steps.reduce(0) { $0 + $1.count(includes) }
        if count > limit { context.add(.tooManySteps(count, runbook.span, limit: limit)) }
        return count > limit ? 0 : count
    }

    // MARK: - What needs no scope

    private func name(_ node: SyntaxNode, baseName: String) -> RunbookName? {
        guard let value = context.required("runbook", in: node, of: "a runbook"),
            let text = context.literal(value, "the name of the runbook")
        else { return nil }
        if !RunbookName.isValid(text) {
            context.add(.badRunbookName(text, value.span))
        } else if text != baseName {
            context.add(.nameNotFile(text, value.span, file: baseName))
        }
        return RunbookName(text)
    }

    private func plainSettings(of node: SyntaxNode, into runbook: inout Runbook) {
        runbook.title = node.value(for: "title").flatMap { context.literal($0) }
        runbook.description = node.value(for: "description").flatMap { context.literal($0) }
        runbook.labels = (node.value(for: "labels").flatMap { context.mapping($0, "a mapping of labels") } ?? [])
            .compactMap { entry in context.literal(entry.value).map { (entry.key, $0) } }
        runbook.estimate = node.value(for: "estimate").map(estimate) ?? Estimate()
        runbook.requires = node.value(for: "requires").map(RequirementsDecoder(context: context).decode) ?? .init()
        runbook.files = node.value(for: "files").map { context.literals($0, "a list of paths") } ?? []
        runbook.maxParallel = node.value(for: "max_parallel").flatMap { context.int($0, 1...1000) }
        runbook.onFailure = node.value(for: "on_failure").flatMap {
            context.word($0, [FailurePolicy.rollback, .stop, .proceed])
        }
    }

    private func estimate(_ node: SyntaxNode) -> Estimate {
        var estimate = Estimate()
        guard context.mapping(node, "a mapping with duration") != nil else { return estimate }
        context.checkKeys(node, of: "estimate", ["duration", "downtime", "rollback"])
        estimate.duration = node.value(for: "duration").flatMap(context.duration)
        estimate.downtime = node.value(for: "downtime").flatMap(context.duration)
        estimate.rollback = node.value(for: "rollback").flatMap(context.duration)
        return estimate
    }

    // MARK: - Declarations, from which scopes are made

    private func declarations(of node: SyntaxNode, into runbook: inout Runbook) -> RunbookScopes {
        RequirementsCheck(context: context, profile: profile).run(runbook.requires)
        context.services = ServiceNames(profile: profile, requires: runbook.requires)
        let scopes = RunbookScopes(node: node, requires: runbook.requires, profile: profile)
        let inputs = InputDecoder(context: context, scope: scopes.defaults)
        runbook.inputs = node.value(for: "inputs").map(inputs.decode) ?? []
        let secrets = SecretDecoder(context: context, scope: scopes.beforeEnvironment)
        runbook.secrets = node.value(for: "secrets").map(secrets.decode) ?? []
        let settings = StepSettings(context: context, scope: scopes.beforeEnvironment)
        runbook.environment = node.value(for: "env").map(settings.environment) ?? []
        return scopes
    }

    private func settings(of node: SyntaxNode, _ scope: Scope, into runbook: inout Runbook) {
        let decoder = RunSettingsDecoder(context: context, scope: scope)
        runbook.locks = node.value(for: "locks").map(decoder.locks) ?? []
        runbook.deadline = node.value(for: "deadline").flatMap(decoder.deadline)
        runbook.rollback = node.value(for: "rollback").map(decoder.rollback) ?? RollbackSettings()
    }

    // MARK: - Steps

    private func graph(of node: SyntaxNode, _ scope: Scope, into runbook: inout Runbook) -> RecordType? {
        guard let list = context.required("steps", in: node, of: "a runbook") else { return nil }
        let steps = StepListDecoder(context: context, place: .step, includes: includes).decode(list, in: scope)
        runbook.steps = steps.steps
        let inside = scope.entering(steps.record)
        let checks = CheckDecoder(context: context, scope: inside, arePreconditions: true)
        runbook.preconditions = node.value(for: "preconditions").map(checks.checks) ?? []
        runbook.handlers = node.value(for: "handlers").map { handlers($0, inside) } ?? []
        let outputs = OutputDecoder(context: context, scope: inside, extras: .none)
        runbook.outputs = node.value(for: "outputs").map(outputs.decode) ?? []
        // Preconditions, handlers and outputs may refer to every step.
        _ = context.takeReferences()
        return steps.record
    }

    private func handlers(_ node: SyntaxNode, _ scope: Scope) -> [(event: HandlerEvent, steps: [Step])] {
        let inside = scope.adding(["failure": .record(StandardTypes.failure)])
        let decoder = StepListDecoder(context: context, place: .handler, includes: includes)
        return (context.mapping(node, "a mapping of handlers") ?? []).compactMap { entry in
            guard let event = HandlerEvent(rawValue: entry.key) else {
                context.add(.unknownKey(entry, of: "handlers", known: HandlerEvent.allCases.map(\.rawValue)))
                return nil
            }
            return (event, decoder.decode(entry.value, in: inside).steps)
        }
    }
}
