import Expressions
import RunbookModel

/// The expanded graph of a run: every step with its needs. It grows only when a `foreach` or a handler starts.
package struct Graph: Sendable {
    package private(set) var nodes: [PlanNode] = []
    package private(set) var children: [[Int]] = []
    /// What must be fulfilled before a step starts: steps of the same list.
    package private(set) var needs: [[Int]] = []
    /// The steps that need a step.
    package private(set) var dependents: [[Int]] = []
    package private(set) var scopes: [Scope] = []
    /// The steps of the started runbook's own list.
    package private(set) var roots: [Int] = []
    private var indices: [StepPath: Int] = [:]
    private let runbooks: [RunbookName: Runbook]

    package init(runbook: Runbook, included: [RunbookName: Runbook]) {
        runbooks = included
        scopes = [Scope(runbook: runbook, owner: nil, parent: nil)]
        roots = add(runbook.steps, under: nil, scope: 0, locals: [])
    }

    package func index(of path: StepPath) -> Int? { indices[path] }
    package subscript(_ path: StepPath) -> PlanNode? { indices[path].map { nodes[$0] } }

    /// The enclosing steps, innermost first.
    package func ancestors(of index: Int) -> some Sequence<Int> {
        sequence(state: nodes[index].parent) { [nodes] parent in
            defer { parent = parent.flatMap { nodes[$0].parent } }
            return parent
        }
    }

    /// A step and everything inside it.
    package func subtree(of index: Int) -> [Int] {
        var result = [index]
        var next = 0
        while next < result.count {
            result += children[result[next]]
            next += 1
        }
        return result
    }

    /// Adds the children of a `foreach` step that has started.
    package mutating func add(_ instances: [Instance], of index: Int) {
        let node = nodes[index]
        var template = node.step
        let variable = template.foreach?.variable ?? "item"
        template.foreach = nil
        template.needs = []
        template.when = nil
        // An instance fails by itself and is counted; what the whole step says applies once too many have failed.
        if template.onFailure != .undoGroup { template.onFailure = nil }
        for instance in instances {
            let locals = node.locals + [PlanNode.Local(name: variable, value: instance.item)]
            _ = add(
                template, path: node.path.instance(instance.key), under: index, scope: node.scope, locals: locals)
        }
    }

    /// Adds the steps of a handler for one occurrence of its event; nil where the runbook has none.
    package mutating func addHandler(_ event: HandlerEvent, occurrence: Int) -> Int? {
        guard let steps = scopes[0].runbook.handlers.first(where: { $0.event == event })?.steps, !steps.isEmpty
        else { return nil }
        let path = Self.handlerPath(event, occurrence: occurrence)
        let id = StepID(event.rawValue)
        let frame = Step(id: id, span: steps[0].span, body: .group(steps))
        let index = insert(frame, path: path, under: nil, role: .handler(event), scope: 0, locals: [])
        children[index] = add(steps, under: index, scope: 0, locals: [])
        return index
    }

    /// The path of a handler: `handlers/failure`, from the second time on `handlers/attention@2`.
    package static func handlerPath(_ event: HandlerEvent, occurrence: Int) -> StepPath {
        let base = StepPath("handlers").child(StepID(event.rawValue))
        return occurrence == 1 ? base : base.instance("\(occurrence)")
    }

    private mutating func add(_ steps: [Step], under parent: Int?, scope: Int, locals: [PlanNode.Local]) -> [Int] {
        var added: [StepID: Int] = [:]
        var result: [Int] = []
        result.reserveCapacity(steps.count)
        for step in steps {
            let path = parent.map { nodes[$0].path.child(step.id) } ?? StepPath(step.id.text)
            let index = add(step, path: path, under: parent, scope: scope, locals: locals)
            added[step.id] = index
            result.append(index)
        }
        for (index, step) in zip(result, steps) {
            needs[index] = step.needs.compactMap { added[$0] }
            for need in needs[index] { dependents[need].append(index) }
        }
        return result
    }

    private mutating func add(
        _ step: Step, path: StepPath, under parent: Int?, scope: Int, locals: [PlanNode.Local]
    ) -> Int {
        if step.foreach != nil {
            return insert(step, path: path, under: parent, role: .foreach, scope: scope, locals: locals)
        }
        switch step.body {
        case .action, .verify:
            return insert(step, path: path, under: parent, role: .leaf, scope: scope, locals: locals)
        case .group(let steps):
            return addGroup(step, of: steps, path: path, under: parent, scope: scope, locals: locals)
        case .firstOf(let ladder):
            return addGroup(step, of: ladder.inTurn, path: path, under: parent, scope: scope, locals: locals)
        case .include(let inclusion):
            let inner = scopes.count
            let index = insert(
                step, path: path, under: parent, role: .inclusion(scope: inner), scope: scope, locals: locals)
            guard let runbook = runbooks[inclusion.name] else { return index }
            scopes.append(Scope(runbook: runbook, owner: index, parent: scope))
            children[index] = add(runbook.steps, under: index, scope: inner, locals: [])
            return index
        }
    }

    private mutating func addGroup(
        _ step: Step, of steps: [Step], path: StepPath, under parent: Int?, scope: Int, locals: [PlanNode.Local]
    ) -> Int {
        let index = insert(step, path: path, under: parent, role: .group, scope: scope, locals: locals)
        children[index] = add(steps, under: index, scope: scope, locals: locals)
        return index
    }

    private mutating func insert(
        _ step: Step, path: StepPath, under parent: Int?, role: PlanNode.Role, scope: Int, locals: [PlanNode.Local]
    ) -> Int {
        let index = nodes.count
        nodes.append(
            PlanNode(index: index, path: path, parent: parent, role: role, step: step, scope: scope, locals: locals))
        children.append([])
        needs.append([])
        dependents.append([])
        indices[path] = index
        if let parent, nodes[parent].role == .foreach { children[parent].append(index) }
        return index
    }
}

extension FirstOf {
    /// The remedies, each after the one before: so they are tried, and in reverse taken back.
    fileprivate var inTurn: [Step] {
        var steps = remedies
        for position in steps.indices { steps[position].needs = position == 0 ? [] : [steps[position - 1].id] }
        return steps
    }
}
