import Glibc

/// Where files come from: the disk, or what a run has pinned.
package struct SourceProvider: Sendable {
    /// Reads a whole file of at most `limit` bytes; more may come back for a larger one, never all of it.
    package let read: @Sendable (_ path: String, _ limit: Int) throws(SourceProblem) -> [UInt8]

    package init(_ read: @escaping @Sendable (_ path: String, _ limit: Int) throws(SourceProblem) -> [UInt8]) {
        self.read = read
    }

    /// The files on disk.
    package static let disk = SourceProvider { path, limit throws(SourceProblem) in
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw SourceProblem(errno: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SourceProblem(errno: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(why: "it is not a file") }
        return try contents(of: descriptor, limit: limit)
    }

    /// Files kept in memory, by path.
    package static func pinned(_ files: [String: [UInt8]]) -> SourceProvider {
        SourceProvider { path, _ throws(SourceProblem) in
            guard let bytes = files[path] else { throw .absent }
            return bytes
        }
    }

    private static func contents(of descriptor: Int32, limit: Int) throws(SourceProblem) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= limit {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SourceProblem(errno: errno) }
            if count == 0 { break }
            bytes.append(contentsOf: buffer[..<count])
        }
        return bytes
    }
}

/// Why a file cannot be read.
package enum SourceProblem: Error, Hashable, Sendable {
    case absent
    case unreadable(why: String)

    init(errno code: Int32) {
        self = code == ENOENT || code == ENOTDIR ? .absent : .unreadable(why: String(cString: strerror(code)))
    }

    var words: String {
        switch self {
        case .absent: "there is no such file"
        case .unreadable(let why): why
        }
    }
}
