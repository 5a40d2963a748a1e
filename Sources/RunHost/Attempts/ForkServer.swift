import CSupervisor
import Glibc
import Synchronization

/// What a supervisor, or the fork server about it, has to say.
package enum SupervisorReport: Sendable, Equatable {
    /// Its slot is written and the command is about to be spawned. Only news: it may be missing under load.
    case started(AttemptStarted)
    /// The result is written.
    case done(AttemptResult)
    /// Nothing was launched.
    case refused(token: UInt64, errno: Int32)
    /// It ended without a result; the command may go on. The attempt's evidence decides.
    case vanished(token: UInt64, pid: Int32, waitStatus: Int32)
    /// The fork server is gone: nothing more can be launched, and a supervisor that vanishes is not noticed; these
    /// attempts go on and still report.
    case serverLost(outstanding: Set<UInt64>)
}

/// The driver's end of the fork server, from which all supervisors come.
///
/// Every launch that returned ends in exactly one of `done`, `refused`, `vanished` or a mention in `serverLost`
/// (after which `done` may still come).
package final class ForkServer: Sendable {
    package let pid: Int32
    private let requests: Int32
    private let reports: Int32
    private let sending = Mutex(())
    private let outstanding = Mutex<Set<UInt64>>([])

    private init(_ server: belay_fork_server) {
        pid = server.pid
        requests = server.requests
        reports = server.reports
    }

    deinit {
        close(requests)
        close(reports)
    }

    /// Forks the server. To be called before any thread, lock or journal of this process exists.
    ///
    /// `crashAt` is for tests: where supervisors end as by kill -9 (Sources/CSupervisor/README.md names the points).
    package static func start(
        crashAt: String? = getenv("BELAY_CRASH_AT").map { String(cString: $0) }
    ) throws -> ForkServer {
        var server = belay_fork_server()
        let error = starting.withLock { _ in belay_fork_server_start(&server, crashAt) }
        guard error == 0 else { throw SystemError("start the fork server", errno: error) }
        return ForkServer(server)
    }

    private static let starting = Mutex(())

    /// Does something while no fork server of this process is being started.
    static func whileNoneStarts<Answer: Sendable>(_ body: () throws -> Answer) rethrows -> Answer {
        try starting.withLock { _ in try body() }
    }

    /// Sends all reports to `handler`, in order, on a thread of its own. To be called once, before any launch.
    ///
    /// The thread lives until the server and all its supervisors are gone, and keeps this object.
    package func deliverReports(to handler: @escaping @Sendable (SupervisorReport) -> Void) throws {
        try WorkerThread.start(name: "reports") { self.readReports(handler) }
    }

    /// Hands an attempt to the fork server and returns; what becomes of it is reported.
    ///
    /// The caller's reference to the attempt file can be dropped afterwards: the supervisor has its own.
    package func launch(_ request: LaunchRequest) throws {
        let input = try InputDescriptor(request.stdin)
        defer { input.close() }
        var descriptors: [Int32] = []
        var present = 0
        for (bit, descriptor) in [
            (BELAY_FD_ATTEMPT, request.attempt?.descriptor), (BELAY_FD_STDIN, input.descriptor),
            (BELAY_FD_STDOUT, request.stdout.descriptor), (BELAY_FD_STDERR, request.stderr.descriptor),
            (BELAY_FD_HELD, request.held?.descriptor),
        ] {
            guard let descriptor else { continue }
            descriptors.append(descriptor)
            present |= bit
        }
        let bytes = try request.encoded(descriptors: UInt32(present))
        outstanding.withLock { _ = $0.insert(request.token) }
        let error = sending.withLock { _ in
            belay_fork_server_send(requests, bytes, bytes.count, descriptors, UInt32(descriptors.count))
        }
        guard error != 0 else { return }
        outstanding.withLock { _ = $0.remove(request.token) }
        throw SystemError("reach the fork server", errno: error)
    }

    /// Lets the server end, which is reported as `serverLost`; what it launched goes on. Only needed where this
    /// process itself goes on.
    package func stop() {
        shutdown(requests, Int32(SHUT_RDWR))
    }

    private func readReports(_ handler: (SupervisorReport) -> Void) {
        var serverIsThere = true
        while true {
            var watched = [
                pollfd(fd: reports, events: Int16(POLLIN), revents: 0),
                pollfd(fd: serverIsThere ? requests : -1, events: 0, revents: 0),
            ]
            guard poll(&watched, 2, -1) > 0 else { continue }
            if watched[0].revents != 0 {
                var report = belay_report()
                guard belay_fork_server_receive(reports, &report) == 1 else {
                    if serverIsThere { handler(.serverLost(outstanding: outstanding.withLock { $0 })) }
                    return
                }
                if let report = accept(report) { handler(report) }
            } else if watched[1].revents != 0 {
                serverIsThere = false
                handler(.serverLost(outstanding: outstanding.withLock { $0 }))
            }
        }
    }

    private func accept(_ report: belay_report) -> SupervisorReport? {
        switch belay_report_kind(report.kind) {
        case BELAY_REPORT_STARTED:
            return .started(AttemptStarted(report.started))
        case BELAY_REPORT_DONE:
            outstanding.withLock { _ = $0.remove(report.token) }
            return .done(AttemptResult(report.result))
        case BELAY_REPORT_REFUSED:
            outstanding.withLock { _ = $0.remove(report.token) }
            return .refused(token: report.token, errno: report.error)
        default:
            // One that had reported already, and was killed while it pumped for a daemon, is no news.
            guard outstanding.withLock({ $0.remove(report.token) }) != nil else { return nil }
            return .vanished(token: report.token, pid: report.pid, waitStatus: report.wait_status)
        }
    }
}

/// The stdin of a command as a descriptor, for the time of the hand-over.
private struct InputDescriptor {
    let descriptor: Int32?

    init(_ input: LaunchRequest.Input) throws {
        switch input {
        case .nothing:
            descriptor = nil
        case .file(let path):
            let opened = open(path, O_RDONLY | O_CLOEXEC)
            guard opened >= 0 else { throw SystemError.last("open \(path)") }
            descriptor = opened
        case .bytes(let bytes):
            descriptor = try Self.memory(holding: bytes)
        }
    }

    /// A file without a name, so that a secret on stdin never reaches a disk.
    private static func memory(holding bytes: [UInt8]) throws -> Int32 {
        let descriptor = belay_memfd("stdin")
        guard descriptor >= 0 else { throw SystemError("memfd_create", errno: -descriptor) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress! + written, $0.count - written, off_t(written))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                let error = SystemError.last("write stdin")
                Glibc.close(descriptor)
                throw error
            }
            written += count
        }
        return descriptor
    }

    func close() {
        if let descriptor { _ = Glibc.close(descriptor) }
    }
}

extension LaunchRequest.Sink {
    fileprivate var descriptor: Int32? {
        if case .descriptor(let descriptor) = self { descriptor } else { nil }
    }
}
