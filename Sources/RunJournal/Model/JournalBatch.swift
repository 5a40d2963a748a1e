import RunMachine
import RunbookModel

/// An event and when it happened.
package struct JournalEntry: Sendable, Equatable {
    /// Milliseconds since 1970, by the wall clock.
    package let at: Int64
    package let event: RunEvent
    package init(at: Int64, _ event: RunEvent) {
        self.at = at
        self.event = event
    }
}

/// What a driver writes at once: events, and the state to which they led.
package struct JournalBatch: Sendable {
    package let run: RunID
    /// The epoch that the driver's claim was given.
    package let epoch: Int64
    package var events: [JournalEntry]
    /// The run after these events. Where it is closed, its locks are released.
    package var record: RunRecord
    /// The steps that these events changed.
    package var steps: [(path: StepPath, record: StepRecord)] = []
    /// Inbox entries that these events answer.
    package var consumed: [String] = []
    /// Parks or closes: nothing is written while the inbox holds anything but `consumed`.
    package var onlyIfInboxEmpty = false

    package init(
        run: RunID, epoch: Int64, events: [JournalEntry], record: RunRecord,
        steps: [(path: StepPath, record: StepRecord)] = [], consumed: [String] = [], onlyIfInboxEmpty: Bool = false
    ) {
        self.run = run
        self.epoch = epoch
        self.events = events
        self.record = record
        self.steps = steps
        self.consumed = consumed
        self.onlyIfInboxEmpty = onlyIfInboxEmpty
    }
}

/// What became of a batch.
package enum CommitResult: Sendable, Equatable {
    /// It is on disk; the sequence number of the run's last event.
    case committed(last: Int64)
    /// Nothing was written: somebody has said something meanwhile.
    case inboxNotEmpty
}
