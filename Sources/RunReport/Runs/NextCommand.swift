import RunMachine

/// A command that goes on from where a run stands.
package struct NextCommand: Encodable, Sendable, Equatable {
    package let command: String
    /// What it does, in a few words.
    package let effect: String

    package init(_ command: String, _ effect: String) {
        self.command = command
        self.effect = effect
    }

    static func all(
        run: Int64, _ record: RunRecord, isDriven: Bool, questions: [QuestionView],
        prompts: [PromptView], hasStarted: Bool
    ) -> [NextCommand] {
        if let outcome = record.outcome {
            return record.undoOf == nil ? afterClose(run, outcome, hasStarted: hasStarted) : logs(run)
        }
        if isDriven { return prompts.flatMap(\.commands) + whileDriven(run) }
        if !questions.isEmpty {
            let isGuided = questions.contains { $0.choices.contains { $0.choice == Choice.run.rawValue } }
            let resume = isGuided ? [NextCommand("belay resume \(run)", "ask again, step by step")] : []
            return choices(questions) + resume + prompts.flatMap(\.commands) + [
                NextCommand("belay status \(run)", "everything about the run")
            ]
        }
        let resume = prompts.isEmpty ? "go on" : "wait here, and go on once it is answered"
        var next = prompts.flatMap(\.commands) + [NextCommand("belay resume \(run)", resume)]
        if record.direction == .forward {
            if hasStarted { next.append(NextCommand("belay rollback \(run)", "put everything back")) }
            next.append(NextCommand("belay cancel \(run) --keep", "close the run and keep what was done"))
        }
        return next
    }

    private static func choices(_ questions: [QuestionView]) -> [NextCommand] {
        var seen: Set<String> = []
        return questions.flatMap(\.choices).filter { seen.insert($0.command).inserted }
            .map { NextCommand($0.command, $0.meaning) }
    }

    private static func whileDriven(_ run: Int64) -> [NextCommand] {
        [
            NextCommand("belay logs \(run) -f", "follow the output"),
            NextCommand("belay pause \(run)", "stop after the attempts in flight"),
        ]
    }

    private static func afterClose(_ run: Int64, _ outcome: Outcome, hasStarted: Bool) -> [NextCommand] {
        switch outcome {
        case .succeeded: return hasStarted ? [NextCommand("belay rollback \(run)", "take back what it did")] : []
        case .failed, .cancelled:
            let back = hasStarted ? [NextCommand("belay rollback \(run)", "take back what it did")] : []
            return logs(run) + [NextCommand("belay rerun \(run)", "a new run with the same inputs")] + back
        case .refused: return [NextCommand("belay rerun \(run)", "a new run with the same inputs")]
        case .rolledBack, .rolledBackToCommit:
            return logs(run) + [NextCommand("belay rerun \(run)", "a new run with the same inputs")]
        case .inconsistent: return [NextCommand("belay status \(run)", "which steps were not put back")] + logs(run)
        }
    }

    private static func logs(_ run: Int64) -> [NextCommand] {
        [NextCommand("belay logs \(run)", "what the steps printed")]
    }
}
