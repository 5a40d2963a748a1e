import Expressions
import RunHost
import RunbookModel

/// Evaluates lists of checks; all of a list are looked at, whatever the first says.
package struct CheckEvaluator: Sendable {
    /// Answers a list of checks in place of looking at the host; nil for a check that is to be looked at.
    package typealias StandIn = @Sendable (_ calls: [CheckCall], CheckContext) -> [CheckFinding?]

    private let performers: [String: any CheckPerformer]

    private let patience: Duration
    private var standIn: StandIn?

    /// `patience`: looks end themselves at their timeout, processes after a grace; one that is this much later hangs,
    /// and is left alone.
    package init(_ performers: [any CheckPerformer] = BuiltInChecks.all, patience: Duration = .seconds(5)) {
        self.patience = patience
        self.performers = Dictionary(uniqueKeysWithValues: performers.map { ($0.kind, $0) })
    }

    /// The same evaluator with a stand-in for the host; looks are then made one after another on the calling thread.
    package func answered(by standIn: @escaping StandIn) -> CheckEvaluator {
        var copy = self
        copy.standIn = standIn
        return copy
    }

    /// How long one look may take where the runbook does not say.
    package static let standardTimeout = Duration.seconds(10)
    /// Looks that are made at the same time.
    private static let width = 8

    /// One look at every check of the list, several at a time; the results are in its order. Blocks the thread.
    package func evaluate(_ calls: [CheckCall], in context: CheckContext) -> CheckReport {
        if let standIn { return evaluate(calls, in: context, standIn) }
        let looks = calls.compactMap { prepare($0, context) }
        let jobs = looks.map { look in
            ParallelLooks.Job(limit: look.limit.map { ($0 + patience).inMilliseconds }) { look.perform() }
        }
        let outputs = ParallelLooks(jobs)?.run(atOnce: Self.width) ?? jobs.map { $0.body() }
        let results = zip(looks, outputs).map { $1 ?? $0.hanging() }
        return CheckReport(results, wasInterrupted: context.cancellation.isCancelled)
    }

    private func evaluate(_ calls: [CheckCall], in context: CheckContext, _ standIn: StandIn) -> CheckReport {
        var inner = self
        inner.standIn = nil
        let wanted = calls.compactMap { call in inner.prepare(call, context).map { (call, $0) } }
        let findings = standIn(wanted.map(\.0), context)
        return CheckReport(zip(wanted, findings).map { $0.1.perform(answer: $1) })
    }

    /// Nil where `when` is false.
    private func prepare(_ call: CheckCall, _ context: CheckContext) -> PreparedLook? {
        var look = PreparedLook(call: call, context: context, performer: performers[call.kind], evaluator: self)
        do {
            if let when = call.when, try when.evaluate(context.bindings).asBool == false { return nil }
            look.timeout = try call.timeout?.evaluated(context.bindings)
        } catch {
            look.problem = error
        }
        return look
    }
}

/// One check of a list, ready to be looked at on any thread.
private struct PreparedLook: Sendable {
    let call: CheckCall
    let context: CheckContext
    let performer: (any CheckPerformer)?
    let evaluator: CheckEvaluator
    var timeout: Duration?
    /// Why there is nothing to look at.
    var problem: (any Error)?

    /// Nil: the look takes as long as those it passes on to.
    var limit: Duration? {
        performer?.isBounded == false ? timeout : timeout ?? CheckEvaluator.standardTimeout
    }

    func perform() -> CheckResult {
        let start = ContinuousClock.now
        let finding = find()
        return result(finding, start.duration(to: .now))
    }

    /// The result with a given answer, or of a look that takes no time. Its templates are evaluated all the same.
    func perform(answer: CheckFinding?) -> CheckResult {
        guard let answer, problem == nil else { return result(find(), .zero) }
        do {
            _ = try call.argument.resolved { try $0.evaluate(context.secretBindings) }
            return result(answer, .zero)
        } catch {
            return result(CheckFinding(.inconclusive, Problem.text(error)), .zero)
        }
    }

    func hanging() -> CheckResult {
        let limit = limit ?? .zero
        return result(CheckFinding(.inconclusive, "no answer within \(DurationText.render(limit)): it hangs"), limit)
    }

    private func find() -> CheckFinding {
        do {
            if let problem { throw problem }
            guard let performer else {
                return CheckFinding(.inconclusive, "this version of Belay does not perform '\(call.kind)' checks")
            }
            if context.cancellation.isCancelled { return .interrupted }
            return try performer.look(
                CheckLook(
                    argument: argument, context: context, timeout: limit ?? CheckEvaluator.standardTimeout,
                    evaluator: evaluator))
        } catch {
            return CheckFinding(.inconclusive, Problem.text(error))
        }
    }

    private func result(_ finding: CheckFinding, _ elapsed: Duration) -> CheckResult {
        let isSoftened = call.severity == .warn && finding.answer == .notMet
        return CheckResult(
            id: call.id?.text, title: title, kind: call.kind, answer: isSoftened ? .warn : finding.answer,
            detail: finding.detail, value: finding.value, unit: finding.unit, severity: call.severity, why: call.why,
            elapsed: elapsed)
    }

    private var argument: ArgumentReader { ArgumentReader(call.argument, context) }

    private var title: String {
        if let template = call.title {
            return (try? template.evaluate(context.bindings).plainText) ?? template.source
        }
        return performer?.title(argument) ?? call.kind
    }
}

extension CheckFinding {
    /// The cancellation came first.
    static let interrupted = CheckFinding(.inconclusive, "interrupted")
}

/// Errors in the words of people.
package enum Problem {
    /// The message of an error; lower case, no full stop.
    package static func text(_ error: any Error) -> String {
        switch error {
        case let problem as EvaluationProblem: problem.message
        case let problem as ArgumentProblem: problem.message
        case let problem as FunctionFailure: problem.message
        case let problem as PatternProblem: problem.message
        default: "\(error)"
        }
    }
}
