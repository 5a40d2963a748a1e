import Glibc
import RunEngine
import RunHost
import Testing

/// What `protect:` does for files, links and directories.
@Suite struct ProtectionPathTests {
    let harness = ProtectionHarness()
    private var isRoot: Bool { geteuid() == 0 }

    private func snapshot(_ items: [ProtectedItem]) throws -> SnapshotManifest {
        try harness.protector.snapshot(items, into: harness.snapshot)
    }

    private func restore() throws -> RestoreReport {
        try harness.protector.restore(from: harness.snapshot, aside: harness.aside)
    }

    private func home(_ exclude: [String] = []) -> ProtectedItem { .path(harness["home"], exclude: exclude) }

    private func makeRichTree() {
        mkdir(harness["home/bin"], 0o2751)
        mkdir(harness["home/empty"], 0o700)
        harness.write("home/bin/tool", "#!/bin/sh\n", mode: 0o4755)
        harness.write("home/-rf a\nb \\n *", "odd name")
        harness.write("home/one", "content", mode: 0o640)
        link(harness["home/one"], harness["home/other name"])
        symlink("bin/tool", harness["home/link"])
        symlink("/nowhere", harness["home/dangling"])
        mkfifo(harness["home/pipe"], 0o622)
        ExtendedAttribute("user.belay").set(Array("kept".utf8), of: harness["home/one"])
        if isRoot {
            chown(harness["home/one"], 1234, 4321)
            lchown(harness["home/link"], 1234, 4321)
        }
        var times = [
            timespec(tv_sec: 1_000_000, tv_nsec: 123_456_789), timespec(tv_sec: 1_000_000, tv_nsec: 987_654_321),
        ]
        utimensat(AT_FDCWD, harness["home/one"], &times, 0)
        chmod(harness["home/empty"], 0o1555)
    }

    private func wreck() throws {
        try ProtectionHarness.spawn(["rm", "-rf", harness["home/bin"], harness["home/one"], harness["home/link"]])
        harness.write("home/link", "a file now")
        mkdir(harness["home/one"], 0o755)
        harness.write("home/one/below", "new")
        chmod(harness["home"], 0o700)
        chmod(harness["home/empty"], 0o755)
        harness.write("home/empty/new", "new")
    }

    @Test func aTreeComesBackWithContentModesOwnersTimesLinksAndAttributes() throws {
        makeRichTree()
        let before = harness.state(of: "home")
        _ = try snapshot([home()])
        try wreck()
        let report = try restore()
        #expect(harness.state(of: "home") == before)
        #expect(report.items.map(\.outcome) == [.replaced])
        #expect(HostFiles.names(in: harness.directory).sorted() == ["home", "state"])
    }

    @Test func aTreeWithSomethingUntouchableComesBackInPlace() throws {
        makeRichTree()
        let before = harness.state(of: "home")
        _ = try snapshot([home(["keep.log"])])
        try wreck()
        harness.write("home/keep.log", "kept")
        let report = try restore()
        #expect(report.items.map(\.outcome) == [.replacedInPlace])
        #expect(report.items[0].untouched == [harness["home/keep.log"]])
        #expect(harness.text("home/keep.log") == "kept")
        #expect(harness.state(of: "home").filter { !$0.hasPrefix("home/keep.log") }.dropFirst() == before.dropFirst())
        #expect(try HostFiles.status(of: harness["home"]).st_mode & 0o7777 == 0o755)
    }

    @Test func accessControlListsComeBack() throws {
        harness.write("home/file", "text", mode: 0o640)
        // Version 2; user::rw-, user:1234:rwx, group::r--, mask::rwx, other::---: acl(5), linux/posix_acl_xattr.h.
        let list: [UInt8] =
            [2, 0, 0, 0] + [1, 0, 6, 0, 255, 255, 255, 255] + [2, 0, 7, 0, 0xD2, 4, 0, 0] + [
                4, 0, 4, 0, 255, 255, 255, 255,
            ]
            + [16, 0, 7, 0, 255, 255, 255, 255] + [32, 0, 0, 0, 255, 255, 255, 255]
        let attribute = ExtendedAttribute("system.posix_acl_access")
        guard attribute.set(list, of: harness["home/file"]) else {
            try Test.cancel("this filesystem has no access control lists")
        }
        _ = try snapshot([home()])
        unlink(harness["home/file"])
        _ = try restore()
        #expect(attribute.value(of: harness["home/file"]) == list)
    }

