import Expressions
import Glibc
import RunHost

/// A process of this host as checks and service control see it.
package struct RunningProcess: Sendable, Equatable {
    package let pid: Int32
    package let parent: Int32
    /// Clock ticks since boot; with the pid this names a process for ever.
    package let startTicks: UInt64
    /// The kernel's name of it, 15 bytes at most.
    package let name: String
    /// Its arguments, joined by spaces; empty for kernel threads.
    package let commandLine: String
    /// The file that it runs; nil for kernel threads, and where we may not see it.
    private let program: FileIdentity?

    /// Nil where there is no such process, or only what is left of one that ended.
    package static func read(_ pid: Int32) -> RunningProcess? {
        // First: one that goes over to another program meanwhile is then taken for the earlier one, which only means
        // that it is seen a moment later. The other way round, a child of ours would have our command line.
        let program = FileIdentity("/proc/\(pid)/exe")
        guard let text = HostFiles.text(of: "/proc/\(pid)/stat"), let open = text.firstIndex(of: "("),
            let close = text.lastIndex(of: ")")
        else { return nil }
        // proc(5): after the name come state, ppid …; the start time is field 22.
        let fields = text[text.index(after: close)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X", let parent = Int32(fields[1]),
            let ticks = UInt64(fields[19])
        else { return nil }
        let arguments = (try? HostFiles.read("/proc/\(pid)/cmdline", limit: 1 << 20)) ?? []
        let words = arguments.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return RunningProcess(
            pid: pid, parent: parent, startTicks: ticks, name: String(text[text.index(after: open)..<close]),
            commandLine: words.joined(separator: " "), program: program)
    }

    /// All processes but Belay's own and those that started it, whose command lines name what they look for.
    package static func others() throws -> [RunningProcess] {
        // With hidepid (proc(5)) the processes of others are not shown: who is not seen may well run.
        guard access("/proc/1/stat", F_OK) == 0 else { throw SystemError("see the processes of others", errno: EPERM) }
        var all: [RunningProcess] = []
        for name in HostFiles.names(in: "/proc") {
            if let pid = Int32(name), let process = read(pid) { all.append(process) }
        }
        let mine = ancestry(in: all)
        let own = FileIdentity("/proc/self/exe")
        return all.filter { !mine.contains($0.pid) && ($0.program == nil || $0.program != own) }
    }

    /// Whether it is the named one: by the kernel's name, or by its program's.
    package func isNamed(_ wanted: String) -> Bool {
        if name == wanted || name.utf8.elementsEqual(wanted.utf8.prefix(15)) { return true }
        let program = commandLine.prefix { $0 != " " }
        return program.split(separator: "/").last.map { $0 == wanted } ?? false
    }

    private static func ancestry(in all: [RunningProcess]) -> Set<Int32> {
        let parents = Dictionary(all.map { ($0.pid, $0.parent) }) { first, _ in first }
        var found: Set<Int32> = []
        var next: Int32? = getpid()
        while let pid = next, found.insert(pid).inserted { next = parents[pid] }
        return found
    }

    private struct FileIdentity: Equatable {
        let device: dev_t
        let inode: ino_t

        /// Nil where there is no such file.
        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            device = status.st_dev
            inode = status.st_ino
        }
    }
}
