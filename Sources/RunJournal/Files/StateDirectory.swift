import Glibc
import RunbookModel

/// Where runs are kept: who may use it, and the paths in it.
package struct StateDirectory: Sendable, Equatable {
    /// Absolute.
    package let path: String
    /// A team's group (2770 and 0660); nil: private to its owner (0700 and 0600).
    package let group: UInt32?
    /// Whether the directory was named explicitly, which allows one that does not survive a reboot.
    package let allowsTmpfs: Bool

    package init(path: String, group: UInt32? = nil, allowsTmpfs: Bool = false) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        self.group = group
        self.allowsTmpfs = allowsTmpfs
    }

    package var database: String { path + "/belay.db" }
    package var lockFile: String { path + "/belay.lock" }
    package var ballast: Ballast { Ballast(path: path + "/ballast", mode: fileMode, group: group) }

    /// `runs/000042-update`.
    package func runDirectory(_ run: RunID, _ runbook: RunbookName) -> String {
        let digits = String(run.number)
        let zeros = String(repeating: "0", count: max(0, 6 - digits.count))
        return path + "/runs/" + zeros + digits + "-" + runbook.text
    }

    package func driverLock(_ run: RunID, _ runbook: RunbookName) -> String {
        runDirectory(run, runbook) + "/driver.lock"
    }

    /// `steps/STEP/NUMBER`; the slashes of nested steps stay directories.
    package func attemptDirectory(_ run: RunID, _ runbook: RunbookName, step: StepPath, number: Int) -> String {
        runDirectory(run, runbook) + "/steps/" + step.text + "/" + String(number)
    }

    package func snapshotDirectory(_ run: RunID, _ runbook: RunbookName, step: StepPath) -> String {
        runDirectory(run, runbook) + "/snapshots/" + step.text
    }

    package func artifactDirectory(_ run: RunID, _ runbook: RunbookName) -> String {
        runDirectory(run, runbook) + "/artifacts"
    }

    /// Makes a run's directories, synced. Snapshots stay private to their owner in a team's directory, too.
    ///
    /// Errors: `.full`, `.readOnly`, `.io`.
    package func makeRunDirectory(_ run: RunID, _ runbook: RunbookName) throws(JournalFailure) {
        let directory = runDirectory(run, runbook)
        try FileSystem.makeDirectory(directory, mode: directoryMode, group: group)
        for name in ["steps", "artifacts"] {
            try FileSystem.makeDirectory(directory + "/" + name, mode: directoryMode, group: group)
        }
        try FileSystem.makeDirectory(directory + "/snapshots", mode: 0o700)
        try FileSystem.syncDirectory(directory)
        try FileSystem.syncDirectory(path + "/runs")
    }

    /// Takes the right to drive a run.
    ///
    /// Errors: `.driven`, naming who has it.
    package func lockDriver(_ run: RunID, _ runbook: RunbookName, _ holder: DriverLock.Holder)
        throws(JournalFailure) -> DriverLock
    {
        try DriverLock(run, path: driverLock(run, runbook), mode: fileMode, group: group, holder: holder)
    }

    /// Whether somebody drives a run now.
    package func isDriven(_ run: RunID, _ runbook: RunbookName) -> Bool {
        DriverLock.isHeld(path: driverLock(run, runbook))
    }

    /// Who drives a run now: nil where nobody does, `.some(nil)` where they did not write down who they are.
    package func driver(_ run: RunID, _ runbook: RunbookName) -> DriverLock.Holder?? {
        DriverLock.holder(path: driverLock(run, runbook))
    }

    /// Tells that a terminal waits for what people say to a run, and will go on with it.
    ///
    /// Errors: `.driven` where another terminal has said so before.
    package func markWaiting(_ run: RunID, _ runbook: RunbookName, _ holder: DriverLock.Holder)
        throws(JournalFailure) -> DriverLock
    {
        try DriverLock(run, path: waitingMark(run, runbook), mode: fileMode, group: group, holder: holder)
    }

    /// The terminal that goes on with a run once people have said something: nil where there is none.
    package func waitingTerminal(_ run: RunID, _ runbook: RunbookName) -> DriverLock.Holder?? {
        DriverLock.holder(path: waitingMark(run, runbook))
    }

    private func waitingMark(_ run: RunID, _ runbook: RunbookName) -> String {
        runDirectory(run, runbook) + "/waiting.lock"
    }

    /// Opens the file into which a driver without a terminal writes what it would show; the caller closes it.
    ///
    /// Errors: `.full`, `.readOnly`, `.io`.
    package func openDriverLog(_ run: RunID, _ runbook: RunbookName) throws(JournalFailure) -> Int32 {
        let path = driverLog(run, runbook)
        try FileSystem.makeFile(path, mode: fileMode, group: group)
        let descriptor = open(path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileSystem.failure(path, "open") }
        return descriptor
    }

    /// `runs/000042-update/driver.log`.
    package func driverLog(_ run: RunID, _ runbook: RunbookName) -> String {
        runDirectory(run, runbook) + "/driver.log"
    }

    var fileMode: mode_t { group == nil ? 0o600 : 0o660 }
    private var directoryMode: mode_t { group == nil ? 0o700 : 0o2770 }
}

