import Glibc
import RunHost
import Testing

@Suite struct HostFilesTests {
    let directory = TemporaryDirectory()

    private func mode(_ name: String) throws -> mode_t { try HostFiles.status(of: directory[name]).st_mode & 0o7777 }

    @Test func aFileIsReplacedWholeWithTheModeThatWasAskedFor() throws {
        let path = directory["file"]
        try HostFiles.writeAtomically(Array("one".utf8), to: path, mode: 0o666)
        #expect(try mode("file") == 0o666)
        try HostFiles.writeAtomically(Array("two".utf8), to: path)
        #expect(try mode("file") == 0o600)
        #expect(directory.text("file") == "two")
        #expect(HostFiles.names(in: directory.path) == ["file"])
    }

    @Test func anAtomicWriteReplacesALinkAndLeavesItsTarget() throws {
        try HostFiles.writeAtomically(Array("target".utf8), to: directory["target"])
        symlink(directory["target"], directory["link"])
        try HostFiles.writeAtomically(Array("new".utf8), to: directory["link"])
        #expect(directory.text("target") == "target")
        #expect(directory.text("link") == "new")
    }

    @Test func aFailedAtomicWriteLeavesNothing() throws {
        try HostFiles.makeDirectory(directory["taken"])
        #expect(throws: SystemError.self) { try HostFiles.writeAtomically([1], to: directory["taken"]) }
        #expect(HostFiles.names(in: directory.path) == ["taken"])
    }

    @Test func aDirectoryGetsItsModeWhateverTheUmask() throws {
        #expect(try HostFiles.makeDirectory(directory["team"], mode: 0o2770))
        #expect(try mode("team") == 0o2770)
        #expect(try !HostFiles.makeDirectory(directory["team"]))
        #expect(try mode("team") == 0o2770)
    }

    @Test func aFileInTheWayOfADirectoryIsAnError() throws {
        try HostFiles.writeAtomically([], to: directory["file"])
        #expect(throws: SystemError("create directory \(directory["file"])", errno: ENOTDIR)) {
            try HostFiles.makeDirectory(directory["file"])
        }
    }

    @Test func missingDirectoriesAboveAreMadeToo() throws {
        try HostFiles.makeDirectories(directory["a/b/c/"])
        #expect(try HostFiles.status(of: directory["a/b/c"]).st_mode & S_IFMT == S_IFDIR)
        rmdir(directory["a/b/c"])
        rmdir(directory["a/b"])
    }

    @Test func readingStopsAtItsLimit() throws {
        try HostFiles.writeAtomically([UInt8](repeating: 7, count: 10_000), to: directory["big"])
        #expect(try HostFiles.read(directory["big"]).count == 10_000)
        #expect(try HostFiles.read(directory["big"], limit: 10_000).count == 10_000)
        #expect(throws: SystemError.self) { try HostFiles.read(directory["big"], limit: 9_999) }
        #expect(try !HostFiles.read("/proc/self/stat").isEmpty)
    }

    @Test(arguments: [("/a/b", "/a"), ("/a/b/", "/a"), ("/a", "/"), ("/", "/"), ("a", "."), ("a/b", "a")])
    func theParentOfAPath(path: String, parent: String) {
        #expect(HostFiles.parent(of: path) == parent)
    }

    @Test func syncingWhatIsNotThereIsAnError() throws {
        try HostFiles.syncDirectory(directory.path)
        #expect(throws: SystemError.self) { try HostFiles.syncFile(directory["missing"]) }
    }

    @Test func filesystemsAreToldApart() throws {
        #expect(try Filesystem.holding("/dev/shm").kind == .tmpfs)
        #expect(try Filesystem.holding("/proc").kind == .other)
        let filesystem = try Filesystem.holding(directory.path)
        #expect(filesystem.free > 0 && filesystem.free <= filesystem.size)
    }
}
