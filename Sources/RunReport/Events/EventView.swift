import Diagnostics
import RunMachine
import RunbookModel

/// One event of a run's history.
package struct EventView: Encodable, Sendable {
    package let version = 1
    package let type = "event"
    package let run: Int64
    /// Its number in the journal; nil where it is told while it happens.
    package let number: Int64?
    package let at: String
    /// What kind of event it is, such as `step_failed`; stable.
    package let event: String
    package let step: String?
    /// What happened, in words.
    package let text: String
    private let wall: Int64

    private enum CodingKeys: String, CodingKey { case version, type, run, number, at, event, step, text }

    package init(run: Int64, number: Int64? = nil, at wall: Int64, _ event: RunEvent) {
        self.run = run
        self.number = number
        self.wall = wall
        at = ClockText.utc(wall)
        self.event = EventWords.name(event)
        step = event.step?.text
        text = EventWords.text(event)
    }

    /// `2026-11-20 12:03:11     17  install  failed: exit 1`.
    package func line() -> String {
        let digits = number.map(String.init) ?? ""
        let padding = String(repeating: " ", count: max(0, 5 - digits.count))
        let place = step.map { DisplayText.escaped($0) + ": " } ?? ""
        return "\(ClockText.dateTime(wall)) \(padding)\(digits)  \(place)\(DisplayText.escaped(text))"
    }
}
