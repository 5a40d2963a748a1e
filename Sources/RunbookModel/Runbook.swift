import Diagnostics
import Expressions

/// A runbook as written, resolved and checked; includes are by name, in `LoadedRunbook`.
package struct Runbook: Sendable {
    package let name: RunbookName
    package let span: Span
    package var title: String?
    package var description: String?
    package var labels: [(key: String, value: String)] = []
    package var estimate = Estimate()
    package var requires = Requirements()
    /// Files and directories that are pinned in the run, relative to the runbook.
    package var files: [Located<String>] = []
    package var inputs: [InputDeclaration] = []
    package var secrets: [SecretDeclaration] = []
    package var environment: [EnvironmentEntry] = []
    package var locks: [LockDeclaration] = []
    package var deadline: RunDeadline?
    package var onFailure: FailurePolicy?
    package var maxParallel: Int?
    package var rollback = RollbackSettings()
    package var preconditions: [CheckCall] = []
    package var steps: [Step] = []
    package var handlers: [(event: HandlerEvent, steps: [Step])] = []
    package var outputs: [OutputDeclaration] = []

    package init(name: RunbookName, span: Span) {
        self.name = name
        self.span = span
    }
}

/// A value and where it stands.
package struct Located<Wrapped: Sendable>: Sendable {
    package let value: Wrapped
    package let span: Span
    package init(_ value: Wrapped, _ span: Span) {
        self.value = value
        self.span = span
    }
}

/// What the author expects of a run.
package struct Estimate: Sendable {
    package var duration: Duration?
    package var downtime: Duration?
    package var rollback: Duration?
    package init() {}
}

/// What must be there before anything starts.
package struct Requirements: Sendable {
    package struct SystemKey: Sendable {
        /// A dotted path in the profile.
        package let path: String
        package let isOptional: Bool
        package let span: Span
        package init(path: String, isOptional: Bool, span: Span) {
            self.path = path
            self.isOptional = isOptional
            self.span = span
        }
    }
    package var system: [SystemKey] = []
    /// Programs that must be on PATH.
    package var commands: [Located<String>] = []
    package init() {}
}

/// An input of a runbook.
package struct InputDeclaration: Sendable {
    package let name: String
    package let span: Span
    package var type: InputType = .string
    package var description: String?
    package var `default`: Argument?
    package var isSecret = false
    package var pattern: Pattern?
    package var choices: [Value]?
    package var minimum: Value?
    package var maximum: Value?
    /// A field of a form that may be left out (`required: false`).
    package var isOptional = false
    package init(name: String, span: Span) {
        self.name = name
        self.span = span
    }
    /// Whether a run cannot start, or a form cannot be answered, without a value.
    package var isRequired: Bool { self.default == nil && !isOptional }
}

/// Where a secret comes from; it is stored nowhere.
package struct SecretDeclaration: Sendable {
    package enum Source: Sendable {
        case environment(String)
        case file(Template)
        case command([Template])
        /// A systemd credential.
        case credential(String)
        case prompt(String)
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

/// A lock that a run holds until it closes.
package struct LockDeclaration: Sendable {
    package enum Mode: String, Sendable, Codable { case exclusive, shared }
    package let name: Template
    package let mode: Mode
    package let wait: Setting<Duration>
    /// Takes the lock from a run that nobody drives.
    package let preempts: Bool
    package let span: Span
    package init(name: Template, mode: Mode, wait: Setting<Duration>, preempts: Bool, span: Span) {
        self.name = name
        self.mode = mode
        self.wait = wait
        self.preempts = preempts
        self.span = span
    }
}

/// When a run must have ended, and what then.
package struct RunDeadline: Sendable {
    package enum Moment: Sendable {
        case after(Setting<Duration>)
        /// A time of day, minutes since midnight.
        case at(minutes: Int)
    }
    package enum Then: String, Sendable, Codable { case rollback, stop }
    package let moment: Moment
    package let then: Then
    package let span: Span
    package init(moment: Moment, then: Then, span: Span) {
        self.moment = moment
        self.then = then
        self.span = span
    }
}

/// Whether and how a run is put back.
package struct RollbackSettings: Sendable {
    package enum Policy: String, Sendable, Codable { case auto, ask, never }
    package var policy: Policy = .auto
    package var verify: [CheckCall] = []
    package var untilStable: UntilStable?
    package init() {}
}

/// The moments at which handlers run.
package enum HandlerEvent: String, Sendable, Codable, CaseIterable {
    case success, failure, waiting, attention, slow
    case rolledBack = "rolled_back"
    case rollbackFailed = "rollback_failed"
    case finish
}
