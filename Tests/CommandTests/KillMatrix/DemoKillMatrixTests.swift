import Glibc
import RunJournal
import RunMachine
import TestSupport
import Testing

/// `kill -9` at the points of the protocol during the update of a real service, forward and in rollback.
@Suite(.serialized) struct DemoKillMatrixTests {
    @Test(arguments: [DemoHome.good, DemoHome.unhealthy])
    func theServiceEndsOnOneHealthyVersionWhereverTheDriverIsKilled(version: String) throws {
        var figures = KillMatrix.Figures()
        for point in KillMatrix.driverPoints {
            for occurrence in DemoKillMatrix.occurrences(of: point) {
                let update = try DemoKillMatrix(version)
                guard try update.perform("\(point)#\(occurrence)", &figures) else { break }
            }
        }
        print("demo, driver, \(version): \(figures)")
        #expect(figures.kills > 0)
    }

    @Test(arguments: [DemoHome.good, DemoHome.unhealthy])
    func theServiceEndsOnOneHealthyVersionWhereverASupervisorIsKilled(version: String) throws {
        var figures = KillMatrix.Figures()
        for point in KillMatrix.supervisorPoints {
            for occurrence in DemoKillMatrix.occurrences(of: point) {
                let update = try DemoKillMatrix(version)
                _ = try update.perform("\(point)#\(occurrence)", &figures)
            }
        }
        print("demo, supervisor, \(version): \(figures)")
    }
}

/// One update that is killed at one place.
private struct DemoKillMatrix {
    let version: String
    let demo: DemoHome

    init(_ version: String) throws {
        self.version = version
        demo = try DemoHome(in: try ScratchDirectory())
    }

    /// A few of each, or all until nothing is killed any more.
    static func occurrences(of point: String) -> [Int] {
        // A supervisor's occurrence counts everything that is supervised, checks too: an update has some 60.
        if KillMatrix.isFull { return Array(1...(point.hasPrefix("supervisor") ? 60 : 500)) }
        if point.hasPrefix("supervisor") { return point == "supervisor.after_spawn" ? [8, 14] : [] }
        switch point {
        case "driver.after_commit": return [14]
        case "driver.after_launch": return [4]
        case "driver.inside_done": return [2]
        default: return []
        }
    }

    /// Gives whether something was killed.
    func perform(_ crash: String, _ figures: inout KillMatrix.Figures) throws -> Bool {
        defer { demo.stop() }
        var matrix = KillMatrix(
            scratch: demo.scratch, runbook: "update",
            inputs: ["version": version, "probe_every": "50ms", "healthy_within": "1500ms"])
        let wasKilled = try matrix.perform(crash) { _, question in
            let why = "\(crash): a person was asked \(question.why)"
            if !crash.hasPrefix("supervisor") { Issue.record("\(why)") }
            return question.choices.contains(.retry) ? .retry : .keep
        }
        figures.add(matrix.figures)
        try expectEnd(crash, matrix)
        return wasKilled
    }

    private func expectEnd(_ crash: String, _ matrix: KillMatrix) throws {
        let inspector = try? RunInspector(state: matrix.belay.state)
        let outcome = try? inspector?.record().outcome
        let left = outcome == .succeeded ? version : "1.0.0"
        let status = try demo.status()
        #expect(
            status.contains("release \(left), configuration \(left), schema \(left)"), "\(crash): \(status)")
        #expect(status.hasPrefix("running"), "\(crash): \(status)")
        if !crash.hasPrefix("supervisor"), let outcome {
            #expect(outcome == (version == DemoHome.good ? .succeeded : .rolledBack), "\(crash)")
            let ledger = demo.ledger()
            #expect(ledger["migrate"] == 1, "\(crash): \(ledger)")
        }
        if let audit = try inspector?.audit() { #expect(audit.isClean, "\(crash): \(audit.findings)") }
        demo.stop()
        #expect(demo.scratch.processes().isEmpty, "\(crash)")
    }
}
