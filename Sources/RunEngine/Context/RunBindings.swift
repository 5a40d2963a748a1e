import Expressions
import RunMachine
import RunPlan
import RunbookModel

/// The variables that the expressions of one step see.
package struct RunBindings: Bindings {
    let context: RunContext
    let scope: Int
    /// The step in question; nil for the run itself.
    let node: Int?
    /// Loop variables, and what only some expressions see: a result, `failure`, `doc`.
    var extra: [String: Value] = [:]
    /// Whether `secrets.NAME` may be seen.
    var showsSecrets = false

    /// - Parameter inputs: Those of an inclusion that has not started; nil for those that are known.
    init(_ context: RunContext, scope: Int, node: Int? = nil, inputs: ValueMap? = nil) {
        self.context = context
        self.scope = scope
        self.node = node
        if let inputs { extra["inputs"] = .map(inputs) }
        if let node { for local in context.withMachine({ $0.node(node).locals }) { extra[local.name] = local.value } }
    }

    /// The same variables and these.
    package func adding(_ values: [String: Value]) -> RunBindings {
        var copy = self
        copy.extra.merge(values) { _, new in new }
        return copy
    }

    /// The same variables and the secrets of the scope.
    package var withSecrets: RunBindings {
        var copy = self
        copy.showsSecrets = true
        return copy
    }

    package func value(_ name: String) -> Value? {
        if let value = extra[name] { return value }
        switch name {
        case "inputs": return .map(context.inputs(scope: scope))
        case "system": return .map(context.plan.system?.value ?? ValueMap())
        case "env": return environment
        case "run": return context.runFields
        case "facts": return .map(context.pinned.facts)
        case "steps": return siblings
        case "failure": return context.failure
        case "secrets" where showsSecrets: return .map(ValueMap(context.secrets.values(scope: scope)))
        default: return nil
        }
    }

    package func member(_ variable: String, _ field: String) -> Value?? {
        guard extra[variable] == nil else { return nil }
        switch variable {
        case "steps": return .some(step(named: field))
        case "env": return .some(environmentEntry(field))
        case "inputs": return .some(context.inputs(scope: scope)[field])
        default: return nil
        }
    }

    // MARK: Environment

    private var environment: Value {
        let entries = context.scopeRunbook(scope).environment
        return .map(ValueMap(entries.compactMap { entry in environmentEntry(entry.name).map { (entry.name, $0) } }))
    }

    private func environmentEntry(_ name: String) -> Value? {
        guard let entry = context.scopeRunbook(scope).environment.last(where: { $0.name == name }) else { return nil }
        let mentionsSecret = entry.value.references.contains { $0.path.first == "secrets" }
        guard !mentionsSecret || showsSecrets else { return nil }
        return try? entry.value.evaluate(self)
    }

    // MARK: Steps

    /// A step of the same list, or of one of the lists around it up to the runbook's own.
    private func step(named name: String) -> Value? {
        context.withMachine { machine in
            var list = node.flatMap { machine.node($0).parent }
            while true {
                if let found = machine.step(name, in: list, scope: scope) {
                    return context.describe(found, in: machine)
                }
                guard let group = list, machine.node(group).scope == scope || machine.node(group).isHandler else {
                    return nil
                }
                list = machine.node(group).parent
            }
        }
    }

    private var siblings: Value {
        context.withMachine { machine in
            let list = node.flatMap { machine.node($0).parent }
            let members = list.map { machine.graph.children[$0] } ?? machine.graph.roots
            return .map(
                ValueMap(
                    members.map { (machine.node($0).step.id.text, context.describe($0, in: machine)) }))
        }
    }
}

extension RunMachine {
    /// A step by its own id in a list: the children of a group, or the runbook's own steps.
    func step(_ id: String, in list: Int?, scope: Int) -> Int? {
        if let list, !node(list).isHandler { return graph.index(of: node(list).path.child(StepID(id))) }
        if let list, let inHandler = graph.index(of: node(list).path.child(StepID(id))) { return inHandler }
        guard let owner = graph.scopes[scope].owner else { return graph.index(of: StepPath(id)) }
        return graph.index(of: node(owner).path.child(StepID(id)))
    }
}

extension RunContext {
    func scopeRunbook(_ scope: Int) -> Runbook { withMachine { $0.graph.scopes[scope].runbook } }

    /// The bound inputs of a scope; those of an included runbook are known once it has started.
    package func inputs(scope: Int) -> ValueMap {
        guard scope > 0 else { return plan.inputs }
        let (runbook, stored) = withMachine { machine in
            let scope = machine.graph.scopes[scope]
            return (scope.runbook, scope.owner.flatMap { machine.steps[$0].inputs })
        }
        guard case .map(let map)? = stored?.value else { return ValueMap() }
        let hidden = Dictionary(uniqueKeysWithValues: hiddenInputs(scope: scope))
        return ValueMap(
            runbook.inputs.compactMap { declaration in
                guard let value = hidden[declaration.name] ?? map[declaration.name] else { return nil }
                return (declaration.name, (try? declaration.type.shape.convert(value)) ?? value)
            })
    }

