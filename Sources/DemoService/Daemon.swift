import Glibc

/// Starts a process that has left its parent, session and descriptors behind.
enum Daemon {
    /// Runs `body` in the daemon. The caller returns when the daemon calls `ready`, or throws the reason that it gave.
    static func start(log: Log, body: (_ ready: () -> Void) throws -> Void) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Files.failure("cannot open", "a pipe") }
        let child = fork()
        guard child >= 0 else { throw Files.failure("cannot fork", "the daemon") }
        if child == 0 {
            close(ends[0])
            setsid()
            // The second fork: a session leader could get a terminal again.
            let grandchild = fork()
            guard grandchild == 0 else { _exit(grandchild < 0 ? 1 : 0) }
            detach(keeping: ends[1], log: log)
            serve(report: ends[1], log: log, body: body)
        }
        close(ends[1])
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        try readReport(ends[0])
    }

    /// A service that keeps a descriptor of its starter looks to it like work that has not ended.
    private static func detach(keeping report: Int32, log: Log) {
        umask(0o022)
        let null = open("/dev/null", O_RDONLY)
        dup2(null, 0)
        dup2(log.descriptor, 1)
        dup2(log.descriptor, 2)
        for name in Files.names(in: "/proc/self/fd") {
            if let descriptor = Int32(name), descriptor > 2, descriptor != report, descriptor != log.descriptor {
                close(descriptor)
            }
        }
        _ = chdir("/")
    }

    private static func serve(report: Int32, log: Log, body: (_ ready: () -> Void) throws -> Void) -> Never {
        do {
            try body {
                send(report, code: .done, text: "")
                close(report)
            }
            exit(ExitCode.done.rawValue)
        } catch {
            let failure = error as? DemoError ?? DemoError("\(error)")
            log(.error, failure.message)
            send(report, code: failure.code, text: failure.message)
            exit(failure.code.rawValue)
        }
    }

    private static func send(_ report: Int32, code: ExitCode, text: String) {
        let bytes = [UInt8(code.rawValue)] + Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(report, $0.baseAddress, $0.count) }
    }

    private static func readReport(_ report: Int32) throws {
        defer { close(report) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1024)
        while true {
            let count = read(report, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { break }
            bytes += chunk[..<count]
        }
        guard let first = bytes.first, let code = ExitCode(rawValue: Int32(first)) else {
            throw DemoError("the service ended before it was ready")
        }
        guard code == .done else {
            throw DemoError(String(decoding: bytes.dropFirst(), as: UTF8.self), code: code)
        }
    }
}
