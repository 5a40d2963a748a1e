import RunHost
import RunMachine
import RunbookModel
import Synchronization

/// Everything outside the process that the engine uses, as values that tests replace.
package struct EngineHost: Sendable {
    package var clock: HostClock
    package var processes: ProcessTable
    package var launcher: Launcher
    package var http: HTTPClient
    package var configuration: Configuration
    /// The belay executable, for child processes that work on databases.
    package var executable: String
    package var actor: Actor
    package var host: String
    /// A random number, for tokens and jitter.
    package var random: @Sendable () -> UInt64
    /// Writes everything that is in memory to the disks; blocks.
    package var sync: @Sendable () -> Void
    /// Called at the named points of the protocol; tests die there.
    package var crashPoint: @Sendable (String) -> Void
    /// Stands in for everything that attempts touch; nil where runs are real.
    package var rehearsal: (any Rehearsal)?

    package init(
        clock: HostClock, processes: ProcessTable, launcher: Launcher, http: HTTPClient, configuration: Configuration,
        executable: String, actor: Actor, host: String, random: @escaping @Sendable () -> UInt64,
        sync: @escaping @Sendable () -> Void, crashPoint: @escaping @Sendable (String) -> Void
    ) {
        self.clock = clock
        self.processes = processes
        self.launcher = launcher
        self.http = http
        self.configuration = configuration
        self.executable = executable
        self.actor = actor
        self.host = host
        self.random = random
        self.sync = sync
        self.crashPoint = crashPoint
    }

    package var now: Moment {
        Moment(wall: clock.wallTime() / 1_000_000, boot: clock.bootTime() / 1_000_000, bootID: clock.bootID())
    }

    /// The door to supervised processes.
    package struct Launcher: Sendable {
        package var launch: @Sendable (LaunchRequest) throws -> Void
        /// Sets who hears the supervisors' reports from now on; the next driver of this process takes over from the last.
        package var listen: @Sendable (@escaping @Sendable (SupervisorReport) -> Void) throws -> Void

        package init(
            launch: @escaping @Sendable (LaunchRequest) throws -> Void,
            listen: @escaping @Sendable (@escaping @Sendable (SupervisorReport) -> Void) throws -> Void
        ) {
            self.launch = launch
            self.listen = listen
        }

        package init(_ server: ForkServer) {
            let listener = Mutex<(@Sendable (SupervisorReport) -> Void)?>(nil)
            launch = { try server.launch($0) }
            listen = { next in
                let isFirst = listener.withLock { listener in
                    defer { listener = next }
                    return listener == nil
                }
                guard isFirst else { return }
                try server.deliverReports { report in listener.withLock { $0 }?(report) }
            }
        }
    }
}
