import RunbookModel

/// Something that happened in a test and that nothing stands in for.
struct MissingMock: Sendable, Equatable {
    enum What: Sendable, Equatable {
        /// An action of this kind.
        case action(String)
        /// The checks of a verify step, or of a wait.
        case checks
        /// The probe that settles an attempt without a known outcome.
        case doneWhen
        /// A person's answer to a prompt of this kind.
        case answer(String)
    }

    let path: StepPath
    let what: What

    /// What is missing; lower case, no full stop.
    var message: String {
        switch what {
        case .action(let kind): "step '\(path)' (\(kind)) is not mocked"
        case .checks: "the checks of step '\(path)' are not mocked"
        case .answer(let kind): "step '\(path)' (\(kind)) asks a person, and nobody answers"
        case .doneWhen: "what became of step '\(path)' is asked with its `done_when`, which is not mocked"
        }
    }

    /// The mock to write.
    var help: String {
        let name = StepPattern.withoutKeys(path.text)
        let key = name.contains("/") || !StepID.isValid(name) ? "\"\(name)\"" : name
        switch what {
        case .action("http"): return "write `mock: {\(key): {status: 200, body: {}}}`"
        case .action("run"), .action("command"): return "write `mock: {\(key): {exit: 0}}`"
        case .action: return "write `mock: {\(key): succeeds}`"
        case .checks: return "write `mock: {\(key): met}`"
        case .answer("manual"): return "write `answers: {\(key): done}`"
        case .answer: return "write `answers: {\(key): approve}`"
        case .doneWhen: return "write `mock: {\(key): {done_when: met}}`, or not_met"
        }
    }
}
