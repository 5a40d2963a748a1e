import Actions
import Checks
import Glibc
import RunHost
import Synchronization

/// Processes without supervisors, for tests.
enum LiveProcesses {
    static func run(_ probe: ProcessProbe) -> ProcessProbeResult {
        let start = ContinuousClock.now
        guard let child = Child(probe, session: false) else {
            return ProcessProbeResult(.notStarted("no such program"))
        }
        while start.duration(to: .now) < probe.timeout {
            if let end = child.end() { return child.result(end, start.duration(to: .now)) }
            poll(nil, 0, 2)
        }
        child.kill()
        return child.result(.timedOut, start.duration(to: .now))
    }

    static let startDetached: @Sendable (ProcessProbe) -> DetachedStart = { probe in
        guard let child = Child(probe, session: true) else { return .failed("no such program") }
        child.reapWhenEnded()
        return .started(ended: { child.knownEnd.map { child.result($0, .zero) } })
    }
}

private final class Child: Sendable {
    private let pid: pid_t
    private let output: (stdout: Int32, stderr: Int32)
    private let ended = Mutex<ProcessProbeResult.End?>(nil)

    init?(_ probe: ProcessProbe, session: Bool) {
        guard Self.isThere(probe) else { return nil }
        let input = Self.file()
        let stdout = Self.file()
        let stderr = Self.file()
        defer { close(input) }
        try? HostFiles.write(probe.input ?? [], to: input, path: "stdin")
        lseek(input, 0, SEEK_SET)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (target, source) in [(0, input), (1, stdout), (2, stderr)] {
            posix_spawn_file_actions_adddup2(&actions, source, Int32(target))
        }
        // Threads of the pool block signals, which children would inherit.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let enter = ["/bin/sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", probe.directory] + probe.arguments
        let words = (session ? ["/usr/bin/setsid"] : []) + enter
        var arguments = words.map { strdup($0) } + [nil]
        var environment = probe.environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for word in arguments + environment { free(word) } }
        var pid: pid_t = 0
        guard posix_spawn(&pid, words[0], &actions, &attributes, &arguments, &environment) == 0 else { return nil }
        self.pid = pid
        output = (stdout, stderr)
    }

    deinit {
        close(output.stdout)
        close(output.stderr)
    }

    /// How it ended; nil while it runs.
    func end() -> ProcessProbeResult.End? {
        ended.withLock { ended in
            if ended != nil { return ended }
            var status: Int32 = 0
            guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
            ended = Self.end(status)
            return ended
        }
    }

    /// How it ended, once a thread of its own has seen that.
    var knownEnd: ProcessProbeResult.End? { ended.withLock { $0 } }

    /// Waits for the end on a thread: an ended child that nobody waits for makes Swift Testing's exit tests hang.
    func reapWhenEnded() {
        try? WorkerThread.start(name: "reaper") { [self] in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
            let end = Self.end(status)
            ended.withLock { $0 = end }
        }
    }

    private static func end(_ status: Int32) -> ProcessProbeResult.End {
        status & 0x7f == 0 ? .exited(Int(status >> 8 & 0xff)) : .signalled(Int(status & 0x7f))
    }

    func kill() {
        _ = Glibc.kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    func result(_ end: ProcessProbeResult.End, _ elapsed: Duration) -> ProcessProbeResult {
        ProcessProbeResult(
            end, stdout: Self.content(output.stdout), stderr: Self.content(output.stderr), elapsed: elapsed)
    }

    private static func isThere(_ probe: ProcessProbe) -> Bool {
        let program = probe.arguments[0]
        if program.contains("/") { return access(program, X_OK) == 0 }
        let path = probe.environment["PATH"] ?? ""
        return path.split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
    }

    private static func file() -> Int32 {
        var template = Array("/tmp/belay-output-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    private static func content(_ descriptor: Int32) -> [UInt8] {
        (try? HostFiles.read("/proc/self/fd/\(descriptor)", limit: 1 << 20)) ?? []
    }
}
