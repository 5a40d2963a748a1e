import Glibc

/// A supervisor that runs, whichever driver launched it; told from later processes of its number by its start time.
package struct LivingSupervisor: Sendable, Equatable {
    package var pid: Int32
    /// Clock ticks since boot.
    package var startTicks: UInt64

    package init(pid: Int32, startTicks: UInt64) {
        self.pid = pid
        self.startTicks = startTicks
    }

    package init(_ started: AttemptStarted) {
        self.init(pid: started.pid, startTicks: started.startTicks)
    }

    /// Asks it to end its command: TERM, grace, KILL, result. False where it is not there any more.
    @discardableResult
    package func requestEnd() -> Bool { send(SIGUSR1) }

    /// Asks it to kill its command now. False where it is not there any more.
    @discardableResult
    package func requestKill() -> Bool { send(SIGUSR2) }

    /// Calls `handler` when it has ended, at once where it has already; on a thread of its own.
    package func whenEnded(_ handler: @escaping @Sendable () -> Void) throws {
        let descriptor = PidDescriptor(pid: pid, startTicks: startTicks)
        try WorkerThread.start(name: "exit-watch") {
            if let descriptor { PidDescriptor.waitForAll([descriptor], atMost: nil) }
            handler()
        }
    }

    private func send(_ signal: Int32) -> Bool {
        PidDescriptor(pid: pid, startTicks: startTicks)?.send(signal) ?? false
    }
}
