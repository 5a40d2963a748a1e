import Expressions
import RunbookModel

/// What an attempt is for; a step goes through these stages, each with an attempt of its own.
package enum Purpose: String, Codable, Sendable, CaseIterable {
    /// Whether the step was done before we did anything (`done_when`).
    case probe
    /// The snapshot of `protect:`.
    case protect
    case action, apply, verify
    /// What settles an attempt without a known outcome: `done_when`, or the verify again.
    case settle
    /// The preconditions of an included runbook, at its place.
    case gate
    /// Whether a remedy helped: the `until` of its `first_of`.
    case until
    /// Whether the undo was done already.
    case undoProbe = "undo_probe"
    case undo
    /// Protected paths and databases are put back.
    case restore
    case undoApply = "undo_apply"
    case undoVerify = "undo_verify"
    /// A temporary change that was released is applied again, so that others can be undone under it.
    case reapply

    /// Whether the attempt only looks: it may be repeated at will.
    package var onlyLooks: Bool {
        switch self {
        case .probe, .protect, .verify, .settle, .gate, .until, .undoProbe, .undoVerify: true
        case .action, .apply, .undo, .restore, .undoApply, .reapply: false
        }
    }

    package var isUndo: Bool {
        switch self {
        case .undoProbe, .undo, .restore, .undoApply, .undoVerify: true
        default: false
        }
    }
}

/// The intent to make one attempt. It is on disk before anything of it starts.
package struct AttemptIntent: Codable, Sendable, Equatable {
    package let step: StepPath
    /// Counts all attempts of a step, whatever their purpose; names the directory.
    package let number: Int
    package let purpose: Purpose
    /// Counts the tries of this purpose.
    package let tryNumber: Int
    /// Which item of an undo list.
    package let item: Int
    /// Proves that a record in the attempt file belongs to this attempt.
    package let token: String
    package let at: Moment
    /// When its supervisor ends it; nil where it has no timeout.
    package let deadline: Deadline?

    package init(
        step: StepPath, number: Int, purpose: Purpose, tryNumber: Int, item: Int, token: String, at: Moment,
        deadline: Deadline?
    ) {
        self.step = step
        self.number = number
        self.purpose = purpose
        self.tryNumber = tryNumber
        self.item = item
        self.token = token
        self.at = at
        self.deadline = deadline
    }
}

/// What became of an attempt.
package struct AttemptOutcome: Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// It did what it should; checks were met.
        case done
        case failed
        /// Checks could not tell.
        case inconclusive
        /// No status can be had.
        case unknown
        /// Proved by recovery.
        case neverLaunched = "never_launched"
        /// Belay ended it to make way: its checks were voided by the turn to rollback, or its driver died.
        case interrupted
    }
    /// Why it failed, as `retry.on` distinguishes.
    package enum Cause: Codable, Sendable, Equatable {
        case exit(Int)
        case signal(Int)
        case timeout
        case verify
        /// It could not be started or evaluated.
        case error
    }
    package struct Counts: Codable, Sendable, Equatable {
        package var met = 0
        package var warn = 0
        package var notMet = 0
        package var inconclusive = 0
        /// Titles of the checks that were not met.
        package var failed: [String] = []
        /// What monitoring plugins measured: a mapping by the names of their checks.
        package var measured: Stored?
        package init() {}
    }

    package var kind: Kind
    package var cause: Cause?
    /// What happened, for people; lower case, no full stop.
    package var reason: String?
    package var exit: Int?
    /// Declared outputs.
    package var outputs: Stored?
    package var checks: Counts?
    /// Milliseconds.
    package var elapsed: Int64?
    /// How it ends the run, where the action was `end`.
    package var end: End?

    package init(_ kind: Kind, cause: Cause? = nil, reason: String? = nil) {
        self.kind = kind
        self.cause = cause
        self.reason = reason
    }

    package struct End: Codable, Sendable, Equatable {
        package let succeeded: Bool
        package let disposition: String?
        package let message: String?
        package init(succeeded: Bool, disposition: String?, message: String?) {
            self.succeeded = succeeded
            self.disposition = disposition
            self.message = message
        }
    }
}

/// A value as the journal keeps it: JSON text.
package struct Stored: Codable, Sendable, Equatable {
    package let json: String

    package init(_ value: Value) { json = value.json() }
    package init(json: String) { self.json = json }

    /// The value; null where the text is damaged.
    package var value: Value { (try? JSONText.parse(json)) ?? .null }

    package init(from decoder: any Decoder) throws { json = try decoder.singleValueContainer().decode(String.self) }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(json)
    }
}
