import Glibc
import RunHost
import Testing

@Suite struct AttemptFileTests {
    let directory = TemporaryDirectory()
    var path: String { directory["attempt"] }

    private static let started = AttemptStarted(
        token: UInt64.max, pid: 42, startTicks: 7, wallTime: 1, bootTime: 2, deadline: nil)

    private static func result() -> AttemptResult {
        var result = AttemptResult(
            token: 3, ending: .signalled(SIGKILL, coreDumped: true), pid: 4, startedWallTime: 5, endedWallTime: 6,
            startedBootTime: 7, endedBootTime: 8)
        result.endedBy = .timeout
        result.commandPid = 9
        result.maxResidentSize = 10
        result.stdout = FileDigest(length: 11, sha256: (0..<32).map { $0 })
        result.stderrTruncated = true
        result.outputErrno = ENOSPC
        return result
    }

    @Test func aNewFileIsPrivateAllocatedAndEmpty() throws {
        let before = umask(0)
        defer { umask(before) }
        let file = try AttemptFile.preallocate(path)
        let status = try HostFiles.status(of: path)
        #expect(status.st_mode & 0o7777 == 0o600)
        #expect(status.st_size == 4096)
        #expect(status.st_blocks > 0)
        #expect(try file.slots() == AttemptSlots())
        #expect(try file.slots().areEmpty)
    }

    @Test func anAttemptIsNeverPreallocatedTwice() throws {
        _ = try AttemptFile.preallocate(path)
        #expect(throws: SystemError("create \(path)", errno: EEXIST)) { try AttemptFile.preallocate(path) }
    }

    @Test func recordsComeBackAsTheyWereWritten() throws {
        let file = try AttemptFile.preallocate(path)
        let void = AttemptVoid(token: 1, pid: 2, wallTime: -3)
        try file.write(void)
        try file.write(Self.started)
        try file.write(Self.result())
        let slots = try AttemptFile.open(path).slots()
        #expect(slots == AttemptSlots(void: .valid(void), started: .valid(Self.started), result: .valid(Self.result())))
        #expect(!slots.areEmpty)
    }

    @Test func everyEndingAndEveryAuthorOfItComesBack() throws {
        let file = try AttemptFile.preallocate(path)
        let endings: [AttemptResult.Ending] = [
            .exited(0), .exited(255), .signalled(SIGTERM, coreDumped: false),
            .notSpawned(SpawnFailure(stage: .user, errno: EPERM)),
            .notSpawned(SpawnFailure(stage: .fork, errno: EAGAIN)),
        ]
        for ending in endings {
            for author in [AttemptResult.EndedBy.itself, .timeout, .request] {
                var result = Self.result()
                result.ending = ending
                result.endedBy = author
                try file.write(result)
                #expect(try file.slots().result == .valid(result))
            }
        }
    }

    @Test(arguments: [0, 20, 40, 100])
    func aSlotWithOneWrongByteIsTornNotEmpty(at offset: Int) throws {
        let file = try AttemptFile.preallocate(path)
        try file.write(Self.result())
        let position = off_t(2048 + offset)
        var byte: UInt8 = 0
        #expect(pread(file.descriptor, &byte, 1, position) == 1)
        byte ^= 0x40
        #expect(pwrite(file.descriptor, &byte, 1, position) == 1)
        #expect(try file.slots().result == .torn)
        #expect(try file.slots().started == .empty)
        #expect(try !file.slots().areEmpty)
    }

    @Test func aSlotCutShortIsTorn() throws {
        let file = try AttemptFile.preallocate(path)
        try file.write(Self.result())
        #expect(ftruncate(file.descriptor, 2048 + 100) == 0)
        #expect(try file.slots().result == .torn)
    }

    @Test func theLockIsHeldUntilTheLastReferenceIsGone() throws {
        var first: AttemptFile? = try AttemptFile.preallocate(path)
        #expect(try first?.lock() == true)
        let second = try AttemptFile.open(path)
        #expect(try !second.lock())
        first = nil
        #expect(try second.lock())
    }

    @Test func nothingStartsFromAFileThatIsHeldOrWrittenTo() throws {
        let file = try AttemptFile.preallocate(path)
        #expect(try file.lockForStart())
        #expect(try !AttemptFile.open(path).lockForStart())
        try file.write(AttemptVoid(token: 0, pid: 1, wallTime: 2))
        #expect(try !file.lockForStart())
    }

    @Test func aSymbolicLinkIsNoAttemptFile() throws {
        _ = try AttemptFile.preallocate(directory["other"])
        symlink(directory["other"], path)
        #expect(throws: SystemError("open \(path)", errno: ELOOP)) { try AttemptFile.open(path) }
    }
}
