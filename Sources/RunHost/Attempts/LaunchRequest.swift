import CSupervisor
import Glibc

/// Everything the supervisor of one attempt needs; nothing of it is looked up later.
package struct LaunchRequest: Sendable {
    /// Chosen by the caller; comes back in every report and stands in the attempt file.
    package var token: UInt64
    /// The program, looked up in the PATH of `environment` where it has no slash, and its arguments.
    package var arguments: [String]
    package var environment: [String: String]
    /// Absolute.
    package var workingDirectory: String
    package var stdin: Input = .nothing
    package var stdout: Sink
    package var stderr: Sink
    /// The file at `$BELAY_OUTPUT`, which the command creates; its digest goes into the result.
    package var outputPath: String?
    /// Locked by the caller; nil for a probe, whose result is only reported.
    package var attempt: AttemptFile?
    /// The file of an attempt inside the driver for which this runs: its lock is kept until the command has ended,
    /// so that whoever comes after a killed driver knows that something of the attempt still runs.
    package var held: AttemptFile?
    package var timeout: Duration?
    /// Between TERM and KILL.
    package var grace: Duration = .seconds(10)
    /// Masked in stdout and stderr before anything reaches a disk.
    package var secrets: [[UInt8]] = []
    /// Bytes of each of stdout and stderr.
    package var maxOutput: UInt64?
    /// nil: the driver's own.
    package var user: UserCredentials?
    package var umask: UInt32 = 0o022

    package init(
        token: UInt64, arguments: [String], environment: [String: String], workingDirectory: String,
        stdout: Sink = .discard, stderr: Sink = .discard
    ) {
        self.token = token
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.stdout = stdout
        self.stderr = stderr
    }

    /// What the command reads.
    package enum Input: Sendable {
        case nothing
        case bytes([UInt8])
        case file(String)
    }

    /// Where an output stream is recorded.
    package enum Sink: Sendable, Equatable {
        case discard
        /// Created with mode 0600, appended to; a symbolic link there is refused.
        case file(String)
        /// Stays the caller's; must be readable and writable.
        case descriptor(Int32)
    }
}

extension LaunchRequest {
    /// The request in the form that the fork server reads.
    func encoded(descriptors: UInt32) throws -> [UInt8] {
        var payload: [UInt8] = []
        payload.reserveCapacity(4096)
        for group in user?.groups ?? [] { payload.append(integer: group) }
        for secret in secrets {
            payload.append(integer: UInt32(secret.count))
            payload += secret
        }
        for string in [workingDirectory, stdout.path, stderr.path, outputPath ?? ""] + arguments {
            try payload.append(terminated: string)
        }
        for (name, value) in environment { try payload.append(terminated: "\(name)=\(value)") }
        return withUnsafeBytes(of: header(descriptors: descriptors, length: payload.count)) { Array($0) } + payload
    }

    private func header(descriptors: UInt32, length: Int) -> belay_request {
        var header = belay_request()
        header.magic = UInt32(BELAY_REQUEST_MAGIC)
        header.length = UInt32(length)
        header.token = token
        header.timeout_ms = timeout.map { max(1, $0.milliseconds) } ?? 0
        header.max_output = maxOutput.map { max(1, $0) } ?? 0
        header.grace_ms = UInt32(clamping: grace.milliseconds)
        header.argument_count = UInt32(arguments.count)
        header.environment_count = UInt32(environment.count)
        header.group_count = UInt32(user?.groups.count ?? 0)
        header.secret_count = UInt32(secrets.count)
        header.descriptors = descriptors
        header.set_user = user == nil ? 0 : 1
        header.uid = user?.uid ?? 0
        header.gid = user?.gid ?? 0
        header.file_mode_mask = umask
        return header
    }
}

extension LaunchRequest.Sink {
    var path: String {
        if case .file(let path) = self { path } else { "" }
    }
}

extension Duration {
    /// Whole milliseconds, rounded down; never negative.
    package var milliseconds: UInt64 {
        let (seconds, attoseconds) = components
        return seconds < 0 ? 0 : UInt64(seconds) * 1000 + UInt64(max(0, attoseconds) / 1_000_000_000_000_000)
    }
}

extension [UInt8] {
    fileprivate mutating func append(integer: UInt32) {
        Swift.withUnsafeBytes(of: integer) { append(contentsOf: $0) }
    }

    fileprivate mutating func append(terminated string: String) throws {
        let start = count
        append(contentsOf: string.utf8)
        guard !self[start...].contains(0) else { throw SystemError("pass a string with a NUL byte", errno: EINVAL) }
        append(0)
    }
}
