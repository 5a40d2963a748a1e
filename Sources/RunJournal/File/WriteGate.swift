import Glibc

/// `belay.lock`: held by whoever writes to the database or checkpoints it.
///
/// SQLite up to 3.51.2 can damage a database when one connection checkpoints while another commits and starts the log
/// anew (the WAL-reset bug). Its own locks do not prevent that; this one does. The file is never deleted: two processes
/// would then hold two files of the same name.
final class WriteGate {
    private let path: String
    private let descriptor: Int32
    /// Who this process is, padded so that it covers what a holder before has written.
    private let card: [UInt8]
    /// How long to wait for others, milliseconds.
    private let patience: Int

    init(path: String, patience: Int) throws(JournalFailure) {
        self.path = path
        self.patience = patience
        descriptor = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileSystem.failure(path, "open") }
        // The first words only: what follows may be the value of a secret input.
        let text = "pid \(getpid()) (\(CommandLine.arguments.prefix(2).joined(separator: " ")))"
        card =
            Array(text.utf8.prefix(Self.cardSize - 1))
            + Array(repeating: UInt8(ascii: " "), count: max(1, Self.cardSize - 1 - text.utf8.count)) + [0x0a]
    }

    deinit { close(descriptor) }

    private static let cardSize = 160

    /// Waits on the calling thread; there is no flock(2) with a time limit.
    ///
    /// Errors: `.busy` with the holder when it takes too long.
    func enter() throws(JournalFailure) {
        var waited = 0
        var pause = 100
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw FileSystem.failure(path, "lock") }
            guard waited < patience * 1_000 else { throw .busy(path: path, holder: holder) }
            usleep(UInt32(pause))
            waited += pause
            pause = min(pause * 2, 1_000)
        }
        // Only for people; a disk that is full must not stop the lock from being held.
        _ = pwrite(descriptor, card, card.count, 0)
    }

    func leave() { flock(descriptor, LOCK_UN) }

    /// Who holds the lock, in its own words.
    var holder: String? {
        var text = [UInt8](repeating: 0, count: Self.cardSize)
        let count = pread(descriptor, &text, text.count, 0)
        guard count > 0 else { return nil }
        let line = text[..<count].prefix { $0 != 0x0a }
        let trimmed = line.reversed().drop { $0 == UInt8(ascii: " ") }.reversed()
        return trimmed.isEmpty ? nil : String(decoding: trimmed, as: UTF8.self)
    }
}
