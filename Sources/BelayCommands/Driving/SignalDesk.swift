import Glibc
import RunHost
import Synchronization

/// Takes the signals of the terminal, and those that ask this process to stop, on a thread of its own.
///
/// All other threads block these signals, so that none interrupts the engine.
final class SignalDesk: Sendable {
    private struct State {
        var handler: (@Sendable (Int32) -> Void)?
        var hasPaused = false
        /// With which code a signal ends the process while nobody takes it.
        var exit: Int32 = 130
    }

    private let state = Mutex(State())
    /// SIGCONT only tells that the shell has had the terminal.
    private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGCONT]

    /// Blocks the signals in this thread and in those that it starts from now on. To be called before there are others,
    /// and after the fork server is started.
    static func start() throws -> SignalDesk {
        let desk = SignalDesk()
        var set = Self.set
        pthread_sigmask(SIG_BLOCK, &set, nil)
        try WorkerThread.start(name: "signals", stack: 1 << 20) { desk.listen() }
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

    /// A signal makes the run pause.
    func notePause() { state.withLock { $0.hasPaused = true } }

    /// Signals go to `handler` while `body` runs; the handler is called on the thread of the signals.
    func handling<Result>(_ handler: @escaping @Sendable (Int32) -> Void, _ body: () throws -> Result) rethrows
        -> Result
    {
        state.withLock { $0.handler = handler }
        defer { state.withLock { $0.handler = nil } }
        return try body()
    }

    /// While a person is asked, or only looks, a signal ends that.
    func whileAsking<Answer>(_ body: () throws -> Answer) rethrows -> Answer {
        try handling({ if $0 != SIGCONT { self.notePause() } }, body)
    }

    /// The command is about to end with this code: signals end it at once.
    func conclude(exit: Int32) { state.withLock { $0.exit = exit } }

    private func listen() {
        var set = Self.set
        while true {
            var signal: Int32 = 0
            guard sigwait(&set, &signal) == 0 else { continue }
            take(signal)
        }
    }

    private func take(_ signal: Int32) {
        let (handler, exit) = state.withLock { ($0.handler, $0.exit) }
        if let handler { return handler(signal) }
        guard signal != SIGCONT else { return }
        TerminalMode.restoreNow()
        _exit(exit)
    }
}
