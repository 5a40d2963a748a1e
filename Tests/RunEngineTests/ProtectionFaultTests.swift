import Glibc
import RunEngine
import RunHost
import Testing

/// What is left when protecting or restoring is interrupted, and what is refused.
@Suite struct ProtectionFaultTests {
    let harness = ProtectionHarness()

    private func home(_ exclude: [String] = []) -> ProtectedItem { .path(harness["home"], exclude: exclude) }

    private func snapshot(_ items: [ProtectedItem]) throws -> SnapshotManifest {
        try harness.protector.snapshot(items, into: harness.snapshot)
    }

    @discardableResult
    private func restore() throws -> RestoreReport {
        try harness.protector.restore(from: harness.snapshot, aside: harness.aside)
    }

    /// Every kind of item at once: in one move, in place, absent, removed, a database.
    private func items(_ harness: ProtectionHarness) -> [ProtectedItem] {
        [
            .path(harness["home/tree"], exclude: []), .path(harness["home/mixed"], exclude: ["*.log"]),
            .path(harness["home/link"], exclude: []), .path(harness["home/new"], exclude: []),
            .sqlite(harness["home/app.db"]),
        ]
    }

    private func makeStart(_ harness: ProtectionHarness) {
        for name in ["tree", "mixed"] {
            mkdir(harness["home/\(name)"], 0o755)
            harness.write("home/\(name)/file", "before")
        }
        harness.write("home/mixed/a.log", "log")
        symlink("before", harness["home/link"])
        harness.makeDatabase("home/app.db", ["before"])
    }

    private func change(_ harness: ProtectionHarness) {
        for name in ["tree/file", "mixed/file", "mixed/a.log", "tree/more"] { harness.write("home/\(name)", "after") }
        unlink(harness["home/link"])
        symlink("after", harness["home/link"])
        mkdir(harness["home/new"], 0o755)
        harness.write("home/new/file", "after")
        _ = ProtectionHarness.Connection(harness["home/app.db"]).run("UPDATE item SET name = 'after'")
    }

    private func expectStart(_ harness: ProtectionHarness) {
        #expect(HostFiles.names(in: harness["home"]).sorted() == ["app.db", "link", "mixed", "tree"])
        #expect(HostFiles.names(in: harness["home/tree"]) == ["file"])
        #expect(harness.text("home/tree/file") == "before")
        #expect(harness.text("home/mixed/file") == "before")
        #expect(harness.text("home/mixed/a.log") == "after")
        #expect(harness.state(of: "home/link")[0].hasSuffix("-> before"))
        #expect(harness.rows("home/app.db") == ["before"])
    }

    /// Looks into a copy of the changed state.
    private func expectChange(_ harness: ProtectionHarness, in copy: String) throws {
        mkdir(harness["look"], 0o700)
        for number in [0, 1, 3] {
            try ProtectionHarness.spawn(["tar", "-x", "-f", "\(copy)/\(number).tar", "-C", harness["look"]])
        }
        for name in ["tree/file", "tree/more", "mixed/file", "new/file"] {
            #expect(harness.text("look/\(name)") == "after")
        }
        #expect(ProtectionHarness.Connection("\(copy)/4.db").run("SELECT name FROM item") == ["after"])
    }

