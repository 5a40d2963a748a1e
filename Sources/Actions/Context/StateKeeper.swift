import Expressions

/// Saves files before an action changes them, and brings them back: the engine's snapshots, as actions use them.
package struct StateKeeper: Sendable {
    /// Saves what is at these absolute paths, also that nothing is there, durably; what comes back names the snapshot.
    ///
    /// Errors: no room, what could not be restored, paths that only root can restore.
    package var save: @Sendable (_ paths: [String]) throws -> Value
    /// Sets aside what is there now, and brings back what was saved; safe to repeat.
    ///
    /// What comes back is the directory of what was set aside.
    package var restore: @Sendable (_ snapshot: Value) throws -> String

    package init(
        save: @escaping @Sendable (_ paths: [String]) throws -> Value,
        restore: @escaping @Sendable (_ snapshot: Value) throws -> String
    ) {
        self.save = save
        self.restore = restore
    }
}
