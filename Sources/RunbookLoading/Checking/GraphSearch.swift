/// Questions about a graph of steps; every answer takes time in proportion to its size, not to its square.
struct GraphSearch {
    /// For each node those that it needs.
    private let needs: [[Int]]

    init(_ needs: [[Int]]) {
        self.needs = needs
    }

    /// The nodes of a cycle in the order of needing; nil where there is none.
    func cycle() -> [Int]? {
        enum Mark { case new, open, done }
        var marks = [Mark](repeating: .new, count: needs.count)
        for root in needs.indices where marks[root] == .new {
            var path = [(node: root, next: 0)]
            marks[root] = .open
            while let (node, next) = path.last {
                guard next < needs[node].count else {
                    marks[node] = .done
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let need = needs[node][next]
                if marks[need] == .open {
                    let start = path.firstIndex { $0.node == need } ?? 0
                    return path[start...].map(\.node)
                }
                if marks[need] == .new {
                    marks[need] = .open
                    path.append((need, 0))
                }
            }
        }
        return nil
    }

    /// The nodes in an order in which each stands behind those it needs; the graph must have no cycle.
    func order() -> [Int] {
        var waiting = needs.map(\.count)
        var dependents = [[Int]](repeating: [], count: needs.count)
        for (node, list) in needs.enumerated() { for need in list { dependents[need].append(node) } }
        var order = needs.indices.filter { waiting[$0] == 0 }
        order.reserveCapacity(needs.count)
        var position = 0
        while position < order.count {
            for dependent in dependents[order[position]] {
                waiting[dependent] -= 1
                if waiting[dependent] == 0 { order.append(dependent) }
            }
            position += 1
        }
        return order
    }

    /// The graph with every edge turned round.
    func reversed() -> GraphSearch {
        var dependents = [[Int]](repeating: [], count: needs.count)
        for (node, list) in needs.enumerated() { for need in list { dependents[need].append(node) } }
        return GraphSearch(dependents)
    }

    /// For each node one of `sources` that it is or needs, however indirectly.
    func firstAncestor(among sources: [Int]) -> [Int?] {
        var found = [Int?](repeating: nil, count: needs.count)
        for source in sources { found[source] = source }
        for node in order() where found[node] == nil {
            found[node] = needs[node].lazy.compactMap { found[$0] }.first
        }
        return found
    }

    /// Whether `from` needs `to`, however indirectly.
    struct Pair {
        var from: Int
        var to: Int
    }

    /// The positions of the pairs for which it does not.
    func unreached(_ pairs: [Pair]) -> [Int] {
        // Most steps refer to one that they need directly.
        let open = pairs.indices.filter { !needs[pairs[$0].from].contains(pairs[$0].to) }
        if open.isEmpty { return [] }
        var unreached: [Int] = []
        let order = order()
        let byTarget = Dictionary(grouping: open) { pairs[$0].to }
        let targets = byTarget.keys.sorted()
        for start in stride(from: 0, to: targets.count, by: 64) {
            let batch = targets[start..<min(start + 64, targets.count)]
            let masks = ancestors(of: Array(batch), order)
            for (bit, target) in batch.enumerated() {
                for pair in byTarget[target] ?? [] where masks[pairs[pair].from] & (1 << UInt64(bit)) == 0 {
                    unreached.append(pair)
                }
            }
        }
        return unreached.sorted()
    }

    /// The pairs of a node and a target of which neither needs the other.
    func unordered(_ nodes: [Int], with targets: [Int]) -> [Pair] {
        var unordered: [Pair] = []
        let turned = reversed()
        let (forward, backward) = (order(), turned.order())
        for start in stride(from: 0, to: targets.count, by: 64) {
            let batch = Array(targets[start..<min(start + 64, targets.count)])
            let (before, after) = (ancestors(of: batch, forward), turned.ancestors(of: batch, backward))
            for node in nodes {
                let known = before[node] | after[node]
                for (bit, target) in batch.enumerated() where target != node && known & (1 << UInt64(bit)) == 0 {
                    unordered.append(Pair(from: node, to: target))
                }
            }
        }
        return unordered
    }

    /// For each node, bit by bit, which of at most 64 others it needs.
    private func ancestors(of targets: [Int], _ order: [Int]) -> [UInt64] {
        var own = [UInt64](repeating: 0, count: needs.count)
        for (bit, target) in targets.enumerated() { own[target] = 1 << UInt64(bit) }
        var masks = [UInt64](repeating: 0, count: needs.count)
        for node in order {
            for need in needs[node] { masks[node] |= masks[need] | own[need] }
        }
        return masks
    }
}
