import TestSupport
import Testing

@Suite struct FactsTests {
    @Test func everyFactThatARunbookMayNameIsThereWithItsType() throws {
        let scratch = try ScratchDirectory()
        try scratch.write(
            """
            runbook: facts
            steps:
              - id: look
                set:
                  texts: >-
                    [facts.host, facts.os.id, facts.os.version, facts.os.name, facts.kernel, facts.architecture,
                    facts.user, facts.boot_id].map(t, t.size())
                  numbers: facts.cpus + facts.memory
                  programs: '"sh" in facts.commands'
                expect: facts.host == run.host && facts.cpus > 0
            """, to: "runbooks/facts.yml")
        let belay = BelayBinary(in: scratch)
        #expect(try belay.run("facts", [:]) == .exited(0), "\(belay.output)")
    }
}
