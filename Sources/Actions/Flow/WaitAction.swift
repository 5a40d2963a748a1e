import Checks
import Expressions
import Glibc
import RunbookModel

/// Waits for a time, a time of day, or until checks hold.
///
/// The engine journals `length` as a deadline when the wait begins, and gives what is left of it with every attempt:
/// a wait that was interrupted goes on for the rest of its time.
package struct WaitAction: ActionPerformer {
    package let kind = "wait"

    /// Of a wait for checks that says neither `within` nor has a timeout.
    private static let standardLimit = Duration.seconds(3_600)
    private static let standardPause = Duration.seconds(5)

    package init() {}

    /// How long the wait is at most, from now: what the engine journals as its deadline.
    package static func length(_ argument: Argument, in context: ActionContext) throws -> Duration {
        let reader = ArgumentReader(argument, context.checks)
        if let duration = try lone(reader) { return duration }
        if let text = try reader.text("at") {
            return .milliseconds(try untilTimeOfDay(TimeWindow.minutes(text), context.checks.clock.wall()))
        }
        return try reader.duration("within") ?? context.timeout ?? standardLimit
    }

    package func perform(_ argument: Argument, in context: ActionContext) -> ActionResult {
        let reader = ArgumentReader(argument, context.checks)
        do {
            let clock = context.checks.clock
            let end = clock.boot() + (try Self.length(argument, in: context)).inMilliseconds
            let left = context.deadline ?? { end - clock.boot() }
            if let checks = reader.checks("until") {
                let every = try reader.duration("every") ?? Self.standardPause
                return wait(for: checks, every: every, left: left(), context)
            }
            return wait(left, context.checks)
        } catch {
            return .failed(Problem.text(error))
        }
    }

    /// A wait that is only a duration.
    private static func lone(_ reader: ArgumentReader) throws -> Duration? {
        switch reader.argument {
        case .constant(.duration(let span)): span.duration
        case .template: try reader.value()?.asDuration?.duration
        default: nil
        }
    }

    /// In pieces: a wall clock that is set, or a suspended host, changes what is left.
    private func wait(_ left: () -> Int64, _ context: CheckContext) -> ActionResult {
        while true {
            let milliseconds = left()
            if milliseconds <= 0 { return ActionResult(.done) }
            guard context.clock.wait(min(milliseconds, 60_000), context.cancellation) else {
                return ActionResult(.interrupted)
            }
        }
    }

    private func wait(
        for checks: [CheckCall], every: Duration, left: Int64, _ context: ActionContext
    ) -> ActionResult {
        let policy = StabilityTracker.Policy.untilMet(within: .milliseconds(max(0, left)), every: every)
        let outcome = context.evaluator.evaluate(checks, until: policy, in: context.checks)
        if outcome.wasInterrupted { return ActionResult(.interrupted) }
        return switch outcome.answer {
        case .met, .warn: ActionResult(.done)
        case .notMet: .failed("not met in time: \(outcome.detail)", .timeout)
        case .inconclusive: ActionResult(.inconclusive(reason: "could not tell in time: \(outcome.detail)"))
        }
    }

    /// Milliseconds until the host's clocks show that minute of the day next.
    private static func untilTimeOfDay(_ minutes: Int, _ wall: Int64) throws -> Int64 {
        var now = time_t(wall / 1_000)
        var local = tm()
        guard localtime_r(&now, &local) != nil else { throw ArgumentProblem("the local time is not known") }
        for days in 0...1 {
            var due = local
            due.tm_mday += Int32(days)
            due.tm_hour = Int32(minutes / 60)
            due.tm_min = Int32(minutes % 60)
            due.tm_sec = 0
            // mktime(3) finds out about daylight saving time itself, and normalises the day.
            due.tm_isdst = -1
            let moment = Int64(mktime(&due)) * 1_000
            if moment > wall { return moment - wall }
        }
        throw ArgumentProblem("there is no such time of day")
    }
}
