import Glibc
import RunMachine
import RunbookModel
import Testing

@testable import RunJournal

/// What may hold a journal, and who may read it.
@Suite struct StateDirectoryTests {
    private let home = TemporaryDirectory()
    private var state: StateDirectory { home.state }

    /// Why the journal cannot be opened.
    private func refusal(_ options: FileJournal.Options = .create, of state: StateDirectory? = nil) -> JournalFailure? {
        do {
            _ = try FileJournal(state ?? self.state, options)
            return nil
        } catch {
            return error
        }
    }

    @Test func lookingWhereNothingIsMakesNothing() {
        #expect(refusal(.existing) == .noJournal(path: state.path))
        #expect(TemporaryDirectory.mode(state.path) == nil)
        mkdir(state.path, 0o700)
        #expect(refusal(.existing)?.message == "no runs yet in '\(state.path)'")
        #expect(TemporaryDirectory.mode(state.database) == nil)
        #expect(TemporaryDirectory.mode(state.lockFile) == nil)
    }

    @Test func missingParentsAreMade() throws {
        let deep = StateDirectory(path: home.path + "/var/lib/belay/", allowsTmpfs: true)
        #expect(refusal(of: deep) == nil)
        #expect(TemporaryDirectory.mode(home.path + "/var/lib/belay") == 0o700)
    }

