import Glibc

extension HostFiles {
    /// The first bytes of a file, at most `limit`; none where it cannot be read.
    package static func head(of path: String, limit: Int) -> [UInt8] { part(of: path, limit: limit, fromEnd: false) }

    /// The last bytes of a file, at most `limit`; none where it cannot be read.
    package static func tail(of path: String, limit: Int) -> [UInt8] { part(of: path, limit: limit, fromEnd: true) }

    /// Appends to a file, which is made for its owner only; what cannot be written is lost.
    package static func append(_ bytes: [UInt8], to path: String) {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        try? write(bytes, to: descriptor, path: path)
    }

    private static func part(of path: String, limit: Int, fromEnd: Bool) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size > 0 else { return [] }
        let size = Int(status.st_size)
        let start = fromEnd ? max(0, size - limit) : 0
        return [UInt8](unsafeUninitializedCapacity: min(size, limit)) { buffer, count in
            count = max(0, pread(descriptor, buffer.baseAddress, buffer.count, off_t(start)))
        }
    }
}
