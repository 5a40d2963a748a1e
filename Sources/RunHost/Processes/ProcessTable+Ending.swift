import CSupervisor
import Glibc

/// Processes that could not be ended in time.
package struct ProcessesRemain: Error, Sendable, Equatable {
    package var pids: [Int32]

    package init(pids: [Int32]) {
        self.pids = pids
    }
}

extension ProcessTable {
    /// Ends all that an attempt left, and returns only when nothing of it is there any more. Blocks the thread.
    ///
    /// TERM first, then after `grace` KILL, again and again. Throws `ProcessesRemain` where something outlives that
    /// by `patience`: in an uninterruptible wait, or of a user whose processes we may not end.
    package func end(_ remains: AttemptRemains, grace: Duration, patience: Duration = .seconds(30)) throws {
        let clock = ContinuousClock()
        let graceEnds = clock.now.advanced(by: grace)
        let patienceEnds = graceEnds.advanced(by: patience)
        var asked: Set<Int32> = []
        while true {
            let living = try everything(of: remains)
            if living.isEmpty { return }
            let now = clock.now
            if now >= patienceEnds { throw ProcessesRemain(pids: living.map(\.pid).sorted()) }
            let watched = living.compactMap(PidDescriptor.init)
            for process in watched {
                if now >= graceEnds {
                    process.send(SIGKILL)
                } else if asked.insert(process.pid).inserted {
                    process.send(SIGTERM)
                    process.send(SIGCONT)
                }
            }
            if watched.isEmpty { poll(nil, 0, 10) }
            PidDescriptor.waitForAll(watched, atMost: now < graceEnds ? graceEnds - now : .milliseconds(200))
        }
    }

    /// Returns true when nothing of an attempt is left, neither a process nor a holder of its lock, and false when
    /// the time is over. Blocks the thread; the caller must not hold the lock itself.
    package func waitForEnd(of remains: AttemptRemains, atMost limit: Duration) throws -> Bool {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: limit)
        while true {
            let living = try everything(of: remains)
            if try living.isEmpty && isReleased(remains) { return true }
            let left = end - clock.now
            guard left > .zero else { return false }
            let watched = living.compactMap(PidDescriptor.init)
            // Whom we cannot see may still hold the lock.
            if watched.isEmpty { poll(nil, 0, Int32(min(left.milliseconds, 200))) }
            PidDescriptor.waitForAll(watched, atMost: left)
        }
    }

    private func isReleased(_ remains: AttemptRemains) throws -> Bool {
        guard let path = remains.attemptFile else { return true }
        do {
            return try AttemptFile.open(path).lock()
        } catch let error as SystemError where error.errno == ENOENT {
            return true
        }
    }

    /// The session's members, and those elsewhere that hold the attempt file.
    private func everything(of remains: AttemptRemains) throws -> [HostProcess] {
        let members = try members(of: remains)
        guard let path = remains.attemptFile, let file = try? HostFiles.status(of: path) else { return members }
        let known = Set(members.map(\.pid))
        return try members
            + list().filter { process in
                !process.isZombie && process.pid != getpid() && !known.contains(process.pid)
                    && Self.inherited(file, by: process.pid)
            }
    }

    private static func inherited(_ file: stat, by pid: Int32) -> Bool {
        guard let held = try? HostFiles.status(of: "/proc/\(pid)/fd/\(BELAY_ATTEMPT_FD)") else { return false }
        return held.st_dev == file.st_dev && held.st_ino == file.st_ino
    }
}
