import Diagnostics
import Expressions

/// A node of the graph as written, resolved and checked.
package struct Step: Sendable {
    package let id: StepID
    package let span: Span
    package var title: Template?
    /// The steps of the same list that must be fulfilled first; the step before, where the file says nothing.
    package var needs: [StepID] = []
    package var when: Expression?
    package var doneWhen: [CheckCall] = []
    package var body: StepBody
    package var verify: [CheckCall] = []
    package var untilStable: UntilStable?
    /// Makes a change take effect; runs after the action and again after its undo.
    package var apply: ActionCall?
    package var undo: Undo = .unspecified
    package var protect: [Protection] = []
    /// The point of no return.
    package var isCommit = false
    package var release: Release?
    package var foreach: ForEach?
    package var timeout: Setting<Duration>?
    package var retry: Retry?
    package var process = ProcessSettings()
    package var outputs: [OutputDeclaration] = []
    package var expect: Expression?
    package var isCritical = false
    package var onFailure: FailurePolicy?
    package var onInterrupt: InterruptPolicy?
    package var cancelRunning = false

    package init(id: StepID, span: Span, body: StepBody) {
        self.id = id
        self.span = span
        self.body = body
    }
}

/// What a step does.
package indirect enum StepBody: Sendable {
    case action(ActionCall)
    /// Only its `verify` list.
    case verify
    case group([Step])
    case include(Inclusion)
    case firstOf(FirstOf)
}

/// Another runbook as a group of this graph.
package struct Inclusion: Sendable {
    package let name: RunbookName
    package let span: Span
    /// Inputs of the included runbook.
    package let with: [Argument.Field]
    package init(name: RunbookName, span: Span, with: [Argument.Field]) {
        self.name = name
        self.span = span
        self.with = with
    }
}

/// The issue-resolution ladder.
package struct FirstOf: Sendable {
    package let until: [CheckCall]
    package let remedies: [Step]
    package let undoIfUnhelpful: Bool
    package init(until: [CheckCall], remedies: [Step], undoIfUnhelpful: Bool) {
        self.until = until
        self.remedies = remedies
        self.undoIfUnhelpful = undoIfUnhelpful
    }
}

/// How a step's effect is taken back.
package enum Undo: Sendable {
    /// The step says nothing (allowed where the action has an undo of its own, only reads, or `protect:` is given).
    case unspecified
    /// There is nothing to take back.
    case nothing
    case readOnly
    case irreversible(why: String)
    case actions(UndoActions)
}

/// The actions of an `undo:`.
package struct UndoActions: Sendable {
    package var actions: [ActionCall]
    package var environment: [EnvironmentEntry] = []
    package var retry: Retry?
    package var timeout: Setting<Duration>?
    package var verify: [CheckCall] = []
    package var untilStable: UntilStable?
    package var doneWhen: [CheckCall] = []
    package var onInterrupt: InterruptPolicy?
    package init(actions: [ActionCall]) { self.actions = actions }
}

/// What Belay itself snapshots before the step and restores on undo.
package enum Protection: Sendable {
    case path(Template, exclude: [Template], Span)
    case sqlite(Template, Span)
}

/// The end of a temporary change: its undo runs forward when these steps have ended.
package struct Release: Sendable {
    package let after: [StepID]
    package let reapply: Bool
    package init(after: [StepID], reapply: Bool) {
        self.after = after
        self.reapply = reapply
    }
}

/// One instance of the step for each item.
package struct ForEach: Sendable {
    package enum Items: Sendable {
        case list([Argument])
        case expression(Expression)
    }
    package var items: Items
    package var variable: String
    package var key: Expression?
    package var maxParallel: Int?
    package var maxFailed: Int?
    package init(items: Items, variable: String) {
        self.items = items
        self.variable = variable
    }
}

/// Repeats a list of checks until it has held.
package struct UntilStable: Sendable {
    package enum Goal: Sendable {
        case times(Int)
        case duration(Setting<Duration>)
    }
    package var goal: Goal
    package var every: Setting<Duration>
    package var within: Setting<Duration>
    package var failFast: Bool
    package init(goal: Goal, every: Setting<Duration>, within: Setting<Duration>, failFast: Bool) {
        self.goal = goal
        self.every = every
        self.within = within
        self.failFast = failFast
    }
}

/// When and how often a failed attempt is made again.
package struct Retry: Sendable {
    package enum Cause: Hashable, Sendable {
        case verify
        case timeout
        case exit(Int)
    }
    /// Attempts in all, the first included.
    package var attempts: Int
    package var delay: Setting<Duration> = .value(.zero)
    package var backoff: Double = 1
    package var maxDelay: Setting<Duration>?
    /// Share of the delay that is drawn at random, 0 to 1.
    package var jitter: Double = 0
    /// Nil: every failure.
    package var on: [Cause]?
    package init(attempts: Int) { self.attempts = attempts }
}

/// Settings of the processes that a step starts.
package struct ProcessSettings: Sendable {
    package var environment: [EnvironmentEntry] = []
    package var passEnvironment: [String] = []
    package var directory: Template?
    package var shell: [String]?
    package var umask: UInt32?
    package var user: Template?
    package var stdin: Template?
    package var maxOutput: Int64?
    package init() {}
}

/// A variable of the environment.
package struct EnvironmentEntry: Sendable {
    package let name: String
    package let value: Template
    package let span: Span
    package init(name: String, value: Template, span: Span) {
        self.name = name
        self.value = value
        self.span = span
    }
}

/// An output: read from `$BELAY_OUTPUT`, or computed from the result.
package struct OutputDeclaration: Sendable {
    package enum Source: Sendable {
        case file(InputType)
        case expression(Expression)
    }
    package let name: String
    package let source: Source
    package let span: Span
    package init(name: String, source: Source, span: Span) {
        self.name = name
        self.source = source
        self.span = span
    }
}

/// What a failure of a step leads to.
package enum FailurePolicy: String, Sendable, Codable {
    case rollback, stop
    /// An allowed failure.
    case proceed = "continue"
    /// Undo this group or instance, then it has failed.
    case undoGroup = "undo_group"
}

/// How an attempt without a known outcome is settled.
package enum InterruptPolicy: String, Sendable, Codable {
    case probe, rerun, ask, fail
}
