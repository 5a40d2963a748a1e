import Glibc

/// A process that a test started and waits for itself.
package struct Spawned: Sendable {
    /// How it ended.
    package enum End: Sendable, Equatable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    package let pid: Int32

    /// Starts a program with exactly this environment; its output is appended to a file.
    ///
    /// Errors: the reason as text, where it cannot be started.
    package init(_ arguments: [String], environment: [String: String], directory: String, output: String) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let words = ["/usr/bin/env", "-C", directory] + arguments
        var argv = words.map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid: pid_t = 0
        let error = posix_spawn(&pid, "/usr/bin/env", &actions, nil, &argv, &envp)
        guard error == 0 else { throw TestFailure("cannot start \(arguments): \(String(cString: strerror(error)))") }
        self.pid = pid
    }

    /// Blocks until it has ended.
    package func wait() -> End {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7f
        return signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: signal)
    }

    package func send(_ signal: Int32) { kill(pid, signal) }
}

/// What a test cannot go on without.
package struct TestFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
