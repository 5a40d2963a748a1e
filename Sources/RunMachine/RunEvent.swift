import RunbookModel

/// One fact of a run's history. Events store what was computed; applying them computes nothing from outside.
package enum RunEvent: Codable, Sendable, Equatable {
    case created(Created)
    case claimed(Claimed)
    case admitted
    case activityChanged(Activity, reason: String?)
    case pauseRequested(Actor)

    case stepSkipped(StepPath, reason: String, cutOff: Bool)
    /// A group, an inclusion (with its inputs) or a `foreach` (with its instances) has started.
    case groupStarted(StepPath, inputs: Stored?, instances: [StepRecord.InstanceRecord]?)
    /// Until when a group with a `timeout` may take; set again when a person lets a step in it be tried again.
    case groupDeadlineSet(StepPath, Deadline)
    /// Nothing more starts in the group; it fails once what is in flight has ended and, with `undo`, is taken back.
    case groupFailing(StepPath, reason: String, undo: Bool)
    /// Whether the `until` of a `first_of` held after a remedy.
    case remedyJudged(StepPath, remedy: StepPath, helped: Bool, reason: String?)
    case attemptIntended(AttemptIntent)
    case attemptEnded(StepPath, number: Int, AttemptOutcome, then: Phase)
    case attemptAdopted(StepPath, number: Int, pid: Int32)
    /// The attempt is to be ended, because another step has failed that says `cancel_running`.
    case attemptEndOrdered(StepPath, number: Int, because: StepPath)
    /// What an action that knows its own undo found before its first effect.
    case stateRecorded(StepPath, Stored)
    /// A decision or a settled question calls for an attempt.
    case attemptDue(StepPath, Purpose, item: Int)
    case retryScheduled(StepPath, Purpose, item: Int, until: Deadline)
    case stepSucceeded(StepPath, outputs: Stored?)
    case stepFailed(StepPath, reason: String, allowed: Bool)
    case stepUnknown(StepPath, reason: String, cause: UnknownCause)
    /// Back to pending: it was never launched, or its probe says that it did nothing.
    case stepReset(StepPath, reason: String)
    case stepCommitted(StepPath)
    case stepAccepted(StepPath)

    case undoStarted(StepPath)
    case undone(StepPath, reason: String?)
    case undoFailed(StepPath, reason: String)
    case undoWaived(StepPath)
    case released(StepPath)
    /// How far a released change is that the rollback applies again.
    case reapplication(StepPath, Reapplication)

    /// Nil: about the run.
    case questionOpened(StepPath?, Question)
    case questionClosed(StepPath?)
    case decided(HumanDecision)
    /// A person is asked to do or to decide something; its attempt was intended just before.
    case promptOpened(StepPath, Prompt)
    case answered(HumanAnswer)
    /// People were told of a prompt through channels, or that failed; changes nothing of the run.
    case told(StepPath, Notice)

    case forwardEnded(ForwardResult)
    case directionTurned(cause: String)
    case rollbackVerified(AttemptOutcome)
    case rollbackVerifyWaived
    case deadlinePassed
    /// The run takes longer than its estimate.
    case estimateExceeded
    case effectsSynced(upTo: Int)
    case clockWentBack(milliseconds: Int64)
    case lockBroken(name: String, by: Actor, why: String)
    case lockTaken(name: String)
    /// The run goes on with its files as they are now; names what it pins from here on.
    case adopted(planDigest: String, by: Actor)
    case handlerStarted(HandlerEvent, occurrence: Int)
    case handlerEnded(HandlerEvent, occurrence: Int)
    case noted(text: String, by: Actor)
    case outputsComputed(Stored)
    case outcomeDecided(Outcome)
    case closed(Outcome)

    package struct Created: Codable, Sendable, Equatable {
        package let runbook: RunbookName
        package let planDigest: String
        package let by: Actor
        package let deadline: Deadline?
        /// When the run takes longer than its estimate.
        package let estimate: Deadline?
        /// The run that is undone, and its steps as they were left.
        package let undoOf: Int64?
        package let steps: [StepPath: StepRecord]?
        /// Guide mode; nil: no.
        package let guided: Bool?
        package init(
            runbook: RunbookName, planDigest: String, by: Actor, deadline: Deadline?, estimate: Deadline? = nil,
            undoOf: Int64? = nil, steps: [StepPath: StepRecord]? = nil, guided: Bool = false
        ) {
            self.runbook = runbook
            self.planDigest = planDigest
            self.by = by
            self.deadline = deadline
            self.estimate = estimate
            self.undoOf = undoOf
            self.steps = steps
            self.guided = guided ? true : nil
        }
    }

    package struct Claimed: Codable, Sendable, Equatable {
        package let epoch: Int64
        package let by: Actor
        /// Where the driver runs, as JSON.
        package let place: Stored
        /// Whether a person asked for it, which resets the count of fruitless claims.
        package let byPerson: Bool
        /// Guide mode from here on, or not any more; nil: as before.
        package let guided: Bool?
        package init(epoch: Int64, by: Actor, place: Stored, byPerson: Bool, guided: Bool? = nil) {
            self.epoch = epoch
            self.by = by
            self.place = place
            self.byPerson = byPerson
            self.guided = guided
        }
    }

    /// The step that the event is about.
    package var step: StepPath? {
        switch self {
        case .stepSkipped(let path, _, _), .groupStarted(let path, _, _), .groupFailing(let path, _, _),
            .attemptEnded(let path, _, _, _), .attemptAdopted(let path, _, _), .groupDeadlineSet(let path, _),
            .attemptEndOrdered(let path, _, _), .remedyJudged(let path, _, _, _),
            .stateRecorded(let path, _), .attemptDue(let path, _, _), .retryScheduled(let path, _, _, _),
            .stepSucceeded(let path, _), .stepFailed(let path, _, _), .stepUnknown(let path, _, _),
            .stepReset(let path, _), .stepCommitted(let path), .stepAccepted(let path), .undoStarted(let path),
            .undone(let path, _), .undoFailed(let path, _), .undoWaived(let path), .released(let path),
            .reapplication(let path, _):
            path
        case .attemptIntended(let intent): intent.step
        case .questionOpened(let path, _), .questionClosed(let path): path
        case .promptOpened(let path, _), .told(let path, _): path
        case .answered(let answer): answer.step
        case .decided(let decision): decision.step
        default: nil
        }
    }
}
