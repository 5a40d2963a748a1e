import Glibc
import RunJournal
import RunMachine
import TestSupport
import Testing

/// `kill -9` at every commit of a ladder whose second remedy helps.
@Suite struct LadderKillTests {
    private static let text = #"""
        runbook: ladder_kill
        inputs: {ledger: {type: path}}
        steps:
          - id: resolve
            first_of:
              until: {run: 'test -e "$INPUT_LEDGER.helped"'}
              undo_if_unhelpful: true
              remedies:
                - {id: useless, run: echo useless >>"$INPUT_LEDGER", undo: {run: echo back >>"$INPUT_LEDGER"}}
                - {id: useful, run: echo useful >>"$INPUT_LEDGER"; touch "$INPUT_LEDGER.helped", undo: none}
                - {id: spare, run: echo spare >>"$INPUT_LEDGER", undo: none}
          - {id: last, run: echo last >>"$INPUT_LEDGER", undo: none}
        """#

    @Test(arguments: ["driver.before_commit", "driver.after_commit", "driver.after_launch"])
    func everyRemedyIsTriedOnceWhereverTheDriverIsKilled(point: String) throws {
        for occurrence in 1...100 {
            let scratch = try ScratchDirectory()
            try scratch.write(Self.text, to: "ladder_kill.yml")
            try scratch.write("runbooks: [.]\n", to: "belay.yml")
            let inputs = ["ledger": scratch.file("ledger")]
            var matrix = KillMatrix(scratch: scratch, runbook: "ladder_kill", inputs: inputs)
            let crash = "\(point)#\(occurrence)"
            let wasKilled = try matrix.perform(crash) { step, question in
                Issue.record("\(crash): a person was asked about \(step ?? "the run"): \(question.why)")
                return .keep
            }
            guard let inspector = try? RunInspector(state: matrix.belay.state),
                let record = try? inspector.record()
            else { continue }
            #expect(record.outcome == .succeeded, "\(crash)")
            let ledger = scratch.text("ledger").split(separator: "\n")
            #expect(ledger == ["useless", "back", "useful", "last"], "\(crash)")
            #expect(try inspector.audit().isClean, "\(crash)")
            guard wasKilled else {
                #expect(occurrence > 3)
                return
            }
        }
        Issue.record("the run is killed without end")
    }
}
