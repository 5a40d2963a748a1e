import CSupervisor
import Glibc

/// The slot *started*: a supervisor, or the driver itself, is about to have an effect.
package struct AttemptStarted: Sendable, Equatable, Codable {
    package var token: UInt64
    /// Of the supervisor, which is also its session's id; of the driver for its own actions.
    package var pid: Int32
    /// Clock ticks since boot, as in /proc/PID/stat.
    package var startTicks: UInt64
    /// Nanoseconds since 1970.
    package var wallTime: Int64
    /// Nanoseconds of CLOCK_BOOTTIME.
    package var bootTime: Int64
    /// CLOCK_BOOTTIME at which the supervisor ends the command; nil: never.
    package var deadline: Int64?

    package init(token: UInt64, pid: Int32, startTicks: UInt64, wallTime: Int64, bootTime: Int64, deadline: Int64?) {
        self.token = token
        self.pid = pid
        self.startTicks = startTicks
        self.wallTime = wallTime
        self.bootTime = bootTime
        self.deadline = deadline
    }
}

/// Length and SHA-256 of what was recorded; the file may have grown since.
package struct FileDigest: Sendable, Equatable, Codable {
    package var length: UInt64
    package var sha256: [UInt8]

    package init(length: UInt64, sha256: [UInt8]) {
        self.length = length
        self.sha256 = sha256
    }

    /// Of no bytes at all, which is also the digest of a file that was never made.
    package static let empty = FileDigest(
        length: 0,
        sha256: [
            0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
            0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
        ])
}

/// The slot *result*: how the command, or the action inside the driver, ended.
package struct AttemptResult: Sendable, Equatable, Codable {
    package enum Ending: Sendable, Equatable, Codable {
        case exited(Int32)
        case signalled(Int32, coreDumped: Bool)
        case notSpawned(SpawnFailure)
    }

    package enum EndedBy: String, Sendable, Codable {
        case itself, timeout, request
    }

    package var token: UInt64
    package var ending: Ending
    package var endedBy: EndedBy = .itself
    /// Of the supervisor; of the driver for its own actions.
    package var pid: Int32
    /// nil: nothing was spawned.
    package var commandPid: Int32?
    /// Nanoseconds since 1970.
    package var startedWallTime: Int64
    package var endedWallTime: Int64
    /// Nanoseconds of CLOCK_BOOTTIME.
    package var startedBootTime: Int64
    package var endedBootTime: Int64
    /// KiB, of the command and what it waited for.
    package var maxResidentSize: UInt64 = 0
    package var stdout = FileDigest.empty
    package var stderr = FileDigest.empty
    package var output = FileDigest.empty
    package var stdoutTruncated = false
    package var stderrTruncated = false
    /// The first error of writing masked output; what follows was lost.
    package var outputErrno: Int32 = 0

    package init(
        token: UInt64, ending: Ending, pid: Int32, startedWallTime: Int64, endedWallTime: Int64,
        startedBootTime: Int64, endedBootTime: Int64
    ) {
        self.token = token
        self.ending = ending
        self.pid = pid
        self.startedWallTime = startedWallTime
        self.endedWallTime = endedWallTime
        self.startedBootTime = startedBootTime
        self.endedBootTime = endedBootTime
    }
}

/// Why the command could not be spawned at all.
package struct SpawnFailure: Sendable, Equatable, Codable, CustomStringConvertible {
    package enum Stage: UInt32, Sendable, Codable {
        case streams = 1
        case fork, user, workingDirectory, exec
    }

    package var stage: Stage
    package var errno: Int32

    package init(stage: Stage, errno: Int32) {
        self.stage = stage
        self.errno = errno
    }

    package var description: String {
        let what =
            switch stage {
            case .streams: "open its input and output"
            case .fork: "create a process"
            case .user: "become the user"
            case .workingDirectory: "enter the working directory"
            case .exec: "execute the program"
            }
        return SystemError(what, errno: errno).description
    }
}

/// The slot *void*: found empty under its lock, so nothing may be launched from it any more.
package struct AttemptVoid: Sendable, Equatable, Codable {
    package var token: UInt64
    package var pid: Int32
    /// Nanoseconds since 1970.
    package var wallTime: Int64

    package init(token: UInt64, pid: Int32, wallTime: Int64) {
        self.token = token
        self.pid = pid
        self.wallTime = wallTime
    }
}
