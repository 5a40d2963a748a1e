import Expressions
import Glibc
import RunEngine
import RunHost
import Testing

/// What is damaged or hostile is refused before anything is touched.
@Suite struct ArchiveTrustTests {
    private let harness = ArchiveHarness()
    private var files: ProtectionHarness { harness.files }

    @Test func everyFlippedByteIsNoticed() throws {
        files.write("home/a", String(repeating: "content ", count: 40))
        symlink("a", files["home/b"])
        #expect(harness.backup(to: files["a.tar"])["error"] == nil)
        let sound = try HostFiles.read(files["a.tar"])
        files.write("home/a", "as it is now")
        let before = files.state(of: "home")
        #expect(harness.verify(files["a.tar"])["files"] == 2)
        var accepted: [Int] = []
        // Headers of tar hold bytes that mean nothing, such as padding.
        for position in stride(from: 0, to: sound.count, by: 7) where sound[position] != 0 {
            var bytes = sound
            bytes[position] ^= 0x20
            try HostFiles.writeAtomically(bytes, to: files["b.tar"])
            let result = harness.restore(from: files["b.tar"])
            if result["error"] == nil { accepted.append(position) }
            guard result["error"] == nil || files.state(of: "home") != before else { continue }
            #expect(result["error"] == nil, "\(position) changed something and failed")
            #expect(harness.undoRestore()["error"] == nil)
            _ = try ProtectionHarness.spawn(["rm", "-rf", files["state"]])
        }
        #expect(accepted.isEmpty, "\(accepted)")
    }

    @Test(arguments: ["a.tar", "a.tar.gz", "a.tar.zst"])
    func whatIsCutOffIsRefused(name: String) throws {
        files.write("home/a", String((0..<50_000).map { _ in "abcdefgh".randomElement()! }))
        #expect(harness.backup(to: files[name])["error"] == nil)
        let sound = try HostFiles.read(files[name])
        for length in [0, 1, 100, sound.count / 2, sound.count - 1_600] {
            try HostFiles.writeAtomically(Array(sound.prefix(length)), to: files["cut"])
            for demand in ["manifest", "archive"] {
                #expect(harness.verify(files["cut"], demand)["error"] != nil, "\(length) \(demand)")
            }
        }
        #expect(harness.verify(files["nowhere"])["error"] != nil)
        #expect(harness.verify(files["home"])["error"] != nil)
    }

    struct Hostile: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let make: @Sendable (inout TarBytes) -> Void

        init(_ name: String, _ make: @escaping @Sendable (inout TarBytes) -> Void) {
            testDescription = name
            self.make = make
        }
    }

    @Test(arguments: [
        Hostile("absolute") { $0.add("/etc/evil", content: "x") },
        Hostile("up") { $0.add("../evil", content: "x") },
        Hostile("up inside") { $0.add("a/../../evil", content: "x") },
        Hostile("up at the end") { $0.add("a/..", type: "5") },
        Hostile("through a link") {
            $0.add("out", type: "2", link: "/tmp")
            $0.add("out/evil", content: "x")
        },
        Hostile("a link over a directory") {
            $0.add("out/evil", content: "x")
            $0.add("out", type: "2", link: "/tmp")
        },
        Hostile("a device") { $0.add("null", type: "3") },
        Hostile("a block device") { $0.add("disk", type: "4") },
        Hostile("a pipe") { $0.add("pipe", type: "6") },
        Hostile("a hard link outside") { $0.add("passwd", type: "1", link: "/etc/passwd") },
        Hostile("a hard link up") { $0.add("passwd", type: "1", link: "../../etc/passwd") },
        Hostile("a hard link to a link") {
            $0.add("out", type: "2", link: "/etc/passwd")
            $0.add("passwd", type: "1", link: "out")
        },
        Hostile("twice") {
            $0.add("a", content: "x")
            $0.add("a", content: "y")
        },
        Hostile("twice, spelled otherwise") {
            $0.add("a", content: "x")
            $0.add("./a", content: "y")
        },
        Hostile("inside a file") {
            $0.add("a", content: "x")
            $0.add("a/b", content: "y")
        },
        Hostile("huge") { $0.add("a", content: "x", size: 0o77777777777) },
        Hostile("a false header") { $0.add(".belay-archive.json", content: "{}") },
        Hostile("a false manifest") {
            $0.add("a", content: "x")
            $0.add(".belay-manifest.json", content: #"{"version": 1, "entries": []}"#)
        },
        Hostile("more behind the manifest") {
            $0.add(".belay-manifest.json", content: #"{"version": 1, "entries": []}"#)
            $0.add("a", content: "x")
        },
        Hostile("nothing") { _ in },
    ])
    func aHostileArchiveIsRefused(_ hostile: Hostile) throws {
        var tar = TarBytes()
        tar.add("good", content: "good")
        hostile.make(&tar)
        if hostile.testDescription == "nothing" { tar = TarBytes() }
        try tar.write(to: files["a.tar"])
        let before = files.state(of: "home")
        let result = harness.restore(from: files["a.tar"], ["to": .string(files["home/to"]), "verify": "archive"])
        #expect(result["error"] != nil)
        #expect(files.state(of: "home") == before)
    }

    @Test func anArchiveOfOthersIsTakenOnlyWhereThatIsSaid() throws {
        var tar = TarBytes()
        tar.add("./", type: "5")
        tar.add("./dir/", type: "5")
        tar.add("./dir/a", content: "hello")
        tar.add("./dir/b", type: "1", link: "./dir/a")
        try tar.write(to: files["a.tar"])
        let to = Value.string(files["to"])
        #expect(harness.restore(from: files["a.tar"], ["to": to])["error"] == "the archive has no manifest")
        #expect(harness.restore(from: files["a.tar"], ["verify": "archive"])["error"] != nil)
        let restored = harness.restore(from: files["a.tar"], ["to": to, "verify": "archive"])
        #expect(restored["error"] == nil, "\(restored)")
        #expect(files.text("to/dir/b") == "hello")
    }

    @Test func namesThatDifferInCaseOnlyAreTwoFiles() throws {
        files.write("home/readme", "small")
        files.write("home/README", "BIG")
        #expect(harness.backup()["error"] == nil)
        #expect(harness.restore(["to": .string(files["to"])])["error"] == nil)
        #expect(files.text("to\(files["home/README"])") == "BIG")
        #expect(files.text("to\(files["home/readme"])") == "small")
    }
}
