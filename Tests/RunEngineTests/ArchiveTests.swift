import Expressions
import Glibc
import RunEngine
import RunHost
import Testing

/// Archives hold what was there, and bring it back.
@Suite struct ArchiveTests {
    private let harness = ArchiveHarness()
    private var files: ProtectionHarness { harness.files }

    private func fill() {
        files.write("home/plain", "plain", mode: 0o640)
        files.write("home/setuid", "s", mode: 0o4755)
        mkdir(files["home/empty"], 0o711)
        mkdir(files["home/dir"], 0o750)
        files.write("home/dir/größe 🧗", "ü")
        files.write("home/dir/new\nline", "n")
        symlink("plain", files["home/link"])
        symlink("/etc/passwd", files["home/absolute"])
        symlink("nowhere", files["home/dangling"])
        link(files["home/plain"], files["home/dir/second"])
        _ = (Array("\(files.directory)/home/".utf8) + [0xff, 0xfe, 0]).withUnsafeBufferPointer { name in
            name.withMemoryRebound(to: CChar.self) { symlink("bytes", $0.baseAddress!) }
        }
        ExtendedAttribute("user.belay").set([1, 2, 3], of: files["home/plain"])
        let sparse = open(files["home/sparse"], O_CREAT | O_RDWR, 0o600)
        for offset in [1 << 20, 5 << 20] { pwrite(sparse, "data", 4, offset) }
        ftruncate(sparse, 9 << 20)
        close(sparse)
        let hole = open(files["home/hole"], O_CREAT | O_RDWR, 0o600)
        ftruncate(hole, 3 << 20)
        close(hole)
        if geteuid() == 0 {
            chown(files["home/dir"], 1234, 4321)
            lchown(files["home/link"], 77, 78)
        }
        var times = [
            timespec(tv_sec: 1_000_000_000, tv_nsec: 123_456_789),
            timespec(tv_sec: 1_000_000_001, tv_nsec: 987_654_321),
        ]
        utimensat(AT_FDCWD, files["home/plain"], &times, 0)
        utimensat(AT_FDCWD, files["home/link"], &times, AT_SYMLINK_NOFOLLOW)
        utimensat(AT_FDCWD, files["home/dir"], &times, 0)
        utimensat(AT_FDCWD, files["home"], &times, 0)
    }

    @Test(arguments: ["app.tar.gz", "app.tgz", "app.tar.zst", "app.tzst", "app.tar"])
    func whatWasSavedComesBackAsItWas(name: String) throws {
        fill()
        let before = files.state(of: "home")
        let archive = files["archives/\(name)"]
        let made = harness.backup(to: archive)
        #expect(made["error"] == nil, "\(made)")
        #expect(made["notes"]?.asList == [])
        #expect(made["outputs"]?["size"]?.asInt.map { $0 > 0 } == true)
        #expect(try ProtectionHarness.spawn(["rm", "-rf", files["home"]]).exit == 0)
        let restored = harness.restore(from: archive)
        #expect(restored["error"] == nil, "\(restored)")
        #expect(files.state(of: "home") == before)
        let sparse = try HostFiles.status(of: files["home/sparse"])
        #expect(sparse.st_blocks * 512 < sparse.st_size)
        #expect(HostFiles.names(in: files["archives"]) == [name])
        #expect(HostFiles.names(in: files.directory).allSatisfy { !$0.hasPrefix(".") })
    }

    @Test func theUndoOfARestoreBringsBackWhatWasThereBefore() throws {
        fill()
        #expect(harness.backup()["error"] == nil)
        files.write("home/plain", "changed since")
        files.write("home/own", "not in the archive")
        #expect(try ProtectionHarness.spawn(["rm", "-rf", files["home/dir"]]).exit == 0)
        files.write("home/dir", "a file where a directory was")
        unlink(files["home/link"])
        mkdir(files["home/link"], 0o755)
        files.write("home/link/inside", "x")
        let before = files.state(of: "home")
        #expect(harness.restore()["error"] == nil)
        #expect(files.text("home/plain") == "plain")
        #expect(files.text("home/own") == "not in the archive")
        #expect(files.text("home/dir/größe 🧗") == "ü")
        #expect(harness.undoRestore()["error"] == nil)
        #expect(files.state(of: "home") == before)
        #expect(harness.undoRestore()["error"] == nil)
        #expect(files.state(of: "home") == before)
    }

