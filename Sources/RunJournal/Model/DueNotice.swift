import RunMachine
import RunbookModel

/// A notice about an open prompt that is to be sent.
package struct DueNotice: Sendable, Equatable {
    package let run: RunID
    package let step: StepPath
    /// The attempt that waits for a person.
    package let attempt: Int
    package let kind: Notice.Kind
    /// Counts the notices of this kind, from 1.
    package let number: Int
    package let channels: [String]

    package init(run: RunID, step: StepPath, attempt: Int, kind: Notice.Kind, number: Int, channels: [String]) {
        self.run = run
        self.step = step
        self.attempt = attempt
        self.kind = kind
        self.number = number
        self.channels = channels
    }
}

/// A notice that is planned: what the journal keeps of it.
struct PlannedNotice: Sendable, Equatable {
    let kind: Notice.Kind
    let number: Int
    let channels: [String]
    /// Milliseconds since 1970.
    let due: Int64
    /// Milliseconds from one to the next of its kind.
    let every: Int64?
}

extension Prompt {
    /// All notices that follow from the prompt; of reminders the first.
    var notices: [PlannedNotice] {
        let opened = openedAt.wall
        var planned: [PlannedNotice] = []
        if !tell.isEmpty {
            planned.append(PlannedNotice(kind: .tell, number: 1, channels: tell, due: opened, every: nil))
            if let remindEvery {
                planned.append(
                    PlannedNotice(
                        kind: .remind, number: 1, channels: tell, due: opened + remindEvery, every: remindEvery))
            }
        }
        for (position, escalation) in escalations.enumerated() where !escalation.to.isEmpty {
            planned.append(
                PlannedNotice(
                    kind: .escalate, number: position + 1, channels: escalation.to, due: opened + escalation.after,
                    every: nil))
        }
        return planned
    }
}
