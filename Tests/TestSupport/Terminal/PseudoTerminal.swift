import Glibc
import Synchronization

/// A program on a terminal of its own, as a person sees and uses it.
package final class PseudoTerminal: Sendable {
    package let pid: pid_t
    private let master: Int32
    private let state: Mutex<State>

    private struct State {
        var screen: ScreenModel
        var bytes: [UInt8] = []
        var status: Int32?
        var isOpen = true
    }

    /// Starts a program, which leads a session whose terminal is this one.
    ///
    /// Errors: the reason as text, where it cannot be started.
    package init(
        _ words: [String], environment: [String: String], directory: String, columns: Int = 80, rows: Int = 24
    ) throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (locked, number): (Int32, Int32) = (0, 0)
        // TIOCSPTLCK and TIOCGPTN, which this C library does not show to Swift: unlock it, and ask for its number.
        guard master >= 0, ioctl(master, 0x4004_5431, &locked) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
            throw TestFailure("there is no pseudo-terminal")
        }
        let path = "/dev/pts/\(number)"
        Self.setSize(master, columns, rows)
        pid = try Self.spawn(words, environment, directory, terminal: path)
        state = Mutex(State(screen: ScreenModel(columns: columns, rows: rows)))
    }

    private static func setSize(_ terminal: Int32, _ columns: Int, _ rows: Int) {
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(terminal, UInt(TIOCSWINSZ), &size)
    }

    private static func spawn(
        _ words: [String], _ environment: [String: String], _ directory: String, terminal: String
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // Opened by the leader of a session without a terminal: it becomes its controlling one.
        posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        let newSession: Int16 = 0x80
        posix_spawnattr_setflags(&attributes, newSession)
        var argv = (["/usr/bin/env", "-C", directory] + words).map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid: pid_t = 0
        let error = posix_spawn(&pid, "/usr/bin/env", &actions, &attributes, &argv, &envp)
        guard error == 0 else { throw TestFailure("cannot start \(words): \(String(cString: strerror(error)))") }
        return pid
    }

    deinit {
        hangUp()
        if state.withLock({ $0.status == nil }) {
            kill(pid, SIGKILL)
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        }
    }

    // MARK: The person

    /// What the person sees now.
    package var screen: ScreenModel {
        state.withLock {
            read(into: &$0)
            return $0.screen
        }
    }

    /// Everything that was written so far, byte for byte.
    package var bytes: [UInt8] {
        state.withLock {
            read(into: &$0)
            return $0.bytes
        }
    }

    package func type(_ text: String) { _ = Glibc.write(master, text, text.utf8.count) }

    /// Gives the window another size, of which the program is told.
    package func resize(columns: Int, rows: Int) {
        state.withLock { state in
            read(into: &state)
            Self.setSize(master, columns, rows)
            state.screen.resize(columns: columns, rows: rows)
        }
    }

    /// The window is closed, or the connection lost.
    package func hangUp() {
        state.withLock { state in
            guard state.isOpen else { return }
            state.isOpen = false
            close(master)
        }
    }

    /// Whether what is typed is shown and given out by lines, as a shell expects to find it.
    package var isInOrder: Bool {
        var mode = termios()
        return tcgetattr(master, &mode) == 0 && mode.c_lflag & tcflag_t(ECHO | ICANON) == tcflag_t(ECHO | ICANON)
    }

    // MARK: Waiting

    /// Waits until the person sees something, at most half a minute.
    package func wait(for what: String, _ isThere: (ScreenModel) -> Bool) throws {
        let end = ContinuousClock.now + .seconds(30)
        while !isThere(screen) {
            guard ContinuousClock.now < end else {
                throw TestFailure("not within 30 s: \(what); the screen shows:\n\(screen.text)")
            }
            var entry = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
            // At the end of the program poll answers at once.
            if poll(&entry, 1, 10) > 0, entry.revents & Int16(POLLIN) == 0 { poll(nil, 0, 10) }
        }
    }

    /// Waits until a text stands on the screen.
    package func wait(forText text: String) throws { try wait(for: "'\(text)'") { $0.text.contains(text) } }

    /// Waits for the end of the program, at most a minute, and gives its exit code (128 + a signal).
    package func exitCode() throws -> Int32 {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            let status = state.withLock { state -> Int32? in
                read(into: &state)
                var status: Int32 = 0
                if state.status == nil, waitpid(pid, &status, WNOHANG) == pid { state.status = status }
                return state.status
            }
            if let status {
                _ = screen
                return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
            }
            poll(nil, 0, 5)
        }
        throw TestFailure("it did not end within a minute; the screen shows:\n\(screen.text)")
    }

    private func read(into state: inout State) {
        guard state.isOpen else { return }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            var entry = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, 0) > 0, entry.revents & Int16(POLLIN) != 0 else { return }
            let count = Glibc.read(master, &buffer, buffer.count)
            guard count > 0 else { return }
            state.bytes += buffer[..<count]
            state.screen.feed(buffer[..<count])
        }
    }
}
