import Checks
import Expressions
import RunHost
import RunMachine
import RunPlan
import RunbookModel

extension AttemptPerformer {
    /// Whether `when` holds.
    func isWanted(_ node: PlanNode) throws -> Bool {
        guard let when = node.step.when else { return true }
        guard case .bool(let value) = try when.evaluate(bindings(node)) else {
            throw PreparationProblem("`when` is neither true nor false")
        }
        return value
    }

    /// The instances of a `foreach`, with a key for each.
    func instances(of node: PlanNode) throws -> [StepRecord.InstanceRecord] {
        guard let foreach = node.step.foreach else { return [] }
        let bindings = bindings(node)
        var seen: Set<String> = []
        let items = try items(foreach, bindings)
        return try items.values.enumerated().map { position, item in
            let natural = items.keys.isEmpty ? item : items.keys[position]
            let key = try key(of: item, natural: natural, at: position, foreach, bindings)
            guard seen.insert(key).inserted else {
                throw PreparationProblem("two items of the `foreach` have the key '\(key)'; set `key:`")
            }
            return StepRecord.InstanceRecord(key: key, item: Stored(item))
        }
    }

    /// The items; of a mapping `{key, value}`, and its keys.
    private func items(_ foreach: ForEach, _ bindings: RunBindings) throws -> (values: [Value], keys: [Value]) {
        switch foreach.items {
        case .list(let arguments):
            let values = try arguments.map { argument in
                try argument.resolved { try $0.evaluate(bindings) }.value ?? .null
            }
            return (values, [])
        case .expression(let expression):
            switch try expression.evaluate(bindings) {
            case .list(let values): return (values, [])
            case .map(let map): return (map.map { ["key": $0.key, "value": $0.value] }, map.map(\.key))
            case let other: throw PreparationProblem("`foreach` needs a list, found \(other.kindForPeople)")
            }
        }
    }

    /// The key of an instance: `key:`, else the item itself or its key in a mapping, else its position.
    private func key(
        of item: Value, natural: Value, at position: Int, _ foreach: ForEach, _ bindings: RunBindings
    ) throws -> String {
        var value = natural
        if let expression = foreach.key { value = try expression.evaluate(bindings.adding([foreach.variable: item])) }
        switch value {
        case .string(let text) where !text.isEmpty:
            let key = StepPath.escapedKey(text)
            // It names a directory, whose name has at most 255 bytes.
            if StepPath(key).fileName.utf8.count <= 180 { return key }
            if foreach.key == nil { return "\(position)" }
            throw PreparationProblem("the key '\(key.prefix(40))…' is too long; give `key:` something short")
        case .int, .uint, .bool: return value.plainText
        default: return "\(position)"
        }
    }

    /// The inputs of an included runbook: `with:`, then its defaults.
    ///
    /// - Parameter outerInputs: Those of the including runbook where it has not started; nil where they are known.
    func inputs(of node: PlanNode, _ scope: Int, outerInputs: ValueMap? = nil) throws -> ValueMap {
        guard case .include(let inclusion) = node.step.body else { return ValueMap() }
        let outer = outerInputs.map { bindings(node).adding(["inputs": .map($0)]) } ?? bindings(node)
        var given: [String: Value] = [:]
        for field in inclusion.with {
            given[field.key] = try Self.evaluate(field.value, outer)
        }
        let runbook = context.scopeRunbook(scope)
        let inner = RunBindings(context, scope: scope).adding(["inputs": .map(ValueMap(given.map { ($0, $1) }))])
        switch InputBinding.bind(runbook.inputs, given: given, evaluate: { try $0.evaluate(inner) }) {
        case .success(let inputs): return inputs
        case .failure(let problems):
            throw PreparationProblem(problems.all.map(\.message).joined(separator: "; "))
        }
    }

    static func evaluate(_ argument: Argument, _ bindings: RunBindings) throws -> Value {
        if case .expression(let expression) = argument { return try expression.evaluate(bindings) }
        return try argument.resolved { try $0.evaluate(bindings) }.value ?? .null
    }

    /// The outputs of a group: those of an included runbook, or those that the step computes from its children.
    func outputs(ofGroup node: PlanNode) throws -> Stored? {
        if case .inclusion(let scope) = node.role {
            let bindings = RunBindings(context, scope: scope)
            return try computed(context.scopeRunbook(scope).outputs, bindings)
        }
        let (child, helped) = context.withMachine { machine in
            (machine.graph.children[node.index].first, machine.steps[node.index].helpedBy.flatMap { machine.graph[$0] })
        }
        if let helped { return Stored(["remedy": .string(helped.step.id.text)]) }
        return try computed(node.step.outputs, RunBindings(context, scope: node.scope, node: child ?? node.index))
    }

