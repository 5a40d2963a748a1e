import Expressions
import RunEngine
import RunHost
import RunJournal
import RunMachine
import RunReport
import RunbookModel
import Synchronization

/// Drives a run from this process to its end or its next stop: what `run`, `resume`, `retry` and their like share.
struct Drive {
    /// How things are shown.
    let session: Session
    /// How people are asked until the run is under way.
    private let terminal: Session
    let host: EngineHost
    let signals: SignalDesk
    private let detachment: Detachment?

    /// Starts the fork server and takes the signals. To be called before a journal is opened or a thread started.
    static func prepare(_ session: Session, _ workspace: Workspace, _ detachment: Detachment? = nil) throws -> Drive {
        do {
            let server = try ForkServer.start()
            let signals = try SignalDesk.start()
            return Drive(
                session: detachment?.session ?? session, terminal: session,
                host: .live(server, workspace.configuration), signals: signals, detachment: detachment)
        } catch {
            throw ServiceFailure.refused(Wording.cannotStart("\(error)"), help: nil)
        }
    }

    /// How the run is to be driven.
    struct Options {
        var takeOver: String?
        /// Pauses once this step has ended.
        var until: StepPath?
        /// Moves the run to its changed files first.
        var adopts = false
        /// Values of secret inputs: the journal does not have them.
        var secretInputs: [String: Value] = [:]
        /// Answers `confirm` with yes (`--yes`).
        var confirmsAhead = false
        /// Turns guide mode on.
        var guides = false
        /// Something was said to the run before: where another process goes on with it, that one is followed.
        var followsOthers = false
    }

    /// How a command that drove, or followed, stops.
    private struct Stop {
        let exit: Int32
        /// The state as this process left it; nil where another one has driven since.
        let context: RunContext?
    }

    /// Claims the run and drives it; says at the end why it stops and what goes on. Gives the exit code.
    func perform(_ run: RunID, _ service: RunService, _ options: Options = Options()) throws -> Int32 {
        let screen = try DriveScreen(session, service.journal)
        do {
            let stop = try drive(run, service, options, screen)
            signals.conclude(exit: stop.exit)
            screen.settle(ends: true)
            try conclude(run, service, stop)
            return stop.exit
        } catch {
            screen.settle(ends: true)
            throw error
        }
    }

    private func drive(_ run: RunID, _ service: RunService, _ options: Options, _ screen: DriveScreen) throws -> Stop {
        let asker = PeopleAsker(session: session, service: service)
        let terminal = WaitingTerminal(
            session: session, service: service, run: run, signals: signals, screen: screen, asker: asker.ask)
        var claim = claimOptions(options)
        var mayBeElsewhere = options.followsOthers
        while true {
            do {
                let (end, context) = try driveOnce(run, service, claim, options.until, screen, asker)
                guard asks(end) else { return Stop(exit: exitCode(end), context: context) }
                screen.settle()
            } catch ServiceFailure.journal(.driven(_, let holder)) where mayBeElsewhere {
                guard asksPeople else { return try follow(run, service, holder, screen) }
            } catch ServiceFailure.journal(.runIsClosed) where mayBeElsewhere {}
            // What was asked for is done; and while nobody drove, somebody else may have gone on.
            (claim.adopts, claim.takeOver, claim.guides, mayBeElsewhere) = (false, nil, nil, true)
            switch try terminal.wait() {
            case .goOn: claim.guides = asker.guides
            case .left(let look), .elsewhere(let look): return Stop(exit: look.exitCode, context: nil)
            }
        }
    }

    /// From a claim to the next stop; the run is nobody's when this returns.
    private func driveOnce(
        _ run: RunID, _ service: RunService, _ claim: ClaimOptions, _ until: StepPath?, _ screen: DriveScreen,
        _ asker: PeopleAsker
    ) throws -> (DriveEnd, RunContext) {
        let claimed = try service.claim(run, claim, host: host, observer: screen)
        let driver = claimed.driver
        if let until { try stop(driver, after: until, run) }
        detachment?.leave(run, driver.context.plan.runbook.name, service.workspace.state)
        let steering = Steering(session, service, driver, screen: screen, signals: signals)
        defer { steering.end() }
        return try signals.handling(steering.take) {
            let end = try claimed.drive()
            asker.preview = asksPeople ? driver.context.guidedStep.flatMap(driver.preview) : nil
            return (end, driver.context)
        }
    }

