import RunMachine
import RunbookModel

/// Why the journal, or a file of the state directory, cannot be used as asked.
///
/// What each says to a person is in `JournalFailure+Message.swift`.
package enum JournalFailure: Error, Sendable, Equatable {
    // The run.
    case noSuchRun(RunID)
    case runIsClosed(RunID)
    case runIsOpen(RunID)
    /// Another driver has claimed the run meanwhile.
    case superseded(RunID, by: Int64)
    /// Somebody drives the run; what they wrote into `driver.lock`.
    case driven(RunID, by: DriverLock.Holder?)
    /// This run's rows cannot be read; others can.
    case damaged(RunID, why: String)
    // Locks.
    case locked(HeldLock)
    case noSuchLock(String)
    // The file.
    /// Others write; the process that holds the lock, where it is known.
    case busy(path: String, holder: String?)
    case full(path: String)
    case readOnly(path: String)
    case corrupt(path: String, why: String)
    case notAJournal(path: String, why: String)
    /// Written by a newer Belay; left untouched.
    case newer(path: String, version: Int, known: Int)
    /// A change of format that must wait until no run is open.
    case openRunsBlockMigration(path: String, runs: [RunID])
    case io(path: String, operation: String, why: String)
    // The state directory.
    case noJournal(path: String)
    /// Runs are there, but not the journal that tells of them.
    case journalGone(path: String)
    case wrongOwner(path: String, owner: UInt32, expected: UInt32)
    /// Others than its owner may write to it.
    case tooOpen(path: String, mode: UInt32)
    case wrongGroup(path: String, group: UInt32, expected: UInt32, mode: UInt32)
    case symbolicLink(path: String)
    case notADirectory(path: String)
    case unsupportedFilesystem(path: String, kind: String)
}
