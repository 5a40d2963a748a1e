import CSupervisor
import Glibc

/// The processes of this host that an attempt may have left.
package struct ProcessTable: Sendable {
    /// All processes.
    package var list: @Sendable () throws -> [HostProcess]

    package init(list: @escaping @Sendable () throws -> [HostProcess]) {
        self.list = list
    }

    /// /proc, of this process's pid namespace.
    package static let live = ProcessTable(list: readAll)

    @Sendable private static func readAll() throws -> [HostProcess] {
        var processes: UnsafeMutablePointer<belay_process>?
        let count = belay_process_list(&processes)
        guard count >= 0 else { throw SystemError("list the processes", errno: -count) }
        defer { free(processes) }
        return UnsafeBufferPointer(start: processes, count: Int(count)).map(HostProcess.init)
    }

    /// Those of the session that run; none where its id belongs to a later session by now.
    package func members(of remains: AttemptRemains) throws -> [HostProcess] {
        let all = try list()
        let leader = all.first { $0.pid == remains.session }
        if let leader, leader.startTicks != remains.startTicks { return [] }
        return all.filter { $0.session == remains.session && !$0.isZombie }
    }

    /// Whether this very process, and not a later one of its number, runs.
    package func isAlive(pid: Int32, startTicks: UInt64) throws -> Bool {
        try list().contains { $0.pid == pid && $0.startTicks == startTicks && !$0.isZombie }
    }
}

/// What names everything that one attempt may have left running.
package struct AttemptRemains: Sendable, Equatable {
    /// The pid of the supervisor that led it.
    package var session: Int32
    /// Of the supervisor.
    package var startTicks: UInt64
    /// Where set, whoever inherited this file belongs to it too, in whatever session it is.
    package var attemptFile: String?

    package init(session: Int32, startTicks: UInt64, attemptFile: String? = nil) {
        self.session = session
        self.startTicks = startTicks
        self.attemptFile = attemptFile
    }
}
