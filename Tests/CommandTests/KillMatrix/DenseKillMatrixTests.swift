import Glibc
import RunJournal
import RunMachine
import TestSupport
import Testing

/// `kill -9` at every point of the protocol, over a runbook with every kind of step.
@Suite struct DenseKillMatrixTests {
    @Test(arguments: KillMatrix.driverPoints, [true, false])
    func nothingRunsTwiceWhereverTheDriverIsKilled(point: String, isGood: Bool) throws {
        var figures = KillMatrix.Figures()
        for occurrence in occurrences(point) {
            let scratch = try ScratchDirectory()
            try DenseRunbook.install(in: scratch)
            var matrix = KillMatrix(scratch: scratch, runbook: "dense", inputs: inputs(scratch, isGood))
            let crash = "\(point)#\(occurrence)"
            let wasKilled = try matrix.perform(crash) { step, question in
                Issue.record("\(crash): a person was asked about \(step ?? "the run"): \(question.why)")
                return .keep
            }
            figures.add(matrix.figures)
            try expectEnd(matrix, crash, isGood, mayRepeat: false)
            if !wasKilled { break }
        }
        print("dense \(point) good=\(isGood): \(figures)")
        #expect(figures.kills > 0 || (point == "driver.protected" && figures.points > 0))
    }

    private func inputs(_ scratch: ScratchDirectory, _ isGood: Bool) -> [String: String] {
        ["ledger": scratch.file("work/ledger"), "good": isGood ? "true" : "false"]
    }

    /// All of them, or some; the run that is not killed any more ends the series.
    private func occurrences(_ point: String) -> [Int] {
        if KillMatrix.isFull || !point.contains("commit") { return Array(1...500) }
        return Array(stride(from: 1, to: 500, by: 5))
    }

    private func expectEnd(_ matrix: KillMatrix, _ crash: String, _ isGood: Bool, mayRepeat: Bool) throws {
        let scratch = matrix.scratch
        let ledger = DenseRunbook.ledger(scratch)
        guard let inspector = try? RunInspector(state: matrix.belay.state), let record = try? inspector.record() else {
            #expect(ledger.isEmpty, "\(crash)")
            return
        }
        let expected = isGood ? DenseRunbook.good : DenseRunbook.bad
        #expect(record.outcome == (isGood ? .succeeded : .rolledBack), "\(crash)")
        #expect(Set(ledger.keys) == expected, "\(crash)\n\(matrix.belay.output)")
        if !mayRepeat { #expect(ledger.values.allSatisfy { $0 == 1 }, "\(crash): \(ledger)") }
        #expect(scratch.text("work/ledger.kept") == (isGood ? "new\n" : "old\n"), "\(crash)")
        #expect(scratch.exists("work/ledger.probed") == isGood, "\(crash)")
        let audit = try inspector.audit()
        #expect(audit.isClean, "\(crash): \(audit.findings)")
        #expect(scratch.processes().isEmpty, "\(crash)")
    }
}

extension KillMatrix.Figures {
    mutating func add(_ other: Self) {
        points += other.points
        runs += other.runs
        kills += other.kills
        resumes += other.resumes
        questions += other.questions
    }
}
