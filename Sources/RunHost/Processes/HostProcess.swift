import CSupervisor

/// A process as /proc shows it.
package struct HostProcess: Sendable, Equatable {
    package var pid: Int32
    package var parent: Int32
    package var group: Int32
    package var session: Int32
    /// Clock ticks since boot; with the pid this names a process for ever.
    package var startTicks: UInt64
    /// Ended, and only not yet waited for.
    package var isZombie: Bool

    package init(
        pid: Int32, parent: Int32, group: Int32, session: Int32, startTicks: UInt64, isZombie: Bool = false
    ) {
        self.pid = pid
        self.parent = parent
        self.group = group
        self.session = session
        self.startTicks = startTicks
        self.isZombie = isZombie
    }

    init(_ process: belay_process) {
        let state = UInt8(bitPattern: process.state)
        self.init(
            pid: process.pid, parent: process.parent, group: process.group, session: process.session,
            startTicks: process.start_ticks, isZombie: state == UInt8(ascii: "Z") || state == UInt8(ascii: "X"))
    }

    /// nil where there is no such process, or /proc hides it.
    package static func read(pid: Int32) -> HostProcess? {
        var process = belay_process()
        return belay_process_read(pid, &process) == 0 ? HostProcess(process) : nil
    }
}
