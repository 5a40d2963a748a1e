import Glibc
import RunEngine
import RunJournal
import RunMachine
import RunPlan
import RunbookModel

/// The terminal of a run that waits for people. It holds no claim, so that any other may go on with the run; it asks, and
/// tells when there is something to go on with.
struct WaitingTerminal {
    /// What a question can be asked about.
    struct WaitingRun {
        let id: RunID
        let plan: Plan
        let machine: RunMachine
    }

    /// What came of asking.
    enum Answer {
        /// Something was recorded for the run, which can go on.
        case said
        /// There is nothing that this person could be asked: the terminal only watches.
        case nothing
        /// The person leaves the run as it is.
        case left
        /// `isOver` turned true meanwhile.
        case over
    }

    /// Puts what the run asks to the person at the terminal, and records the answer.
    ///
    /// `isOver` turns true when somebody else has answered, or a signal came; it is to be asked several times a second.
    typealias Asker = (_ run: WaitingRun, _ isOver: @escaping () -> Bool) throws -> Answer

    /// Why the terminal waits no longer.
    enum End {
        /// Something was said: the run is to be claimed, and goes on.
        case goOn
        /// The person has left.
        case left(RunLook)
        /// Somebody else has driven the run to where it is now.
        case elsewhere(RunLook)
    }

    let session: Session
    let service: RunService
    let run: RunID
    let signals: SignalDesk
    let screen: DriveScreen
    let asker: Asker

    /// Waits until the run can go on here, or has gone on elsewhere.
    func wait() throws -> End {
        let watcher = RunWatcher(service, run)
        let presence = try presence(watcher.look().summary.runbook)
        defer { withExtendedLifetime(presence) {} }
        while true {
            let look = try watcher.look()
            if look.isDriven {
                session.note(Wording.drivenElsewhere(look.driver ?? nil))
                if let end = try follow(watcher) { return end }
                screen.settle()
            } else if look.hasInbox {
                if try staysUnclaimed(watcher) {
                    session.note(Wording.goesOn)
                    return .goOn
                }
            } else if look.hasExpired {
                return .goOn
            } else {
                guard look.waitsForPeople else { return .elsewhere(look) }
                if let end = try ask(look, watcher) { return end }
            }
        }
    }

    private func ask(_ look: RunLook, _ watcher: RunWatcher) throws -> End? {
        let waiting = WaitingRun(id: run, plan: look.plan, machine: look.machine)
        let isOver = { signals.hasPaused || look.hasExpired || watcher.hasMoved(since: look) }
        switch try signals.whileAsking({ try asker(waiting, isOver) }) {
        case .said: return .goOn
        case .left: return .left(look)
        case .over where signals.hasPaused: return .left(look)
        case .over: break
        case .nothing:
            let watch = Watch(watcher: watcher, screen: screen, signals: signals, footer: Wording.waitingHere)
            let end = try watch.follow {
                $0.hasInbox || !$0.waitsForPeople || $0.hasExpired
            }
            screen.settle()
            if case .left(let look) = end { return .left(look) }
        }
        // Nobody has answered in time: the next driver says what follows from that.
        return look.hasExpired ? .goOn : nil
    }

    /// Nil once the run waits for people again.
    private func follow(_ watcher: RunWatcher) throws -> End? {
        switch try Watch(watcher: watcher, screen: screen, signals: signals).follow(until: { !$0.isDriven }) {
        case .left(let look): return .left(look)
        case .reached(let look): return look.waitsForPeople ? nil : .elsewhere(look)
        }
    }

    /// Whoever has said something may be about to go on by themselves; they come first.
    private func staysUnclaimed(_ watcher: RunWatcher) throws -> Bool {
        for _ in 0..<10 {
            poll(nil, 0, 100)
            let look = try watcher.look()
            if look.isDriven || !look.isOpen || !look.hasInbox { return false }
        }
        return true
    }

    /// Lets others know that this terminal goes on with what they say; one is enough.
    private func presence(_ runbook: RunbookName) -> DriverLock? {
        let holder = DriverLock.Holder(pid: getpid(), user: service.actor.user, since: session.now)
        return try? service.workspace.state.markWaiting(run, runbook, holder)
    }
}