    @Test func aLinkIsRestoredItselfAndNotItsTarget() throws {
        mkdir(harness["home/1.0.0"], 0o755)
        mkdir(harness["home/2.0.0"], 0o755)
        harness.write("home/1.0.0/version", "one")
        symlink("1.0.0", harness["home/current"])
        let item = ProtectedItem.path(harness["home/current/"], exclude: [])
        _ = try snapshot([item])
        unlink(harness["home/current"])
        symlink("2.0.0", harness["home/current"])
        harness.write("home/1.0.0/version", "changed")
        _ = try restore()
        #expect(harness.state(of: "home/current")[0].hasSuffix(" -> 1.0.0"))
        #expect(harness.text("home/1.0.0/version") == "changed")
        unlink(harness["home/current"])
        mkdir(harness["home/current"], 0o755)
        _ = try restore()
        #expect(harness.state(of: "home/current")[0].hasSuffix(" -> 1.0.0"))
    }

    @Test(arguments: ["file", "link", "directory"]) func whatWasNotThereIsSetAsideAndRemoved(kind: String) throws {
        let item = ProtectedItem.path(harness["home/new"], exclude: ["*.log"])
        #expect(try snapshot([item]).entries[0].form == .absent)
        switch kind {
        case "file": harness.write("home/new", "text")
        case "link": symlink("/etc", harness["home/new"])
        default:
            mkdir(harness["home/new"], 0o755)
            harness.write("home/new/a.log", "also gone, and also kept")
        }
        let made = harness.state(of: "home/new")
        let report = try restore()
        #expect(report.items.map(\.outcome) == [.removed])
        #expect(harness.state(of: "home") == [harness.state(of: "home")[0]])
        #expect(report.aside == "\(harness.aside)/1")
        _ = try harness.protector.restore(from: report.aside, aside: harness["state/other"])
        #expect(harness.state(of: "home/new") == made)
    }

    @Test func anAbsentPathThatIsStillAbsentIsLeftSo() throws {
        _ = try snapshot([.path(harness["none/below"], exclude: [])])
        #expect(try restore().items.map(\.outcome) == [.alreadyAbsent])
        #expect(!harness.exists("none"))
    }

    @Test func excludedPartsAreNeitherSavedNorTouched() throws {
        mkdir(harness["home/logs"], 0o755)
        mkdir(harness["home/logs/old"], 0o755)
        harness.write("home/logs/old/a.log", "before")
        harness.write("home/cache.tmp", "before")
        harness.write("home/config", "before")
        _ = try snapshot([home(["logs/old", "*.tmp"])])
        harness.write("home/logs/old/a.log", "after")
        harness.write("home/cache.tmp", "after")
        harness.write("home/config", "after")
        mkdir(harness["home/later"], 0o755)
        harness.write("home/later/b.tmp", "after")
        harness.write("home/later/c", "after")
        let report = try restore()
        #expect(harness.text("home/logs/old/a.log") == "after")
        #expect(harness.text("home/cache.tmp") == "after")
        #expect(harness.text("home/config") == "before")
        #expect(harness.text("home/later/b.tmp") == "after")
        #expect(!harness.exists("home/later/c"))
        #expect(report.items[0].untouched == ["cache.tmp", "later/b.tmp", "logs/old"].map { harness["home/\($0)"] })
    }

