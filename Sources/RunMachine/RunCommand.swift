import RunbookModel

/// What the engine or a person tells the machine.
package enum RunCommand: Sendable {
    case create(RunEvent.Created)
    case claim(RunEvent.Claimed)
    /// The preconditions were met, or why not.
    case admit(refusal: String?)
    /// `when` is false.
    case skip(StepPath, reason: String)
    /// The step's expressions, inputs or environment could not be evaluated.
    case cannotStart(StepPath, reason: String)
    case startGroup(StepPath, inputs: Stored?, instances: [StepRecord.InstanceRecord]?)
    case startAttempt(AttemptIntent)
    case endAttempt(StepPath, number: Int, AttemptOutcome)
    case finishGroup(StepPath, outputs: Stored?, failure: String?)
    case decide(HumanDecision)
    /// Puts something to a person.
    case openPrompt(AttemptIntent, Prompt)
    case answer(HumanAnswer)
    /// The time of the step's prompt is over.
    case expirePrompt(StepPath)
    /// What was asked under another plan is asked anew.
    case reopenPrompts(planDigest: String)
    /// The step is next, in guide mode.
    case guide(StepPath)
    /// Roll back, or keep what was done, because a person no longer wants the run.
    case cancel(HumanDecision)
    case pause(Actor)
    case deadlinePassed(whileDriven: Bool, then: RunDeadline.Then)
    case endRollbackVerify(AttemptOutcome)
    /// After a reboot that Belay did not order: these steps' effects may not have reached the disk.
    case rebooted(unsynced: [StepPath])
    /// The driver stops here until something happens.
    case park(Activity, reason: String?)
    case resumeActivity
    case record(RunEvent)
}

/// What a command leads to.
package enum RunDecision: Sendable, Equatable {
    case events([RunEvent])
    /// Nothing to do, harmlessly: it was done before.
    case ignore(why: String)
    /// Not possible now.
    case refuse(why: String)
}

/// What a decision may depend on beside the state; all of it is given, nothing is read.
package struct DecisionContext: Sendable {
    package let now: Moment
    /// How long to wait before the next try of the step in question, milliseconds; nil where it has no `retry`.
    package let retryDelay: Int64?
    package init(now: Moment, retryDelay: Int64? = nil) {
        self.now = now
        self.retryDelay = retryDelay
    }
}
