import Diagnostics
import RunMachine
import RunbookModel

/// What waits for people, over all open runs.
package struct PendingView: Encodable, Sendable {
    package struct Entry: Encodable, Sendable {
        package let run: Int64
        package let runbook: String
        package let system: String?
        package let requester: String
        /// Exactly one of these: a prompt, or a question (`belay decide`).
        package let prompt: PromptView?
        package let question: QuestionView?
        /// Whether the person who asks may answer it.
        package let isForYou: Bool
        /// The commands that answer it.
        package let commands: [NextCommand]
        let since: Int64

        private enum CodingKeys: String, CodingKey {
            case run, runbook, system, requester, prompt, question, isForYou, commands
        }

        package init(_ run: Run, _ prompt: PromptView, isForYou: Bool) {
            self.init(run, prompt, nil, isForYou: isForYou, prompt.commands, since: prompt.prompt.openedAt.wall)
        }

        package init(_ run: Run, step: StepPath?, _ question: Question) {
            let view = QuestionView(run: run.number, step: step, question)
            let commands = view.choices.map { NextCommand($0.command, $0.meaning) }
            self.init(run, nil, view, isForYou: true, commands, since: question.since)
        }

        private init(
            _ run: Run, _ prompt: PromptView?, _ question: QuestionView?, isForYou: Bool, _ commands: [NextCommand],
            since: Int64
        ) {
            self.run = run.number
            runbook = run.runbook
            system = run.system
            requester = run.requester
            self.prompt = prompt
            self.question = question
            self.isForYou = isForYou
            self.commands = commands
            self.since = since
        }
    }

    /// The run that something belongs to.
    package struct Run: Sendable {
        let number: Int64
        let runbook: String
        let system: String?
        let requester: String
        package init(_ number: Int64, runbook: String, system: String?, requester: String) {
            self.number = number
            self.runbook = runbook
            self.system = system
            self.requester = requester
        }
    }

    package let version = 1
    package let pending: [Entry]
    /// Runs whose rows cannot be read; the others are not affected.
    package let damaged: [RunListView.Damaged]

    /// The longest wait first.
    package init(_ pending: [Entry], damaged: [RunListView.Damaged]) {
        self.pending = pending.sorted { $0.since < $1.since }
        self.damaged = damaged
    }

    /// For people; `now` tells how long each has waited.
    package func text(_ style: TextStyle, at now: Moment) -> String {
        let broken = damaged.map { "error: \($0.problem)\n" }.joined()
        guard !pending.isEmpty else { return "nothing waits for people\n" + broken }
        return pending.map { $0.text(style, at: now) }.joined(separator: "\n") + broken
    }
}

extension PendingView.Entry {
    fileprivate func text(_ style: TextStyle, at now: Moment) -> String {
        let place = system.map { " on \(DisplayText.escaped($0))" } ?? ""
        let asker = DisplayText.escaped(requester)
        var lines = [
            "\(style.paint("run \(run)", .bold)) of \(DisplayText.escaped(runbook))\(place), started by \(asker)"
        ]
        if let prompt {
            let title = DisplayText.escaped(prompt.title)
            lines.append(
                "  \(style.paint(prompt.place, .yellow)): \(prompt.noun)"
                    + (title.isEmpty || title == prompt.step ? "" : ", \(title)"))
            lines.append("  " + prompt.times(at: now).joined(separator: "; "))
            lines.append(
                "  waits for \(DisplayText.escaped(prompt.who))" + (isForYou ? "" : style.paint(" (not you)", .dim)))
        } else if let question {
            let age = ClockText.length(now.wall - since)
            lines.append("  \(style.paint(question.headline, .yellow))")
            lines.append("  waits for a decision since \(ClockText.dateTime(since)) (\(age))")
        }
        return (lines + NextCommand.lines(commands, indent: "    ")).map { $0 + "\n" }.joined()
    }
}

extension NextCommand {
    /// The commands with what they do, below one another.
    static func lines(_ commands: [NextCommand], indent: String) -> [String] {
        let width = commands.map { DisplayText.columns(of: DisplayText.escaped($0.command)) }.max() ?? 0
        return commands.map {
            "\(indent)\(DisplayText.padded(DisplayText.escaped($0.command), to: width))  # \($0.effect)"
        }
    }
}
