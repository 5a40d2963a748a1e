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

    package init(
        name: String, mode: LockMode, run: RunID, runbook: RunbookName, owner: Actor, since: Int64
    ) {
        self.name = name
        self.mode = mode
        self.run = run
        self.runbook = runbook
        self.owner = owner
        self.since = since
    }
}

extension HeldLock {
    /// Whether a run cannot have a lock while this one is held.
    func blocks(_ request: LockRequest, of run: RunID) -> Bool {
        self.run != run && name == request.name && (mode == .exclusive || request.mode == .exclusive)
    }
}

/// What both runs are told when a lock is taken from one that nobody drives.
enum LockPreemption {
    static func told(toHolder run: RunID) -> String { "nobody drives this run, and run \(run) needs the lock" }
    /// For the run that takes it.
    static func event(for lock: HeldLock, by actor: Actor) -> RunEvent {
        .noted(text: "took lock '\(lock.name)' from run \(lock.run), which nobody drives", by: actor)
    }
}
