import RunMachine
import RunbookModel
import Testing

/// Large graphs, as a guard against work that grows faster than the graph; the time limit is far above what is needed.
@Suite("Large graphs", .serialized) struct LargeGraphTests {
    private static let count = 10_000

    private static func scenario(isChain: Bool) throws -> Scenario {
        var steps = (0..<count).map { index in
            Sample.action(StepID("s\(index)"), needs: isChain && index > 0 ? [StepID("s\(index - 1)")] : [])
        }
        steps.append(Sample.verify("v", needs: isChain ? [StepID("s\(count - 1)")] : steps.map(\.id)))
        var run = try Scenario(steps)
        run.loop.isChecking = false
        run.loop.keepsEvents = false
        return run
    }

    @Test("ten thousand steps run and are undone", .timeLimit(.minutes(2)), arguments: [true, false])
    func forwardAndBack(isChain: Bool) throws {
        var run = try Self.scenario(isChain: isChain)
        run.script("verify v", .notMet)
        let clock = ContinuousClock()
        let elapsed = try clock.measure { try run.go() }
        print("\(Self.count) steps, \(isChain ? "chain" : "independent"), forward and back: \(elapsed)")
        #expect(run.outcome == .rolledBack)
        #expect(run.undos.count == Self.count)
    }
}
