import Glibc
import RunEngine
import RunHost
import RunJournal
import RunMachine
import RunReport
import Synchronization

/// What the signals of the terminal do to a run that this process drives: a menu where a person sits there, else a pause.
final class Steering: Sendable {
    private let session: Session
    private let service: RunService
    private let driver: RunContext
    private let requests: @Sendable (DriverRequest) -> Void
    private let screen: DriveScreen
    private let signals: SignalDesk
    private let state: Mutex<State>

    private struct State {
        var menu: SteeringMenu
        var interrupts = 0
        /// Answered by the thread that reads keys when it ends; nil while there is none.
        var keys: Mailbox<Bool>?
        var hasEnded = false
    }

    init(
        _ session: Session, _ service: RunService, _ driver: Driver, screen: DriveScreen, signals: SignalDesk
    ) {
        self.session = session
        self.service = service
        self.driver = driver.context
        requests = driver.requests
        self.screen = screen
        self.signals = signals
        state = Mutex(State(menu: SteeringMenu(patience: Self.patience(session.environment))))
    }

    /// How long the menu waits: 10 s, or what $BELAY_MENU_SECONDS says.
    private static func patience(_ environment: [String: String]) -> Int64 {
        let seconds = environment["BELAY_MENU_SECONDS"].flatMap(Double.init) ?? 10
        return Int64(min(max(seconds, 0.1), 3_600) * 1_000)
    }

    private var now: Int64 { HostClock.live.bootTime() / 1_000_000 }

    // MARK: Signals

    func take(_ signal: Int32) {
        guard signal != SIGCONT else { return screen.comeBack() }
        guard signal == SIGINT else {
            signals.notePause()
            screen.notice(Wording.pausingOnSignal)
            return requests(.pause)
        }
        if session.isInteractive, session.streams.outputIsTerminal { return openMenu() }
        signals.notePause()
        let isFirst = state.withLock { state in
            state.interrupts += 1
            return state.interrupts == 1
        }
        screen.notice(isFirst ? Wording.pausingWithoutMenu : Wording.endingAttempts)
        requests(isFirst ? .pause : .endAttempts)
    }

    /// The driver has stopped: the menu is gone, and nobody reads keys any more.
    func end() {
        let keys = state.withLock { state in
            state.hasEnded = true
            return state.keys
        }
        _ = keys?.receive(within: nil)
        screen.setMenu([], isNew: false)
    }

    // MARK: The menu

    private func openMenu() {
        guard !state.withLock({ $0.hasEnded }) else { return }
        let (isForward, mayRollBack) = driver.withMachine { machine in
            (machine.run.direction == .forward && machine.run.decidedOutcome == nil, machine.rollbackPolicy != .never)
        }
        let (actions, starts) = state.withLock { state -> ([SteeringMenu.Action], Mailbox<Bool>?) in
            state.menu.allow(isForward: isForward, mayRollBack: mayRollBack)
            let actions = state.menu.interrupt(now: now)
            guard state.keys == nil, state.menu.isOpen else { return (actions, nil) }
            state.keys = Mailbox()
            return (actions, state.keys)
        }
        if starts != nil {
            // What was typed before the menu stands there was meant for something else.
            TerminalMode.takeKeys()
            TerminalMode.dropTyped()
        }
        show(isNew: true)
        for action in actions { perform(action) }
        guard let starts else { return }
        do {
            try WorkerThread.start(name: "menu", stack: 1 << 20) { self.readKeys(starts) }
        } catch {
            TerminalMode.release()
            state.withLock { $0.keys = nil }
            starts.send(true)
            perform(.pause)
        }
    }

    private func readKeys(_ end: Mailbox<Bool>) {
        defer {
            TerminalMode.release()
            end.send(true)
        }
        while true {
            let key = TerminalMode.key(within: 100)
            let (actions, isOpen, hasChanged) = state.withLock { state -> ([SteeringMenu.Action], Bool, Bool) in
                guard !state.hasEnded else { return ([], false, false) }
                let before = state.menu.stage
                let pressed = key.map { state.menu.press(Character(Unicode.Scalar($0)), now: now) } ?? []
                let actions = pressed + state.menu.tick(now: now)
                // In the same breath as the decision to end, so that the next Ctrl-C starts another reader.
                if !state.menu.isOpen { state.keys = nil }
                return (actions, state.menu.isOpen, state.menu.stage != before)
            }
            if !state.withLock({ $0.hasEnded }) { show(isNew: hasChanged) }
            for action in actions { perform(action) }
            guard isOpen else { return }
        }
    }

    private func show(isNew: Bool) {
        screen.setMenu(state.withLock { $0.menu.lines(now: now) }, isNew: isNew)
    }

    private func perform(_ action: SteeringMenu.Action) {
        switch action {
        case .hold: requests(.hold)
        case .goOn: requests(.goOn)
        case .pause:
            signals.notePause()
            requests(.pause)
        case .interrupt:
            signals.notePause()
            requests(.pause)
            requests(.endAttempts)
        case .rollBack: cancel(.rollback)
        case .keep: cancel(.keep)
        }
    }

    /// As `belay cancel` does it: through the run's inbox.
    private func cancel(_ choice: Choice) {
        let decision = session.decision(choice, step: nil, why: Wording.chosenInMenu, by: service.actor)
        do {
            if case .refused(let why) = try service.say(RunID(driver.id), InboxKind.cancel, decision) {
                screen.notice(why)
            }
        } catch { screen.notice("\(Wording.notRecorded): \(error)") }
        requests(.goOn)
    }
}
