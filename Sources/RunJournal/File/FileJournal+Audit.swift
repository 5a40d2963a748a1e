import RunMachine
import RunPlan
import RunbookModel

extension FileJournal {
    package func audit(_ run: RunID?, plan: (RunID, Pinned) throws -> Plan) throws(JournalFailure) -> AuditReport {
        var report = AuditReport()
        if run == nil {
            report.findings += try integrity().map { AuditReport.Finding(run: nil, problem: .integrity($0)) }
        }
        let runs = if let run { [run] } else { try allRuns() }
        for run in runs {
            report.runs.append(run)
            let problems: [AuditReport.Problem]
            do throws(JournalFailure) {
                problems = try audit(run, into: &report.events, plan: plan)
            } catch {
                guard case .damaged(_, let why) = error else { throw error }
                problems = [.unreadable(why)]
            }
            report.findings += problems.map { AuditReport.Finding(run: run, problem: $0) }
        }
        return report
    }

    private func integrity() throws(JournalFailure) -> [String] {
        do throws(JournalFailure) {
            return try read { database throws(JournalFailure) in
                let answers = try database.rows("PRAGMA integrity_check") { $0.text(0) }
                let orphans = try database.rows("PRAGMA foreign_key_check") {
                    "a row of \($0.text(0)) belongs to nothing"
                }
                return answers.filter { $0 != "ok" } + orphans
            }
        } catch {
            guard case .corrupt(_, let why) = error else { throw error }
            return [why]
        }
    }

    private func allRuns() throws(JournalFailure) -> [RunID] {
        try read { database throws(JournalFailure) in
            try database.rows("SELECT id FROM runs ORDER BY id") { RunID($0.int(0)) }
        }
    }

    private func audit(_ run: RunID, into count: inout Int, plan: (RunID, Pinned) throws -> Plan)
        throws(JournalFailure) -> [AuditReport.Problem]
    {
        let chain = try readRows(of: run) { rows throws(JournalFailure) in try rows.checkChain() }
        count += chain.events
        if let problem = chain.problem { return [problem] }
        // One moment for all: a driver may write meanwhile.
        let (audit, pinned) = try readRows(of: run) { rows throws(JournalFailure) in
            (
                RunAudit(
                    stored: try rows.load(), events: try rows.events(after: 0, limit: .max),
                    attempts: try rows.attempts(step: nil)),
                try PinnedRows(database: rows.database, run: run).load()
            )
        }
        return audit.problems(of: run, pinned: pinned, plan: plan)
    }
}

extension RunRows {
    /// Follows the chain of hashes, without a look at what the events say.
    func checkChain() throws(JournalFailure) -> (events: Int, problem: AuditReport.Problem?) {
        let end = try head()
        var sequence: Int64 = 0
        var hash = HashChain.start
        var problem: AuditReport.Problem?
        // Row by row: a damaged page ends the reading there, and what is before it has been seen.
        _ = try database.rows(
            "SELECT seq, at, event, hash FROM events WHERE run = ? ORDER BY seq", .int(run.number)
        ) { row in
            sequence += 1
            guard problem == nil else { return }
            if row.int(0) != sequence {
                problem = .brokenChain(sequence: sequence, why: "it is missing")
                return
            }
            hash = HashChain.next(
                after: hash, run: run, sequence: sequence, at: row.int(1), event: row.textBytes(2))
            if row.blob(3) != hash {
                problem = .brokenChain(sequence: sequence, why: "it was changed after it was written")
            }
        }
        if problem == nil, sequence != end.sequence || hash != end.hash {
            problem = .brokenChain(sequence: sequence + 1, why: "the run's row names another last event")
        }
        return (Int(sequence), problem)
    }
}
