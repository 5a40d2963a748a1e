// The names under which the journal keeps what an event carries. They are part of the format: never change one.

extension RunEvent {
    enum CreatedCodingKeys: String, CodingKey { case _0 = "run" }
    enum ClaimedCodingKeys: String, CodingKey { case _0 = "claim" }
    enum ActivityChangedCodingKeys: String, CodingKey {
        case _0 = "activity"
        case reason
    }
    enum PauseRequestedCodingKeys: String, CodingKey { case _0 = "by" }
    enum StepSkippedCodingKeys: String, CodingKey {
        case _0 = "step"
        case reason, cutOff
    }
    enum GroupStartedCodingKeys: String, CodingKey {
        case _0 = "step"
        case inputs, instances
    }
    enum GroupFailingCodingKeys: String, CodingKey {
        case _0 = "step"
        case reason, undo
    }
    enum GroupDeadlineSetCodingKeys: String, CodingKey {
        case _0 = "step"
        case _1 = "deadline"
    }
    enum RemedyJudgedCodingKeys: String, CodingKey {
        case _0 = "step"
        case remedy, helped, reason
    }
    enum AttemptIntendedCodingKeys: String, CodingKey { case _0 = "intent" }
    enum AttemptEndedCodingKeys: String, CodingKey {
        case _0 = "step"
        case number
        case _2 = "outcome"
        case then
    }
    enum AttemptAdoptedCodingKeys: String, CodingKey {
        case _0 = "step"
        case number, pid
    }
    enum StateRecordedCodingKeys: String, CodingKey {
        case _0 = "step"
        case _1 = "state"
    }
    enum AttemptDueCodingKeys: String, CodingKey {
        case _0 = "step"
        case _1 = "purpose"
        case item
    }
    enum RetryScheduledCodingKeys: String, CodingKey {
        case _0 = "step"
        case _1 = "purpose"
        case item, until
    }
    enum StepSucceededCodingKeys: String, CodingKey {
        case _0 = "step"
        case outputs
    }
    enum StepFailedCodingKeys: String, CodingKey {
        case _0 = "step"
        case reason, allowed
    }
    enum StepUnknownCodingKeys: String, CodingKey {
        case _0 = "step"
        case reason, cause
    }
    enum StepResetCodingKeys: String, CodingKey {
        case _0 = "step"
        case reason
    }
    enum AttemptEndOrderedCodingKeys: String, CodingKey {
        case _0 = "step"
        case number, because
    }
    enum StepCommittedCodingKeys: String, CodingKey { case _0 = "step" }
    enum StepAcceptedCodingKeys: String, CodingKey { case _0 = "step" }
    enum UndoStartedCodingKeys: String, CodingKey { case _0 = "step" }
    enum UndoneCodingKeys: String, CodingKey {
        case _0 = "step"
        case reason
    }
    enum UndoFailedCodingKeys: String, CodingKey {
        case _0 = "step"
        case reason
    }
    enum UndoWaivedCodingKeys: String, CodingKey { case _0 = "step" }
    enum ReleasedCodingKeys: String, CodingKey { case _0 = "step" }
    enum ReapplicationCodingKeys: String, CodingKey {
        case _0 = "step"
        case _1 = "is"
    }
    enum QuestionOpenedCodingKeys: String, CodingKey {
        case _0 = "step"
        case _1 = "question"
    }
    enum QuestionClosedCodingKeys: String, CodingKey { case _0 = "step" }
    enum DecidedCodingKeys: String, CodingKey { case _0 = "decision" }
    enum PromptOpenedCodingKeys: String, CodingKey {
        case _0 = "step"
        case _1 = "prompt"
    }
    enum AnsweredCodingKeys: String, CodingKey { case _0 = "answer" }
    enum ToldCodingKeys: String, CodingKey {
        case _0 = "step"
        case _1 = "notice"
    }
    enum ForwardEndedCodingKeys: String, CodingKey { case _0 = "result" }
    enum RollbackVerifiedCodingKeys: String, CodingKey { case _0 = "outcome" }
    enum HandlerStartedCodingKeys: String, CodingKey {
        case _0 = "event"
        case occurrence
    }
    enum HandlerEndedCodingKeys: String, CodingKey {
        case _0 = "event"
        case occurrence
    }
    enum OutputsComputedCodingKeys: String, CodingKey { case _0 = "outputs" }
    enum OutcomeDecidedCodingKeys: String, CodingKey { case _0 = "outcome" }
    enum ClosedCodingKeys: String, CodingKey { case _0 = "outcome" }
}

extension Phase {
    enum DueCodingKeys: String, CodingKey {
        case _0 = "purpose"
        case item
    }
    enum BackingOffCodingKeys: String, CodingKey {
        case _0 = "purpose"
        case item, until
    }
    enum RunningCodingKeys: String, CodingKey { case _0 = "intent" }
    enum AskingCodingKeys: String, CodingKey { case _0 = "intent" }
}

extension AttemptOutcome.Cause {
    enum ExitCodingKeys: String, CodingKey { case _0 = "code" }
    enum SignalCodingKeys: String, CodingKey { case _0 = "number" }
}
