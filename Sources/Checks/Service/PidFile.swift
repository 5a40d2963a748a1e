import Expressions
import Glibc
import RunHost
import RunbookModel

/// What a pid file says about its process.
package enum PidFile {
    package enum Content: Sendable, Equatable {
        case missing
        /// It names this process, which runs.
        case running(RunningProcess)
        /// It names a process that is not there, or that is another program by now.
        case stale(pid: Int32)
        case unclear(String)
    }

    /// Reads it; with a pattern, a process whose command line does not match is not the one that was meant.
    package static func read(_ path: String, match: Pattern?) throws -> Content {
        var status = stat()
        guard stat(path, &status) == 0 else {
            return errno == ENOENT || errno == ENOTDIR
                ? .missing : .unclear("pid file \(path): \(SystemError.text(of: errno))")
        }
        guard let text = HostFiles.text(of: path) else { return .unclear("pid file \(path) cannot be read") }
        guard let word = text.split(whereSeparator: \.isWhitespace).first, let pid = Int32(word), pid > 1 else {
            return .unclear("pid file \(path) holds no process id")
        }
        guard let process = RunningProcess.read(pid) else { return .stale(pid: pid) }
        if let match { return try match.matches(process.commandLine) ? .running(process) : .stale(pid: pid) }
        guard mayHaveWritten(process, status) else {
            return .unclear("process \(pid) started after \(path) was written; give the service a 'match'")
        }
        return .running(process)
    }

    /// Whoever has its id in a file was there before the file; a number that was given again was not.
    private static func mayHaveWritten(_ process: RunningProcess, _ file: stat) -> Bool {
        var now = timespec()
        var boot = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        clock_gettime(CLOCK_BOOTTIME, &boot)
        let ticks = max(1, sysconf(Int32(_SC_CLK_TCK)))
        let started = now.tv_sec - boot.tv_sec + Int(process.startTicks) / ticks
        // Coarse clocks on both sides, and small steps of the wall clock.
        return started <= file.st_mtim.tv_sec + 5
    }
}
