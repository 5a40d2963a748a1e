import RunMachine
import RunbookModel

/// A run as the journal last stored it.
package struct StoredRun: Sendable {
    package let id: RunID
    package let summary: RunSummary
    /// The epoch of the latest claim: what a driver's batches must carry.
    package let epoch: Int64
    /// The sequence number of the last event.
    package let lastSequence: Int64
    /// When the last event happened, milliseconds since 1970.
    package let lastEventAt: Int64
    package let record: RunRecord
    /// Steps that anything happened to; all others are pending.
    package let steps: [StepPath: StepRecord]
    /// What the driver has not taken yet, oldest first.
    package let inbox: [InboxEntry]

    package init(
        id: RunID, summary: RunSummary, epoch: Int64, lastSequence: Int64, lastEventAt: Int64, record: RunRecord,
        steps: [StepPath: StepRecord], inbox: [InboxEntry]
    ) {
        self.id = id
        self.summary = summary
        self.epoch = epoch
        self.lastSequence = lastSequence
        self.lastEventAt = lastEventAt
        self.record = record
        self.steps = steps
        self.inbox = inbox
    }
}

/// What lists of runs show.
package struct RunSummary: Sendable, Equatable {
    package let id: RunID
    package let runbook: RunbookName
    package let system: String?
    package let requester: Actor
    package let direction: Direction
    /// What an open run is doing; of a closed one, what it did last.
    package let activity: Activity
    /// Nil while the run is open.
    package let outcome: Outcome?
    /// Milliseconds since 1970.
    package let startedAt: Int64
    package let endedAt: Int64?
    /// The run that this one undoes.
    package let undoOf: RunID?

    package init(
        id: RunID, runbook: RunbookName, system: String?, requester: Actor, direction: Direction, activity: Activity,
        outcome: Outcome?, startedAt: Int64, endedAt: Int64?, undoOf: RunID?
    ) {
        self.id = id
        self.runbook = runbook
        self.system = system
        self.requester = requester
        self.direction = direction
        self.activity = activity
        self.outcome = outcome
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.undoOf = undoOf
    }

    package var isOpen: Bool { outcome == nil }
}

/// Which runs to list.
package struct RunFilter: Sendable {
    /// Open or closed ones only.
    package var isOpen: Bool?
    package var runbook: RunbookName?
    package var system: String?
    package var outcome: Outcome?
    /// The name of who started it.
    package var requester: String?
    /// Those that take back this run.
    package var undoOf: RunID?
    /// Runs with a smaller number: the next page.
    package var before: RunID?
    package var limit: Int

    package init(
        isOpen: Bool? = nil, runbook: RunbookName? = nil, system: String? = nil, outcome: Outcome? = nil,
        requester: String? = nil, undoOf: RunID? = nil, before: RunID? = nil, limit: Int = .max
    ) {
        self.isOpen = isOpen
        self.runbook = runbook
        self.system = system
        self.outcome = outcome
        self.requester = requester
        self.undoOf = undoOf
        self.before = before
        self.limit = limit
    }
}

/// An event as it stands in the journal.
package struct StoredEvent: Sendable, Equatable {
    package let run: RunID
    package let sequence: Int64
    /// Milliseconds since 1970.
    package let at: Int64
    package let event: RunEvent
    /// SHA-256 over the hash of the event before it and this row, lower-case hexadecimal.
    package let hash: String

    package init(
        run: RunID, sequence: Int64, at: Int64, event: RunEvent, hash: String
    ) {
        self.run = run
        self.sequence = sequence
        self.at = at
        self.event = event
        self.hash = hash
    }
}

/// One attempt: what was intended, and what became of it.
package struct AttemptRecord: Sendable, Equatable {
    package let intent: AttemptIntent
    /// Nil while it is in flight.
    package let outcome: AttemptOutcome?
    /// When its outcome was journaled, milliseconds since 1970.
    package let endedAt: Int64?

    package init(
        intent: AttemptIntent, outcome: AttemptOutcome?, endedAt: Int64?
    ) {
        self.intent = intent
        self.outcome = outcome
        self.endedAt = endedAt
    }
}
