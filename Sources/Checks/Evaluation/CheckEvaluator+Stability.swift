import Expressions
import RunHost
import RunbookModel

/// How repeated looks at a list ended.
package struct StabilityOutcome: Sendable {
    /// What the list answers after the last look.
    package var answer: CheckAnswer
    /// The last look.
    package var report: CheckReport
    /// What was seen last and how often it held; lower case, no full stop.
    package var detail: String
    /// How many looks there were.
    package var looks: Int
    /// A cancellation came before there was an answer; a resume starts afresh.
    package var wasInterrupted: Bool
}

extension StabilityTracker.Policy {
    /// One look, repeated until it holds or the time is over: `within:` of a precondition, `wait.until`.
    package static func untilMet(within: Duration, every: Duration = .seconds(2)) -> Self {
        Self(goal: .times(1), every: every.inMilliseconds, within: within.inMilliseconds)
    }

    /// The policy of an `until_stable:`, its templates evaluated.
    package init(_ declared: UntilStable, _ bindings: any Bindings) throws {
        let goal: Goal =
            switch declared.goal {
            case .times(let count): .times(count)
            case .duration(let setting): .duration(try setting.evaluated(bindings).inMilliseconds)
            }
        self.init(
            goal: goal, every: try declared.every.evaluated(bindings).inMilliseconds,
            within: try declared.within.evaluated(bindings).inMilliseconds, failFast: declared.failFast)
    }
}

extension Setting<Duration> {
    /// The duration, its template evaluated.
    package func evaluated(_ bindings: any Bindings) throws -> Duration {
        switch self {
        case .value(let duration): return duration
        case .template(let template):
            guard case .duration(let span) = try Shape.duration.convert(try template.evaluate(bindings)) else {
                throw ArgumentProblem("expected a duration")
            }
            return span.duration
        }
    }
}

extension CheckEvaluator {
    /// Looks again and again until the list has held as the policy says, or the time is over. Blocks the thread.
    ///
    /// `progress` is told after each look that is not the last.
    package func evaluate(
        _ calls: [CheckCall], until policy: StabilityTracker.Policy, in context: CheckContext,
        progress: (StabilityOutcome) -> Void = { _ in }
    ) -> StabilityOutcome {
        let clock = context.clock
        var tracker = StabilityTracker(policy, start: clock.boot())
        while true {
            let began = clock.boot()
            let report = evaluate(calls, in: context)
            if report.wasInterrupted { return tracker.outcome(.inconclusive, report, wasInterrupted: true) }
            switch tracker.note(report.answer, from: began, to: clock.boot()) {
            case .met: return tracker.outcome(.met, report)
            case .notMet: return tracker.outcome(.notMet, report)
            case .inconclusive: return tracker.outcome(.inconclusive, report)
            case .again(let pause):
                progress(tracker.outcome(report.answer, report))
                guard clock.wait(pause, context.cancellation) else {
                    return tracker.outcome(.inconclusive, report, wasInterrupted: true)
                }
            }
        }
    }
}

extension StabilityTracker {
    fileprivate func outcome(
        _ answer: CheckAnswer, _ report: CheckReport, wasInterrupted: Bool = false
    ) -> StabilityOutcome {
        StabilityOutcome(
            answer: answer == .met && report.answer == .warn ? .warn : answer, report: report,
            detail: detail(report), looks: looks, wasInterrupted: wasInterrupted)
    }

    private func detail(_ report: CheckReport) -> String {
        let last = report.summary ?? "all hold"
        return looks < 2 ? last : "\(last); held \(held) of \(looks) times, \(streak) in a row at the end"
    }
}
