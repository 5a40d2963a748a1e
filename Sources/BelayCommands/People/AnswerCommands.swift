import RunEngine
import RunJournal
import RunMachine
import RunPlan
import RunReport
import RunbookModel

/// `belay approve`.
struct ApproveCommand: Command {
    static let declaration = CommandDeclaration(
        "approve", "say yes to what a run asks",
        details: """
            On a terminal it shows what is decided, asks for what is missing, and asks once more before it is recorded. The
            decision is about what was shown and nothing else; --digest says so from a script. Whoever drives the run, or
            waits at its terminal, goes on; else 'belay resume' does, or --resume.
            """,
        AnswerOptions.arguments, AnswerOptions.formDeclarations + AnswerOptions.declarations)

    private let options: AnswerOptions

    init(_ words: ParsedWords) throws(UsageProblem) { options = try AnswerOptions(words, .approve) }

    func perform(_ session: Session) throws -> Int32 {
        try Answering(session: session, options: options, kinds: [.approve, .confirm]).perform()
    }
}

/// `belay reject`.
struct RejectCommand: Command {
    static let declaration = CommandDeclaration(
        "reject", "say no to what a run asks; the run ends",
        details: "The run turns back and puts back what it did. --comment says why; on a terminal it is asked for.",
        AnswerOptions.arguments, AnswerOptions.declarations)

    private let options: AnswerOptions

    init(_ words: ParsedWords) throws(UsageProblem) { options = try AnswerOptions(words, .reject) }

    func perform(_ session: Session) throws -> Int32 {
        try Answering(session: session, options: options, kinds: [.approve, .confirm]).perform()
    }
}

/// `belay answer`.
struct AnswerCommand: Command {
    static let declaration = CommandDeclaration(
        "answer", "say how it went with what a person was asked to do",
        details: """
            --done, which filling in the form implies; --could-not and --skip need a --comment. On a terminal it shows what
            is asked, asks for what is missing, and asks once more before it is recorded; else everything must be given.
            """,
        AnswerOptions.arguments,
        [
            .flag("done", "it is done"), .flag("could-not", "it could not be done; the step fails"),
            .flag("skip", "it was left out, where the runbook allows it"),
        ] + AnswerOptions.formDeclarations + AnswerOptions.declarations)

    private let options: AnswerOptions

    init(_ words: ParsedWords) throws(UsageProblem) {
        let verdicts: [(String, HumanAnswer.Verdict)] = [("done", .done), ("could-not", .couldNot), ("skip", .skip)]
        let given = verdicts.filter { words.has($0.0) }
        if given.count > 1 { throw UsageProblem("--\(given[0].0) and --\(given[1].0) exclude each other") }
        options = try AnswerOptions(words, given.first?.1)
    }

    func perform(_ session: Session) throws -> Int32 {
        try Answering(session: session, options: options, kinds: [.manual, .confirm]).perform()
    }
}

/// Records an answer from any terminal or script, and says who goes on.
struct Answering {
    let session: Session
    let options: AnswerOptions
    /// What the command is for, where no step is named.
    let kinds: Set<Prompt.Kind>

    func perform() throws -> Int32 {
        let workspace = try session.workspace()
        let drive = try options.resumes ? Drive.prepare(session, workspace) : nil
        let service = try session.service(workspace)
        let open = try PromptFinder(service: service, kinds: kinds).find(run: options.run, step: options.step)
        let sender = AnswerSender(session: session, service: service, open: open)
        let draft = try options.draft(open.prompt)
        let isAsked = session.isInteractive && options.digest == nil && service.objection(to: open.prompt) == nil
        guard let result = try isAsked ? ask(draft, sender) : sender.send(draft, digest: options.digest) else {
            session.note(Wording.nothingRecorded)
            return 4
        }
        return try conclude(result, sender, drive)
    }

    /// Nil where the person leaves.
    private func ask(_ draft: AnswerDraft, _ sender: AnswerSender) throws -> AnswerSender.Result? {
        let dialogue = PromptDialogue(
            questioner: Questioner(session: session), open: sender.open, others: 0)
        dialogue.show()
        var draft = draft
        while true {
            guard case .answer(let complete) = dialogue.ask(draft) else { return nil }
            let result = try sender.send(complete)
            // What can be said better is asked again; whatever else has happened meanwhile cannot.
            guard case .refused(let why) = result, try isStillOpen(sender) else { return result }
            dialogue.complain(why)
            draft = AnswerDraft(prompt: draft.prompt, verdict: nil)
        }
    }

    private func isStillOpen(_ sender: AnswerSender) throws -> Bool {
        try sender.service.openPrompts(sender.open.run).contains {
            $0.step == sender.open.step && $0.prompt.digest == sender.open.prompt.digest
        } && sender.service.journal.inbox(sender.open.run).isEmpty
    }

    private func conclude(_ result: AnswerSender.Result, _ sender: AnswerSender, _ drive: Drive?) throws -> Int32 {
        let run = sender.open.run
        var message = Wording.alreadyRecorded(sender.open)
        var missing = 0
        switch result {
        case .refused(let why): throw ServiceFailure.refused(why, help: help(sender.open))
        case .repeated: break
        case .recorded(let answer):
            message = Wording.recorded(answer, sender.open)
            missing = sender.missingApprovals(after: answer)
        }
        if missing > 0 {
            session.showRecorded(run, message, help: Wording.approvalsMissing(missing), isDriven: false)
            return 0
        }
        return try session.goOn(run, message, RunInspector(session: session, service: sender.service), drive)
    }

    private func help(_ open: OpenPrompt) -> String {
        let view = PromptView(run: open.run.number, step: open.step, open.prompt, at: .now)
        let form = view.formLines(TextStyle()).filter { !$0.isEmpty }
        return (form + [Wording.showsAll(open)]).joined(separator: "\n")
    }
}

extension Session {
    /// After something was said to a run: goes on with it, or says who does.
    func goOn(_ run: RunID, _ message: String, _ inspector: RunInspector, _ drive: Drive?) throws -> Int32 {
        let driver = try inspector.driverWords(run)
        if let drive, driver == nil {
            note(message)
            return try drive.perform(run, inspector.service, .init(followsOthers: true))
        }
        let next = try driver.map(Wording.goesOnThere) ?? inspector.waitingWords(run) ?? Wording.resumeHelp(run)
        showRecorded(run, message, help: next, isDriven: driver != nil)
        return 0
    }

    func showRecorded(_ run: RunID, _ message: String, help: String, isDriven: Bool) {
        show(RecordedView(run: run.number, isDriven: isDriven, message: message, help: help)) { _ in
            "\(message); \(help)\n"
        }
    }
}

extension Wording {
    static let nothingRecorded = "nothing was recorded"
    static func alreadyRecorded(_ open: OpenPrompt) -> String {
        "step '\(open.step)' of run \(open.run): already recorded"
    }
    static func recorded(_ answer: HumanAnswer, _ open: OpenPrompt) -> String {
        "step '\(open.step)' of run \(open.run) is \(answer.verdict.past)"
    }
    static func approvalsMissing(_ count: Int) -> String {
        count == 1 ? "one more approval is needed" : "\(count) more approvals are needed"
    }
    static func showsAll(_ open: OpenPrompt) -> String {
        "'belay answer \(open.run) \(ShellText.word(open.step.text))' on a terminal shows it and asks"
    }
}
