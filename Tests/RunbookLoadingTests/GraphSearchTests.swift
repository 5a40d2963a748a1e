import Testing

@testable import RunbookLoading

@Suite struct GraphSearchTests {
    @Test func aCycleIsGivenInTheOrderOfNeeding() {
        #expect(GraphSearch([[], [0], [1]]).cycle() == nil)
        #expect(GraphSearch([[2], [0], [1]]).cycle() == [0, 2, 1])
        #expect(GraphSearch([[0]]).cycle() == [0])
        #expect(GraphSearch([[], [0, 3], [1], [2]]).cycle() == [1, 3, 2])
    }

    @Test func reachabilityAgreesWithASimpleSearch() {
        var seed: UInt64 = 7
        func random(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % bound
        }
        for _ in 0..<8 {
            let count = 1 + random(100)
            let needs = (0..<count).map { node in node == 0 ? [] : (0..<random(3)).map { _ in random(node) } }
            let pairs = (0..<300).map { _ in GraphSearch.Pair(from: random(count), to: random(count)) }
            let expected = pairs.indices.filter { !reaches(pairs[$0].from, pairs[$0].to, needs) }
            #expect(GraphSearch(needs).unreached(pairs) == expected)
            let targets = Array(Set((0..<100).map { _ in random(count) })).sorted()
            let unordered = GraphSearch(needs).unordered(Array(needs.indices), with: targets)
            let wanted = needs.indices.flatMap { node in
                targets.filter { node != $0 && !reaches(node, $0, needs) && !reaches($0, node, needs) }
                    .map { [node, $0] }
            }
            #expect(Set(unordered.map { [$0.from, $0.to] }) == Set(wanted))
        }
    }

    /// Whether one node needs another, by following its needs.
    private func reaches(_ from: Int, _ to: Int, _ needs: [[Int]]) -> Bool {
        var open = needs[from]
        var seen: Set<Int> = []
        while let node = open.popLast() {
            if node == to { return true }
            if seen.insert(node).inserted { open += needs[node] }
        }
        return false
    }
}
