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
        #expect(figures.kills > 0)
    }

    @Test(arguments: KillMatrix.supervisorPoints, [true, false])
    func aKilledSupervisorIsNeverGuessedAbout(point: String, isGood: Bool) throws {
        var figures = KillMatrix.Figures()
        for occurrence in supervisedNumbers(isGood) {
            let scratch = try ScratchDirectory()
            try DenseRunbook.install(in: scratch)
            var matrix = KillMatrix(scratch: scratch, runbook: "dense", inputs: inputs(scratch, isGood))
            let crash = "\(point)#\(occurrence)"
            _ = try matrix.perform(crash) { step, question in
                if question.choices.contains(.waive), !question.choices.contains(.retry) { return .waive }
                // Whoever is asked looks whether it took effect.
                let name = step?.split(separator: "/").last.map { String($0).replacing("@", with: "-") } ?? ""
                let isDone = DenseRunbook.ledger(scratch)[name] != nil
                return isDone && question.choices.contains(.markDone) ? .markDone : .retry
            }
            figures.add(matrix.figures)
            try expectEnd(matrix, crash, isGood, mayRepeat: true)
        }
        print("dense \(point) good=\(isGood): \(figures)")
    }

    /// Everything that is supervised counts, checks too.
    private func supervisedNumbers(_ isGood: Bool) -> [Int] {
        KillMatrix.isFull ? Array(1...40) : isGood ? [3, 6, 11] : [4, 20, 27]
    }

    private func inputs(_ scratch: ScratchDirectory, _ isGood: Bool) -> [String: String] {
        ["ledger": scratch.file("work/ledger"), "good": isGood ? "true" : "false"]
    }

    /// All of them, or some; the run that is not killed any more ends the series.
    private func occurrences(_ point: String) -> [Int] {
        if KillMatrix.isFull { return Array(1...500) }
        return Array(stride(from: 1, to: 500, by: point.contains("commit") ? 8 : 3))
    }

    private func expectEnd(_ matrix: KillMatrix, _ crash: String, _ isGood: Bool, mayRepeat: Bool) throws {
        let scratch = matrix.scratch
        let ledger = DenseRunbook.ledger(scratch)
        guard let inspector = try? RunInspector(state: matrix.belay.state), let record = try? inspector.record() else {
            #expect(ledger.isEmpty, "\(crash)")
            return
        }
        // A helper of Belay's own whose supervisor is killed fails the step for which it worked.
        let isHelperLost = mayRepeat && record.forward?.reason?.contains("supervisor has vanished") == true
        let isGood = isGood && !isHelperLost
        #expect(
            record.outcome == (isGood ? .succeeded : .rolledBack), "\(crash): \(record.forward?.reason ?? "")")
        if !isHelperLost {
            #expect(Set(ledger.keys) == (isGood ? DenseRunbook.good : DenseRunbook.bad), "\(crash)")
        }
        for (step, undo) in DenseRunbook.undos where !isGood && ledger[step] != nil {
            #expect(ledger[undo] != nil, "\(crash): \(step) is not undone")
        }
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
