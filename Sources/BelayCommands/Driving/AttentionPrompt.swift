import Diagnostics
import Expressions
import RunEngine
import RunJournal
import RunMachine
import RunPlan
import RunReport
import RunbookModel

/// Puts the questions of a run that needs a decision to the person at the terminal.
struct AttentionPrompt {
    enum Answer {
        case decided(HumanDecision)
        /// Somebody has decided elsewhere.
        case elsewhere
        /// Nobody answers: the run stays as it is.
        case left
    }

    let session: Session
    let service: RunService
    let signals: SignalDesk
    let run: RunID

    /// Asks until there is an answer that makes sense.
    func ask(_ context: RunContext) -> Answer {
        guard let (step, question) = Self.firstQuestion(context) else { return .left }
        show(QuestionView(run: run.number, step: step, question))
        return signals.whileAsking {
            while true {
                guard let line = line(Wording.choose) else { return hasInbox ? .elsewhere : .left }
                if line == "q" || line == "quit" { return .left }
                guard let choice = Self.choice(line, question.choices) else {
                    if !line.isEmpty {
                        session.streams.printError(Wording.noSuchChoice(DisplayText.escaped(line)) + "\n")
                    }
                    continue
                }
                return reason(for: choice, step, context)
            }
        }
    }

    private static func firstQuestion(_ context: RunContext) -> (StepPath?, Question)? {
        context.withMachine { machine in
            if let question = machine.run.question { return (nil, question) }
            for node in machine.graph.nodes {
                if let question = machine.steps[node.index].question { return (node.path, question) }
            }
            return nil
        }
    }

    private func show(_ question: QuestionView) {
        var lines = ["", session.streams.errorStyle.paint(question.headline, .yellow)]
        for (index, option) in question.choices.enumerated() {
            lines.append("  \(index + 1)  \(DisplayText.padded(option.choice, to: 12)) \(option.meaning)")
        }
        lines.append("  q  \(DisplayText.padded("", to: 12)) \(Wording.leaveHelp)")
        session.streams.printError(lines.map { $0 + "\n" }.joined())
    }

    /// A number, a choice, or the beginning of one.
    static func choice(_ text: String, _ choices: [Choice]) -> Choice? {
        if let number = Int(text) { return choices.indices.contains(number - 1) ? choices[number - 1] : nil }
        if let exact = choices.first(where: { $0.rawValue == text }) { return exact }
        let fitting = choices.filter { !text.isEmpty && $0.rawValue.hasPrefix(text) }
        return fitting.count == 1 ? fitting[0] : nil
    }

    private func reason(for choice: Choice, _ step: StepPath?, _ context: RunContext) -> Answer {
        while let why = line(Wording.why) {
            guard !why.isEmpty else {
                session.streams.printError(Wording.whyNeeded + "\n")
                continue
            }
            guard let outputs = outputs(for: choice, step, context) else { break }
            let isAboutRun = choice == .rollback || choice == .keep
            return .decided(
                session.decision(
                    choice, step: isAboutRun ? nil : step, why: why,
                    outputs: outputs.isEmpty ? nil : Stored(.map(outputs)),
                    by: service.actor))
        }
        return hasInbox ? .elsewhere : .left
    }

    /// The declared outputs of a step that was done by hand; nil where nobody answers.
    private func outputs(for choice: Choice, _ step: StepPath?, _ context: RunContext) -> ValueMap? {
        guard choice == .markDone, let step else { return ValueMap() }
        let declared = context.plan.graph[step]?.step.outputs ?? []
        var values: [(String, Value)] = []
        for output in declared {
            guard let value = value(of: output) else { return nil }
            values.append((output.name, value))
        }
        return ValueMap(values)
    }

    private func value(of output: OutputDeclaration) -> Value? {
        while let text = line("output \(output.name): ") {
            do throws(ArgumentProblem) { return try output.parse(text) } catch {
                session.streams.printError(DisplayText.escaped(error.message) + "\n")
            }
        }
        return nil
    }

    private func line(_ prompt: String) -> String? {
        session.streams.printError(prompt)
        let line = TerminalPrompt(session.streams).line { signals.hasPaused || hasInbox }
        guard let line else {
            session.streams.printError("\n")
            return nil
        }
        return line.split(separator: " ").joined(separator: " ")
    }

    /// Whether another terminal has said something to the run.
    private var hasInbox: Bool { (try? service.journal.inbox(run).isEmpty) == false }
}

extension OutputDeclaration {
    /// The value of an output that a person typed.
    ///
    /// Errors: `ArgumentProblem` where it does not fit the declared type.
    func parse(_ text: String) throws(ArgumentProblem) -> Value {
        guard case .file(let type) = source else { return (try? JSONText.parse(text)) ?? .string(text) }
        return try type.shape.convert(type.parse(text))
    }
}
