import Glibc
import TestSupport
import Testing

/// The runbook `guided-upgrade` takes a real service to another release, by the hands of two people.
@Suite struct GuidedUpgradeTests {
    private let scratch: ScratchDirectory
    private let demo: DemoHome

    init() throws {
        try Team.requireTwoUsers()
        scratch = try ScratchDirectory()
        demo = try DemoHome(in: scratch)
        chmod(scratch.path, 0o755)
        try scratch.write(
            "state: {path: \(scratch.file("state")), group: nogroup}\nrunbooks: [., \(DemoHome.root)/runbooks]\n"
                + "system: demo\nchannels:\n  log: {file: \(scratch.file("notifications.log"))}\n", to: "belay.yml")
    }

    private func belay(_ words: String..., through wrapper: [String] = []) throws -> Spawned.End {
        var environment = BelayBinary(in: scratch).environment
        environment["BELAY_STATE"] = nil
        return try Spawned(
            wrapper + ["\(BelayBinary.products)/belay"] + words, environment: environment, directory: scratch.path,
            output: scratch.file("output")
        ).wait()
    }

    private func upgrade(to version: String, healthyWithin: String) throws {
        #expect(
            try belay(
                "run", "guided-upgrade", "-i", "version=\(version)", "-i", "reason=a test", "-i", "soak=300ms", "-i",
                "probe_every=100ms", "-i", "healthy_within=\(healthyWithin)") == .exited(4))
        #expect(try belay("approve", "1", "approve") == .exited(3))
        #expect(try belay("approve", "1", "approve", through: Team.nobody) == .exited(0))
        #expect(try belay("resume", "1") == .exited(4))
        #expect(try belay("answer", "1", "drain", "--skip", "--comment", "no") == .exited(3))
        #expect(try belay("answer", "1", "drain", "--tick", "all", "--resume") == .exited(4))
    }

    @Test func aGoodReleaseIsAcceptedInTheEnd() throws {
        defer { demo.stop() }
        try upgrade(to: DemoHome.good, healthyWithin: "30s")
        #expect(try belay("answer", "1", "admit", "--tick", "all", "--resume") == .exited(4))
        #expect(try belay("answer", "1", "accept", "--type", "no", "--resume") == .exited(3))
        #expect(try belay("answer", "1", "accept", "--type", DemoHome.good, "--resume") == .exited(0))
        #expect(try demo.status().contains(DemoHome.good), "\(scratch.text("output"))")
        let told = scratch.text("notifications.log")
        #expect(told.contains("asks to upgrade demo") && told.contains("belay approve 1 approve"))
    }

    @Test func anUnhealthyReleaseIsPutBackAndTheOperatorLetsTrafficIn() throws {
        defer { demo.stop() }
        try upgrade(to: DemoHome.unhealthy, healthyWithin: "5s")
        #expect(try demo.status().contains("1.0.0"), "\(scratch.text("output"))")
        #expect(try belay("answer", "1", "drain", "--tick", "all", "--resume") == .exited(5))
    }
}
