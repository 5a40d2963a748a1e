import Glibc
import RunHost

/// Saves what a step protects, and brings it back.
///
/// All reading and writing of protected content happens in child processes: tar, rm and sync of the host, and Belay's
/// own hidden command for databases. A caller must have proven that no child of an earlier, interrupted call is alive.
package struct Protector: Sendable {
    /// Runs a program (looked up in PATH) with its arguments to its end; throws where it could not be run.
    package typealias RunChild = @Sendable (_ arguments: [String]) throws -> ChildOutcome

    private let runChild: RunChild
    private let belay: String
    private let lockTimeout: Duration

    /// `belay` is the path of this executable; `lockTimeout` is how long a locked database is waited for.
    package init(run: @escaping RunChild, belay: String, lockTimeout: Duration = .seconds(30)) {
        self.runChild = run
        self.belay = belay
        self.lockTimeout = lockTimeout
    }

    /// How a child process ended.
    package struct ChildOutcome: Hashable, Sendable {
        /// The exit status; for one that a signal ended, what a shell would report (128 and the signal).
        package var exit: Int32
        /// What it wrote to its standard error.
        package var stderr: String

        package init(exit: Int32, stderr: String) {
            self.exit = exit
            self.stderr = stderr
        }
    }

    // MARK: Children

    /// Runs a child whatever its exit status is.
    func outcome(of arguments: [String], about path: String) throws(ProtectionFailure) -> ChildOutcome {
        do {
            return try runChild(arguments)
        } catch {
            throw ProtectionFailure("cannot run '\(arguments[0])' for \(path): \(error)", path: path)
        }
    }

    /// Runs a child that must succeed; `doing` says what for, such as `cannot restore`.
    func run(_ arguments: [String], _ doing: String, _ path: String) throws(ProtectionFailure) {
        let outcome = try outcome(of: arguments, about: path)
        if outcome.exit != 0 { throw Self.failure(doing, path, outcome, program: arguments[0]) }
    }

    /// Runs SQLite's child, whose outcome is for the caller.
    func runSQLite(
        _ operation: String, _ source: String, _ target: String, about path: String
    ) throws(ProtectionFailure) -> ChildOutcome {
        let (seconds, attoseconds) = lockTimeout.components
        let milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
        return try outcome(of: [belay, "__sqlite", operation, source, target, "\(milliseconds)"], about: path)
    }

    /// What SQLite's child said, for a person.
    func databaseFailure(_ doing: String, _ path: String, _ outcome: ChildOutcome) -> ProtectionFailure {
        switch outcome.exit {
        case SQLiteChild.busyExit:
            ProtectionFailure(
                "\(doing) \(path): another process kept the database locked for \(lockTimeout)", path: path,
                help: "find who holds a transaction open (fuser \(path)), end it, and try again")
        case SQLiteChild.damagedExit:
            ProtectionFailure(
                "\(doing) \(path): this is not a sound SQLite database: \(Self.firstLines(outcome.stderr))", path: path,
                help: "look at it with: sqlite3 \(path) 'PRAGMA integrity_check'")
        default: Self.failure(doing, path, outcome, program: "belay")
        }
    }

    static func failure(
        _ doing: String, _ path: String, _ outcome: ChildOutcome, program: String
    ) -> ProtectionFailure {
        let said = firstLines(outcome.stderr)
        let cause = said.isEmpty ? "'\(program)' exited with status \(outcome.exit)" : said
        return ProtectionFailure("\(doing) \(path): \(cause)", path: path)
    }

    /// The first few lines of an output as one: more are not more help.
    private static func firstLines(_ text: String) -> String {
        text.split(separator: "\n").prefix(3).joined(separator: "; ")
    }

    /// Removes files and trees, whatever is there; never what is mounted inside.
    func delete(_ paths: [String], _ doing: String) throws(ProtectionFailure) {
        var present: [String] = []
        for path in paths where try Location.status(of: path) != nil { present.append(path) }
        guard let first = present.first else { return }
        try makeWritable(present)
        try run(["rm", "-rf", "--one-file-system", "--"] + present, doing, first)
    }

    /// Lets a user other than root empty directories of their own that are not writable; root needs no leave.
    private func makeWritable(_ paths: [String]) throws(ProtectionFailure) {
        guard geteuid() != 0 else { return }
        // What it cannot change is named by what comes next.
        _ = try outcome(of: ["chmod", "--recursive", "--silent", "u+rwX", "--"] + paths, about: paths[0])
    }

    /// Makes everything durable that was written to the filesystem of a path.
    func syncFilesystem(of path: String) throws(ProtectionFailure) {
        try run(["sync", "--file-system", path], "cannot sync", path)
    }
}

/// Runs a body whose errors come from the system, as a failure about `path`.
func protecting<Result>(_ path: String, _ body: () throws -> Result) throws(ProtectionFailure) -> Result {
    do {
        return try body()
    } catch let failure as ProtectionFailure {
        throw failure
    } catch {
        throw ProtectionFailure("\(error)", path: path)
    }
}
