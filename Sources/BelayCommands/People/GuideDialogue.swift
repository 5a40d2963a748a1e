import Diagnostics
import Expressions
import RunEngine
import RunJournal
import RunMachine
import RunPlan
import RunReport
import RunbookModel

/// Guide mode at the terminal: what the next step would do, or how it failed, and what the person makes of it.
struct GuideDialogue {
    let questioner: Questioner
    let service: RunService
    let run: WaitingTerminal.WaitingRun
    let step: StepPath
    let question: Question
    /// What the last driver saw of the step; nil where another process has driven.
    let preview: StepPreview?

    /// Whether a question can be put in these words.
    static func suits(_ question: Question) -> Bool {
        question.isGuide || question.choices.allSatisfy { choice in failureKeys.contains { $0.choice == choice } }
    }

    private typealias Key = (choice: Choice, word: String)
    private static let stepKeys: [Key] = [
        (.run, "[r]un"), (.skip, "[s]kip"), (.markDone, "[d]one by hand"), (.rollback, "[b]ack out"),
    ]
    private static let failureKeys: [Key] = [
        (.retry, "[r]etry"), (.skip, "[s]kip"), (.accept, "[s]kip"), (.markDone, "[d]one by hand"),
        (.rollback, "[b]ack out"), (.keep, "[k]eep and end"),
    ]

    func show() {
        if question.isGuide {
            questioner.say("\n" + view.page(run: run.id.number, questioner.style))
        } else {
            let headline = QuestionView(run: run.id.number, step: step, question).headline
            questioner.say("\n" + questioner.style.paint(headline, .yellow))
            questioner.say(questioner.style.paint(Wording.showsOutput(run.id, step), .dim))
        }
    }

    private var view: GuideView {
        if let preview, preview.node.path == step {
            let probe = preview.probe.map {
                GuideView.Probe(title: $0.title, answer: $0.answer.rawValue, detail: $0.detail)
            }
            return GuideView(preview.node, probe: probe, text: preview.text)
        }
        let node = run.plan.graph[step] ?? run.machine.graph[step] ?? run.plan.graph.nodes[0]
        return GuideView(node, probe: [], text: { $0.source })
    }

    /// The decision, and whether it is meant for all further steps; nil where the person leaves, or it is over.
    func ask() throws -> (decision: HumanDecision, isForAll: Bool)? {
        while true {
            let keys = (question.isGuide ? Self.stepKeys : Self.failureKeys).filter {
                question.choices.contains($0.choice)
            }
            let all = question.isGuide ? [Wording.allTheRest] : []
            guard let word = questioner.choose(keys.map(\.word) + all + ["[q]uit"]), word != "quit" else { return nil }
            guard let key = keys.first(where: { $0.word.unmarked == word }) else {
                return (decision(.run, Wording.guideRunAll), true)
            }
            switch try decision(key.choice) {
            case .again: continue
            case .left: return nil
            case .decided(let decision): return (decision, false)
            }
        }
    }

    private enum Choosing {
        case decided(HumanDecision)
        case again
        case left
    }

    private func decision(_ choice: Choice) throws -> Choosing {
        switch choice {
        case .run: return .decided(decision(.run, Wording.guideRun))
        case .markDone:
            guard let done = try DoneByHand(questioner: questioner, service: service).ask(run, step) else {
                return .left
            }
            return .decided(
                questioner.session.decision(
                    .markDone, step: step, why: done.why, evidence: done.evidence, outputs: done.outputs,
                    by: service.actor))
        case .rollback:
            guard let isSure = questioner.confirm(Wording.backOut) else { return .left }
            return isSure ? .decided(decision(.rollback, Wording.guideBackOut)) : .again
        default:
            guard let why = questioner.text(Wording.why, else: Wording.whyNeeded) else { return .left }
            return .decided(decision(choice, why))
        }
    }

    private func decision(_ choice: Choice, _ why: String) -> HumanDecision {
        let isAboutRun = choice == .rollback || choice == .keep
        return questioner.session.decision(choice, step: isAboutRun ? nil : step, why: why, by: service.actor)
    }
}

/// A step that a person did themselves: why, the evidence, and the outputs that it declares.
struct DoneByHand {
    struct Account {
        let why: String
        let evidence: EvidenceFile?
        let outputs: Stored?
    }

    let questioner: Questioner
    let service: RunService

    /// Nil where nobody answers.
    func ask(_ run: WaitingTerminal.WaitingRun, _ step: StepPath) throws -> Account? {
        guard let why = questioner.text(Wording.doneByHand, else: Wording.whyNeeded) else { return nil }
        guard let rest = try evidenceAndOutputs(run, step) else { return nil }
        return Account(why: why, evidence: rest.evidence, outputs: rest.outputs)
    }

    /// What belongs to it beside the reason.
    func evidenceAndOutputs(_ run: WaitingTerminal.WaitingRun, _ step: StepPath) throws
        -> (evidence: EvidenceFile?, outputs: Stored?)?
    {
        guard let evidence = try evidence(run.id), let outputs = outputs(run.plan.graph[step]?.step.outputs ?? [])
        else { return nil }
        return (evidence, outputs)
    }

    private func evidence(_ run: RunID) throws -> EvidenceFile?? {
        while true {
            guard let path = questioner.file(Wording.evidenceFile) else { return nil }
            guard let path else { return .some(nil) }
            do throws(ServiceFailure) {
                return try service.keepEvidence(run, file: path)
            } catch {
                guard case .refused(let why, _) = error else { throw error }
                questioner.complain(why)
            }
        }
    }

    private func outputs(_ declared: [OutputDeclaration]) -> Stored?? {
        var values: [(String, Value)] = []
        for output in declared {
            guard let value = value(of: output) else { return nil }
            values.append((output.name, value))
        }
        return .some(values.isEmpty ? nil : Stored(.map(ValueMap(values))))
    }

    private func value(of output: OutputDeclaration) -> Value? {
        while let text = questioner.line("output \(output.name): ") {
            do throws(ArgumentProblem) { return try output.parse(text) } catch { questioner.complain(error.message) }
        }
        return nil
    }
}

extension Wording {
    static let allTheRest = "[a]ll the rest"
    static let guideRunAll = "let start with all that follows"
    static func showsOutput(_ run: RunID, _ step: StepPath) -> String {
        "'belay logs \(run) \(ShellText.word(step.text))' shows what it printed"
    }
    static let guideRun = "let start in guide mode"
    static let guideBackOut = "backed out in guide mode"
    static let backOut = "put back everything that was done, and end the run?"
    static let doneByHand = "what was done, and why by hand? "
}