    /// The run's own outputs, as far as they have a value; evaluated on failure too.
    func runOutputs() -> Stored? {
        let bindings = RunBindings(context, scope: 0)
        var values: [(String, Value)] = []
        for output in context.plan.runbook.outputs {
            guard case .expression(let expression) = output.source else { continue }
            if let value = try? expression.evaluate(bindings) { values.append((output.name, value)) }
        }
        return values.isEmpty ? nil : Stored(json: context.secrets.mask(Value.map(ValueMap(values)).json()))
    }

    private func computed(_ outputs: [OutputDeclaration], _ bindings: RunBindings) throws -> Stored? {
        var values: [(String, Value)] = []
        for output in outputs {
            guard case .expression(let expression) = output.source else { continue }
            values.append((output.name, try expression.evaluate(bindings)))
        }
        return values.isEmpty ? nil : Stored(json: context.secrets.mask(Value.map(ValueMap(values)).json()))
    }

    // MARK: Checks of the run

    /// Evaluates all preconditions that can be evaluated before the first step, and whether there is room for what the
    /// steps protect, on a thread of its own.
    func admit(reply: @escaping @Sendable (AttemptOutcome) -> Void) {
        inBackground(reply) { [self] cancellation in
            var reasons: [String] = []
            for scope in staticScopes() {
                let preconditions = context.scopeRunbook(scope).preconditions
                let checks = try runContext(scope, inputs: staticInputs(scope), cancellation)
                let outcome = waitUntilMet(preconditions, checks, part(.preconditions, scope))
                if outcome.kind == .interrupted { return outcome }
                if outcome.kind != .done { reasons.append(outcome.reason ?? "a precondition is not met") }
            }
            if let reason = missingRoom(cancellation) { reasons.append(reason) }
            return reasons.isEmpty
                ? AttemptOutcome(.done) : AttemptOutcome(.failed, reason: reasons.joined(separator: "; "))
        }
    }

    /// The answer of the preconditions with `recheck`; nil where there are none. Blocks the thread.
    func recheck() -> AttemptOutcome? {
        let preconditions = context.plan.runbook.preconditions.filter(\.recheck)
        guard !preconditions.isEmpty else { return nil }
        do {
            let checks = try runContext(0, inputs: nil, Cancellation())
            return masked(waitUntilMet(preconditions, checks, part(.preconditions, 0)))
        } catch {
            return AttemptOutcome(.inconclusive, cause: .error, reason: "\(error)")
        }
    }

    /// The inputs of an inclusion that has not started; nil for the runbook itself.
    private func staticInputs(_ scope: Int) throws -> ValueMap? {
        let (owner, parent) = context.withMachine { machine in
            (machine.graph.scopes[scope].owner.map { machine.node($0) }, machine.graph.scopes[scope].parent)
        }
        guard let owner else { return nil }
        return try inputs(of: owner, scope, outerInputs: parent.flatMap { try staticInputs($0) })
    }

    /// All preconditions are looked at together; those that say `within` may become met for so long.
    func waitUntilMet(
        _ preconditions: [CheckCall], _ checks: CheckContext, _ part: RehearsedPart
    ) -> AttemptOutcome {
        let patience = preconditions.compactMap { try? $0.within?.evaluated(checks.bindings) }.max()
        guard let patience else { return look(preconditions, nil, checks, part) }
        let every = min(.seconds(2), patience / 10)
        let stable = UntilStable(goal: .times(1), every: .value(every), within: .value(patience), failFast: false)
        return look(preconditions, stable, checks, part)
    }

    /// Evaluates `rollback.verify` of the runbook and of what it includes, on a thread of its own.
    func verifyRollback(reply: @escaping @Sendable (AttemptOutcome) -> Void) {
        inBackground(reply) { [self] cancellation in
            for scope in context.withMachine({ Array($0.graph.scopes.indices) }) {
                let rollback = context.scopeRunbook(scope).rollback
                guard !rollback.verify.isEmpty, hasStarted(scope) else { continue }
                let checks = try runContext(scope, inputs: nil, cancellation)
                let outcome = look(rollback.verify, rollback.untilStable, checks, part(.rollbackVerify, scope))
                if outcome.kind != .done { return outcome }
            }
            return AttemptOutcome(.done)
        }
    }

    /// An inclusion whose place was never reached changed nothing, and its inputs may never have had values.
    private func hasStarted(_ scope: Int) -> Bool {
        context.withMachine { machine in
            guard let owner = machine.graph.scopes[scope].owner else { return true }
            return machine.steps[owner].inputs != nil
        }
    }

