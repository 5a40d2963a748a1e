import Glibc
import RunEngine
import RunHost
import RunJournal
import RunReport
import RunbookModel

/// Lets a run go on without the terminal from which it was started.
///
/// A child of this process does everything: what is wrong, and what is asked, still reaches the terminal. Once it has
/// claimed the run it leads a session of its own and has no terminal any more; only then does this process end.
struct Detachment {
    /// How the driver shows things once it has no terminal.
    let session: Session
    private let report: Int32

    /// Performs `body` in a child. Gives its exit code where it ends before the run is under way, else 0.
    ///
    /// To be called before anything is opened and any thread started.
    static func perform(_ session: Session, _ body: (Detachment) throws -> Int32) throws -> Int32 {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw SystemError.last("pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let child = fork()
        guard child >= 0 else { throw SystemError.last("fork") }
        if child == 0 {
            closeOthers(but: ends[1])
            return try body(Detachment(session: session.detached(), report: ends[1]))
        }
        close(ends[1])
        if let run = readRun(ends[0]) { return conclude(session, run, child) }
        return exitCode(of: child)
    }

    /// What the caller had open is no business of a process that outlives it.
    private static func closeOthers(but kept: Int32) {
        for name in HostFiles.names(in: "/proc/self/fd") {
            if let descriptor = Int32(name), descriptor > 2, descriptor != kept { close(descriptor) }
        }
    }

    // MARK: In the child

    /// Leaves the terminal. From now on everything goes to the run's driver.log.
    func leave(_ run: RunID, _ runbook: RunbookName, _ state: StateDirectory) {
        setsid()
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        let log = (try? state.openDriverLog(run, runbook)) ?? null
        dup2(null, 0)
        dup2(log, 1)
        dup2(log, 2)
        for descriptor in Set([null, log]) where descriptor > 2 { close(descriptor) }
        var number = run.number
        withUnsafeBytes(of: &number) { _ = write(report, $0.baseAddress, $0.count) }
        close(report)
    }

    // MARK: In the process that was started

    /// Nil where the child ended without a run.
    private static func readRun(_ descriptor: Int32) -> RunID? {
        defer { close(descriptor) }
        var number: Int64 = 0
        let count = withUnsafeMutableBytes(of: &number) { bytes in
            while true {
                let count = read(descriptor, bytes.baseAddress, bytes.count)
                if count < 0, errno == EINTR { continue }
                return count
            }
        }
        return count == MemoryLayout<Int64>.size ? RunID(number) : nil
    }

    private static func exitCode(of child: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    }

    private static func conclude(_ session: Session, _ run: RunID, _ child: pid_t) -> Int32 {
        let view = DetachedView(run: run.number, pid: child)
        session.show(view) { view.text($0) }
        return 0
    }
}
