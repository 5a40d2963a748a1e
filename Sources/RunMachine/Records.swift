import RunbookModel

/// Who did something: the login user where it is known (it survives sudo), and the effective one.
package struct Actor: Codable, Sendable, Equatable {
    package let user: String
    package let uid: UInt32
    package let loginUID: UInt32?
    package init(user: String, uid: UInt32, loginUID: UInt32?) {
        self.user = user
        self.uid = uid
        self.loginUID = loginUID
    }
}

/// A choice that a person can make about a step or a run.
package enum Choice: String, Codable, Sendable, CaseIterable {
    case retry, skip, accept, rollback, keep, waive
    /// Lets the step start (guide mode).
    case run
    case markDone = "mark-done"
    case markFailed = "mark-failed"
}

/// A choice that somebody made.
package struct HumanDecision: Codable, Sendable, Equatable {
    /// Makes repeating it harmless.
    package let id: String
    package let choice: Choice
    /// Nil: about the run.
    package let step: StepPath?
    package let why: String
    package let actor: Actor
    package let at: Int64
    /// The name of a file among the artifacts.
    package let evidence: String?
    /// Of that file, where it is known.
    package let evidenceSHA256: String?
    /// Outputs of a step that is marked done.
    package let outputs: Stored?

    package init(
        id: String, choice: Choice, step: StepPath?, why: String, actor: Actor, at: Int64, evidence: String? = nil,
        evidenceSHA256: String? = nil, outputs: Stored? = nil
    ) {
        self.id = id
        self.choice = choice
        self.step = step
        self.why = why
        self.actor = actor
        self.at = at
        self.evidence = evidence
        self.evidenceSHA256 = evidenceSHA256
        self.outputs = outputs
    }
}

/// Something only a person can settle.
package struct Question: Codable, Sendable, Equatable {
    package let why: String
    package let choices: [Choice]
    package let since: Int64
    private let kind: Kind?

    /// What calls for the question.
    package enum Kind: String, Codable, Sendable {
        /// A step is next, in guide mode.
        case guide
    }

    package init(why: String, choices: [Choice], since: Int64, kind: Kind? = nil) {
        self.why = why
        self.choices = choices
        self.since = since
        self.kind = kind
    }

    /// Whether it only asks if the next step may start.
    package var isGuide: Bool { kind == .guide }
}

/// What a step is at; what is to be done next follows from it.
package enum Phase: Codable, Sendable, Equatable {
    case idle
    /// An attempt for this purpose is to be made; the item of an undo list.
    case due(Purpose, item: Int)
    case backingOff(Purpose, item: Int, until: Deadline)
    case running(AttemptIntent)
    /// A person has been asked; no process is under way.
    case asking(AttemptIntent)
}

/// Why a step's outcome is unknown: what a "not met" of its probe then means.
package enum UnknownCause: String, Codable, Sendable {
    /// Its attempt was lost; not met: it may run again.
    case lost
    /// A commit step exited non-zero; not met: it failed.
    case failedCommit = "failed_commit"
    /// Its verify could not tell.
    case inconclusive
    /// It had succeeded before a power loss; not met: it may run again.
    case reboot
}

/// What became of a released temporary change (`release: {reapply: true}`) that a rollback applies again.
package enum Reapplication: String, Codable, Sendable {
    /// Its release has begun; a rollback would have to apply it again.
    case due
    case held, released
    /// A person went on without it.
    case notApplied = "not_applied"
    /// It could not be released, and a person left it so.
    case leftHeld = "left_held"
}

