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
    typealias Answer = WaitingTerminal.Answer

    let session: Session
    let service: RunService

    /// Asks until there is an answer that makes sense, and records it.
    func ask(_ run: WaitingTerminal.WaitingRun, isOver: @escaping () -> Bool) throws -> Answer {
        guard let (step, question) = Self.firstQuestion(run.machine) else {
            return run.machine.run.activity == .waiting ? .nothing : .left
        }
        let asking = Asking(run: run, step: step, isOver: isOver)
        while true {
            show(QuestionView(run: run.id.number, step: step, question))
            switch try answer(question, asking) {
            case .ended(let answer): return answer
            case .decided(let decision):
                guard case .refused(let why) = try service.say(run.id, InboxKind.decision, decision) else {
                    return .said
                }
                session.streams.printError(DisplayText.escaped(why) + "\n")
            }
        }
    }

    /// A question that is being asked.
    private struct Asking {
        let run: WaitingTerminal.WaitingRun
        let step: StepPath?
        let isOver: () -> Bool
    }

    private enum Result {
        case decided(HumanDecision)
        case ended(Answer)
    }

    private func answer(_ question: Question, _ asking: Asking) throws -> Result {
        while true {
            guard let line = line(Wording.choose, asking) else { return gone(asking) }
            if line == "q" || line == "quit" { return .ended(.left) }
            guard let choice = Self.choice(line, question.choices) else {
                if !line.isEmpty {
                    session.streams.printError(Wording.noSuchChoice(DisplayText.escaped(line)) + "\n")
                }
                continue
            }
            return try reason(for: choice, asking)
        }
    }

    private func gone(_ asking: Asking) -> Result { .ended(asking.isOver() ? .over : .left) }

    private static func firstQuestion(_ machine: RunMachine) -> (StepPath?, Question)? {
        if let question = machine.run.question { return (nil, question) }
        return machine.graph.nodes.lazy.compactMap { node in
            machine.steps[node.index].question.map { (node.path, $0) }
        }.first
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

    private func reason(for choice: Choice, _ asking: Asking) throws -> Result {
        let questioner = Questioner(session: session, isOver: asking.isOver)
        guard let why = questioner.text(Wording.why, else: Wording.whyNeeded) else { return gone(asking) }
        var evidence: EvidenceFile?
        var outputs: Stored?
        if choice == .markDone, let step = asking.step {
            let byHand = DoneByHand(questioner: questioner, service: service)
            guard let rest = try byHand.evidenceAndOutputs(asking.run, step) else { return gone(asking) }
            (evidence, outputs) = rest
        }
        let isAboutRun = choice == .rollback || choice == .keep
        return .decided(
            session.decision(
                choice, step: isAboutRun ? nil : asking.step, why: why, evidence: evidence, outputs: outputs,
                by: service.actor))
    }

    private func line(_ prompt: String, _ asking: Asking) -> String? {
        session.streams.printError(prompt)
        let line = TerminalPrompt(session.streams).line(until: asking.isOver)
        guard let line else {
            session.streams.printError("\n")
            return nil
        }
        return line.split(separator: " ").joined(separator: " ")
    }
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
