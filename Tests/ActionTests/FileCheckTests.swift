import Checks
import Expressions
import Glibc
import RunHost
import RunbookModel
import Testing

@Suite struct FileCheckTests {
    private let around = Surroundings()

    struct Demand: Sendable {
        let demand: Value
        let answer: CheckAnswer

        init(_ demand: Value, _ answer: CheckAnswer) {
            self.demand = demand
            self.answer = answer
        }
    }

    private static let digest = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"

    @Test(arguments: [
        Demand([:], .met), Demand(["exists": true], .met), Demand(["exists": false], .notMet),
        Demand(["mode": "0640"], .met), Demand(["mode": "0600"], .notMet),
        Demand(["min_size": "6"], .met), Demand(["min_size": "1KiB"], .notMet),
        Demand(["contains": "hell"], .met), Demand(["contains": "help"], .notMet),
        Demand(["sha256": .string(digest)], .met), Demand(["sha256": .string(digest.uppercased())], .met),
        Demand(["sha256": "00"], .notMet), Demand(["owner": "no-such-user-here"], .inconclusive),
        Demand(["mode": "0640", "contains": "nothing of it"], .notMet),
    ])
    func aFileIsAsDemanded(_ story: Demand) {
        around.write("file", "hello\n", mode: 0o640)
        var demands = story.demand.asMap ?? [:]
        demands["path"] = "file"
        #expect(around.look("file", .map(demands)).answer == story.answer)
    }

    @Test func aMissingFileIsSeen() {
        #expect(around.look("file", ["path": "missing"]).answer == .notMet)
        #expect(around.look("file", ["path": "missing", "exists": false]).answer == .met)
        #expect(around.look("file", ["path": "missing", "contains": "x"]).answer == .notMet)
        #expect(around.look("file", ["path": "/etc/passwd/below", "exists": false]).answer == .met)
    }

    @Test func theOwnerIsGivenByNameOrNumber() {
        around.write("file", "")
        let user = String(getuid())
        let group = String(getgid())
        #expect(around.look("file", ["path": "file", "owner": .string(user)]).answer == .met)
        #expect(around.look("file", ["path": "file", "owner": .string("\(user):\(group)")]).answer == .met)
        #expect(around.look("file", ["path": "file", "owner": "12345"]).answer == .notMet)
        #expect(around.look("file", ["path": "/etc/passwd", "owner": "root:root"]).answer == .met)
    }

    @Test func theAgeIsCountedByTheClock() {
        let file = around.write("file", "")
        var times = [
            timespec(tv_sec: 1_700_000_000 - 90, tv_nsec: 0), timespec(tv_sec: 1_700_000_000 - 90, tv_nsec: 0),
        ]
        utimensat(AT_FDCWD, file, &times, 0)
        #expect(around.look("file", ["path": "file", "max_age": "2m"]).answer == .met)
        around.clock.advance(31_000)
        let result = around.look("file", ["path": "file", "max_age": "2m"])
        #expect(result.answer == .notMet)
        #expect(result.detail == "2m1s old")
    }

    @Test func whatIsNoRegularFileIsNotRead() {
        mkfifo(around.path("fifo"), 0o600)
        #expect(around.look("file", ["path": "fifo", "contains": "x"]).answer == .inconclusive)
        #expect(around.look("file", ["path": "/dev/zero", "sha256": "00"]).answer == .inconclusive)
        #expect(around.look("file", ["path": "/etc", "contains": "x"]).answer == .inconclusive)
        #expect(around.look("file", ["path": "a\0b"]).answer == .inconclusive)
        #expect(around.look("file", ["path": ""]).answer == .inconclusive)
    }

    @Test func aTextIsFoundAcrossPieces() {
        var bytes = [UInt8](repeating: 0xff, count: 256 << 10)
        bytes += bytes
        bytes.replaceSubrange((256 << 10) - 3..<(256 << 10) + 3, with: Array("needle".utf8))
        around.write("binary", bytes)
        #expect(around.look("file", ["path": "binary", "contains": "needle"]).answer == .met)
        #expect(around.look("file", ["path": "binary", "contains": "needles"]).answer == .notMet)
    }

    @Test func belaysJournalIsNotOpened() {
        around.write("belay.db", "SQLite format 3")
        symlink(around.path("belay.db"), around.path("link"))
        var context = around.checks()
        context.forbiddenDatabases = [around.path("belay.db")]
        #expect(around.look("file", ["path": "link", "contains": "SQLite"], in: context).answer == .inconclusive)
        #expect(around.look("file", ["path": "link", "exists": true], in: context).answer == .met)
        #expect(
            around.look("sqlite", ["path": "link", "query": "SELECT 1"], in: context).detail
                == "it is Belay's own journal, which checks do not open")
    }
}
