import RunMachine
import Synchronization

/// The journal in `belay.db`, a SQLite database in WAL mode with full sync.
///
/// One connection writes, another reads, each behind a lock of its own: looking never waits for a commit.
package final class FileJournal: Journal {
    package let directory: StateDirectory
    private let writing = Mutex(())
    private let reading = Mutex(())
    // Each only under its lock.
    private nonisolated(unsafe) let writer: Connection
    private nonisolated(unsafe) let reader: Connection
    private nonisolated(unsafe) let gate: WriteGate
    private let ballastSize: Int

    /// How to open a journal.
    package struct Options: Sendable {
        /// Makes the directory and the journal where they are missing.
        package var creates: Bool
        /// How long to wait for other writers, milliseconds.
        package var patience = 5_000
        /// The journal's space held back, bytes; 0 for none.
        package var ballast = Ballast.standardSize
        var migrations = Migration.all
        package init(creates: Bool) { self.creates = creates }

        /// For commands that start runs.
        package static let create = Options(creates: true)
        /// For all others: they make nothing.
        package static let existing = Options(creates: false)
    }

    /// Opens the journal of a state directory.
    ///
    /// Errors: `.noJournal` where there is none and none is to be made; a refusal of the directory, or of the file.
    package init(_ directory: StateDirectory, _ options: Options) throws(JournalFailure) {
        self.directory = directory
        if options.creates {
            try directory.prepare()
        } else {
            try directory.check()
            try directory.checkFiles()
        }
        let gate = try WriteGate(path: directory.lockFile, patience: options.patience)
        let timeout = Int32(options.patience)
        let writer = try Connection(path: directory.database, isReadOnly: false, timeout: timeout)
        try JournalFormat(migrations: options.migrations).prepare(writer, gate: gate)
        let reader = try Connection(path: directory.database, isReadOnly: true, timeout: timeout)
        try JournalFormat.configure(reader)
        self.gate = gate
        self.writer = writer
        self.reader = reader
        ballastSize = options.ballast
    }

    /// Runs `body` in a transaction on the writing connection, synced when this returns.
    ///
    /// Where the disk is full the ballast is let go, and the transaction tried once more.
    func write<T: Sendable>(
        _ body: (Connection) throws(JournalFailure) -> T
    ) throws(JournalFailure) -> T {
        try writing.withLock { _ throws(JournalFailure) -> T in
            do throws(JournalFailure) {
                return try transaction(body)
            } catch {
                guard case .full = error, directory.ballast.release() else { throw error }
                return try transaction(body)
            }
        }
    }

    private func transaction<T>(_ body: (Connection) throws(JournalFailure) -> T) throws(JournalFailure) -> T {
        try gate.enter()
        defer { gate.leave() }
        return try writer.transaction("BEGIN IMMEDIATE", body)
    }

    /// Runs `body` on the reading connection, where all that it reads is of one moment.
    func read<T: Sendable>(
        _ body: (Connection) throws(JournalFailure) -> T
    ) throws(JournalFailure) -> T {
        try reading.withLock { _ throws(JournalFailure) -> T in
            try reader.transaction("BEGIN", body)
        }
    }

    /// Outside any transaction: one that is open would not see what others write.
    package func changeCounter() throws(JournalFailure) -> Int64 {
        try reading.withLock { _ throws(JournalFailure) -> Int64 in
            try reader.first("PRAGMA data_version") { $0.int(0) } ?? 0
        }
    }

    package func checkpoint(_ when: CheckpointMoment) throws(JournalFailure) {
        try writing.withLock { _ throws(JournalFailure) in
            if case .ifLarge = when, writer.framesToMove() <= Self.largeLog { return }
            try gate.enter()
            defer { gate.leave() }
            try writer.checkpoint()
        }
    }

    private static let largeLog = 1_000

    package func releaseReserve() -> Bool { directory.ballast.release() }

    /// Takes the ballast where work begins; never for those who only look, nor on the way back, which may need it.
    func holdBallast() {
        if ballastSize > 0 { directory.ballast.hold(size: ballastSize) }
    }
}
