import Expressions
import Testing

/// `belay check`: the checks of a runbook for people and for monitoring systems.
@Suite struct CheckTests {
    private static let health = """
        runbook: health
        inputs:
          level: {type: int, default: 10}
          want: {type: string, default: here}
        preconditions:
          - {title: place, file: {path: marker, exists: true}}
        steps:
          - {id: act, run: touch acted, undo: none}
          - id: figures
            verify:
              - title: queue
                why: a long queue means a stuck worker
                metric: {run: "echo $LEVEL", value: int(stdout), unit: s, warn: ">= 50", fail: ">= 90"}
            env: {LEVEL: "${{ inputs.level }}"}
          - id: later
            verify: [{that: 'steps.act.state == "succeeded"'}]
          - id: group
            steps:
              - {id: inside, verify: [{title: wanted, that: 'inputs.want == "here"', severity: warn}]}
              - {id: never, when: 'inputs.level > 1000', verify: [{that: "false"}]}
          - id: each
            foreach: '["a", "b"]'
            as: item
            steps:
              - {id: one, verify: [{title: "${{ item }}", that: 'item != "x"'}]}
        """

    private func home() throws -> BelayHome {
        let home = try BelayHome(["health": Self.health])
        try home.write("", to: "runbooks/marker")
        return home
    }

    @Test(arguments: [
        ([], Int32(0), "OK - health: 5 met"),
        (["-i", "level=60"], 1, "WARNING - health: 1 to look at, 4 met: queue: "),
        (["-i", "want=gone"], 1, "WARNING - health: 1 to look at, 4 met: wanted: "),
        (["-i", "level=95"], 2, "CRITICAL - health: 1 not met, 4 met: queue: "),
        (["-i", "level=x"], 3, ""), (["--system", "none"], 3, ""),
    ])
    func itExitsAsMonitoringPluginsDo(_ words: [String], _ exit: Int32, _ line: String) throws {
        let home = try home()
        let result = home.start(["check", "health"] + words).wait()
        #expect(result.exit == exit, "\(result.output)\(result.errors)")
        #expect(result.output.hasPrefix(line), "\(result.output)")
        #expect(result.errors.isEmpty == !line.isEmpty)
    }

    @Test func nothingIsPerformedAndNoRunOpened() throws {
        let home = try home()
        let result = home.belay("check", "health")
        #expect(result.output.contains("| 'queue'=10s"))
        #expect(result.output.contains("later: not looked at, it depends on what other steps do"))
        #expect(!home.exists("runbooks/acted"))
        #expect(!home.exists("state/belay.db"))
    }

    @Test func whatCannotBeToldIsUnknownAndANoOutweighsIt() throws {
        let home = try home()
        try home.write(
            """
            runbook: doubt
            inputs: {no: {type: bool, default: false}}
            preconditions:
              - {title: unclear, run: exit 126}
              - {title: clear, that: "!inputs.no"}
            steps: [{id: nothing, set: {a: '1'}}]
            """, to: "runbooks/doubt.yml")
        let result = home.belay("check", "doubt")
        #expect(result.exit == 3)
        #expect(result.output.hasPrefix("UNKNOWN - doubt: 1 could not be told, 1 met: unclear: "), "\(result.errors)")
        #expect(home.belay("check", "doubt", "-i", "no=true").exit == 2)
    }

    @Test func includedRunbooksAreCheckedWithTheirInputs() throws {
        let home = try home()
        try home.write(
            """
            runbook: outer
            steps:
              - {id: first, run: "true", undo: none}
              - {id: health, runbook: health, with: {level: 91}}
            """, to: "runbooks/outer.yml")
        let view = home.belay("check", "outer", "--output", "json")
        #expect(view.exit == 2)
        #expect(view.json["status"] == "critical")
        #expect(view.json["counts"]?["met"] == 4)
        let failing = view.json["checks"]?.asList?.filter { $0["answer"] == "not_met" } ?? []
        #expect(failing.compactMap { $0["step"]?.asString } == ["health/figures"])
        #expect(failing.first?["value"] == 91)
    }
}
