import RunMachine

/// A table of runs.
package struct RunListView: Encodable, Sendable {
    package struct Row: Encodable, Sendable {
        package let run: Int64
        package let runbook: String
        package let system: String?
        package let requester: String
        package let direction: String
        package let activity: String
        package let outcome: String?
        package let words: String
        package let isDriven: Bool
        package let startedAt: String
        package let endedAt: String?
        package let elapsed: Int64
        package let undoOf: Int64?
        let started: Int64

        private enum CodingKeys: String, CodingKey {
            case run, runbook, system, requester, direction, activity, outcome, words, isDriven, startedAt, endedAt
            case elapsed, undoOf
        }

        package init(
            run: Int64, runbook: String, system: String?, requester: String, direction: Direction, activity: Activity,
            outcome: Outcome?, isDriven: Bool, startedAt: Int64, endedAt: Int64?, undoOf: Int64?, now: Int64
        ) {
            self.run = run
            self.runbook = runbook
            self.system = system
            self.requester = requester
            self.direction = direction.rawValue
            self.activity = activity.rawValue
            self.outcome = outcome?.rawValue
            self.isDriven = isDriven
            self.undoOf = undoOf
            words =
                outcome.map(StateWords.words).map { $0.split(separator: ":").first.map(String.init) ?? $0 }
                ?? StateWords.words(activity, direction, isDriven: isDriven)
            self.startedAt = ClockText.utc(startedAt)
            self.endedAt = endedAt.map(ClockText.utc)
            elapsed = max(0, (endedAt ?? now) - startedAt)
            started = startedAt
        }
    }

    package struct Damaged: Encodable, Sendable {
        package let problem: String
        package init(problem: String) { self.problem = problem }
    }

    package let version = 1
    package let runs: [Row]
    /// Runs whose rows cannot be read; the others are not affected.
    package let damaged: [Damaged]

    package init(runs: [Row], damaged: [Damaged]) {
        self.runs = runs
        self.damaged = damaged
    }

    package func text(_ style: TextStyle) -> String {
        guard !runs.isEmpty || !damaged.isEmpty else { return "no runs\n" }
        var table = TextTable(["RUN", "RUNBOOK", "SYSTEM", "STARTED", "TOOK", "BY", "STATE"])
        for row in runs {
            let name = row.undoOf.map { "\(row.runbook) (undo of \($0))" } ?? row.runbook
            table.add([
                "\(row.run)", name, row.system ?? "", ClockText.dateTime(row.started), ClockText.length(row.elapsed),
                row.requester, row.words,
            ])
        }
        return table.text(style) + damaged.map { "error: \($0.problem)\n" }.joined()
    }
}
