/// Saves what a step protects, and brings it back.
///
/// All reading and writing of protected content happens in child processes: tar, rm and sync of the host, and Belay's
/// own hidden command for databases. A caller must have proven that no child of an earlier, interrupted call is alive.
package struct Protector: Sendable {
    /// Runs a program (looked up in PATH) with its arguments to its end; throws where it could not be run.
    package typealias RunChild = @Sendable (_ arguments: [String]) throws -> ChildOutcome

    let run: RunChild
    let belay: String
    let lockTimeout: Duration

    /// `belay` is the path of this executable; `lockTimeout` is how long a locked database is waited for.
    package init(run: @escaping RunChild, belay: String, lockTimeout: Duration = .seconds(30)) {
        self.run = run
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

    /// About how many bytes a snapshot takes.
    package func room(for items: [ProtectedItem]) throws(ProtectionFailure) -> UInt64 { fatalError("to come") }

    /// Fails with both figures where the filesystem of `directory`, which must exist, has no room for a snapshot.
    package func checkRoom(for items: [ProtectedItem], in directory: String) throws(ProtectionFailure) {
        fatalError("to come")
    }

    /// Saves the items into a directory of their own, made where it is missing; durable on return.
    ///
    /// What an earlier call left in the directory is replaced, complete or not.
    package func snapshot(
        _ items: [ProtectedItem], into directory: String
    ) throws(ProtectionFailure) -> SnapshotManifest { fatalError("to come") }

    /// Sets the present state aside into a new numbered directory in `aside`, then makes every item what it was.
    ///
    /// Nothing is touched where the snapshot is damaged. After a crash at any point, a second call completes it.
    package func restore(
        from directory: String, aside: String
    ) throws(ProtectionFailure) -> RestoreReport { fatalError("to come") }
}
