import Glibc

/// The record lock that an instance holds on `run/demo.lock` while it lives, and the pid file beside it.
///
/// The lock decides who lives: a pid file may outlast its process, and its number may belong to another by then.
struct InstanceLock {
    let home: Home

    /// The pid of the living instance, if there is one (fcntl(2), F_GETLK).
    func holder() throws -> pid_t? {
        let descriptor = open(home.lock, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var lock = Self.wholeFile
        guard fcntl(descriptor, F_GETLK, &lock) == 0, lock.l_type != Int16(F_UNLCK) else { return nil }
        guard lock.l_pid > 0 else { throw DemoError("the instance lives in another pid namespace") }
        return lock.l_pid
    }

    /// Takes the lock for the rest of this process.
    func acquire() throws {
        let descriptor = open(home.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Files.failure("cannot open", home.lock) }
        var lock = Self.wholeFile
        guard fcntl(descriptor, F_SETLK, &lock) == 0 else {
            let reason = errno
            // Closing is safe here only because the lock is not ours.
            close(descriptor)
            guard reason == EAGAIN || reason == EACCES else {
                throw DemoError("cannot lock \(home.lock): \(String(cString: strerror(reason)))")
            }
            let pid = try holder().map { " with pid \($0)" } ?? ""
            throw DemoError("another instance is running in \(home.path)\(pid)", code: .alreadyRunning)
        }
    }

    func writePidFile() throws { try Files.write("\(getpid())\n", to: home.pidFile) }

    /// Removes the pid file of a process that ended, and never that of its successor.
    func removePidFile(of pid: pid_t) {
        if (try? Files.read(home.pidFile)) == "\(pid)\n" { unlink(home.pidFile) }
    }

    private static var wholeFile: flock {
        flock(l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
    }
}
