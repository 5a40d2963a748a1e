import Checks
import Expressions
import RunHost
import RunbookModel
import Testing

@Suite struct StabilityTests {
    typealias Policy = StabilityTracker.Policy

    /// Feeds looks that take no time; the clock moves as the tracker says.
    private func decide(_ policy: Policy, _ answers: [CheckAnswer]) -> (StabilityTracker.Decision, looks: Int) {
        var tracker = StabilityTracker(policy, start: 0)
        var now: Int64 = 0
        for (index, answer) in answers.enumerated() {
            let decision = tracker.note(answer, from: now, to: now)
            guard case .again(let pause) = decision else { return (decision, index + 1) }
            now += pause
        }
        return (.again(after: -1), answers.count)
    }

    struct Story: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let policy: Policy
        let answers: [CheckAnswer]
        let decision: StabilityTracker.Decision
        let looks: Int

        init(
            _ name: String, _ policy: Policy, _ answers: [CheckAnswer], _ decision: StabilityTracker.Decision,
            _ looks: Int
        ) {
            testDescription = name
            self.policy = policy
            self.answers = answers
            self.decision = decision
            self.looks = looks
        }
    }

    private static let threeTimes = Policy(goal: .times(3), every: 2_000, within: 10_000)
    private static let tenSeconds = Policy(goal: .duration(10_000), every: 4_000, within: 30_000)

    @Test(arguments: [
        Story("three in a row", threeTimes, [.met, .met, .met], .met, 3),
        Story("a warning holds", threeTimes, [.met, .warn, .met], .met, 3),
        Story("a break starts the count again", threeTimes, [.met, .met, .notMet, .met, .met, .met], .met, 6),
        Story("could not tell breaks too", threeTimes, [.met, .met, .inconclusive, .met, .met, .met], .met, 6),
        Story("never met", threeTimes, Array(repeating: .notMet, count: 9), .notMet, 6),
        Story("never could tell", threeTimes, Array(repeating: .inconclusive, count: 9), .inconclusive, 6),
        Story(
            "the last break decides", threeTimes, [.notMet, .met, .met, .inconclusive, .met, .met], .inconclusive, 6),
        Story("no at the end", threeTimes, [.inconclusive, .met, .met, .met], .met, 4),
        Story("flapping", threeTimes, [.met, .notMet, .met, .notMet, .met, .notMet], .notMet, 6),
        Story("long enough", tenSeconds, [.met, .met, .met, .met], .met, 4),
        Story("long enough after a break", tenSeconds, [.met, .notMet, .met, .met, .met, .met], .met, 6),
        Story(
            "fail fast after it held", Policy(goal: .times(3), every: 1, within: 99, failFast: true),
            [.notMet, .notMet, .met, .notMet], .notMet, 4),
        Story(
            "fail fast waits for what could not be told", Policy(goal: .times(2), every: 1, within: 99, failFast: true),
            [.met, .inconclusive, .met, .met], .met, 4),
        Story(
            "nobody saw it fail", Policy(goal: .times(9), every: 1, within: 2), [.met, .met, .met], .inconclusive, 3),
    ])
    func aListIsStableWhen(_ story: Story) {
        let (decision, looks) = decide(story.policy, story.answers)
        #expect(decision == story.decision)
        #expect(looks == story.looks)
    }

    @Test func theLastLookIsMadeWhenTheTimeEnds() {
        var tracker = StabilityTracker(Policy(goal: .times(9), every: 4_000, within: 10_000), start: 0)
        #expect(tracker.note(.notMet, from: 0, to: 1_000) == .again(after: 4_000))
        #expect(tracker.note(.notMet, from: 5_000, to: 7_000) == .again(after: 3_000))
        #expect(tracker.note(.notMet, from: 10_000, to: 10_500) == .notMet)
    }

    @Test func aLookThatBeganInTimeCounts() {
        var tracker = StabilityTracker(Policy(goal: .times(1), every: 1_000, within: 5_000), start: 0)
        #expect(tracker.note(.met, from: 4_999, to: 14_000) == .met)
    }

    @Test func theLoopLooksAgainUntilItHolds() {
        let around = Surroundings()
        let call = Writing.check("run", "echo x >> looks; test $(wc -l < looks) -ge 3")
        let outcome = CheckEvaluator().evaluate(
            [call], until: .untilMet(within: .seconds(60), every: .seconds(7)), in: around.checks())
        #expect(outcome.answer == .met)
        #expect(outcome.looks == 3)
        #expect(around.clock.waits == [7_000, 7_000])
    }

    @Test func theLoopSaysWhatItSawLast() {
        let around = Surroundings()
        let call = Writing.check("run", "echo down >&2; exit 2") { $0.title = Writing.template("Up") }
        let outcome = CheckEvaluator().evaluate(
            [call], until: .untilMet(within: .seconds(4), every: .seconds(2)), in: around.checks())
        #expect(outcome.answer == .notMet)
        #expect(outcome.detail == "Up: exit 2: down; held 0 of 3 times, 0 in a row at the end")
    }

    @Test func aCancelledLoopIsInterrupted() {
        let around = Surroundings()
        around.clock.cancelAtWait(2)
        let outcome = CheckEvaluator().evaluate(
            [Writing.check("that", "false")], until: .untilMet(within: .seconds(600)), in: around.checks())
        #expect(outcome.wasInterrupted)
        #expect(outcome.looks == 2)
    }
}
