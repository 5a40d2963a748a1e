import Diagnostics
import RunEngine
import RunJournal
import RunMachine
import RunPlan
import RunReport
import RunbookModel

/// Whatever a run asks, put to the person at the terminal that waits: steps in guide mode, decisions, prompts.
final class PeopleAsker {
    typealias Answer = WaitingTerminal.Answer

    private let session: Session
    private let service: RunService
    /// What the last driver saw of the step that guide mode asks about.
    var preview: StepPreview?
    /// False once the person wants to be asked no more before each step.
    private(set) var guides: Bool?

    init(session: Session, service: RunService) {
        self.session = session
        self.service = service
    }

    func ask(_ run: WaitingTerminal.WaitingRun, isOver: @escaping () -> Bool) throws -> Answer {
        if run.machine.isAskingToDecide || run.machine.openPrompts.isEmpty { return try askDecision(run, isOver) }
        let open = run.machine.openPrompts.map { OpenPrompt(run: run.id, step: $0.path, prompt: $0.prompt) }
        let mine = open.filter { isForMe($0.prompt) }
        guard !mine.isEmpty else { return tellWhoMay(open) }
        var index = 0
        while true {
            let end = try askPrompt(mine[index % mine.count], others: mine.count - 1, isOver)
            guard let end else {
                index += 1
                continue
            }
            return end
        }
    }

    /// Who may answer, and has not yet.
    private func isForMe(_ prompt: Prompt) -> Bool {
        service.objection(to: prompt) == nil
            && !prompt.answers.contains { $0.actor.person == service.actor.person }
    }

    // MARK: Prompts

    /// Nil where the person wants to see the next one.
    private func askPrompt(_ open: OpenPrompt, others: Int, _ isOver: @escaping () -> Bool) throws -> Answer? {
        let dialogue = PromptDialogue(
            questioner: Questioner(session: session, isOver: isOver), open: open, others: others)
        dialogue.show()
        while true {
            switch dialogue.ask(AnswerDraft(prompt: open.prompt)) {
            case .next: return nil
            case .left: return isOver() ? .over : .left
            case .answer(let draft):
                guard
                    case .refused(let why) = try AnswerSender(session: session, service: service, open: open).send(
                        draft)
                else { return .said }
                dialogue.complain(why)
                if isOver() { return .over }
            }
        }
    }

    private func tellWhoMay(_ open: [OpenPrompt]) -> Answer {
        let questioner = Questioner(session: session)
        for prompt in open { questioner.say(questioner.style.paint(Wording.notForYou(prompt, service), .dim)) }
        questioner.say(questioner.style.paint(Wording.goesOnByItself, .dim))
        return .nothing
    }

    // MARK: Decisions

    private func askDecision(_ run: WaitingTerminal.WaitingRun, _ isOver: @escaping () -> Bool) throws -> Answer {
        let questions = run.machine.graph.nodes.lazy.compactMap { node in
            run.machine.steps[node.index].question.map { (step: node.path, question: $0) }
        }
        guard run.machine.run.isGuided, run.machine.run.question == nil, let first = questions.first,
            GuideDialogue.suits(first.question)
        else {
            return try AttentionPrompt(session: session, service: service).ask(run, isOver: isOver)
        }
        let dialogue = GuideDialogue(
            questioner: Questioner(session: session, isOver: isOver), service: service, run: run, step: first.step,
            question: first.question, preview: preview)
        dialogue.show()
        while true {
            guard let (decision, isForAll) = try dialogue.ask() else { return isOver() ? .over : .left }
            guard case .refused(let why) = try service.say(run.id, InboxKind.decision, decision) else {
                if isForAll { guides = false }
                return .said
            }
            dialogue.questioner.complain(why)
            if isOver() { return .over }
        }
    }
}

extension RunMachine {
    fileprivate var isAskingToDecide: Bool { run.question != nil || steps.contains { $0.question != nil } }
}

extension Wording {
    static let goesOnByItself = "this terminal goes on by itself once it is answered elsewhere"
    static func notForYou(_ open: OpenPrompt, _ service: RunService) -> String {
        let own = open.prompt.answers.contains { $0.actor.person == service.actor.person }
        let why = own ? "you have answered; others are to answer, too" : service.objection(to: open.prompt) ?? ""
        return DisplayText.escaped("step '\(open.step)': \(why)")
    }
}
