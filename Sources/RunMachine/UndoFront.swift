import RunPlan

/// Which steps may be undone next: those whose dependents, and the dependents of the groups around them, are clear.
///
/// A step is clear when it has nothing left to undo and everything that depends on it is clear too. Instances of a
/// `foreach` that ran one after the other are undone so, too: a later one may have built on what an earlier one left.
struct UndoFront: Sendable {
    private var members: Set<Int>
    /// Dependents that are not clear.
    private var blockers: [Int: Int] = [:]
    /// Children that are not clear.
    private var openChildren: [Int: Int] = [:]
    /// By instance, the one that ran before it.
    private var earlier: [Int: Int] = [:]
    private var cleared: Set<Int> = []
    /// Nodes whose turn has come or that were asked about; checked against the records by `settle`.
    private var worklist: [Int] = []
    /// Nodes that may be undone now, as far as others are concerned, by the order of their start; some may be stale.
    private var open: [(order: Int, node: Int)] = []

    /// A front over these nodes; a group comes with everything inside it.
    init(graph: Graph, members: [Int]) {
        self.members = Set(members)
        for node in members {
            // A group that is no member itself still lends its dependents to what is inside it.
            for holder in CollectionOfOne(node) + Array(graph.ancestors(of: node)) where blockers[holder] == nil {
                blockers[holder] = graph.dependents[holder].count { self.members.contains($0) }
            }
            openChildren[node] = graph.children[node].count { self.members.contains($0) }
        }
        chainInstances(graph)
        worklist = members
    }

    private mutating func chainInstances(_ graph: Graph) {
        let lists = Set(members.compactMap { graph.nodes[$0].parent }).filter { graph.nodes[$0].role == .foreach }
        for list in lists where graph.nodes[list].step.foreach?.maxParallel ?? 1 == 1 {
            let instances = graph.children[list].filter { members.contains($0) }
            for (first, second) in zip(instances, instances.dropFirst()) {
                earlier[second] = first
                blockers[first, default: 0] += 1
            }
        }
    }

    /// Whether nothing is left to undo.
    var isClear: Bool { cleared.count == members.count }

    mutating func reconsider(_ node: Int) { if members.contains(node) { worklist.append(node) } }

    /// Brings the front up to date with the records.
    mutating func settle(graph: Graph, isStateClear: (Int) -> Bool, order: (Int) -> Int) {
        while let node = worklist.popLast() {
            guard !cleared.contains(node), isFree(node, graph: graph) else { continue }
            if isStateClear(node) { clear(node, graph: graph) } else { insert(node, order: order(node)) }
        }
    }

    /// The nodes that started last and that may be undone, at most so many.
    mutating func latest(_ limit: Int, where isValid: (Int) -> Bool) -> [Int] {
        while let last = open.last, !isValid(last.node) { open.removeLast() }
        var result: [Int] = []
        for (_, node) in open.reversed() {
            if result.count == limit { break }
            if isValid(node), !result.contains(node) { result.append(node) }
        }
        return result
    }

    private mutating func insert(_ node: Int, order: Int) {
        var low = 0
        var high = open.count
        while low < high {
            let middle = (low + high) / 2
            if open[middle].order <= order { low = middle + 1 } else { high = middle }
        }
        if low > 0, open[low - 1].node == node { return }
        open.insert((order, node), at: low)
    }

    private func isFree(_ node: Int, graph: Graph) -> Bool {
        blockers[node] == 0 && openChildren[node] == 0
            && graph.ancestors(of: node).allSatisfy { blockers[$0] ?? 0 == 0 }
    }

    private mutating func clear(_ node: Int, graph: Graph) {
        cleared.insert(node)
        for need in graph.needs[node] { unblock(need, graph: graph) }
        if let earlier = earlier[node] { unblock(earlier, graph: graph) }
        guard let parent = graph.nodes[node].parent, members.contains(parent) else { return }
        openChildren[parent, default: 0] -= 1
        if openChildren[parent] == 0 { worklist.append(parent) }
    }

    private mutating func unblock(_ node: Int, graph: Graph) {
        guard let count = blockers[node] else { return }
        blockers[node] = count - 1
        if count == 1 { worklist += graph.subtree(of: node).filter { members.contains($0) } }
    }
}
