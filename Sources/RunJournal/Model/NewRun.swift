import RunMachine
import RunbookModel

/// Everything with which a run is opened.
package struct NewRun: Sendable {
    package var pinned: Pinned
    /// The name of the system profile.
    package var system: String?
    package var requester: Actor
    package var locks: [LockRequest] = []
    /// `created`, and what follows from it.
    package var events: [JournalEntry]
    /// The state after these events.
    package var record: RunRecord
    package var steps: [StepPath: StepRecord] = [:]

    package init(pinned: Pinned, system: String?, requester: Actor, events: [JournalEntry], record: RunRecord) {
        self.pinned = pinned
        self.system = system
        self.requester = requester
        self.events = events
        self.record = record
    }
}

/// What a run was started with; resume and rollback use only this.
package struct Pinned: Sendable, Equatable {
    package var runbook: RunbookName
    /// Names everything that determines the plan.
    package var digest: String
    /// The text of the runbook and of those that it includes, by file name as diagnostics show it.
    package var sources: [String: [UInt8]] = [:]
    /// The bound inputs, as JSON; secrets by name only.
    package var inputs = "{}"
    /// The system profile: its file name and text.
    package var profile: Source?
    package var environment: [String: String] = [:]
    package var workingDirectory = "/"
    /// Facts of the host, as JSON.
    package var facts = "{}"
    package var belayVersion = ""
    /// `files:` and the scripts of `{file: …}`.
    package var files: [File] = []

    package init(runbook: RunbookName, digest: String) {
        self.runbook = runbook
        self.digest = digest
    }

    package struct Source: Sendable, Equatable {
        package let name: String
        package let bytes: [UInt8]
        package init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    package struct File: Sendable, Equatable {
        /// Relative to the runbook's directory.
        package let path: String
        /// Permission bits.
        package let mode: UInt32
        package let bytes: [UInt8]
        package init(path: String, mode: UInt32, bytes: [UInt8]) {
            self.path = path
            self.mode = mode
            self.bytes = bytes
        }
    }
}
