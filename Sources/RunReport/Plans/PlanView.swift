import Expressions
import RunPlan
import RunbookModel

/// What a run would do: the expanded graph with everything that is known before it starts.
package struct PlanView: Encodable, Sendable {
    package struct Input: Encodable, Sendable {
        package let name: String
        package let value: JSONValue
    }

    /// A precondition, with its answer now where it was asked for.
    package struct Precondition: Encodable, Sendable {
        package let title: String
        /// `error` or `warn`.
        package let severity: String
        /// `met`, `warn`, `not_met`, `inconclusive`; nil where it was not looked at.
        package let answer: String?
        package let detail: String?
        package init(title: String, severity: String, answer: String?, detail: String?) {
            self.title = title
            self.severity = severity
            self.answer = answer
            self.detail = detail
        }
    }

    package struct Step: Encodable, Sendable {
        package let step: String
        package let title: String?
        package let depth: Int
        package let isGroup: Bool
        package let does: String
        /// What it would change in files if it ran now: words, and unified diffs.
        package let changes: [String]
        /// Steps whose outcome must be known before all of it can be shown.
        package let knownAfter: [String]
        package let needs: [String]
        package let when: String?
        package let foreach: String?
        package let doneWhen: [String]
        /// When no remedy of a `first_of` is needed (any more).
        package let until: [String]
        package let verify: [String]
        package let undo: String?
        package let onFailure: String
        package let isCommit: Bool
        /// A rollback that reaches it stops there.
        package let isBarrier: Bool
    }

    package let version = 1
    package let runbook: String
    package let title: String?
    package let system: String?
    package let digest: String
    package let inputs: [Input]
    package let locks: [String]
    package let deadline: String?
    package let rollbackPolicy: String
    package let preconditions: [Precondition]
    package let steps: [Step]
    package let rollbackVerify: [String]

    /// The view of a plan; `facts` are those of this host, `answers` what the preconditions say now (nil: not asked),
    /// `changes` what steps would change now.
    package init(_ plan: Plan, facts: ValueMap, answers: [Precondition]?, changes: [String: [String]] = [:]) {
        let graph = Self.unrolled(plan.graph)
        let values = PlanValues(plan, graph, facts: facts)
        let runbook = plan.runbook
        self.runbook = runbook.name.text
        title = runbook.title
        system = plan.system?.name
        digest = plan.digest
        inputs = PlanValues.masked(plan.inputs, runbook).map {
            Input(name: $0.key.asString ?? "", value: Self.shown($0.value))
        }
        locks = plan.locks.map { values.text($0.lock.name, scope: $0.scope) }
        deadline = Self.words(runbook.deadline)
        rollbackPolicy = runbook.rollback.policy.rawValue
        let words = Self.words(values, scope: 0)
        preconditions =
            answers
            ?? runbook.preconditions.map {
                Precondition(title: words.words($0), severity: $0.severity.rawValue, answer: nil, detail: nil)
            }
        steps = PlanSteps(plan: plan, graph: graph, values: values, changes: changes).all
        rollbackVerify = plan.rollbackVerify.map { Self.words(values, scope: $0.scope).words($0.check) }
    }

    /// The graph in which each `foreach` has one instance, so that the steps in it are seen.
    private static func unrolled(_ graph: Graph) -> Graph {
        var graph = graph
        var index = 0
        while index < graph.nodes.count {
            if graph.nodes[index].role == .foreach { graph.add([Instance(key: "*", item: .null)], of: index) }
            index += 1
        }
        return graph
    }

    /// Durations as people write them.
    private static func shown(_ value: Value) -> JSONValue {
        if case .duration = value { return JSONValue(.string(value.plainText)) }
        return JSONValue(value)
    }

    static func words(_ values: PlanValues, scope: Int) -> ActionWords {
        ActionWords(
            text: { values.text($0, scope: scope) }, expression: { values.text($0, scope: scope) })
    }

    private static func words(_ deadline: RunDeadline?) -> String? {
        guard let deadline else { return nil }
        let then = deadline.then == .rollback ? "rollback" : "stop"
        switch deadline.moment {
        case .after(.value(let length)): return "after \(DurationText.render(length)), then \(then)"
        case .after(.template(let template)): return "after \(template.source), then \(then)"
        case .at(let minutes):
            let minute = minutes % 60
            return "at \(minutes / 60):\(minute < 10 ? "0" : "")\(minute), then \(then)"
        }
    }
}

/// The steps of a plan in the order of its tree.
private struct PlanSteps {
    let plan: Plan
    let graph: Graph
    let values: PlanValues
    let changes: [String: [String]]

    var all: [PlanView.Step] {
        var steps: [PlanView.Step] = []
        func add(_ index: Int, depth: Int) {
            steps.append(step(graph.nodes[index], depth))
            let isRepeated = graph.nodes[index].role == .foreach
            let inside = isRepeated ? graph.children[index].flatMap { graph.children[$0] } : graph.children[index]
            for child in inside { add(child, depth: depth + 1) }
        }
        for root in graph.roots { add(root, depth: 0) }
        return steps
    }

    private func step(_ node: PlanNode, _ depth: Int) -> PlanView.Step {
        let words = PlanView.words(values, scope: node.scope)
        var isBarrier = false
        if node.isLeaf, case .irreversible = node.takeBack { isBarrier = true }
        return PlanView.Step(
            step: node.path.text, title: node.step.title.map(words.text), depth: depth, isGroup: !node.isLeaf,
            does: words.words(node), changes: changes[node.path.text] ?? [], knownAfter: unknowns(node),
            needs: graph.needs[node.index].map { graph.nodes[$0].path.text },
            when: node.step.when.map(words.expression), foreach: words.foreach(node.step.foreach),
            doneWhen: node.step.doneWhen.map { words.words($0) },
            until: node.ladder?.until.map { words.words($0) } ?? [],
            verify: node.action == nil ? [] : node.step.verify.map { words.words($0) },
            undo: UndoWords(actions: words).words(node), onFailure: onFailure(node), isCommit: node.step.isCommit,
            isBarrier: isBarrier)
    }

    private func onFailure(_ node: PlanNode) -> String {
        // A remedy that fails has not helped, no more.
        if let parent = node.parent, graph.nodes[parent].ladder != nil {
            return (node.step.onFailure ?? .proceed).rawValue
        }
        let policy = node.step.onFailure ?? graph.scopes[node.scope].runbook.onFailure
        let isLook = node.isLeaf && node.action == nil
        return (policy ?? (isLook ? .rollback : .stop)).rawValue
    }

    /// The steps that the step's action refers to.
    private func unknowns(_ node: PlanNode) -> [String] {
        guard let action = node.action else { return [] }
        let names = references(action.argument).filter { $0.path.first == "steps" && $0.path.count > 1 }.map {
            $0.path[1]
        }
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    private func references(_ argument: Argument) -> [Reference] {
        switch argument {
        case .constant, .checks: []
        case .template(let template, _): template.references
        case .expression(let expression): expression.references
        case .list(let items): items.flatMap(references)
        case .record(let fields): fields.flatMap { references($0.value) }
        case .form(let fields): fields.flatMap { $0.default.map(references) ?? [] }
        }
    }
}