extension StateDirectory {
    /// Whether there is a journal.
    package func hasJournal() throws(JournalFailure) -> Bool { try FileSystem.status(of: database) != nil }

    /// Makes the directory and its files where they are missing, and refuses what must not be used.
    func prepare() throws(JournalFailure) {
        try makeParents()
        try FileSystem.makeDirectory(path, mode: directoryMode, group: group)
        try check()
        try checkJournalIsThere()
        try FileSystem.makeDirectory(path + "/runs", mode: directoryMode, group: group)
        // SQLite gives its log the mode of the database. In this process nobody can have the database open yet
        // where it does not exist; where it exists it is not opened here (closing it would drop SQLite's locks).
        try FileSystem.makeFile(database, mode: fileMode, group: group)
        try checkFiles()
        try FileSystem.syncDirectory(path)
    }

    /// Refuses what must not be used. Makes nothing.
    func check() throws(JournalFailure) {
        guard let status = try FileSystem.status(of: path) else { throw .noJournal(path: path) }
        if FileSystem.isLink(status) { throw .symbolicLink(path: path) }
        guard FileSystem.isDirectory(status) else { throw .notADirectory(path: path) }
        try checkAccess(status, path, isDirectory: true)
        try FileSystem.checkKind(of: path, allowsTmpfs: allowsTmpfs)
    }

    /// Refuses files that must not be used. Of a journal without its lock, which no command deletes, makes the lock.
    func checkFiles() throws(JournalFailure) {
        try checkJournalIsThere()
        guard try hasJournal() else { throw .noJournal(path: path) }
        try FileSystem.makeFile(lockFile, mode: fileMode, group: group)
        for file in [database, lockFile] {
            guard let status = try FileSystem.status(of: file) else { throw .noJournal(path: path) }
            if FileSystem.isLink(status) { throw .symbolicLink(path: file) }
            guard FileSystem.isRegular(status) else { throw .notAJournal(path: file, why: "it is not a regular file") }
            try checkAccess(status, file, isDirectory: false)
        }
    }

    /// A new journal would give new runs the numbers, and the directories, of old ones.
    private func checkJournalIsThere() throws(JournalFailure) {
        for file in [database, database + "-wal"] {
            if let status = try FileSystem.status(of: file), status.st_size > 0 { return }
        }
        guard FileSystem.holdsEntries(path + "/runs") else { return }
        throw .journalGone(path: path)
    }

    /// A private directory belongs to who uses it, and nobody else writes there; a team's belongs to its group.
    private func checkAccess(_ status: stat, _ path: String, isDirectory: Bool) throws(JournalFailure) {
        let mode = status.st_mode & 0o7777
        if let group {
            let expected: mode_t = isDirectory ? 0o2770 : 0o660
            // A step with `user:` passes through the directory.
            let forbidden: mode_t = isDirectory ? 0o006 : 0o007
            guard status.st_gid == group, mode & forbidden == 0, mode & 0o770 == expected & 0o770 else {
                throw .wrongGroup(path: path, group: status.st_gid, expected: group, mode: mode)
            }
        } else {
            guard status.st_uid == geteuid() else {
                throw .wrongOwner(path: path, owner: status.st_uid, expected: geteuid())
            }
            guard mode & 0o022 == 0 else { throw .tooOpen(path: path, mode: mode) }
        }
    }

    private func makeParents() throws(JournalFailure) {
        var parents: [String] = []
        var rest = path[...]
        while let slash = rest.lastIndex(of: "/"), slash > rest.startIndex {
            rest = rest[..<slash]
            if access(String(rest), F_OK) == 0 { break }
            parents.append(String(rest))
        }
        for parent in parents.reversed() { try FileSystem.makeDirectory(parent, mode: 0o755) }
    }
}
