import CSupervisor
import Glibc

/// Where a claim or an intent was made, which decides what its pids, locks and files are worth now.
package struct Place: Sendable, Equatable, Codable {
    /// What identifies a state directory while it is mounted.
    package struct Directory: Sendable, Equatable, Codable {
        package var device: UInt64
        package var inode: UInt64
        /// nil where the kernel does not say.
        package var mountID: Int64?

        package init(device: UInt64, inode: UInt64, mountID: Int64?) {
            self.device = device
            self.inode = inode
            self.mountID = mountID
        }
    }

    /// Of /etc/machine-id; empty where there is none.
    package var machineID: String
    package var bootID: String
    /// Inode of the pid namespace.
    package var pidNamespace: UInt64
    /// When its pid 1 started, in clock ticks since boot; nil where /proc hides it.
    package var pidNamespaceStart: UInt64?
    package var stateDirectory: Directory

    package init(
        machineID: String, bootID: String, pidNamespace: UInt64, pidNamespaceStart: UInt64?, stateDirectory: Directory
    ) {
        self.machineID = machineID
        self.bootID = bootID
        self.pidNamespace = pidNamespace
        self.pidNamespaceStart = pidNamespaceStart
        self.stateDirectory = stateDirectory
    }

    /// The place of this process.
    package static func current(stateDirectory: String) throws -> Place {
        let namespace = try HostFiles.status(of: "/proc/self/ns/pid")
        let directory = try HostFiles.status(of: stateDirectory)
        let mountID = belay_mount_id(stateDirectory)
        return Place(
            machineID: HostFiles.firstLine(of: "/etc/machine-id") ?? "",
            bootID: try HostClock.currentBootID(), pidNamespace: UInt64(namespace.st_ino),
            pidNamespaceStart: HostProcess.read(pid: 1)?.startTicks,
            stateDirectory: Directory(
                device: UInt64(directory.st_dev), inode: UInt64(directory.st_ino),
                mountID: mountID < 0 ? nil : mountID))
    }

    /// What a record made here is worth to a process at `current`.
    package func compared(with current: Place) -> Comparison {
        let sameMachine = machineID == current.machineID && stateDirectory.inode == current.stateDirectory.inode
        let sameBoot = sameMachine && bootID == current.bootID
        // The first namespace has the same inode after every boot, so that alone says nothing.
        let sameNamespace =
            pidNamespace == current.pidNamespace && pidNamespaceStart == current.pidNamespaceStart
        return Comparison(
            otherMachine: !sameMachine, sameBoot: sameBoot, samePidNamespace: sameBoot && sameNamespace,
            sameDirectory: stateDirectory == current.stateDirectory)
    }

    /// What two places have in common.
    package struct Comparison: Sendable, Equatable {
        /// Another machine-id, or a copied or shared directory: nothing may be presumed dead.
        package var otherMachine: Bool
        package var sameBoot: Bool
        /// Pids mean the same; implies the same boot.
        package var samePidNamespace: Bool
        package var sameDirectory: Bool

        package init(otherMachine: Bool, sameBoot: Bool, samePidNamespace: Bool, sameDirectory: Bool) {
            self.otherMachine = otherMachine
            self.sameBoot = sameBoot
            self.samePidNamespace = samePidNamespace
            self.sameDirectory = sameDirectory
        }
    }
}
