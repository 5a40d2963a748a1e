import Glibc

/// The right to drive a run: held by at most one process, until it is let go or the process ends.
package final class DriverLock: Sendable {
    /// Who drives, as written into the file.
    package struct Holder: Sendable, Equatable, Codable {
        package let pid: Int32
        package let user: String
        /// Milliseconds since 1970.
        package let since: Int64
        package init(pid: Int32, user: String, since: Int64) {
            self.pid = pid
            self.user = user
            self.since = since
        }
    }

    private let descriptor: Int32

    init(_ run: RunID, path: String, mode: mode_t, group: gid_t?, holder: Holder) throws(JournalFailure) {
        try FileSystem.makeFile(path, mode: mode, group: group)
        descriptor = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileSystem.failure(path, "open") }
        guard Self.take(descriptor) else {
            let first = Self.readHolder(descriptor)
            close(descriptor)
            throw .driven(run, by: first)
        }
        let text = JSONCoding.encode(holder)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count else {
            let failure = FileSystem.failure(path, "write")
            close(descriptor)
            throw failure
        }
    }

    deinit {
        // A child between fork and exec has the descriptor, too; closing ours would not let go.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Somebody who only asks (`isHeld`) holds the lock for a moment; that is no driver.
    private static func take(_ descriptor: Int32) -> Bool {
        for _ in 0..<20 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            usleep(2_000)
        }
        return false
    }

    /// Whether a process holds the lock. Makes nothing.
    static func isHeld(path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }

    /// Who holds the lock, as far as they wrote it down; nil where nobody does. Makes nothing.
    static func holder(path: String) -> Holder?? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) == 0 ? nil : .some(readHolder(descriptor))
    }

    private static func readHolder(_ descriptor: Int32) -> Holder? {
        var text = [UInt8](repeating: 0, count: 512)
        let count = pread(descriptor, &text, text.count, 0)
        guard count > 0 else { return nil }
        return try? JSONCoding.decode(Holder.self, Array(text[..<count]))
    }
}
