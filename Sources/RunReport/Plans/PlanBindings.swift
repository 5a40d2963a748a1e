import Expressions
import RunPlan
import RunbookModel

/// What the expressions of a plan can see before anything has run: inputs, the system, declared environment and facts.
///
/// Whatever else they name has no value yet, so that evaluating them fails.
struct PlanBindings: Bindings {
    let inputs: ValueMap
    let system: ValueMap
    let facts: ValueMap
    let runbook: Runbook

    func value(_ name: String) -> Value? {
        switch name {
        case "inputs": .map(inputs)
        case "system": .map(system)
        case "facts": .map(facts)
        case "env":
            .map(ValueMap(runbook.environment.compactMap { entry in environment(entry).map { (entry.name, $0) } }))
        default: nil
        }
    }

    private func environment(_ entry: EnvironmentEntry) -> Value? { try? entry.value.evaluate(self) }
}

/// The values of a plan that are known before it runs, scope by scope.
struct PlanValues {
    private let bindings: [PlanBindings]

    /// Values of secret inputs are replaced, so that none of them is shown.
    init(_ plan: Plan, _ graph: Graph, facts: ValueMap) {
        var bindings: [PlanBindings] = []
        for scope in graph.scopes {
            let inputs: ValueMap
            if let owner = scope.owner, let parent = scope.parent {
                inputs = Self.inputs(of: graph.nodes[owner], scope.runbook, bindings[parent])
            } else {
                inputs = Self.masked(plan.inputs, scope.runbook)
            }
            bindings.append(
                PlanBindings(
                    inputs: inputs, system: plan.system?.value ?? ValueMap(), facts: facts, runbook: scope.runbook))
        }
        self.bindings = bindings
    }

    /// The inputs of an included runbook, as far as they are known.
    private static func inputs(of node: PlanNode, _ runbook: Runbook, _ outer: PlanBindings) -> ValueMap {
        guard case .include(let inclusion) = node.step.body else { return ValueMap() }
        var given: [String: Value] = [:]
        for field in inclusion.with {
            if case .expression(let expression) = field.value {
                given[field.key] = try? expression.evaluate(outer)
            } else {
                given[field.key] = try? field.value.resolved { try $0.evaluate(outer) }.value
            }
        }
        let inner = PlanBindings(
            inputs: ValueMap(given.map { ($0, $1) }), system: outer.system, facts: outer.facts, runbook: runbook)
        for input in runbook.inputs where given[input.name] == nil {
            given[input.name] = try? input.default?.resolved { try $0.evaluate(inner) }.value
        }
        return masked(
            ValueMap(runbook.inputs.compactMap { input in given[input.name].map { (input.name, $0) } }), runbook)
    }

    static func masked(_ inputs: ValueMap, _ runbook: Runbook) -> ValueMap {
        let secret = Set(runbook.inputs.filter(\.isSecret).map(\.name))
        return ValueMap(
            inputs.map { entry in
                let name = entry.key.asString ?? ""
                return (name, secret.contains(name) ? .string("***") : entry.value)
            })
    }

    /// The text of a template; its source where something in it is not known yet.
    func text(_ template: Template, scope: Int) -> String {
        (try? template.evaluate(bindings[scope]).plainWords) ?? template.source
    }

    func text(_ expression: Expression, scope: Int) -> String {
        (try? expression.evaluate(bindings[scope])).map(\.plainWords) ?? expression.source
    }
}
