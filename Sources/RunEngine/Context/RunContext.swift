import Expressions
import RunMachine
import RunPlan
import RunbookModel
import Synchronization

/// What everything that works for one run shares: its plan, its state, what was pinned when it started.
///
/// Only the driver's own thread changes the state; others look at it under the lock.
package final class RunContext: Sendable {
    package let id: Int64
    package let plan: Plan
    package let pinned: PinnedContext
    /// Of the run: its attempts, snapshots and artifacts.
    package let directory: String
    /// Of the run that this run undoes, where the attempts of its steps are.
    package let undoneDirectory: String?
    /// The run that this run undoes: the one that the steps, and so their undos, belong to.
    package let undone: UndoneRun?
    package let secrets: SecretStore
    private let machine: Mutex<RunMachine>

    package init(
        id: Int64, plan: Plan, pinned: PinnedContext, directory: String, undoneDirectory: String?,
        undone: UndoneRun? = nil, secrets: SecretStore, machine: RunMachine
    ) {
        self.id = id
        self.plan = plan
        self.pinned = pinned
        self.directory = directory
        self.undoneDirectory = undoneDirectory
        self.undone = undone
        self.secrets = secrets
        self.machine = Mutex(machine)
    }

    /// Looks at the state, or (the driver only) changes it.
    package func withMachine<Result: Sendable>(_ body: (inout sending RunMachine) throws -> sending Result) rethrows
        -> Result
    {
        try machine.withLock { machine in try body(&machine) }
    }

    /// Where what the steps keep is (`$BELAY_ARTIFACTS`): an undo finds there what its action left.
    package var artifactsDirectory: String { (undoneDirectory ?? directory) + "/artifacts" }

    /// The directory of one attempt of a step.
    package func attemptDirectory(_ path: StepPath, _ number: Int) -> String {
        "\(stepDirectory(path, number))/\(number)"
    }

    /// The directory of a step: where its attempts, or those that another run left, are.
    private func stepDirectory(_ path: StepPath, _ number: Int) -> String {
        if let undoneDirectory {
            let imported = withMachine { $0.record(path)?.importedAttempts ?? 0 }
            if number <= imported { return "\(undoneDirectory)/steps/\(path.fileName)" }
        }
        return "\(directory)/steps/\(path.fileName)"
    }

    /// The directory of what is saved before a step; one for each snapshot.
    package func snapshotDirectory(_ path: StepPath, _ number: Int) -> String {
        let imported = undoneDirectory == nil ? 0 : withMachine { $0.record(path)?.importedAttempts ?? 0 }
        let base = number <= imported ? undoneDirectory ?? directory : directory
        return "\(base)/snapshots/\(path.fileName)/\(number)"
    }

    /// Where the pinned files of a scope's runbook are (`$BELAY_FILES`).
    package func filesDirectory(scope: Int) -> String {
        "\(directory)/files/\(withMachine { $0.graph.scopes[scope].runbook.name.text })"
    }
}

/// A closed run that another run undoes.
package struct UndoneRun: Sendable {
    package let id: Int64
    package let startedAt: Int64
    package init(id: Int64, startedAt: Int64) {
        self.id = id
        self.startedAt = startedAt
    }
}

/// What a run pinned about its surroundings when it started.
package struct PinnedContext: Sendable {
    /// PATH, HOME, USER, LANG, TZ and what `pass_env` asks for.
    package let environment: [String: String]
    /// The directory of each runbook, to which its relative paths belong.
    package let directories: [RunbookName: String]
    package let facts: ValueMap
    package let startedAt: Int64
    package let user: String
    package let host: String

    package init(
        environment: [String: String], directories: [RunbookName: String], facts: ValueMap, startedAt: Int64,
        user: String, host: String
    ) {
        self.environment = environment
        self.directories = directories
        self.facts = facts
        self.startedAt = startedAt
        self.user = user
        self.host = host
    }
}

extension StepPath {
    /// The path as directories: safe whatever the keys of instances are.
    package var fileName: String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "@"),
                UInt8(ascii: "/"), UInt8(ascii: "."):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                result += "%" + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }
}
