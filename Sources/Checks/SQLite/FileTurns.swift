import Glibc
import RunHost
import Synchronization

/// Keeps a file from being read while this process has it open in SQLite, and the other way round.
///
/// Closing any descriptor of a database drops the POSIX locks that SQLite holds on it in this process
/// (https://sqlite.org/howtocorrupt.html, section 2.2), so the two must not overlap.
final class FileTurns: Sendable {
    enum Use: Sendable { case database, reading }

    struct Turn {
        fileprivate let turns: FileTurns
        fileprivate let file: FileID?
        fileprivate let use: Use
        func end() { if let file { turns.give(file, use) } }
    }

    fileprivate struct FileID: Hashable, Sendable {
        let device: dev_t
        let inode: ino_t

        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            device = status.st_dev
            inode = status.st_ino
        }
    }

    private struct Users {
        var databases = 0
        var readers = 0
    }

    static let shared = FileTurns()

    private let users = Mutex<[FileID: Users]>([:])

    /// Waits for the file to be free for this use; nil where that took too long. A missing file is always free.
    func take(
        _ path: String, _ use: Use, until deadline: ContinuousClock.Instant, _ cancellation: Cancellation
    ) -> Turn? {
        guard let file = FileID(path) else { return Turn(turns: self, file: nil, use: use) }
        while !tryTake(file, use) {
            guard .now < deadline, !cancellation.isCancelled else { return nil }
            var pause = timespec(tv_sec: 0, tv_nsec: 10_000_000)
            nanosleep(&pause, nil)
        }
        return Turn(turns: self, file: file, use: use)
    }

    /// Whether a path is one of these databases, or its write-ahead log, by whatever name.
    static func isDatabase(_ path: String, among databases: [String]) -> Bool {
        guard let file = FileID(path) else { return false }
        return databases.contains { database in
            ["", "-wal", "-shm", "-journal"].contains { FileID(database + $0) == file }
        }
    }

    private func tryTake(_ file: FileID, _ use: Use) -> Bool {
        users.withLock { all in
            var users = all[file] ?? Users()
            switch use {
            case .database:
                guard users.readers == 0 else { return false }
                users.databases += 1
            case .reading:
                guard users.databases == 0 else { return false }
                users.readers += 1
            }
            all[file] = users
            return true
        }
    }

    private func give(_ file: FileID, _ use: Use) {
        users.withLock { all in
            guard var users = all[file] else { return }
            switch use {
            case .database: users.databases -= 1
            case .reading: users.readers -= 1
            }
            all[file] = users.databases + users.readers == 0 ? nil : users
        }
    }
}