    @Test(arguments: ProtectionHarness.Fault.allCases)
    func aRestoreThatCrashedAtAnyChildIsCompletedByTheNext(fault: ProtectionHarness.Fault) throws {
        var number = 1
        while true {
            let harness = ProtectionHarness(in: "/dev/shm")
            makeStart(harness)
            _ = try harness.protector.snapshot(items(harness), into: harness.snapshot)
            change(harness)
            let crashing = harness.protector(crashingAt: number, fault)
            let isUntouched = (try? crashing.restore(from: harness.snapshot, aside: harness.aside)) != nil
            if !isUntouched { _ = try harness.protector.restore(from: harness.snapshot, aside: harness.aside) }
            expectStart(harness)
            // The state before the first restore is in the first directory aside that is complete.
            let numbers = HostFiles.names(in: harness.aside).compactMap { Int($0) }.sorted()
            let complete = numbers.map { "\(harness.aside)/\($0)" }.first { (try? SnapshotManifest(of: $0)) != nil }
            try expectChange(harness, in: #require(complete))
            if isUntouched { break }
            number += 1
        }
        #expect(number > 15)
    }

    @Test(arguments: ProtectionHarness.Fault.allCases)
    func aSnapshotThatCrashedIsNotOneAndCanBeTakenAgain(fault: ProtectionHarness.Fault) throws {
        var number = 1
        while true {
            let harness = ProtectionHarness(in: "/dev/shm")
            makeStart(harness)
            let crashing = harness.protector(crashingAt: number, fault)
            if (try? crashing.snapshot(items(harness), into: harness.snapshot)) != nil { break }
            let before = harness.state(of: "home")
            #expect(throws: ProtectionFailure.self) {
                try harness.protector.restore(from: harness.snapshot, aside: harness.aside)
            }
            #expect(harness.state(of: "home") == before)
            let manifest = try harness.protector.snapshot(items(harness), into: harness.snapshot)
            #expect(try SnapshotManifest(of: harness.snapshot) == manifest)
            number += 1
        }
        #expect(number == 5)
    }

    @Test func aDamagedArchiveIsRefusedBeforeAnythingIsTouched() throws {
        harness.write("home/file", "before")
        harness.write("other", "before")
        let manifest = try snapshot([.path(harness["other"], exclude: []), home()])
        harness.write("home/file", "after")
        harness.write("other", "after")
        let state = harness.state(of: "home") + harness.state(of: "other")
        for file in manifest.entries.flatMap(\.files) {
            let path = "\(harness.snapshot)/\(file.name)"
            let sound = try HostFiles.read(path)
            ProtectionHarness.overwrite(path, String(repeating: "x", count: sound.count))
            let failure = #expect(throws: ProtectionFailure.self) { try restore() }
            #expect(failure?.message.contains("the snapshot is damaged") == true)
            unlink(path)
            #expect(throws: ProtectionFailure.self) { try restore() }
            try HostFiles.writeAtomically(sound, to: path)
        }
        #expect(harness.state(of: "home") + harness.state(of: "other") == state)
        #expect(!harness.exists("state/aside"))
        try restore()
        #expect(harness.text("home/file") == "before")
    }

    @Test func aCrashBetweenTheTwoMovesLosesNothing() throws {
        harness.write("home/file", "before")
        _ = try snapshot([home()])
        harness.write("home/file", "after")
        rename(harness["home"], harness[".home.belay-old"])
        mkdir(harness[".home.belay-restore"], 0o700)
        harness.write(".home.belay-restore/partial", "rubbish")
        let report = try restore()
        #expect(harness.text("home/file") == "before")
        _ = try harness.protector.restore(from: report.aside, aside: harness["state/other"])
        #expect(harness.text("home/file") == "after")
        #expect(HostFiles.names(in: harness.directory).sorted() == ["home", "state"])
    }

    @Test func whatACrashAfterTheMovesLeftIsRemoved() throws {
        harness.write("home/file", "before")
        _ = try snapshot([home()])
        mkdir(harness[".home.belay-old"], 0o755)
        harness.write(".home.belay-old/file", "after")
        try restore()
        #expect(HostFiles.names(in: harness.directory).sorted() == ["home", "state"])
        #expect(harness.text("home/file") == "before")
    }

    @Test func aLinkAtATemporaryNameIsNotFollowed() throws {
        mkdir(harness["victim"], 0o755)
        harness.write("victim/file", "untouched")
        harness.write("home/file", "before")
        _ = try snapshot([home()])
        symlink(harness["victim"], harness[".home.belay-restore"])
        symlink(harness["victim"], harness[".home.belay-old"])
        try restore()
        #expect(HostFiles.names(in: harness["victim"]) == ["file"])
        #expect(HostFiles.names(in: harness.directory).sorted() == ["home", "state", "victim"])
    }

