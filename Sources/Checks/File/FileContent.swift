import CDigest
import Glibc
import RunHost
import RunbookModel

/// Reads through a regular file piece by piece, whatever its size.
package struct FileContent {
    let path: String
    let timeout: Duration
    let cancellation: Cancellation
    /// Databases that are not to be opened here.
    let forbidden: [String]

    private static let pieceSize = 256 << 10

    package init(path: String, timeout: Duration, cancellation: Cancellation, forbidden: [String]) {
        self.path = path
        self.timeout = timeout
        self.cancellation = cancellation
        self.forbidden = forbidden
    }

    /// Whether the bytes stand somewhere in it.
    func contains(_ wanted: [UInt8]) throws -> Bool {
        guard !wanted.isEmpty else { return true }
        var window: [UInt8] = []
        var isFound = false
        try read { piece in
            window += piece
            isFound = window.withUnsafeBytes { haystack in
                wanted.withUnsafeBytes {
                    containsBytes(haystack, $0)
                }
            }
            window = Array(window.suffix(wanted.count - 1))
            return !isFound
        }
        return isFound
    }

    /// Its digest in lower-case hexadecimal digits.
    func sha256() throws -> String {
        var state = SHA2_CTX()
        SHA256Init(&state)
        try read { piece in
            piece.withUnsafeBufferPointer { SHA256Update(&state, $0.baseAddress, $0.count) }
            return true
        }
        var digest = [UInt8](repeating: 0, count: 32)
        SHA256Final(&digest, &state)
        return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The last bytes of it, and how many it has in all.
    package func tail(limit: Int) throws -> (bytes: [UInt8], size: Int) {
        var bytes: [UInt8] = []
        var size = 0
        try read(fromEnd: limit) { piece in
            bytes += piece
            return bytes.count <= limit
        } opened: {
            size = $0
        }
        return (Array(bytes.prefix(limit)), size)
    }

    /// `take` returns false when it has seen enough.
    private func read(
        fromEnd length: Int? = nil, _ take: (ArraySlice<UInt8>) -> Bool, opened: (Int) -> Void = { _ in }
    ) throws {
        let deadline = ContinuousClock.now.advanced(by: timeout)
        guard let turn = FileTurns.shared.take(path, .reading, until: deadline, cancellation) else {
            throw ArgumentProblem("another check has the database open")
        }
        defer { turn.end() }
        guard !FileTurns.isDatabase(path, among: forbidden) else {
            throw ArgumentProblem("it belongs to Belay's journal, which checks do not open")
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw SystemError.last("open \(path)") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw ArgumentProblem("\(path) is not a regular file")
        }
        opened(Int(status.st_size))
        if let length, status.st_size > length { lseek(descriptor, off_t(Int(status.st_size) - length), SEEK_SET) }
        var piece = [UInt8](repeating: 0, count: Self.pieceSize)
        while true {
            guard !cancellation.isCancelled else { throw ArgumentProblem("interrupted") }
            guard .now < deadline else { throw ArgumentProblem("not read within \(DurationText.render(timeout))") }
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SystemError.last("read \(path)") }
            if count == 0 || !take(piece[..<count]) { return }
        }
    }
}

/// memmem(3), which is hidden without _GNU_SOURCE.
private func containsBytes(_ haystack: UnsafeRawBufferPointer, _ needle: UnsafeRawBufferPointer) -> Bool {
    guard let first = needle.first, haystack.count >= needle.count else { return false }
    var from = 0
    let last = haystack.count - needle.count
    while from <= last {
        guard let hit = memchr(haystack.baseAddress! + from, Int32(first), last - from + 1) else { return false }
        if memcmp(hit, needle.baseAddress!, needle.count) == 0 { return true }
        from = UnsafeRawPointer(hit) - haystack.baseAddress! + 1
    }
    return false
}