    /// Somebody else drives what this command has said something to: it is seen through here.
    private func follow(_ run: RunID, _ service: RunService, _ holder: DriverLock.Holder?, _ screen: DriveScreen) throws
        -> Stop
    {
        session.note(Wording.drivenElsewhere(holder))
        let watch = Watch(watcher: RunWatcher(service, run), screen: screen, signals: signals)
        switch try watch.follow(until: { !$0.isDriven }) {
        case .reached(let look): return Stop(exit: look.exitCode, context: nil)
        case .left: return Stop(exit: 130, context: nil)
        }
    }

    /// Whether a person sits there; a process in the background would be stopped if it asked.
    private var asksPeople: Bool {
        session.isInteractive && session.streams.outputIsTerminal && TerminalMode.isForeground
    }

    private func asks(_ end: DriveEnd) -> Bool {
        switch end {
        case .parked(.attention, _), .parked(.waiting, _): asksPeople
        default: false
        }
    }

    private func claimOptions(_ options: Options) -> ClaimOptions {
        var claim = ClaimOptions(environment: session.environment)
        claim.takeOver = options.takeOver
        claim.adopts = options.adopts
        claim.secretInputs = options.secretInputs
        claim.ask = terminal.ask.map { RememberedAnswers($0).ask }
        claim.confirmsAhead = options.confirmsAhead
        if options.guides { claim.guides = true }
        return claim
    }

    private func stop(_ driver: Driver, after step: StepPath, _ run: RunID) throws {
        guard driver.context.plan.graph.index(of: step) != nil else {
            throw ServiceFailure.refused(Wording.noStep(step.text, run), help: Wording.statusHelp(run))
        }
        driver.stopAfter = step
    }

    /// Says why the run stops, and what goes on.
    private func conclude(_ run: RunID, _ service: RunService, _ stop: Stop) throws {
        let inspector = RunInspector(session: session, service: service)
        session.conclude(
            try stop.context.map { try inspector.view(run, $0) } ?? inspector.view(run), exit: stop.exit)
    }

    /// A pause that no signal asked for is a stop like others.
    private func exitCode(_ end: DriveEnd) -> Int32 {
        switch end {
        case .parked(.paused, let direction) where !signals.hasPaused: direction == .rollback ? 6 : 4
        default: end.exitCode
        }
    }
}

/// Asks each thing once, however often the run is claimed.
private final class RememberedAnswers: Sendable {
    private let question: @Sendable (_ prompt: String, _ isSecret: Bool) -> String?
    private let answers = Mutex<[String: String]>([:])

    init(_ question: @escaping @Sendable (_ prompt: String, _ isSecret: Bool) -> String?) { self.question = question }

    var ask: @Sendable (_ prompt: String, _ isSecret: Bool) -> String? {
        { prompt, isSecret in
            if let answer = self.answers.withLock({ $0[prompt] }) { return answer }
            let answer = self.question(prompt, isSecret)
            self.answers.withLock { $0[prompt] = answer }
            return answer
        }
    }
}

/// The last JSON line of a command that drove or watched.
struct DriveEndView: Encodable {
    let version = 1
    let type = "end"
    let exit: Int32
    let run: RunView
}

extension Session {
    /// The last lines of a command that drove or watched.
    func conclude(_ view: RunView, exit: Int32) {
        if isJSON {
            streams.printJSON(ViewJSON.line(DriveEndView(exit: exit, run: view)))
        } else {
            streams.print("\n" + view.closing(streams.outputStyle))
        }
    }

    /// Asks for inputs and secrets; nil where nobody can be asked.
    var ask: (@Sendable (_ prompt: String, _ isSecret: Bool) -> String?)? {
        guard isInteractive else { return nil }
        let prompt = TerminalPrompt(streams)
        return { prompt.value($0, isSecret: $1) }
    }

    /// A decision of this process's user, with an id of its own.
    func decision(
        _ choice: Choice, step: StepPath?, why: String, evidence: EvidenceFile? = nil, outputs: Stored? = nil,
        by actor: Actor
    ) -> HumanDecision {
        HumanDecision(
            id: String(UInt64.random(in: .min ... .max), radix: 36), choice: choice, step: step, why: why, actor: actor,
            at: now, evidence: evidence?.name, evidenceSHA256: evidence?.sha256, outputs: outputs)
    }
}

extension RunContext {
    /// The step that guide mode asks about.
    fileprivate var guidedStep: StepPath? {
        withMachine { machine in
            machine.graph.nodes.first { machine.steps[$0.index].question?.isGuide == true }?.path
        }
    }
}