    @Test func filesArePrivateWhateverTheUmask() async {
        await #expect(processExitsWith: .success) {
            for mask in [0o000, 0o777] as [mode_t] {
                let home = TemporaryDirectory()
                umask(mask)
                try StateDirectoryTests.expectModes(of: home.state, directory: 0o700, file: 0o600)
                umask(0o022)
            }
        }
    }

    @Test func aTeamSharesEverythingButSnapshots() async {
        await #expect(processExitsWith: .success) {
            umask(0o077)
            let home = TemporaryDirectory()
            let state = StateDirectory(path: home.path + "/state", group: getegid(), allowsTmpfs: true)
            try StateDirectoryTests.expectModes(of: state, directory: 0o2770, file: 0o660)
            let snapshots = state.snapshotDirectory(1, "update", step: "install")
            #expect(TemporaryDirectory.mode(String(snapshots.dropLast("/install".count))) == 0o700)
        }
    }

    private static func expectModes(of state: StateDirectory, directory: UInt32, file: UInt32) throws {
        let journal = try FileJournal(state, .create)
        try SampleRun(in: journal).start()
        try state.makeRunDirectory(1, "update")
        let lock = try state.lockDriver(1, "update", DriverLock.Holder(pid: 1, user: "alice", since: 0))
        withExtendedLifetime(lock) {
            let run = state.path + "/runs/000001-update"
            for path in [state.path, state.path + "/runs", run, run + "/steps", run + "/artifacts"] {
                #expect(TemporaryDirectory.mode(path) == directory, "\(path)")
            }
            let database = state.database
            let ballast = state.path + "/ballast"
            for path in [database, database + "-wal", database + "-shm", state.lockFile, ballast, run + "/driver.lock"]
            {
                #expect(TemporaryDirectory.mode(path) == file, "\(path)")
            }
        }
    }

    @Test func aDirectoryThatOthersMayWriteIsRefused() {
        mkdir(state.path, 0o700)
        chmod(state.path, 0o770)
        #expect(refusal() == .tooOpen(path: state.path, mode: 0o770))
        chmod(state.path, 0o755)
        #expect(refusal() == nil)
        chmod(state.database, 0o666)
        #expect(refusal(.existing) == .tooOpen(path: state.database, mode: 0o666))
    }

    @Test func aPrivateDirectoryIsNotSharedByConfiguration() {
        #expect(refusal() == nil)
        let shared = StateDirectory(path: state.path, group: getegid(), allowsTmpfs: true)
        #expect(
            refusal(of: shared) == .wrongGroup(path: state.path, group: getegid(), expected: getegid(), mode: 0o700))
    }

    @Test(.enabled(if: geteuid() == 0, "giving files away takes root"))
    func aDirectoryOfSomebodyElseIsRefused() {
        mkdir(state.path, 0o700)
        chown(state.path, 65_534, 65_534)
        #expect(refusal() == .wrongOwner(path: state.path, owner: 65_534, expected: 0))
    }

    @Test func linksAreRefused() {
        mkdir(home.path + "/elsewhere", 0o700)
        symlink(home.path + "/elsewhere", state.path)
        #expect(refusal() == .symbolicLink(path: state.path))
        unlink(state.path)
        mkdir(state.path, 0o700)
        symlink("/etc/passwd", state.database)
        #expect(refusal() == .symbolicLink(path: state.database))
    }

    @Test func aFileInPlaceOfTheDirectoryIsRefused() {
        TemporaryDirectory.write([], to: state.path)
        #expect(refusal() == .notADirectory(path: state.path))
    }

    @Test(.enabled(if: access("/dev/shm", W_OK) == 0, "there is no tmpfs here"))
    func tmpfsIsUsedOnlyWhenItIsNamed() {
        let path = "/dev/shm/belay-journal-\(getpid())"
        defer { rmdir(path) }
        mkdir(path, 0o700)
        #expect(
            refusal(of: StateDirectory(path: path)) == .unsupportedFilesystem(path: path, kind: "tmpfs"))
        #expect(refusal(.existing, of: StateDirectory(path: path, allowsTmpfs: true)) == .noJournal(path: path))
    }

    @Test func aFilesystemThatKeepsNoLocksIsRefused() {
        guard case .unsupportedFilesystem("/proc", _) = refusal(of: StateDirectory(path: "/proc", allowsTmpfs: true))
        else {
            Issue.record("/proc passed for a place to keep a journal")
            return
        }
    }

    @Test func whatMayNotBeWrittenIsNamed() async {
        await #expect(processExitsWith: .success) {
            // Root may write anywhere.
            if geteuid() == 0 { precondition(setgid(65_534) == 0 && setuid(65_534) == 0) }
            let home = TemporaryDirectory()
            _ = try FileJournal(home.state, .create)
            chmod(home.state.lockFile, 0o400)
            #expect(throws: JournalFailure.readOnly(path: home.state.lockFile)) {
                try FileJournal(home.state, .existing)
            }
            chmod(home.state.lockFile, 0o600)
            for suffix in ["-wal", "-shm"] { unlink(home.state.database + suffix) }
            chmod(home.state.path, 0o500)
            #expect(throws: JournalFailure.readOnly(path: home.state.database)) {
                try FileJournal(home.state, .existing)
            }
            chmod(home.state.path, 0o700)
        }
    }

    // MARK: Files that are no journal

    @Test func whatIsNoDatabaseIsRefused() {
        mkdir(state.path, 0o700)
        TemporaryDirectory.write([UInt8](repeating: 0x41, count: 8_192), to: state.database)
        #expect(refusal() == .notAJournal(path: state.database, why: "it is not a SQLite database"))
    }

    @Test func aDatabaseOfAnotherProgramIsRefused() {
        mkdir(state.path, 0o700)
        RawDatabase.execute("CREATE TABLE t (a)", in: state.database)
        chmod(state.database, 0o600)
        guard case .notAJournal = refusal() else {
            Issue.record("a foreign database was taken over")
            return
        }
        #expect(RawDatabase.column("PRAGMA journal_mode", in: state.database) == ["delete"], "it is left as it was")
    }

    @Test func aNewerJournalIsLeftUntouched() {
        #expect(refusal() == nil)
        RawDatabase.execute("PRAGMA user_version = 99", in: state.database)
        #expect(refusal() == .newer(path: state.database, version: 99, known: Migration.all.count))
        #expect(RawDatabase.column("PRAGMA user_version", in: state.database) == ["99"])
    }

    // MARK: What is around the journal

    @Test func aSecondDriverLearnsWhoTheFirstIs() throws {
        let journal = try FileJournal(state, .create)
        let run = try SampleRun(in: journal)
        #expect(!state.isDriven(run.id, "update"))
        try state.makeRunDirectory(run.id, "update")
        let first = DriverLock.Holder(pid: 4711, user: "alice", since: 1_000)
        do {
            let lock = try state.lockDriver(run.id, "update", first)
            #expect(state.isDriven(run.id, "update"))
            #expect(throws: JournalFailure.driven(run.id, by: first)) {
                try state.lockDriver(run.id, "update", DriverLock.Holder(pid: 4712, user: "bob", since: 2_000))
            }
            withExtendedLifetime(lock) {}
        }
        #expect(!state.isDriven(run.id, "update"))
    }

    @Test func theBallastIsHeldWhereWorkBeginsAndLetGoOnTheWayBack() throws {
        let journal = try FileJournal(state, .create)
        #expect(TemporaryDirectory.mode(state.ballast.path) == nil, "looking takes no space")
        let run = try SampleRun(in: journal)
        #expect(TemporaryDirectory.mode(state.ballast.path) != nil)
        try run.start()
        try run.intend("stop")
        try run.end("stop")
        try run.commit([.forwardEnded(ForwardResult(.failed)), .directionTurned(cause: "verify failed")])
        #expect(TemporaryDirectory.mode(state.ballast.path) == nil)
        try run.claim()
        #expect(TemporaryDirectory.mode(state.ballast.path) == nil, "the rollback may need the space")
    }

    @Test func theBallastIsSpaceNotOnlyAName() throws {
        _ = try FileJournal(state, .create)
        #expect(state.ballast.hold())
        #expect(state.ballast.release())
        #expect(!state.ballast.release())
        #expect(state.ballast.hold(size: 4_096))
        var status = stat()
        stat(state.ballast.path, &status)
        #expect(status.st_blocks * 512 >= 4_096, "the space is taken, not only named")
    }

    @Test func aRunDirectoryIsNamedByNumberAndRunbook() {
        #expect(state.runDirectory(42, "update").hasSuffix("/runs/000042-update"))
        #expect(state.runDirectory(12_345_678, "update").hasSuffix("/runs/12345678-update"))
        #expect(
            state.attemptDirectory(42, "update", step: "backup/snapshot", number: 2)
                .hasSuffix("/runs/000042-update/steps/backup/snapshot/2"))
    }
}
