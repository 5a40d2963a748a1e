import RunMachine
import RunbookModel

/// Something that a person must choose, with the command for each choice.
package struct QuestionView: Encodable, Sendable, Equatable {
    package struct Option: Encodable, Sendable, Equatable {
        package let choice: String
        package let meaning: String
        package let command: String
    }

    /// Nil: about the run as a whole.
    package let step: String?
    package let why: String
    package let since: String
    package let choices: [Option]

    package init(run: Int64, step: StepPath?, _ question: Question) {
        self.step = step?.text
        why = question.why
        since = ClockText.utc(question.since)
        choices = question.choices.map { choice in
            Option(
                choice: choice.rawValue, meaning: StateWords.meaning(choice),
                command: Self.command(run: run, step: step, choice))
        }
    }

    /// The command that makes a choice and goes on.
    package static func command(run: Int64, step: StepPath?, _ choice: Choice) -> String {
        let isAboutRun = choice == .rollback || choice == .keep
        let target = isAboutRun ? nil : step.map { ShellText.word($0.text) }
        let why = choice == .run ? nil : #"--why "…""#
        return (["belay decide \(run)"] + [target, choice.rawValue, why, "--resume"].compactMap { $0 })
            .joined(separator: " ")
    }
}
