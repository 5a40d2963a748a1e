import Diagnostics
import RunMachine
import RunbookModel

/// A line that tells an event while it happens; most events are not worth one.
package enum ProgressLine {
    /// What the line says beside the event itself.
    package struct Surroundings: Sendable {
        /// The record of the event's step, as it is now.
        package let record: StepRecord?
        package let isGroup: Bool
        package init(record: StepRecord?, isGroup: Bool) {
            self.record = record
            self.isGroup = isGroup
        }
    }

    /// `12:03:11  ✔ backup/snapshot  1.2s`, without a newline; nil where nothing is to be told.
    package static func line(_ event: RunEvent, at wall: Int64, _ around: Surroundings, _ style: TextStyle) -> String? {
        guard let (mark, colour, text) = stepTelling(event, around) ?? telling(event) else { return nil }
        let name = event.step.map { DisplayText.escaped($0.text) }
        let words = [name, text.map(DisplayText.escaped)].compactMap { $0 }.filter { !$0.isEmpty }
        return
            "\(style.paint(ClockText.time(wall), .dim))  \(style.paint(mark, colour)) \(words.joined(separator: "  "))"
    }

    private typealias Telling = (mark: String, colour: TextStyle.Colour?, text: String?)

    private static func stepTelling(_ event: RunEvent, _ around: Surroundings) -> Telling? {
        func state(_ state: StepState, _ text: String?) -> Telling {
            (StateWords.mark(state), StateWords.colour(state), text)
        }
        switch event {
        case .attemptIntended(let intent): return start(intent)
        // What a person should know although it went well.
        case .attemptEnded(_, _, let outcome, _) where outcome.kind == .done:
            return outcome.reason.map { ("·", nil, $0) }
        case .attemptAdopted: return state(.started, EventWords.text(event))
        case .groupStarted(_, _, let instances):
            return instances.map { state(.started, "\($0.count) items") }
        case .stepSkipped(_, let reason, _): return state(.skipped, "skipped: \(reason)")
        case .stepSucceeded: return state(.succeeded, took(around.record))
        case .stepFailed, .groupFailing: return state(.failed, EventWords.text(event))
        case .stepUnknown: return state(.unknown, EventWords.text(event))
        case .stepCommitted: return state(.committed, "committed")
        case .stepAccepted, .stepReset: return state(.waived, EventWords.text(event))
        case .retryScheduled: return ("↻", .yellow, EventWords.text(event))
        case .undone(_, let reason):
            return around.isGroup ? nil : state(.undone, "undone" + (reason.map { ": \($0)" } ?? ""))
        case .undoFailed: return state(.undoFailed, EventWords.text(event))
        case .undoWaived: return state(.waived, EventWords.text(event))
        case .released: return state(.undone, "released")
        default: return nil
        }
    }

    /// The first attempt of a step or of its undo, and each further try.
    private static func start(_ intent: AttemptIntent) -> Telling? {
        switch intent.purpose {
        case .action, .verify:
            if intent.purpose == .verify, intent.number > 1 { return nil }
            return ("▸", .cyan, intent.tryNumber > 1 ? "try \(intent.tryNumber)" : nil)
        case .undo, .restore: return ("◂", .cyan, intent.purpose == .undo ? "undo" : "restore")
        case .reapply: return ("▸", .cyan, "applied again")
        default: return nil
        }
    }

    private static func took(_ record: StepRecord?) -> String? {
        guard let start = record?.startedAt, let end = record?.endedAt else { return nil }
        return ClockText.length(end - start)
    }

    private static func telling(_ event: RunEvent) -> Telling? {
        let text = EventWords.text(event)
        switch event {
        case .directionTurned: return ("◂", .yellow, text)
        case .rollbackVerified, .rollbackVerifyWaived: return ("↶", .blue, text)
        case .promptOpened: return ("?", .yellow, text)
        case .answered, .told: return ("·", nil, text)
        case .questionOpened(_, let question) where question.isGuide: return nil
        case .questionOpened(let step, let question):
            return ("?", .yellow, step == nil ? question.why : "needs a decision")
        case .decided, .noted, .pauseRequested, .deadlinePassed, .clockWentBack, .lockBroken, .lockTaken,
            .handlerStarted:
            return ("·", nil, text)
        default: return nil
        }
    }
}
