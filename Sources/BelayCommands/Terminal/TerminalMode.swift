import Glibc
import Synchronization

/// The mode of the terminal on standard input: taken over for a while, and given back however the command ends.
enum TerminalMode {
    private struct State {
        /// As it was before; nil while nobody has changed it.
        var before: termios?
        var users = 0
    }

    private static let state = Mutex(State())

    /// Lets single keys be read, and does not show them, until `release`. Ctrl-C and the like stay signals.
    ///
    /// Does nothing where standard input is no terminal, or belongs to another process group: changing its mode would
    /// stop this one.
    static func takeKeys() {
        state.withLock { state in
            state.users += 1
            if state.users == 1 { state.before = quiet(ICANON | ECHO) }
        }
    }

    /// Gives the terminal back once nobody takes keys any more; what is typed and not read yet goes to who reads next.
    static func release() {
        state.withLock { state in
            state.users = max(0, state.users - 1)
            if state.users == 0 { restore(&state) }
        }
    }

    /// False where the shell has sent this process to the background: the terminal is somebody else's.
    static var isForeground: Bool {
        let group = tcgetpgrp(1)
        return group < 0 || group == getpgrp()
    }

    /// Gives the terminal back now; to be called before the process ends in the middle of something.
    static func restoreNow() { state.withLock { restore(&$0) } }

    /// Takes the keys again after the shell had the terminal.
    static func takeAgain() {
        state.withLock { state in
            guard state.users > 0 else { return }
            state.before = quiet(ICANON | ECHO) ?? state.before
        }
    }

    /// What is typed is not shown while `body` runs.
    static func withoutEcho<Result>(_ body: () throws -> Result) rethrows -> Result {
        state.withLock { state in
            state.users += 1
            if state.users == 1 { state.before = quiet(ECHO) }
        }
        defer { release() }
        return try body()
    }

    /// A key that was typed within so many milliseconds; nil where none was, or nothing can be read.
    static func key(within milliseconds: Int32) -> UInt8? {
        guard state.withLock({ $0.before != nil }) else {
            poll(nil, 0, milliseconds)
            return nil
        }
        var entry = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, milliseconds) > 0 else { return nil }
        var byte: UInt8 = 0
        if read(0, &byte, 1) == 1 { return byte }
        // At the end of input poll answers at once.
        poll(nil, 0, milliseconds)
        return nil
    }

    /// Forgets what was typed before it was asked for.
    static func dropTyped() { if state.withLock({ $0.before != nil }) { tcflush(0, TCIFLUSH) } }

    private static func quiet(_ flags: Int32) -> termios? {
        var before = termios()
        guard tcgetattr(0, &before) == 0, tcgetpgrp(0) == getpgrp() else { return nil }
        var mode = before
        mode.c_lflag &= ~tcflag_t(flags)
        return tcsetattr(0, TCSADRAIN, &mode) == 0 ? before : nil
    }

    private static func restore(_ state: inout State) {
        guard var before = state.before else { return }
        state.before = nil
        if tcgetpgrp(0) == getpgrp() { tcsetattr(0, TCSADRAIN, &before) }
    }
}