    @Test func whatWasNotThereIsGoneAfterTheUndo() throws {
        fill()
        #expect(harness.backup(include: ["\(files["home"])/dir", files["home/plain"]])["error"] == nil)
        #expect(try ProtectionHarness.spawn(["rm", "-rf", files["home"]]).exit == 0)
        #expect(harness.restore()["error"] == nil)
        #expect(files.text("home/plain") == "plain")
        #expect(harness.undoRestore()["error"] == nil)
        #expect(!files.exists("home"))
    }

    @Test func onlyWhatIsNamedComesBack() throws {
        fill()
        #expect(harness.backup()["error"] == nil)
        let second = files.state(of: "home/dir")
        #expect(try ProtectionHarness.spawn(["rm", "-rf", files["home"]]).exit == 0)
        let dir = Value.string(files["home/dir"])
        #expect(harness.restore(["only": [dir, .string(String(files["home/link"].dropFirst()))]])["error"] == nil)
        #expect(HostFiles.names(in: files["home"]).sorted() == ["dir", "link"])
        #expect(files.text("home/dir/second") == "plain")
        #expect(files.state(of: "home/dir").count == second.count)
        let missing = harness.restore(["only": ["/no/such/thing"]])
        #expect(missing["error"] == "there is nothing under '/no/such/thing' in the archive")
        #expect(harness.undoRestore()["error"] == nil)
        #expect(!files.exists("home"))
    }

    @Test func aScratchCopyTouchesNothingElse() throws {
        fill()
        #expect(harness.backup()["error"] == nil)
        files.write("home/plain", "changed since")
        let before = files.state(of: "home")
        let restored = harness.restore(["to": .string(files["scratch/copy"])])
        #expect(restored["error"] == nil, "\(restored)")
        #expect(files.text("scratch/copy\(files["home/plain"])") == "plain")
        #expect(files.state(of: "home") == before)
        #expect(harness.undoRestore()["error"] == nil)
        #expect(!files.exists("scratch/copy"))
    }

    @Test func aLinkOnTheWayIsNotFollowed() throws {
        fill()
        #expect(harness.backup()["error"] == nil)
        #expect(try ProtectionHarness.spawn(["rm", "-rf", files["home/dir"]]).exit == 0)
        mkdir(files["elsewhere"], 0o755)
        symlink(files["elsewhere"], files["home/dir"])
        #expect(harness.restore()["error"] == nil)
        #expect(HostFiles.names(in: files["elsewhere"]).isEmpty)
        #expect(files.text("home/dir/second") == "plain")
    }

    @Test func whatIsExcludedIsNeitherSavedNorTouched() throws {
        fill()
        mkdir(files["home/cache"], 0o755)
        files.write("home/cache/a.tmp", "cached")
        files.write("home/b.tmp", "temporary")
        #expect(harness.backup(["exclude": ["*.tmp", "dir/second"]])["error"] == nil)
        for name in ["home/b.tmp", "home/cache/a.tmp", "home/dir/second"] {
            ProtectionHarness.overwrite(files[name], "now")
        }
        unlink(files["home/plain"])
        #expect(harness.restore()["error"] == nil)
        #expect(files.text("home/b.tmp") == "now" && files.text("home/cache/a.tmp") == "now")
        #expect(files.text("home/dir/second") == "now" && files.text("home/plain") == "plain")
        #expect(harness.undoRestore()["error"] == nil)
        #expect(files.text("home/b.tmp") == "now" && !files.exists("home/plain"))
    }

    @Test func anArchiveInsideWhatItSavesDoesNotHoldItself() throws {
        files.write("home/plain", "plain")
        let made = harness.backup(to: files["home/app.tar.gz"])
        #expect(made["outputs"]?["files"] == 1)
        let again = harness.backup(to: files["home/app.tar.gz"], token: "t2")
        #expect(again["error"]?.asString?.hasPrefix("there is already a file") == true)
    }

