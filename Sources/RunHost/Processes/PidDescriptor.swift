import CSupervisor
import Glibc

/// A process by descriptor: a signal through it never reaches a later process of the same number.
final class PidDescriptor: Sendable {
    let pid: Int32
    private let descriptor: Int32

    /// nil where the process has ended.
    init?(pid: Int32, startTicks: UInt64) {
        self.pid = pid
        descriptor = belay_pidfd_open(pid)
        guard descriptor >= 0, HostProcess.read(pid: pid)?.startTicks == startTicks else { return nil }
    }

    convenience init?(_ process: HostProcess) {
        self.init(pid: process.pid, startTicks: process.startTicks)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    @discardableResult
    func send(_ signal: Int32) -> Bool { belay_pidfd_send_signal(descriptor, signal) == 0 }

    /// Returns when all have ended or the time is over.
    static func waitForAll(_ processes: [PidDescriptor], atMost limit: Duration?) {
        let clock = ContinuousClock()
        let end = limit.map { clock.now.advanced(by: $0) }
        for process in processes {
            var watched = pollfd(fd: process.descriptor, events: Int16(POLLIN), revents: 0)
            var ready: Int32 = 0
            repeat {
                let left = end.map { Int32(clamping: (($0 - clock.now).milliseconds) + 1) } ?? -1
                ready = poll(&watched, 1, left)
            } while ready < 0 && errno == EINTR
            if ready == 0 { return }
        }
    }
}
