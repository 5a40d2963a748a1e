import RunMachine
import Testing

@Suite("The tables of states") struct TableTests {
    /// The table of DESIGN.md, section 4, written out once more by hand.
    static let legal: [StepState: Set<StepState>] = [
        .pending: [.skipped, .started, .failed, .succeeded],
        .skipped: [],
        .started: [.pending, .succeeded, .failed, .unknown],
        .succeeded: [.committed, .unknown, .undoStarted],
        .failed: [.started, .succeeded, .undoStarted],
        .unknown: [.succeeded, .pending, .failed, .undoStarted],
        .committed: [],
        .undoStarted: [.undone, .undoFailed],
        .undone: [],
        .undoFailed: [.undoStarted, .waived],
        .waived: [],
    ]

    @Test("a step moves exactly as the contract allows", arguments: StepState.allCases)
    func everyPairOfStates(from: StepState) {
        for to in StepState.allCases {
            #expect(StepTable.allows(from: from, to: to) == Self.legal[from]!.contains(to), "\(from) to \(to)")
        }
    }

    @Test("no state may be entered twice in a row", arguments: StepState.allCases)
    func sameStateIsNoMove(state: StepState) { #expect(!StepTable.allows(from: state, to: state)) }

    static let activities: [Activity: Set<Activity>] = [
        .running: [.waiting, .paused, .attention],
        .waiting: [.running, .paused, .attention],
        .paused: [.running],
        .attention: [.running, .paused],
        .created: [],
    ]

    @Test("a run's activity changes exactly as the contract allows", arguments: Direction.allCases, Activity.allCases)
    func everyPairOfActivities(direction: Direction, from: Activity) {
        var expected = Self.activities[from]!
        if from == .created, direction == .forward { expected = [.running, .paused] }
        for to in Activity.allCases {
            #expect(RunTable.allows(direction, from: from, to: to) == expected.contains(to), "\(from) to \(to)")
        }
    }

    @Test("every outcome belongs to exactly one direction", arguments: Outcome.allCases)
    func outcomesByDirection(outcome: Outcome) {
        let directions = Direction.allCases.filter { RunTable.outcomes[$0]!.contains(outcome) }
        #expect(directions.count == 1)
    }
}
