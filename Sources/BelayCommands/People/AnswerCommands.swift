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
        let target = try PromptFinder(service: service, kinds: kinds).find(run: options.run, step: options.step)
        let open = target.open
        let sender = AnswerSender(session: session, service: service, open: open)
        let draft = try options.draft(open.prompt)
        let isAsked =
            target.isOpen && session.isInteractive && options.digest == nil && service.objection(to: open.prompt) == nil
        guard let (result, next) = try isAsked ? ask(draft, sender) : send(draft, sender, target) else {
            session.note(Wording.nothingRecorded)
            return 4
        }
        return try conclude(result, sender, next, drive)
    }

    /// What came of it, and who goes on: whoever drives when it is recorded will see it, whatever they do then.
    private typealias Sent = (result: AnswerSender.Result, next: GoingOn)

    private func send(_ draft: AnswerDraft, _ sender: AnswerSender, _ target: PromptTarget) throws -> Sent {
        let next = try GoingOn(sender.open.run, session, sender.service)
        let result = try target.isOpen ? sender.send(draft, digest: options.digest) : sender.repeat(draft)
        return (result, next)
    }

    /// Nil where the person leaves.
    private func ask(_ draft: AnswerDraft, _ sender: AnswerSender) throws -> Sent? {
        let dialogue = PromptDialogue(
            questioner: Questioner(session: session), open: sender.open, others: 0)
        dialogue.show()
        var draft = draft
        while true {
            guard case .answer(let complete) = dialogue.ask(draft) else { return nil }
            let next = try GoingOn(sender.open.run, session, sender.service)
            let result = try sender.send(complete)
            // What can be said better is asked again; whatever else has happened meanwhile cannot.
            guard case .refused(let why) = result, try isStillOpen(sender) else { return (result, next) }
            dialogue.complain(why)
            draft = AnswerDraft(prompt: draft.prompt, verdict: nil)
        }
    }

    private func isStillOpen(_ sender: AnswerSender) throws -> Bool {
        try sender.service.openPrompts(sender.open.run).contains {
            $0.step == sender.open.step && $0.prompt.digest == sender.open.prompt.digest
        } && sender.service.journal.inbox(sender.open.run).isEmpty
    }

    private func conclude(
        _ result: AnswerSender.Result, _ sender: AnswerSender, _ next: GoingOn, _ drive: Drive?
    ) throws -> Int32 {
        let run = sender.open.run
        var message = Wording.alreadyRecorded(sender.open)
        var missing = 0
        switch result {
        case .refused(let why): throw ServiceFailure.refused(why, help: try help(sender))
        case .repeated: break
        case .recorded(let answer):
            message = Wording.recorded(answer, sender.open)
            missing = try sender.missingApprovals(after: answer)
        }
        if missing > 0 {
            let help = Wording.approvalsMissing(missing)
            session.show(RecordedView(run: run.number, isDriven: next.isDriven, message: message, help: help))
            return 0
        }
        return try next.conclude(run, message, session, sender.service, drive)
    }

    private func help(_ sender: AnswerSender) throws -> String {
        let open = sender.open
        guard try isStillOpen(sender), sender.service.objection(to: open.prompt) == nil else {
            return Wording.statusHelp(open.run)
        }
        let view = PromptView(run: open.run.number, step: open.step, open.prompt, at: .now)
        if view.hasExpired { return Wording.resumeHelp(open.run) }
        let form = view.formLines(TextStyle()).filter { !$0.isEmpty }
        return (form + [Wording.showsAll(open)]).joined(separator: "\n")
    }
}

/// Who goes on with a run after something was said to it; to be found out before it is said.
struct GoingOn {
    let isDriven: Bool
    private let isOpen: Bool
    private let words: String

    init(_ run: RunID, _ session: Session, _ service: RunService) throws {
        let inspector = RunInspector(session: session, service: service)
        let driver = try inspector.driverWords(run)
        isDriven = driver != nil
        isOpen = try service.journal.summary(run).isOpen
        words =
            try !isOpen
            ? Wording.statusHelp(run)
            : driver.map(Wording.goesOnThere) ?? inspector.waitingWords(run) ?? Wording.resumeHelp(run)
    }

    /// Goes on where that is wanted and nobody else does; else says who does. Gives the exit code.
    func conclude(_ run: RunID, _ message: String, _ session: Session, _ service: RunService, _ drive: Drive?) throws
        -> Int32
    {
        if let drive, isOpen, !isDriven {
            session.note(message)
            return try drive.perform(run, service, .init(followsOthers: true))
        }
        session.show(RecordedView(run: run.number, isDriven: isDriven, message: message, help: words))
        return 0
    }
}

extension Wording {
    static let nothingRecorded = "nothing was recorded"
    static func alreadyRecorded(_ open: OpenPrompt) -> String {
        "step '\(open.step)' of run \(open.run): already recorded"
    }
    static func recorded(_ answer: HumanAnswer, _ open: OpenPrompt) -> String {
        "step '\(open.step)' of run \(open.run)\(answer.verdict == .couldNot ? "" : " is") \(answer.verdict.past)"
    }
    static func approvalsMissing(_ count: Int) -> String {
        count == 1 ? "one more approval is needed" : "\(count) more approvals are needed"
    }
    static func showsAll(_ open: OpenPrompt) -> String {
        "'belay answer \(open.run) \(ShellText.word(open.step.text))' on a terminal shows it and asks"
    }
}
