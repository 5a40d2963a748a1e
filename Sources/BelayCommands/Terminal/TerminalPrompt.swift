import Diagnostics
import Glibc
import RunReport

/// Asks the person at the terminal. Questions go to standard error, answers come from standard input.
struct TerminalPrompt: Sendable {
    private let streams: StandardStreams

    init(_ streams: StandardStreams) { self.streams = streams }

    /// Asks for the value of an input or a secret; nil at the end of input.
    func value(_ name: String, isSecret: Bool) -> String? {
        let question = DisplayText.escaped(name) + ": "
        guard isSecret else {
            streams.printError(question)
            return line(until: { false })
        }
        return withoutEcho {
            streams.printError(question)
            return line(until: Self.hasPendingSignal)
        }
    }

    /// A line without its newline; nil at the end of input, or once `isOver` says so (asked several times a second, but
    /// not in the middle of what was typed).
    func line(until isOver: () -> Bool) -> String? {
        var bytes: [UInt8] = []
        while true {
            var entry = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, 0) > 0 || !isOver() else { return nil }
            guard poll(&entry, 1, 200) > 0 else { continue }
            var byte: UInt8 = 0
            let count = read(0, &byte, 1)
            if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
            guard count == 1 else { return nil }
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            if bytes.count < 65_536 { bytes.append(byte) }
        }
    }

    /// Signals wait until the terminal shows what is typed again.
    private func withoutEcho(_ body: () -> String?) -> String? {
        var blocked = sigset_t()
        var previous = sigset_t()
        sigemptyset(&blocked)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP] { sigaddset(&blocked, signal) }
        pthread_sigmask(SIG_BLOCK, &blocked, &previous)
        defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
        let answer = TerminalMode.withoutEcho(body)
        streams.printError("\n")
        return answer
    }

    private static func hasPendingSignal() -> Bool {
        var pending = sigset_t()
        sigpending(&pending)
        return [SIGINT, SIGTERM, SIGHUP, SIGQUIT].contains { sigismember(&pending, $0) == 1 }
    }
}
