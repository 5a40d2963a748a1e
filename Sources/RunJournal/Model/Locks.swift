import RunMachine
import RunbookModel

/// How a lock is held: by one run alone, or together with others.
package typealias LockMode = LockDeclaration.Mode

/// A lock that a run needs.
package struct LockRequest: Sendable, Equatable, Codable {
    package let name: String
    package let mode: LockMode
    /// Takes it from runs that nobody drives.
    package let preempts: Bool

    package init(name: String, mode: LockMode = .exclusive, preempts: Bool = false) {
        self.name = name
        self.mode = mode
        self.preempts = preempts
    }
}

/// A lock that a run holds; kept until the run closes.
package struct HeldLock: Sendable, Equatable {
    package let name: String
    package let mode: LockMode
    package let run: RunID
    package let runbook: RunbookName
    /// Who started that run.
    package let owner: Actor
    /// Milliseconds since 1970.
    package let since: Int64
}
