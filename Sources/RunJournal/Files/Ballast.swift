import Glibc

/// Disk space held back, so that a rollback can still be journaled when the disk is full.
package struct Ballast: Sendable, Equatable {
    package let path: String
    let mode: mode_t
    let group: gid_t?

    /// Covers the intents and attempt records of a rollback of some hundred steps.
    package static let standardSize = 1 << 20

    /// Takes the space where it is not held yet; false where there is not enough.
    @discardableResult
    package func hold(size: Int = standardSize) -> Bool {
        var status = stat()
        if lstat(path, &status) == 0, status.st_size >= size { return true }
        guard (try? FileSystem.makeFile(path, mode: mode, group: group)) != nil else { return false }
        let descriptor = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        if posix_fallocate(descriptor, 0, off_t(size)) == 0 { return true }
        release()
        return false
    }

    /// Gives the space back to the disk; false where none was held.
    @discardableResult
    package func release() -> Bool { unlink(path) == 0 }
}
