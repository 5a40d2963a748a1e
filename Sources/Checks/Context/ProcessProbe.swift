import RunHost

/// A process that is run to its end for what it answers, or started to stay.
package struct ProcessProbe: Sendable {
    /// The program, looked up in the PATH of `environment` where it has no slash, and its arguments.
    package var arguments: [String]
    package var environment: [String: String]
    /// Absolute.
    package var directory: String
    package var input: [UInt8]?
    package var timeout: Duration
    /// Bytes kept of each of stdout and stderr; the rest is read and dropped.
    package var outputLimit: Int
    package var umask: UInt32
    /// Nil: the driver's own.
    package var user: UserCredentials?

    package init(_ arguments: [String], in directory: String, _ settings: ProcessContext, timeout: Duration) {
        self.arguments = arguments
        self.directory = directory
        self.timeout = timeout
        environment = settings.environment
        outputLimit = settings.outputLimit
        umask = settings.umask
        user = settings.user
    }
}

/// How a process that was run ended.
package struct ProcessProbeResult: Sendable, Equatable {
    package enum End: Sendable, Equatable {
        case exited(Int)
        case signalled(Int)
        case timedOut
        /// It was never started: no such program, no descriptors, no fork server. The text is for people.
        case notStarted(String)
        /// The cancellation came first.
        case interrupted
    }

    package var end: End
    package var stdout: [UInt8]
    package var stderr: [UInt8]
    package var elapsed: Duration

    package init(_ end: End, stdout: [UInt8] = [], stderr: [UInt8] = [], elapsed: Duration = .zero) {
        self.end = end
        self.stdout = stdout
        self.stderr = stderr
        self.elapsed = elapsed
    }
}
