import Glibc
import RunHost

/// A directory of its own for one test; gone with the value.
package final class ScratchDirectory: Sendable {
    package let path: String

    package init() throws {
        var template = Array("/tmp/belay-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestFailure("cannot make a directory under /tmp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        guard getenv("BELAY_KEEP_SCRATCH") == nil else { return }
        removeTree(path)
    }

    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file, making the directories above it.
    package func write(_ text: String, to name: String, mode: mode_t = 0o644) throws {
        let target = file(name)
        try HostFiles.makeDirectories(HostFiles.parent(of: target))
        try HostFiles.writeAtomically(Array(text.utf8), to: target, mode: mode)
    }

    /// The text of a file; empty where there is none.
    package func text(_ name: String) -> String {
        String(decoding: (try? HostFiles.read(file(name), limit: 64 << 20)) ?? [], as: UTF8.self)
    }

    package func exists(_ name: String) -> Bool { access(file(name), F_OK) == 0 }

    /// The processes that were started from here and live: by their command line, directory or environment.
    package func processes(except own: Set<Int32> = []) -> [Int32] {
        HostFiles.names(in: "/proc").compactMap { Int32($0) }.filter { pid in
            guard pid != getpid(), !own.contains(pid), let process = HostProcess.read(pid: pid), !process.isZombie
            else { return false }
            return mentions(pid)
        }
    }

    private func mentions(_ pid: Int32) -> Bool {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = readlink("/proc/\(pid)/cwd", &buffer, buffer.count)
        if count > 0, holds(buffer[..<count].map { UInt8(bitPattern: $0) }) { return true }
        return ["cmdline", "environ"].contains { name in
            (try? HostFiles.read("/proc/\(pid)/\(name)", limit: 1 << 20)).map(holds) ?? false
        }
    }

    private func holds(_ bytes: [UInt8]) -> Bool { String(decoding: bytes, as: UTF8.self).contains(path) }
}

/// Removes a directory with everything in it.
private func removeTree(_ path: String) {
    for name in HostFiles.names(in: path) {
        let child = "\(path)/\(name)"
        if unlink(child) != 0 { removeTree(child) }
    }
    rmdir(path)
}
