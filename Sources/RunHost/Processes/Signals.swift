import Glibc

/// Signal dispositions of the driver.
package enum Signals {
    /// Turns writes to closed pipes, and beyond a file size limit, into errors of the call. Commands are not
    /// affected: the supervisor gives them the default dispositions.
    package static func ignoreWriteSignals() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }
}
