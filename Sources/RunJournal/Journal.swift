import RunMachine
import RunPlan
import RunbookModel

/// The one memory of all runs: what is in it happened, what is not in it did not.
///
/// Calls block the calling thread until what they write is on disk; make them from a thread of their own. Two
/// implementations, `FileJournal` and `MemoryJournal`, pass one conformance suite.
package protocol Journal: AnyObject, Sendable {
    /// Opens a run, with its locks and everything that it pins, in one transaction.
    ///
    /// `isDriven` says whether somebody drives the run that holds a lock: one asked for with `preempts` is taken from a
    /// run that nobody drives. Errors: `.locked`, nothing is written then.
    func createRun(_ new: NewRun, isDriven: (HeldLock) -> Bool) throws(JournalFailure) -> RunID

    /// Raises the run's epoch, so that no earlier driver can write any more, and gives the state it is left in.
    ///
    /// Errors: `.runIsClosed`.
    func claim(_ run: RunID) throws(JournalFailure) -> StoredRun

    /// Writes a batch in one transaction, synced when this returns.
    ///
    /// Errors: `.superseded` where another driver has claimed the run; nothing is written then.
    func commit(_ batch: JournalBatch) throws(JournalFailure) -> CommitResult

    /// The last stored state of a run.
    func load(_ run: RunID) throws(JournalFailure) -> StoredRun

    /// What the run was started with; only `repin` changes it.
    func pinned(_ run: RunID) throws(JournalFailure) -> Pinned

    /// Replaces what a claimed run pinned and the locks that it needs, and tells it in its events.
    ///
    /// Errors: `.superseded`, `.runIsClosed`.
    func repin(_ run: RunID, epoch: Int64, _ pinned: Pinned, locks: [LockRequest], _ entry: JournalEntry)
        throws(JournalFailure)

    /// Runs, the newest first. A damaged one is a failure of its own, `.damaged`.
    func runs(_ filter: RunFilter) throws(JournalFailure) -> [Result<RunSummary, JournalFailure>]

    /// The summary of one run.
    func summary(_ run: RunID) throws(JournalFailure) -> RunSummary

    /// Events after a sequence number (0: from the beginning), in order.
    func events(_ run: RunID, after sequence: Int64, limit: Int) throws(JournalFailure) -> [StoredEvent]

    /// Attempts of a run in the order in which they were intended; of one step where it is given.
    func attempts(_ run: RunID, step: StepPath?) throws(JournalFailure) -> [AttemptRecord]

    /// How long the latest successful attempts of a step took in runs of this runbook, milliseconds, newest first.
    func recentDurations(_ runbook: RunbookName, step: StepPath, purpose: Purpose, limit: Int)
        throws(JournalFailure) -> [Int64]

    /// A number that differs from an earlier one when anything may have been written in between.
    func changeCounter() throws(JournalFailure) -> Int64

    /// Puts what a person said into the inbox of an open run, judged by the state within the same transaction.
    ///
    /// `judge` must not call the journal. Errors: `.runIsClosed`.
    func record(_ entry: InboxEntry, judge: (StoredRun) -> InboxVerdict) throws(JournalFailure) -> InboxResult

    /// What the driver of a run has not taken yet, oldest first.
    func inbox(_ run: RunID) throws(JournalFailure) -> [InboxEntry]

    /// All locks that are held.
    func locks() throws(JournalFailure) -> [HeldLock]

    /// The locks that runs after this one were opened with, the oldest run first; runs without any are left out.
    func locksOfRuns(after run: RunID) throws(JournalFailure) -> [(run: RunID, locks: [LockRequest])]

    /// Takes a lock from all its holders, and tells it in their runs. Gives the runs that held it.
    ///
    /// Errors: `.noSuchLock`.
    func breakLock(_ name: String, by actor: Actor, why: String, at: Int64) throws(JournalFailure) -> [RunID]

    /// Takes again what was broken of a claimed run's locks: all or none. Gives the names that were missing.
    ///
    /// Errors: `.locked`, `.superseded`, `.runIsClosed`.
    func retakeLocks(_ run: RunID, epoch: Int64, at: Int64) throws(JournalFailure) -> [String]

    /// Adds a note to a run, closed ones included.
    func note(_ run: RunID, text: String, by actor: Actor, at: Int64) throws(JournalFailure)

    /// Notices about open prompts whose time has come and that nobody has sent, the longest due first, at most 100.
    func dueNotices(at wall: Int64) throws(JournalFailure) -> [DueNotice]

    /// Takes the right to send a notice: true for one process only. A reminder that is taken plans the next.
    func claimNotice(_ notice: DueNotice, at wall: Int64) throws(JournalFailure) -> Bool

    /// Adds to a run's history that people were told.
    func tell(_ run: RunID, _ step: StepPath, _ notice: Notice, at: Int64) throws(JournalFailure)

    /// Forgets a closed run.
    ///
    /// Errors: `.runIsOpen`.
    func remove(_ run: RunID) throws(JournalFailure)

    /// Verifies hash chains, and that the events of a run give the state that is stored; nil: all runs.
    ///
    /// `plan` makes the plan of a run from what it pinned.
    func audit(_ run: RunID?, plan: (RunID, Pinned) throws -> Plan) throws(JournalFailure) -> AuditReport

    /// Gives the space back that was held for when the disk is full; false where none was held.
    func releaseReserve() -> Bool

    /// Moves what was written into the main file; between transactions, and when a driver parks or closes.
    func checkpoint(_ when: CheckpointMoment) throws(JournalFailure)
}

/// When to move the log into the main file.
package enum CheckpointMoment: Sendable {
    /// Only when the log has more than 1,000 frames.
    case ifLarge
    case now
}

extension Journal {
    package func releaseReserve() -> Bool { false }

    /// Opens a run that takes no lock from others.
    package func createRun(_ new: NewRun) throws(JournalFailure) -> RunID {
        try createRun(new, isDriven: { _ in true })
    }

    /// All open runs, the newest first.
    package func openRuns() throws(JournalFailure) -> [Result<RunSummary, JournalFailure>] {
        try runs(RunFilter(isOpen: true))
    }

    /// All events after a sequence number.
    package func events(_ run: RunID, after sequence: Int64 = 0) throws(JournalFailure) -> [StoredEvent] {
        try events(run, after: sequence, limit: .max)
    }

    /// All attempts of a run.
    package func attempts(_ run: RunID) throws(JournalFailure) -> [AttemptRecord] {
        try attempts(run, step: nil)
    }
}
