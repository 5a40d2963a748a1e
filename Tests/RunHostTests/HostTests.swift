import FoundationEssentials
import Glibc
import RunHost
import Testing

@Suite struct HostTests {
    @Test func theFactsOfThisHostAreComplete() throws {
        let facts = try HostFacts.gather()
        #expect(!facts.host.isEmpty)
        #expect(!facts.os.id.isEmpty && !facts.os.name.contains("\""))
        #expect(!facts.kernel.isEmpty && !facts.architecture.isEmpty && !facts.user.isEmpty)
        #expect(facts.cpus > 0)
        #expect(facts.memory > 1 << 20)
        #expect(facts.bootID == HostClock.live.bootID())
        #expect(try JSONDecoder().decode(HostFacts.self, from: JSONEncoder().encode(facts)) == facts)
    }

    @Test func commandsOnThePathAreFound() {
        let commands = HostFacts.commands(onPath: "/nowhere:/usr/bin:/bin")
        #expect(commands.contains("env"))
        #expect(commands == commands.sorted())
        #expect(HostFacts.program("env", onPath: "/nowhere:/usr/bin") == "/usr/bin/env")
        #expect(HostFacts.program("env", onPath: "/nowhere") == nil)
    }

    @Test func thisUserIsKnownByNumberAndByName() throws {
        let identity = Identity.current()
        #expect(identity.uid == getuid())
        let user = try #require(try UserCredentials.numbered(getuid()))
        #expect(user.name == identity.userName)
        #expect(user.groups.contains(user.gid))
        #expect(try UserCredentials.named(user.name) == user)
        #expect(try UserCredentials.named("no-such-user-here") == nil)
    }

    @Test func whoActsIsWhoLoggedIn() {
        var identity = Identity(uid: 0, userName: "root", loginUID: 1000, loginName: "ann", host: "h")
        #expect(identity.actor == "ann")
        identity.loginName = nil
        #expect(identity.actor == "root")
    }

    @Test func theLiveClocksGoForward() {
        let clock = HostClock.live
        let (wall, boot) = (clock.wallTime(), clock.bootTime())
        #expect(wall > 1_700_000_000_000_000_000)
        #expect(clock.bootTime() > boot)
    }

    @Test func aManualClockMovesOnlyWhenItIsMoved() {
        let manual = ManualHostClock(wallTime: 100, bootTime: 10)
        let clock = manual.clock
        manual.advance(by: .nanoseconds(5))
        #expect((clock.wallTime(), clock.bootTime()) == (105, 15))
        manual.setWallTime(1)
        #expect((clock.wallTime(), clock.bootTime()) == (1, 15))
        manual.reboot(bootID: "boot-2")
        #expect((clock.bootTime(), clock.bootID()) == (0, "boot-2"))
    }

    @Test func workRunsOnAThreadOfItsOwn() throws {
        let inbox = Inbox<Bool>()
        let caller = UInt(pthread_self())
        try WorkerThread.start(name: "a-name-that-is-too-long") { inbox.append(UInt(pthread_self()) != caller) }
        #expect(inbox.first { $0 } == true)
    }

    @Test func errorsSayWhatFailedAndWhy() {
        #expect(SystemError("open x", errno: ENOENT).description == "open x: No such file or directory")
    }

    @Test func writingToAClosedPipeIsAnError() throws {
        Signals.ignoreWriteSignals()
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        #expect(throws: SystemError("write pipe", errno: EPIPE)) {
            try HostFiles.write([1], to: ends[1], path: "pipe")
        }
    }
}