    /// The checks of a runbook as a whole.
    private func part(_ subject: RehearsedPart.Subject, _ scope: Int) -> RehearsedPart {
        let owner = context.withMachine { machine in machine.graph.scopes[scope].owner.map { machine.node($0) } }
        return RehearsedPart(subject: subject, node: owner)
    }

    private func inBackground(
        _ reply: @escaping @Sendable (AttemptOutcome) -> Void,
        _ work: @escaping @Sendable (Cancellation) throws -> AttemptOutcome
    ) {
        let cancellation = Cancellation()
        let key = "run#\(host.random())"
        register(cancellation, key)
        let perform = { @Sendable [self] in
            do { return masked(try work(cancellation)) } catch {
                return masked(AttemptOutcome(.inconclusive, cause: .error, reason: "\(error)"))
            }
        }
        guard host.rehearsal == nil else {
            return schedule(perform(), of: nil, cancellation, onlyLooks: true, reply)
        }
        do {
            try WorkerThread.start(name: "checks") { [self] in
                let outcome = perform()
                unregister(key)
                reply(outcome)
            }
        } catch {
            unregister(key)
            reply(AttemptOutcome(.inconclusive, cause: .error, reason: "\(error)"))
        }
    }

    /// What the checks of a runbook as a whole see; with the inputs of an inclusion that has not started.
    func runContext(_ scope: Int, inputs: ValueMap?, _ cancellation: Cancellation) throws -> CheckContext {
        let process = try runProcessContext(scope: scope, inputs: inputs)
        var checks = checkContext(nil, scope: scope, process: process, directory: directory(scope: scope), cancellation)
        if let inputs {
            checks.bindings = RunBindings(context, scope: scope, inputs: inputs)
            checks.secretBindings = RunBindings(context, scope: scope, inputs: inputs).withSecrets
        }
        return checks
    }

    /// The runbook's own scope, and those of inclusions whose inputs and preconditions need no outputs of steps.
    func staticScopes() -> [Int] {
        context.withMachine { machine in
            machine.graph.scopes.indices.filter { isStatic($0, machine.graph) }
        }
    }

    private func isStatic(_ scope: Int, _ graph: Graph) -> Bool {
        guard let owner = graph.scopes[scope].owner else { return true }
        guard case .include(let inclusion) = graph.nodes[owner].step.body, graph.nodes[owner].locals.isEmpty,
            !mayDoWithout(owner, graph), let parent = graph.scopes[scope].parent, isStatic(parent, graph)
        else { return false }
        return !inclusion.with.contains { $0.value.mentionsSteps }
            && !graph.scopes[scope].runbook.preconditions.contains(where: \.mentionsSteps)
    }

    /// Whether the run may come to its end without an inclusion: it may be skipped, be a remedy, or fail by itself.
    private func mayDoWithout(_ owner: Int, _ graph: Graph) -> Bool {
        isOptional(graph.nodes[owner]) || graph.ancestors(of: owner).contains { isOptional(graph.nodes[$0]) }
    }

    private func isOptional(_ node: PlanNode) -> Bool {
        node.step.when != nil || node.ladder != nil || node.step.onFailure == .proceed
            || node.step.onFailure == .undoGroup
    }
}

extension CheckCall {
    /// Whether its answer depends on what steps leave.
    var mentionsSteps: Bool { argument.mentionsSteps || when?.references.mentionSteps ?? false }
}

extension Argument {
    /// Whether anything in it depends on what steps leave.
    fileprivate var mentionsSteps: Bool {
        switch self {
        case .constant: false
        case .template(let template, _): template.references.mentionSteps
        case .expression(let expression): expression.references.mentionSteps
        case .list(let items): items.contains(where: \.mentionsSteps)
        case .record(let fields): fields.contains { $0.value.mentionsSteps }
        case .checks(let calls): calls.contains(where: \.mentionsSteps)
        case .form(let fields): fields.contains { $0.default?.mentionsSteps ?? false }
        }
    }
}

extension [Reference] {
    var mentionSteps: Bool { contains { $0.path.first == "steps" } }
}

extension StepPath {
    /// A key of an instance as it stands in a path: without the characters that divide paths.
    static func escapedKey(_ key: String) -> String {
        String(
            key.unicodeScalars.flatMap { scalar -> [Character] in
                switch scalar {
                case "/", "@", "%", " ": return Array("%" + String(scalar.value, radix: 16, uppercase: true))
                default:
                    return scalar.properties.generalCategory == .control
                        ? Array("%" + String(scalar.value, radix: 16, uppercase: true)) : [Character(scalar)]
                }
            })
    }
}