    @Test func aSocketIsNamedAndLeftAlone() throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: harness["home/socket"].utf8) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        let bound = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        harness.write("home/file", "before")
        #expect(try snapshot([home()]).entries[0].skipped == [harness["home/socket"]])
        #expect(throws: ProtectionFailure.self) {
            try harness.protector.snapshot([.path(harness["home/socket"], exclude: [])], into: harness["state/other"])
        }
        let inode = ProtectionHarness.status(harness["home/socket"])?.st_ino
        harness.write("home/file", "after")
        #expect(try restore().items[0].untouched == [harness["home/socket"]])
        #expect(ProtectionHarness.status(harness["home/socket"])?.st_ino == inode)
        #expect(harness.text("home/file") == "before")
    }

    @Test func aBigSparseFileStaysSparse() throws {
        harness.write("home/image", "start")
        truncate(harness["home/image"], 8 << 30)
        let state = harness.state(of: "home")
        #expect(try harness.protector.room(for: [home()]) < 1 << 20)
        let manifest = try snapshot([home()])
        #expect(manifest.entries[0].files.allSatisfy { $0.length < 1 << 20 })
        unlink(harness["home/image"])
        _ = try restore()
        #expect(harness.state(of: "home") == state)
        #expect(try HostFiles.status(of: harness["home/image"]).st_blocks < 1_000)
    }

    @Test func namesThatAreNoTextComeBack() throws {
        let path =
            Array("\(harness["home"])/".utf8CString.dropLast()) + [CChar(bitPattern: 0xFF), CChar(bitPattern: 0x80), 0]
        close(open(path, O_CREAT | O_WRONLY, 0o600))
        _ = try snapshot([home(["kept"])])
        unlink(path)
        harness.write("home/kept", "so that the content is replaced in place")
        _ = try restore()
        #expect(access(path, F_OK) == 0)
        _ = try restore()
        #expect(access(path, F_OK) == 0)
    }

    @Test(arguments: [[], ["keep"]]) func directoriesThatAreNotWritableComeBack(exclude: [String]) throws {
        mkdir(harness["home/closed"], 0o755)
        harness.write("home/closed/file", "before")
        harness.write("home/keep", "kept")
        chmod(harness["home/closed"], 0o555)
        chmod(harness["home"], 0o555)
        defer { for name in ["home", "home/closed"] { chmod(harness[name], 0o755) } }
        let before = harness.state(of: "home")
        _ = try snapshot([home(exclude)])
        ProtectionHarness.overwrite(harness["home/closed/file"], "after")
        _ = try restore()
        #expect(harness.state(of: "home") == before)
        _ = try restore()
        #expect(harness.state(of: "home") == before)
    }

    @Test func aPathInsideAnotherIsRestoredAfterIt() throws {
        harness.write("home/file", "before")
        let inner = ProtectedItem.path(harness["home/file"], exclude: [])
        _ = try snapshot([home(), inner, .path(harness["home/none"], exclude: [])])
        harness.write("home/file", "after")
        harness.write("home/none", "after")
        #expect(try restore().items.map(\.outcome) == [.replaced, .replaced, .alreadyAbsent])
        #expect(harness.text("home/file") == "before")
        #expect(!harness.exists("home/none"))
    }

    @Test func aParentThatHasGoneIsMadeAgain() throws {
        mkdir(harness["home/a"], 0o755)
        harness.write("home/a/file", "before")
        _ = try snapshot([.path(harness["home/a/file"], exclude: [])])
        unlink(harness["home/a/file"])
        rmdir(harness["home/a"])
        _ = try restore()
        #expect(harness.text("home/a/file") == "before")
    }

    @Test func aSecondRestoreChangesNothing() throws {
        makeRichTree()
        let before = harness.state(of: "home")
        _ = try snapshot([home()])
        try wreck()
        _ = try restore()
        let report = try restore()
        #expect(harness.state(of: "home") == before)
        #expect(report.aside == "\(harness.aside)/2")
    }

    @Test func filesystemsMountedInsideAreLeftAlone() throws {
        mkdir(harness["home/data"], 0o755)
        harness.write("home/file", "before")
        guard try ProtectionHarness.spawn(["mount", "-t", "tmpfs", "tmpfs", harness["home/data"]]).exit == 0 else {
            try Test.cancel("this user cannot mount")
        }
        defer { _ = try? ProtectionHarness.spawn(["umount", harness["home/data"]]) }
        harness.write("home/data/inside", "untouched")
        #expect(try snapshot([home()]).entries[0].skipped == [harness["home/data"]])
        harness.write("home/file", "after")
        #expect(try restore().items.map(\.outcome) == [.replacedInPlace])
        #expect(harness.text("home/file") == "before")
        #expect(harness.text("home/data/inside") == "untouched")
    }

    @Test func aMountPointGetsItsContentBackInPlace() throws {
        guard try ProtectionHarness.spawn(["mount", "-t", "tmpfs", "tmpfs", harness["home"]]).exit == 0 else {
            try Test.cancel("this user cannot mount")
        }
        defer { _ = try? ProtectionHarness.spawn(["umount", harness["home"]]) }
        harness.write("home/file", "before")
        harness.write("bound", "outside")
        _ = try snapshot([home()])
        harness.write("home/file", "after")
        harness.write("home/new", "after")
        #expect(try restore().items.map(\.outcome) == [.replacedInPlace])
        #expect(HostFiles.names(in: harness["home"]) == ["file"])
        #expect(harness.text("home/file") == "before")
    }

    @Test func aFileThatIsAMountPointGetsItsContentBackInPlace() throws {
        harness.write("outside", "before", mode: 0o640)
        harness.write("home/file", "covered")
        let arguments = ["mount", "--bind", harness["outside"], harness["home/file"]]
        guard try ProtectionHarness.spawn(arguments).exit == 0 else { try Test.cancel("this user cannot mount") }
        defer { _ = try? ProtectionHarness.spawn(["umount", harness["home/file"]]) }
        _ = try snapshot([.path(harness["home/file"], exclude: [])])
        ProtectionHarness.overwrite(harness["home/file"], "afterwards")
        #expect(try restore().items.map(\.outcome) == [.replacedInPlace])
        #expect(harness.text("outside") == "before")
    }
}
