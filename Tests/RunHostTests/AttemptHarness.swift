import Glibc
import RunHost
import Synchronization
import Testing

/// Collects what happens on other threads, and lets a test wait for it.
final class Inbox<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])
    private let ends: (read: Int32, write: Int32)

    init() {
        var pair: [Int32] = [0, 0]
        precondition(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | 0o2000000, 0, &pair) == 0)
        ends = (pair[0], pair[1])
    }

    deinit {
        close(ends.read)
        close(ends.write)
    }

    func append(_ element: Element) {
        elements.withLock { $0.append(element) }
        var byte: UInt8 = 1
        write(ends.write, &byte, 1)
    }

    /// The first element for which `pick` answers; nil after 20 s.
    func first<Answer>(_ pick: (Element) -> Answer?) -> Answer? {
        let deadline = ContinuousClock.now.advanced(by: .seconds(20))
        while true {
            if let found = all.lazy.compactMap(pick).first { return found }
            let left = deadline - ContinuousClock.now
            guard left > .zero else { return nil }
            var watched = pollfd(fd: ends.read, events: Int16(POLLIN), revents: 0)
            poll(&watched, 1, Int32(left.milliseconds))
            var bytes: (UInt64, UInt64) = (0, 0)
            recv(ends.read, &bytes, 16, Int32(MSG_DONTWAIT))
        }
    }

    var all: [Element] { elements.withLock { $0 } }
}

/// A directory for one test.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/belay-test-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in HostFiles.names(in: path) {
            unlink("\(path)/\(name)")
            rmdir("\(path)/\(name)")
        }
        rmdir(path)
    }

    subscript(name: String) -> String { "\(path)/\(name)" }

    func text(_ name: String) -> String? { HostFiles.text(of: self[name]) }
}

/// A fork server with one directory, whose attempts are told apart by their tokens.
final class AttemptHarness: Sendable {
    let server: ForkServer
    let reports = Inbox<SupervisorReport>()
    let directory = TemporaryDirectory()

    init(crashAt: String? = nil) throws {
        server = try ForkServer.start(crashAt: crashAt)
        try server.deliverReports(to: reports.append)
    }

    deinit { server.stop() }

    var paths: AttemptEvidence.Paths { AttemptEvidence.Paths(directory: directory.path) }

    /// A request for a shell script with the files of an attempt.
    func request(_ script: String, token: UInt64 = 1, shell: String = "/bin/sh") -> LaunchRequest {
        var request = LaunchRequest(
            token: token, arguments: [shell, "-c", script],
            environment: ["PATH": "/usr/bin:/bin", "DIR": directory.path, "BELAY_OUTPUT": paths.output],
            workingDirectory: directory.path, stdout: .file(paths.stdout), stderr: .file(paths.stderr))
        request.outputPath = paths.output
        return request
    }

    /// With a preallocated and locked attempt file.
    func recordedRequest(_ script: String, token: UInt64 = 1, shell: String = "/bin/sh") throws -> LaunchRequest {
        var request = request(script, token: token, shell: shell)
        let file = try AttemptFile.preallocate(paths.attempt)
        #expect(try file.lockForStart())
        request.attempt = file
        return request
    }

    func run(_ request: LaunchRequest) throws -> AttemptResult {
        try server.launch(request)
        return try result(of: request.token)
    }

    func result(of token: UInt64 = 1) throws -> AttemptResult {
        try #require(
            reports.first { report in
                if case .done(let result) = report, result.token == token { result } else { nil }
            })
    }

    func started(_ token: UInt64 = 1) throws -> AttemptStarted {
        try #require(
            reports.first { report in
                if case .started(let started) = report, started.token == token { started } else { nil }
            })
    }

    /// Makes a FIFO; commands wait on it for the test, or tell the test where they are.
    func fifo(_ name: String) -> String {
        precondition(mkfifo(directory[name], 0o600) == 0)
        return directory[name]
    }

    /// Blocks until somebody writes a line into the FIFO.
    func readLine(from fifo: String) -> String { HostFiles.firstLine(of: fifo) ?? "" }

    /// Blocks until somebody reads from the FIFO.
    func write(_ text: String, to fifo: String) throws {
        let descriptor = open(fifo, O_WRONLY | O_CLOEXEC)
        defer { close(descriptor) }
        try HostFiles.write(Array(text.utf8), to: descriptor, path: fifo)
    }
}

/// Waits until a process has ended, as its parent is told; false after 20 s.
func waitForEnd(of pid: Int32) -> Bool {
    guard let process = HostProcess.read(pid: pid), !process.isZombie else { return true }
    let ended = Inbox<Bool>()
    try? LivingSupervisor(pid: pid, startTicks: process.startTicks).whenEnded { ended.append(true) }
    return ended.first { $0 } ?? false
}

func isAlive(_ pid: Int32) -> Bool { HostProcess.read(pid: pid).map { !$0.isZombie } ?? false }
