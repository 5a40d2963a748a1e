import Glibc
import RunEngine
import RunHost
import Synchronization

/// Takes the signals that ask this process to stop, on a thread of its own, and passes them on to the driver.
///
/// All other threads block these signals, so that none interrupts the engine.
final class SignalDesk: Sendable {
    private struct State {
        var requests: (@Sendable (DriverRequest) -> Void)?
        var notice: (@Sendable (String) -> Void)?
        var interrupts = 0
        var isAsking = false
        var hasPaused = false
        /// With which code a signal ends the process while there is no driver.
        var exit: Int32 = 130
    }

    private let state = Mutex(State())
    private static let signals = [SIGINT, SIGTERM, SIGHUP]

    /// Blocks the signals in this thread and in those that it starts from now on. To be called before there are others,
    /// and after the fork server is started.
    static func start() throws -> SignalDesk {
        let desk = SignalDesk()
        var set = Self.set
        pthread_sigmask(SIG_BLOCK, &set, nil)
        try WorkerThread.start(name: "signals") { desk.listen() }
        return desk
    }

    private static var set: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        return set
    }

    /// Whether a signal made the run pause, or ended a question.
    var hasPaused: Bool { state.withLock { $0.hasPaused } }

    /// From now on signals reach this driver; what they do is told through `notice`.
    func attach(_ requests: @escaping @Sendable (DriverRequest) -> Void, notice: @escaping @Sendable (String) -> Void) {
        state.withLock {
            $0.requests = requests
            $0.notice = notice
        }
    }

    /// The driver has stopped, and the command is about to end with this code: signals end it at once.
    func detach(exit: Int32) {
        state.withLock {
            $0.requests = nil
            $0.exit = exit
        }
    }

    /// While a person is asked, a signal ends the question.
    func whileAsking<Answer>(_ body: () throws -> Answer) rethrows -> Answer {
        state.withLock { $0.isAsking = true }
        defer { state.withLock { $0.isAsking = false } }
        return try body()
    }

    private func listen() {
        var set = Self.set
        while true {
            var signal: Int32 = 0
            guard sigwait(&set, &signal) == 0 else { continue }
            take(signal)
        }
    }

    private func take(_ signal: Int32) {
        let action = state.withLock { state -> (request: DriverRequest, notice: String)? in
            guard state.requests != nil else {
                TerminalPrompt.showTyping()
                _exit(state.exit)
            }
            state.hasPaused = true
            if state.isAsking { return nil }
            guard signal == SIGINT else { return (.pause, Wording.pausingOnSignal) }
            state.interrupts += 1
            return state.interrupts == 1 ? (.pause, Wording.pausing) : (.endAttempts, Wording.endingAttempts)
        }
        guard let action else { return }
        let (requests, notice) = state.withLock { ($0.requests, $0.notice) }
        notice?(action.notice)
        requests?(action.request)
    }
}
