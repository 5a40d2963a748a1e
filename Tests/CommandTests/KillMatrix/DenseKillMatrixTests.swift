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
                let ledger = DenseRunbook.ledger(scratch)
                let isDone = ledger[name] != nil && (name != "command" || ledger["applied"] != nil)
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
        var isGood = isGood
        if mayRepeat {
            // A check, a service command or a helper of Belay's own that is lost fails the step for which it worked.
            isGood = isGood && record.outcome == .succeeded
            expectWholeness(ledger, record, crash)
        } else {
            #expect(record.outcome == (isGood ? .succeeded : .rolledBack), "\(crash): \(record.forward?.reason ?? "")")
            #expect(Set(ledger.keys) == (isGood ? DenseRunbook.good : DenseRunbook.bad), "\(crash)")
            #expect(ledger.values.allSatisfy { $0 == 1 }, "\(crash): \(ledger)")
        }
        guard record.outcome != .refused else { return }
        #expect(scratch.text("work/ledger.kept") == (isGood ? "new\n" : "old\n"), "\(crash)")
        #expect(scratch.exists("work/ledger.probed") == isGood, "\(crash)")
        let audit = try inspector.audit()
        #expect(audit.isClean, "\(crash): \(audit.findings)")
        #expect(scratch.processes().isEmpty, "\(crash)")
    }
}

/// All of it, or nothing of it: whatever was lost on the way.
private func expectWholeness(_ ledger: [String: Int], _ record: RunRecord, _ crash: String) {
    switch record.outcome {
    case .succeeded: #expect(DenseRunbook.good.subtracting(["finish"]).isSubset(of: ledger.keys), "\(crash)")
    case .rolledBack:
        for (step, undo) in DenseRunbook.undos where ledger[step] != nil {
            #expect(ledger[undo] != nil, "\(crash): \(step) is not undone")
        }
    default: #expect(record.outcome == .refused && Set(ledger.keys).isSubset(of: ["finish"]), "\(crash)")
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