    @Test func aFileThatChangesWhileItIsSavedIsSavedAgain() throws {
        harness.write("home/file", "text")
        let item = home()
        func protector(failing count: Int) -> Protector {
            let left = Counter(count)
            return Protector(
                run: { arguments in
                    guard arguments[0] == "tar", left.countDown() else { return try ProtectionHarness.run(arguments) }
                    return Protector.ChildOutcome(exit: 1, stderr: "tar: ./home/file: file changed as we read it\n")
                }, belay: "belay")
        }
        _ = try protector(failing: 2).snapshot([item], into: harness.snapshot)
        let failure = #expect(throws: ProtectionFailure.self) {
            try protector(failing: 3).snapshot([item], into: harness.snapshot)
        }
        #expect(
            failure?.message == "cannot save \(harness["home"]): tar: ./home/file: file changed as we read it")
        #expect(failure?.help == "stop what writes there before this step, or exclude those files")
    }

    @Test func aSnapshotInsideWhatItSavesIsRefusedUnlessExcluded() throws {
        let inside = harness["home/state/1"]
        let failure = #expect(throws: ProtectionFailure.self) { try harness.protector.snapshot([home()], into: inside) }
        #expect(failure?.message.contains("the snapshot itself would be inside") == true)
        _ = try harness.protector.snapshot([home(["/state"])], into: inside)
        harness.write("home/new", "after")
        _ = try harness.protector.restore(from: inside, aside: harness["home/state/aside"])
        #expect(!harness.exists("home/new"))
        #expect(harness.exists("home/state/aside/1/manifest.json"))
    }

    @Test(arguments: ["relative", "/", "/tmp/..", "/tmp/."]) func onlyAnEntryByItsAbsolutePathIsProtected(path: String)
    {
        #expect(throws: ProtectionFailure.self) { try snapshot([.path(path, exclude: [])]) }
        #expect(throws: ProtectionFailure.self) { try harness.protector.room(for: [.sqlite(path)]) }
    }

    @Test func missingRoomIsReportedWithBothFigures() throws {
        harness.write("home/file", String(repeating: "x", count: 3 << 20))
        #expect(try harness.protector.room(for: [home()]) >= 3 << 20)
        #expect(try harness.protector.room(for: [home(["file"])]) < 1 << 20)
        try harness.protector.checkRoom(for: [home()], in: harness.directory)
        // procfs has no free space.
        let failure = #expect(throws: ProtectionFailure.self) {
            try harness.protector.checkRoom(for: [home()], in: "/proc")
        }
        #expect(failure?.message.contains("it takes about 4 MiB, and the filesystem of /proc has 0 MiB free") == true)
    }

    @Test func aSnapshotIsPrivate() throws {
        harness.write("home/file", "text")
        harness.makeDatabase("home/app.db", ["one"])
        _ = try snapshot([home(), .sqlite(harness["home/app.db"])])
        #expect(try HostFiles.status(of: harness.snapshot).st_mode & 0o777 == 0o700)
        #expect(
            HostFiles.names(in: harness.snapshot).sorted() == ["0.names", "0.tar", "1.db", "manifest.json"])
    }

    @Test func whatOnlyRootCouldRestoreIsRefusedForOthers() throws {
        guard geteuid() != 0 else { try Test.cancel("root can restore everything") }
        let failure = #expect(throws: ProtectionFailure.self) { try snapshot([.path("/etc/hostname", exclude: [])]) }
        #expect(failure?.message.contains("only root can restore /etc/hostname") == true)
    }

    @Test func aFailedChildIsToldInItsOwnWords() throws {
        harness.write("home/file", "text")
        let protector = Protector(
            run: { _ in Protector.ChildOutcome(exit: 2, stderr: "tar: no space left\ntar: giving up\n") },
            belay: "belay")
        let failure = #expect(throws: ProtectionFailure.self) {
            try protector.snapshot([home()], into: harness.snapshot)
        }
        #expect(failure?.message == "cannot save \(harness["home"]): tar: no space left; tar: giving up")
        #expect(failure?.path == harness["home"])
    }
}
