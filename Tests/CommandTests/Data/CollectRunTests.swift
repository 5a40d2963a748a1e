import Expressions
import RunHost
import TestSupport
import Testing

/// `collect` with the built binary: evidence in the artifacts, whatever fails.
@Suite struct CollectRunTests {
    private static let runbook = """
        runbook: evidence
        secrets: {token: {env: TOKEN}}
        steps:
          - id: look
            collect:
              said: {run: 'echo "token $TOKEN_VALUE"; echo bad >&2; exit 3'}
              who: {command: [echo, "a b"]}
              config: {copy: ../etc/app.yml}
              logs: {copy: ../logs}
              absent: {copy: ../etc/none}
              unreachable: {http: {url: "http://127.0.0.1:1/"}}
            env: {TOKEN_VALUE: "${{ secrets.token }}"}
        """

    private static func site(_ runbook: String = runbook) throws -> DataSite {
        var site = try DataSite([
            "runbooks/evidence.yml": runbook, "etc/app.yml": "password: s3cr3t-token\n", "logs/a.log": "one\n",
            "logs/old/b.log": "two\n",
        ])
        site.belay.environment["TOKEN"] = "s3cr3t-token"
        return site
    }

    @Test func oneItemThatFailsNeverStopsTheOthers() throws {
        let site = try Self.site()
        #expect(try site.run("run", "evidence") == .exited(0), "\(site.belay.output)")
        let evidence = "state/runs/000001-evidence/artifacts/look"
        #expect(site.scratch.text("\(evidence)/said/stdout") == "token ***\n")
        #expect(site.scratch.text("\(evidence)/said/stderr") == "bad\n")
        #expect(site.scratch.text("\(evidence)/who/stdout") == "a b\n")
        #expect(site.scratch.text("\(evidence)/config/app.yml") == "password: ***\n")
        #expect(site.scratch.text("\(evidence)/logs/logs/old/b.log") == "two\n")
        let manifest = try JSONText.parse(site.scratch.text("\(evidence)/manifest.json"))
        let items = manifest["items"]?.asList ?? []
        #expect(
            items.compactMap { $0["name"]?.asString } == ["said", "who", "config", "logs", "absent", "unreachable"])
        #expect(items.compactMap { $0["ok"]?.asBool } == [false, true, true, true, false, false])
        #expect(items.first?["exit"]?.asInt == 3)
        let file = items[1]["files"]?.asList?.first
        #expect(file?["size"]?.asInt == 4)
        let sum = try site.shell("sha256sum <\(evidence)/who/stdout | cut -d' ' -f1")
        #expect((file?["sha256"]?.asString ?? "") + "\n" == sum)
        #expect(site.belay.output.contains("absent: copy "), "what failed is shown: \(site.belay.output)")
        try site.shell("! grep -r s3cr3t-token state")
    }

    @Test func itFailsWhereNothingCouldBeCollected() throws {
        let site = try Self.site(
            "runbook: evidence\nsteps:\n  - id: look\n    collect: {absent: {copy: ../none}, broken: {run: 'exit 1'}}\n"
        )
        #expect(try site.run("run", "evidence") == .exited(4), "\(site.belay.output)")
        #expect(site.belay.output.contains("nothing could be collected: absent: "), "\(site.belay.output)")
    }

    @Test func itsPartsAreBoundedInSize() throws {
        let site = try Self.site(
            """
            runbook: evidence
            steps:
              - id: look
                collect:
                  big: {copy: ../big}
                  loud: {run: 'head -c 20000000 /dev/zero | tr "\\\\0" x'}
            """)
        try site.shell("head -c 17M /dev/zero | tr '\\0' a >big; echo end >>big")
        #expect(try site.run("run", "evidence") == .exited(0), "\(site.belay.output)")
        let evidence = "state/runs/000001-evidence/artifacts/look"
        #expect(try site.shell("stat -c %s \(evidence)/big/big; tail -c 4 \(evidence)/big/big") == "16777216\nend\n")
        let manifest = try JSONText.parse(site.scratch.text("\(evidence)/manifest.json"))
        let big = manifest["items"]?.asList?.first?["files"]?.asList?.first
        #expect(big?["cut_from"]?.asInt == 17_825_796)
        let loud = manifest["items"]?.asList?.last?["files"]?.asList?.first
        #expect(loud?["cut"]?.asBool == true)
        #expect(loud?["size"]?.asInt ?? .max < 17_000_000)
    }
}
