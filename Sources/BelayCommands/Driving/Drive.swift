import Expressions
import RunEngine
import RunHost
import RunJournal
import RunMachine
import RunReport
import RunbookModel

/// Drives a run from this process to its end or its next stop: what `run`, `resume`, `retry` and their like share.
struct Drive {
    let session: Session
    let host: EngineHost
    let signals: SignalDesk

    /// Starts the fork server and takes the signals. To be called before a journal is opened or a thread started.
    static func prepare(_ session: Session, _ workspace: Workspace) throws -> Drive {
        do {
            let server = try ForkServer.start()
            let signals = try SignalDesk.start()
            return Drive(session: session, host: .live(server, workspace.configuration), signals: signals)
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
    }

    /// Claims the run and drives it; says at the end why it stops and what goes on. Gives the exit code.
    func perform(_ run: RunID, _ service: RunService, _ options: Options = Options()) throws -> Int32 {
        let screen = try DriveScreen(session)
        do {
            let (end, context) = try drive(run, service, options, screen)
            let exit = exitCode(end)
            signals.detach(exit: exit)
            screen.settle(ends: true)
            try conclude(run, service, exit, context)
            return exit
        } catch {
            screen.settle(ends: true)
            throw error
        }
    }

    private func drive(_ run: RunID, _ service: RunService, _ options: Options, _ screen: DriveScreen) throws
        -> (DriveEnd, RunContext)
    {
        let claimed = try service.claim(run, claimOptions(options), host: host, observer: screen)
        let context = claimed.driver.context
        if let until = options.until { try stop(claimed.driver, after: until, run) }
        signals.attach(claimed.driver.requests) { screen.notice($0) }
        var end = try claimed.drive()
        while case .parked(.attention, _) = end, session.isInteractive, session.streams.outputIsTerminal {
            screen.settle()
            guard try isAnswered(run, service, context) else { break }
            end = try claimed.driveOn()
        }
        return (end, context)
    }

    private func claimOptions(_ options: Options) -> ClaimOptions {
        var claim = ClaimOptions(environment: session.environment)
        claim.takeOver = options.takeOver
        claim.adopts = options.adopts
        claim.secretInputs = options.secretInputs
        claim.ask = session.ask
        claim.confirmsAhead = options.confirmsAhead
        return claim
    }

    private func stop(_ driver: Driver, after step: StepPath, _ run: RunID) throws {
        guard driver.context.plan.graph.index(of: step) != nil else {
            throw ServiceFailure.refused(Wording.noStep(step.text, run), help: Wording.statusHelp(run))
        }
        driver.stopAfter = step
    }

    /// Whether somebody has decided, here or elsewhere.
    private func isAnswered(_ run: RunID, _ service: RunService, _ context: RunContext) throws -> Bool {
        let prompt = AttentionPrompt(session: session, service: service, signals: signals, run: run)
        while true {
            switch prompt.ask(context) {
            case .left: return false
            case .elsewhere:
                session.note(Wording.goesOn)
                return true
            case .decided(let decision):
                guard case .refused(let why) = try service.say(run, InboxKind.decision, decision) else { return true }
                session.streams.printError(why + "\n")
            }
        }
    }

    /// Says why the run stops, and what goes on.
    private func conclude(_ run: RunID, _ service: RunService, _ exit: Int32, _ context: RunContext) throws {
        let view = try RunInspector(session: session, service: service).view(run, context)
        if session.isJSON {
            session.streams.printJSON(ViewJSON.line(DriveEndView(exit: exit, run: view)))
        } else {
            session.streams.print("\n" + view.closing(session.streams.outputStyle))
        }
    }

    /// A pause that no signal asked for is a stop like others.
    private func exitCode(_ end: DriveEnd) -> Int32 {
        switch end {
        case .parked(.paused, let direction) where !signals.hasPaused: direction == .rollback ? 6 : 4
        default: end.exitCode
        }
    }
}

/// The last JSON line of a command that drove.
struct DriveEndView: Encodable {
    let version = 1
    let type = "end"
    let exit: Int32
    let run: RunView
}

extension Session {
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