    @Test func randomTreesComeBackAsTheyWere() throws {
        var random = SplitMix(seed: 42)
        for _ in 0..<6 {
            let harness = ArchiveHarness()
            RandomTree(harness.files).grow(&random)
            let before = harness.files.state(of: "home")
            #expect(harness.backup(to: harness.files["a.tar.zst"])["error"] == nil)
            RandomTree(harness.files).damage(&random)
            let damaged = harness.files.state(of: "home")
            let restored = harness.restore(from: harness.files["a.tar.zst"], ["to": .string(harness.files["copy"])])
            #expect(restored["error"] == nil, "\(restored)")
            let copy = harness.files.state(of: "copy\(harness.files["home"])")
            let prefix = "copy\(harness.files.directory)/"
            #expect(copy.map { String($0.dropFirst(prefix.count)) } == before)
            #expect(harness.files.state(of: "home") == damaged)
            #expect(try ProtectionHarness.spawn(["rm", "-rf", harness.files["state"]]).exit == 0)
            #expect(harness.restore(from: harness.files["a.tar.zst"])["error"] == nil)
            #expect(harness.undoRestore()["error"] == nil)
            #expect(harness.files.state(of: "home") == damaged)
        }
    }

    /// Ten thousand where `BELAY_FULL` is set.
    @Test func manySmallFilesAreQuicklyThere() throws {
        let directories = getenv("BELAY_FULL") == nil ? 10 : 100
        for directory in 0..<directories {
            mkdir(files["home/\(directory)"], 0o755)
            for file in 0..<100 {
                let descriptor = open(files["home/\(directory)/\(file)"], O_CREAT | O_WRONLY, 0o644)
                write(descriptor, "\(file)", 2)
                close(descriptor)
            }
        }
        let began = ContinuousClock.now
        let made = harness.backup()
        #expect(made["outputs"]?["files"]?.asInt == Int64(directories * 100))
        let written = ContinuousClock.now
        let restored = harness.restore(["to": .string(files["copy"])])
        #expect(restored["outputs"]?["files"]?.asInt == Int64(directories * 100))
        print("\(directories * 100) small files: backup \(written - began), restore \(ContinuousClock.now - written)")
    }
}

/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
private struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Files, directories and links without any sense.
private struct RandomTree {
    private let files: ProtectionHarness

    init(_ files: ProtectionHarness) { self.files = files }

    func grow(_ random: inout SplitMix) {
        var directories = ["home"]
        var plain: [String] = []
        for number in 0..<40 {
            let name =
                "\(directories.randomElement(using: &random)!)/\(["a", "é", "x y", "-", "\\", "'"].randomElement(using: &random)!)\(number)"
            switch Int.random(in: 0..<8, using: &random) {
            case 0, 1:
                mkdir(files[name], 0o755)
                directories.append(name)
            case 2: symlink(plain.randomElement(using: &random) ?? "..", files[name])
            case 3 where !plain.isEmpty: link(files[plain.randomElement(using: &random)!], files[name])
            default:
                let size = [0, 1, 511, 512, 70_000].randomElement(using: &random)!
                files.write(
                    name, String(repeating: "\(number)", count: size),
                    mode: [0o600, 0o644, 0o755, 0o2750, 0].randomElement(using: &random)!)
                plain.append(name)
            }
        }
    }

    func damage(_ random: inout SplitMix) {
        for name in HostFiles.names(in: files["home"]).sorted() {
            switch Int.random(in: 0..<4, using: &random) {
            case 0: _ = try? ProtectionHarness.spawn(["rm", "-rf", files["home/\(name)"]])
            case 1:
                _ = try? ProtectionHarness.spawn(["rm", "-rf", files["home/\(name)"]])
                mkdir(files["home/\(name)"], 0o700)
                files.write("home/\(name)/new", "new")
            case 2:
                _ = try? ProtectionHarness.spawn(["rm", "-rf", files["home/\(name)"]])
                files.write("home/\(name)", "replaced")
            default: break
            }
        }
    }
}
