import Checks
import Expressions
import RunHost
import RunbookModel

/// Everything an action that is performed inside the driver may use.
package struct ActionContext: Sendable {
    /// Variables, services, processes, HTTP, clock and cancellation.
    package var checks: CheckContext
    package var evaluator: CheckEvaluator
    package var identity: ActionIdentity
    /// `steps/<step>`: the base of `save_to`.
    package var stepDirectory: String
    package var artifacts: String
    /// Where the step may keep what its undo needs; only its owner can read there.
    package var snapshots: String
    /// A file for what an action of several parts has done, which all attempts of the step share; nil: none is kept.
    package var progressFile: String?
    /// The part of the artifacts that belongs to this step.
    package var evidence: String
    package var channels: [String: Configuration.Channel] = [:]
    /// The base of relative paths of channels: where `belay.yml` is.
    package var channelDirectory: String
    /// Of the whole action; nil: the kind's own default.
    package var timeout: Duration?
    /// Milliseconds left of a journaled deadline (`wait`); nil: the action counts for itself.
    package var deadline: (@Sendable () -> Int64)?
    /// Takes the secrets of the run out of a text that leaves Belay.
    package var mask: @Sendable (String) -> String
    /// Starts a process that outlives the driver, in a session of its own, and returns without waiting for it; the
    /// timeout of the probe does not apply.
    package var startDetached: @Sendable (ProcessProbe) -> DetachedStart
    /// What an earlier attempt of the step recorded; a later attempt does not record again.
    package var undoData: Value?
    /// Journals what undo will need, before the first effect. False: it could not be written, and nothing may be done.
    package var recordUndoData: @Sendable (Value) -> Bool
    /// Saves files before they change, and brings them back.
    package var keeper = StateKeeper(
        save: { _ in throw ArgumentProblem("nothing can be saved here") },
        restore: { _ in throw ArgumentProblem("nothing was saved here") })
    /// Appends lines to the log of the attempt, without secrets.
    package var show: @Sendable (String) -> Void = { _ in }

    package init(
        checks: CheckContext, evaluator: CheckEvaluator = CheckEvaluator(), identity: ActionIdentity,
        stepDirectory: String, artifacts: String, mask: @escaping @Sendable (String) -> String,
        startDetached: @escaping @Sendable (ProcessProbe) -> DetachedStart,
        recordUndoData: @escaping @Sendable (Value) -> Bool
    ) {
        self.checks = checks
        self.evaluator = evaluator
        self.identity = identity
        self.stepDirectory = stepDirectory
        self.artifacts = artifacts
        evidence = artifacts + "/" + identity.step
        self.mask = mask
        self.startDetached = startDetached
        self.recordUndoData = recordUndoData
        channelDirectory = checks.directory
        snapshots = stepDirectory
    }
}

/// Which action of which run this is, for messages to people and programs.
package struct ActionIdentity: Sendable {
    package var run: Int64
    package var runbook: String
    package var step: String
    package var attempt: Int
    package var host: String

    package init(run: Int64, runbook: String, step: String, attempt: Int, host: String) {
        self.run = run
        self.runbook = runbook
        self.step = step
        self.attempt = attempt
        self.host = host
    }
}

/// What became of a process that is to outlive the driver.
package enum DetachedStart: Sendable {
    /// `ended` tells how the process itself ended, or nil while it runs; it never blocks. Where an exit code is known,
    /// a start that fails is reported at once; otherwise the service is waited for.
    case started(ended: @Sendable () -> ProcessProbeResult?)
    case failed(String)
}
