import Glibc

/// Signal dispositions of the driver.
package enum Signals {
    /// Turns writes to closed pipes, and beyond a file size limit, into errors of the call. Commands are not
    /// affected: the supervisor gives them the default dispositions.
    package static func ignoreWriteSignals() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }

    /// Asks a supervisor to end its command: TERM, grace, KILL. False where it is not there any more.
    package static func requestEnd(supervisor pid: Int32) -> Bool { kill(pid, SIGUSR1) == 0 }

    /// Asks a supervisor to kill its command now. False where it is not there any more.
    package static func requestKill(supervisor pid: Int32) -> Bool { kill(pid, SIGUSR2) == 0 }
}
