import Diagnostics
import RunMachine
import RunPlan
import RunbookModel

/// The steps of a runbook, or of a run with their states, and what they need.
package struct GraphView: Encodable, Sendable {
    package struct Node: Encodable, Sendable {
        package let step: String
        package let title: String?
        package let parent: String?
        package let depth: Int
        /// `action`, `verify`, `group`, `runbook` or `foreach`.
        package let kind: String
        package let does: String
        package let needs: [String]
        package let undo: String?
        package let isCommit: Bool
        package let isIrreversible: Bool
        package let when: String?
        package let foreach: String?
        /// Nil: there is no run.
        package let state: String?
    }

    package let version = 1
    package let nodes: [Node]

    package init(runbook: Runbook, included: [RunbookName: Runbook]) {
        let graph = Graph(runbook: runbook, included: included)
        nodes = Self.nodes(graph) { _ in nil }
    }

    /// The graph of a run, with its states.
    package init(_ machine: RunMachine) { nodes = Self.nodes(machine.graph) { machine.steps[$0].state } }

    private static func nodes(_ graph: Graph, _ state: (Int) -> StepState?) -> [Node] {
        var nodes: [Node] = []
        func add(_ index: Int, depth: Int) {
            nodes.append(node(graph, index, depth, state(index)))
            for child in graph.children[index] { add(child, depth: depth + 1) }
        }
        for root in graph.roots { add(root, depth: 0) }
        return nodes
    }

    private static func node(_ graph: Graph, _ index: Int, _ depth: Int, _ state: StepState?) -> Node {
        let node = graph.nodes[index]
        var isIrreversible = false
        if node.isLeaf, case .irreversible = node.takeBack { isIrreversible = true }
        return Node(
            step: node.path.text, title: node.step.title?.source, parent: node.parent.map { graph.nodes[$0].path.text },
            depth: depth, kind: kind(node), does: ActionWords().words(node),
            needs: graph.needs[index].map { graph.nodes[$0].path.text },
            undo: UndoWords().words(node), isCommit: node.step.isCommit, isIrreversible: isIrreversible,
            when: node.step.when?.source, foreach: ActionWords().foreach(node.step.foreach), state: state?.rawValue)
    }

    private static func kind(_ node: PlanNode) -> String {
        switch node.role {
        case .leaf: node.action == nil ? "verify" : "action"
        case .group, .handler: "group"
        case .inclusion: "runbook"
        case .foreach: "foreach"
        }
    }

    package func text(_ style: TextStyle) -> String {
        nodes.map { node in
            let state = node.state.flatMap(StepState.init)
            let mark = state.map { style.paint(StateWords.mark($0), StateWords.colour($0)) } ?? "·"
            let needs =
                node.needs.isEmpty
                ? "" : style.paint("  needs \(node.needs.map(Self.name).joined(separator: ", "))", .dim)
            let commit = node.isCommit ? "  ● point of no return" : ""
            let barrier = node.isIrreversible ? "  ⚠ cannot be undone" : ""
            let indent = String(repeating: "  ", count: node.depth + 1)
            return "\(indent)\(mark) \(DisplayText.escaped(Self.name(node.step)))\(needs)\(commit)\(barrier)\n"
        }.joined()
    }

    private static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    /// A Mermaid flowchart; groups as subgraphs, states as classes.
    package func mermaid() -> String {
        let identifiers = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1.step, "s\($0)") })
        var lines = ["flowchart TD"]
        var open: [Int] = []
        for node in nodes {
            while let last = open.last, last >= node.depth {
                lines.append(String(repeating: "  ", count: open.count) + "end")
                open.removeLast()
            }
            let indent = String(repeating: "  ", count: open.count + 1)
            let label = Self.label(Self.name(node.step))
            if ["group", "runbook", "foreach"].contains(node.kind) {
                lines.append("\(indent)subgraph \(identifiers[node.step] ?? "")[\"\(label)\"]")
                open.append(node.depth)
            } else {
                let style = node.state.map { ":::\($0)" } ?? ""
                lines.append("\(indent)\(identifiers[node.step] ?? "")[\"\(label)\"]\(style)")
            }
        }
        lines += open.indices.reversed().map { String(repeating: "  ", count: $0 + 1) + "end" }
        for node in nodes {
            for need in node.needs { lines.append("  \(identifiers[need] ?? "") --> \(identifiers[node.step] ?? "")") }
        }
        lines += Self.classes(Set(nodes.compactMap(\.state)))
        return lines.map { $0 + "\n" }.joined()
    }

    /// Text inside a quoted label: Mermaid reads HTML entities there.
    private static func label(_ text: String) -> String {
        DisplayText.escaped(text).flatMap { character -> String in
            switch character {
            case "\"": "#quot;"
            case "<": "#lt;"
            case ">": "#gt;"
            case "#": "#35;"
            default: String(character)
            }
        }.map(String.init).joined()
    }

    private static func classes(_ states: Set<String>) -> [String] {
        let colours = [
            "succeeded": "#cfc", "committed": "#9c9", "failed": "#fcc", "undo_failed": "#f99", "unknown": "#ffc",
            "started": "#cef", "undo_started": "#cef", "undone": "#ccf", "skipped": "#eee", "waived": "#fec",
        ]
        return states.sorted().compactMap { state in colours[state].map { "  classDef \(state) fill:\($0)" } }
    }
}