/// All that is known of one step; a row of the journal.
package struct StepRecord: Codable, Sendable, Equatable {
    package var state: StepState = .pending
    package var phase: Phase = .idle
    /// Why it is skipped, failed, unknown; for people.
    package var reason: String?
    /// Attempts of any purpose.
    package var attempts = 0
    /// Tries of its action (or of the checks of a verify step).
    package var tries = 0
    /// Tries of the stage at which its undo is.
    package var undoTries = 0
    /// Stages of its undo that are done; they are not repeated.
    package var undoStage = 0
    /// The number of the last attempt of its action: the directory of its output.
    package var actionAttempt: Int?
    /// Attempts that another run made, which this run undoes; their files are in its directory.
    package var importedAttempts: Int?
    /// The number of the attempt that took the snapshot.
    package var snapshot: Int?
    /// When a group that is under way must have ended.
    package var groupDeadline: Deadline?
    /// Until when a `wait` waits, fixed when it first started.
    package var waitUntil: Deadline?
    /// What the action noted about the state before it, for its own undo.
    package var stateBefore: Stored?
    /// An allowed failure (`on_failure: continue`, or accepted by a person).
    package var isAllowed = false
    /// Skipped because a need had failed: it fulfils nothing.
    package var isCutOff = false
    package var unknownCause: UnknownCause?
    package var question: Question?
    package var outputs: Stored?
    package var exit: Int?
    package var checks: AttemptOutcome.Counts?
    /// Counts steps in the order in which they started.
    package var order: Int?
    package var startedAt: Int64?
    package var endedAt: Int64?
    package var undoneAt: Int64?
    /// Why a group takes no more starts: something in it has failed.
    package var failing: String?
    /// What is inside is being taken back before the group fails (`undo_group`).
    package var undoesGroup = false
    /// The preconditions of an included runbook were met at its place; the `until` of a `first_of` was not.
    package var isAdmitted = false
    /// How many remedies of a `first_of` have been tried or passed over, up to the last whose help was judged.
    package var judgedRemedies: Int?
    /// The remedy after which the `until` of a `first_of` held.
    package var helpedBy: StepPath?
    /// The failed step because of which the attempt in flight is to be ended (`cancel_running`).
    package var endOrderedBy: StepPath?
    /// A temporary change that has been taken back (`release`).
    package var isReleased = false
    /// Where a rollback applies the released change again: how far that is. The step itself stays undone.
    package var reapplication: Reapplication?
    /// The items of a `foreach`, fixed when it started.
    package var instances: [InstanceRecord]?
    /// The inputs of an included runbook, bound when it started.
    package var inputs: Stored?
    /// Marked by a person.
    package var decidedBy: HumanDecision?
    /// What a person is or was asked last.
    package var prompt: Prompt?

    package init() {}

    package struct InstanceRecord: Codable, Sendable, Equatable {
        package let key: String
        package let item: Stored
        package init(key: String, item: Stored) {
            self.key = key
            self.item = item
        }
    }

    /// The attempt that is under way.
    package var inFlight: AttemptIntent? {
        if case .running(let intent) = phase { intent } else { nil }
    }

    /// The attempt that has not ended: under way, or put to a person.
    package var openAttempt: AttemptIntent? {
        switch phase {
        case .running(let intent), .asking(let intent): intent
        default: nil
        }
    }

    /// What a person is asked now.
    package var openPrompt: Prompt? {
        if case .asking = phase { prompt } else { nil }
    }

    /// Whether what needs the step may start.
    package var isFulfilled: Bool {
        switch state {
        case .succeeded, .committed: true
        case .skipped: !isCutOff
        case .failed, .unknown: isAllowed
        case .undone, .waived: isReleased
        default: false
        }
    }

    /// Whether a temporary change (`release`) may still be in force.
    package var mayHoldChange: Bool {
        state.mayHaveEffect || state == .waived || reapplication == .held || reapplication == .leftHeld
    }

    /// Whether a `foreach` counts it among its failed instances: failed, or undone because it had failed.
    var isFailedInstance: Bool {
        switch state {
        case .failed: isSettled
        case .undone, .waived: isSettled && !isReleased
        default: false
        }
    }

    /// Whether nothing more happens to the step in forward direction.
    package var isSettled: Bool {
        switch state {
        case .succeeded, .committed, .skipped, .undone, .waived: phase == .idle
        case .failed: phase == .idle && question == nil
        case .unknown: isAllowed
        default: false
        }
    }
}

/// All that is known of one run; a row of the journal.
package struct RunRecord: Codable, Sendable, Equatable {
    package var direction: Direction = .forward
    package var activity: Activity = .created
    /// Why it is paused, waits or needs a person, where there is more to say than its questions do.
    package var activityReason: String?
    package var outcome: Outcome?
    package var forward: ForwardResult?
    package var rollback: RollbackResult = .none
    /// The preconditions have been met.
    package var isAdmitted = false
    package var pauseRequested: Actor?
    /// Nothing new starts; the run closes when what is in flight has ended.
    package var isEnding = false
    /// A run-level question: policy `ask`, an unmet `rollback.verify`, a driver that died too often.
    package var question: Question?
    /// `rollback.verify` held, or a person waived it.
    package var isRollbackVerified = false
    package var isRollbackVerifyWaived = false
    package var deadline: Deadline?
    package var deadlineHasPassed = false
    /// How far the wall clock was behind the journal's last event when the run was claimed, milliseconds: until the next
    /// claim no moment of another boot can be trusted.
    package var clockWentBack: Int64?
    /// When the run takes longer than its estimate; nil once it does.
    package var estimate: Deadline?
    /// The outcome with which the run closes once its handlers have run.
    package var decidedOutcome: Outcome?
    /// The run's own outputs, computed before it closes.
    package var outputs: Stored?
    package var handlers: [HandlerRecord] = []
    /// Handlers that are to run next.
    package var pendingHandlers: [HandlerEvent] = []
    /// How often drivers claimed the run without progress.
    package var fruitlessClaims = 0
    package var epoch: Int64 = 0
    package var startedSteps = 0
    /// The run that this run undoes.
    package var undoOf: Int64?
    /// Steps up to this start order have their effects on disk for sure.
    package var syncedUpTo = 0
    /// Where the last driver ran, as JSON.
    package var place: Stored?
    /// Who started the run.
    package var requester: Actor?
    /// Guide mode; nil: no.
    private var guided: Bool?

    package init() {}

    /// Whether a person lets each step start.
    package var isGuided: Bool {
        get { guided ?? false }
        set { guided = newValue ? true : nil }
    }

    package struct HandlerRecord: Codable, Sendable, Equatable {
        package let event: HandlerEvent
        package let occurrence: Int
        package var hasEnded: Bool
    }

    package var isClosed: Bool { outcome != nil }
}