    /// The secret inputs that an inclusion gives with `with:`: they are not journaled, and evaluated each time.
    func hiddenInputs(scope: Int) -> [(name: String, value: Value)] {
        let secret = Set(scopeRunbook(scope).inputs.filter(\.isSecret).map(\.name))
        guard !secret.isEmpty, let owner = withMachine({ $0.graph.scopes[scope].owner }),
            case let node = withMachine({ $0.node(owner) }), case .include(let inclusion) = node.step.body
        else { return [] }
        let outer = RunBindings(self, scope: node.scope, node: owner)
        return inclusion.with.filter { secret.contains($0.key) }.compactMap { field in
            (try? AttemptPerformer.evaluate(field.value, outer)).map { (field.key, $0) }
        }
    }

    /// The inputs of an inclusion as the journal keeps them: without the secret ones that it was given.
    func journaled(_ inputs: ValueMap, scope: Int) -> Stored {
        let hidden = Set(hiddenInputs(scope: scope).map(\.name))
        return Stored(
            .map(
                ValueMap(
                    inputs.compactMap { entry in
                        entry.key.asString.flatMap { hidden.contains($0) ? nil : ($0, entry.value) }
                    })))
    }

    /// The variable `run`; in the undo of a closed run, that run, so that an undo finds what its action named after it.
    var runFields: Value {
        [
            "id": .int(undone?.id ?? id), "runbook": .string(plan.runbook.name.text),
            "started": Timestamp(milliseconds: undone?.startedAt ?? pinned.startedAt).map { .timestamp($0) } ?? .null,
            "user": .string(pinned.user), "host": .string(pinned.host),
        ]
    }

    /// The variable `failure`.
    var failure: Value {
        let forward = withMachine { $0.run.forward }
        return ["step": .string(forward?.step ?? ""), "reason": .string(forward?.reason ?? "")]
    }

    /// A step as expressions see it.
    func describe(_ index: Int, in machine: RunMachine) -> Value {
        let node = machine.node(index)
        let record = machine.steps[index]
        var fields: [(String, Value)] = [
            ("state", .string(record.state.rawValue)), ("attempts", .int(Int64(record.tries))),
            ("outputs", outputs(of: record)), ("checks", Self.describe(record.checks)),
        ]
        if let exit = record.exit { fields.append(("exit", .int(Int64(exit)))) }
        if let number = record.actionAttempt { fields.append(("dir", .string(directory(of: node, record, number)))) }
        if node.role == .foreach {
            let prefix = node.path.text.utf8.count + 1
            fields.append(
                (
                    "items",
                    .map(
                        ValueMap(
                            machine.graph.children[index].map { child in
                                let key = String(machine.node(child).path.text.utf8.dropFirst(prefix)) ?? ""
                                return (key, describe(child, in: machine))
                            }))
                ))
        } else if !node.isLeaf {
            let children = machine.graph.children[index]
            fields.append(
                ("steps", .map(ValueMap(children.map { (machine.node($0).step.id.text, describe($0, in: machine)) }))))
        }
        return .map(ValueMap(fields))
    }

    private func directory(of node: PlanNode, _ record: StepRecord, _ number: Int) -> String {
        let base = number <= record.importedAttempts ?? 0 ? undoneDirectory ?? directory : directory
        return "\(base)/steps/\(node.path.fileName)/\(number)"
    }

    /// A skipped step has no outputs.
    private func outputs(of record: StepRecord) -> Value {
        guard record.state != .skipped, let stored = record.outputs else { return .map(ValueMap()) }
        guard let form = record.prompt?.form, !form.isEmpty, case .map(var values) = stored.value else {
            return stored.value
        }
        for field in form { if let value = values[field.name] { values[field.name] = field.typed(value) } }
        return .map(values)
    }

    private static func describe(_ counts: AttemptOutcome.Counts?) -> Value {
        let counts = counts ?? AttemptOutcome.Counts()
        var fields: ValueMap = [
            "met": .int(Int64(counts.met)), "warn": .int(Int64(counts.warn)), "not_met": .int(Int64(counts.notMet)),
            "inconclusive": .int(Int64(counts.inconclusive)), "failed": .list(counts.failed.map { .string($0) }),
        ]
        if let measured = counts.measured { fields["measured"] = measured.value }
        return .map(fields)
    }
}

extension Timestamp {
    /// From milliseconds since 1970.
    init?(milliseconds: Int64) {
        self.init(
            seconds: milliseconds / 1_000, nanoseconds: Int32(milliseconds % 1_000) * 1_000_000)
    }
}
