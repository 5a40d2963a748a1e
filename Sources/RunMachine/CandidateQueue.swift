/// Nodes that may have something to do, the first of the runbook first; entries may have become stale.
///
/// The order is that of the nodes, not of their arrival, so that a restart offers the same ones.
struct CandidateQueue: Sendable {
    /// A binary heap, the least on top.
    private var heap: [Int] = []
    private var members: Set<Int> = []

    mutating func insert(_ item: Int) {
        guard members.insert(item).inserted else { return }
        heap.append(item)
        var child = heap.count - 1
        while child > 0, heap[(child - 1) / 2] > heap[child] {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// The first entries that are valid and allowed, at most so many; stale ones before them are dropped.
    mutating func first(_ limit: Int, where isValid: (Int) -> Bool, if isAllowed: (Int) -> Bool) -> [Int] {
        var result: [Int] = []
        var kept: [Int] = []
        while result.count < limit, let item = removeFirst() {
            guard isValid(item) else { continue }
            kept.append(item)
            if isAllowed(item) { result.append(item) }
        }
        for item in kept { insert(item) }
        return result
    }

    private mutating func removeFirst() -> Int? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        members.remove(first)
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < heap.count }
            guard let least = children.min(by: { heap[$0] < heap[$1] }), heap[least] < heap[parent] else {
                return first
            }
            heap.swapAt(least, parent)
            parent = least
        }
    }
}
