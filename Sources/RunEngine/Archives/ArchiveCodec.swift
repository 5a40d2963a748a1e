import CArchive
import CDigest
import Glibc
import RunHost

/// Reads the entries of a tar archive (plain, gzip, zstd), one after the other.
final class ArchiveReader {
    /// What a header says, not yet trusted.
    struct RawEntry {
        /// Nil: it has none that could be read.
        let path: [UInt8]?
        let target: [UInt8]?
        let hardlink: [UInt8]?
        let user: String
        let group: String
        /// Type and permissions as in stat(2).
        let mode: UInt32
        let uid: Int64
        let gid: Int64
        let modified: ArchiveEntry.Time
        let size: Int64
    }

    private let descriptor: Int32
    private let handle: OpaquePointer

    init(_ path: String) throws {
        try ArchiveLibrary.load()
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError.last("open \(path)") }
        guard let handle = carchive_reader(descriptor) else {
            close(descriptor)
            throw ArchiveFailure("no memory left")
        }
        self.handle = handle
    }

    deinit {
        carchive_free(handle)
        close(descriptor)
    }

    /// The next entry; nil at the end of the archive.
    func next() throws -> RawEntry? {
        var entry = carchive_entry()
        switch carchive_next(handle, &entry) {
        case CARCHIVE_END: return nil
        case CARCHIVE_OK: return RawEntry(entry)
        default: throw damage()
        }
    }

    /// The content of the entry read last, in pieces with their places; what is between two is zero.
    func content(_ body: (UnsafeRawBufferPointer, Int64) throws -> Void) throws {
        var bytes: UnsafeRawPointer?
        var count = 0
        var offset: Int64 = 0
        while true {
            switch carchive_read(handle, &bytes, &count, &offset) {
            case CARCHIVE_END: return
            case CARCHIVE_OK: try body(UnsafeRawBufferPointer(start: bytes, count: count), offset)
            default: throw damage()
            }
        }
    }

    /// Gives a file the extended attributes of the entry read last; how many were refused.
    func applyAttributes(to file: Int32) -> Int { Int(carchive_apply_attributes(handle, file)) }

    private func damage() -> ArchiveFailure {
        let text = String(cString: carchive_problem(handle)).lowercased()
        return ArchiveFailure("the archive is damaged, or none: \(text.isEmpty ? "it cannot be read" : text)")
    }
}

extension ArchiveReader.RawEntry {
    fileprivate init(_ entry: carchive_entry) {
        func bytes(_ text: UnsafePointer<CChar>?) -> [UInt8]? {
            text.map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
        }
        path = bytes(entry.path)
        target = bytes(entry.target)
        hardlink = bytes(entry.hardlink)
        user = bytes(entry.user)?.text ?? ""
        group = bytes(entry.group)?.text ?? ""
        mode = entry.mode
        uid = entry.uid
        gid = entry.gid
        modified = ArchiveEntry.Time(seconds: entry.seconds, nanoseconds: Int64(entry.nanoseconds))
        size = entry.size
    }
}

/// Writes a tar archive to a descriptor.
final class ArchiveWriter {
    /// How the archive is compressed, by the end of its name.
    static func compression(of name: String) throws -> carchive_compression {
        let endings: [(String, carchive_compression)] = [
            (".tar.gz", CARCHIVE_GZIP), (".tgz", CARCHIVE_GZIP), (".tar.zst", CARCHIVE_ZSTD),
            (".tzst", CARCHIVE_ZSTD), (".tar", CARCHIVE_PLAIN),
        ]
        guard let found = endings.first(where: { name.hasSuffix($0.0) }) else {
            throw ArchiveFailure(
                "the kind of archive cannot be told from the name \(name)",
                help: "let it end with \(endings.map(\.0).joined(separator: ", "))")
        }
        return found.1
    }

    private let handle: OpaquePointer

    init(_ descriptor: Int32, _ compression: carchive_compression) throws {
        try ArchiveLibrary.load()
        guard let handle = carchive_writer(descriptor, compression) else { throw ArchiveFailure("no memory left") }
        self.handle = handle
    }

    deinit { carchive_free(handle) }

    /// Begins an entry; `file` (-1: none) is open for reading, at its beginning on return.
    func add(_ entry: ArchiveEntry, type: UInt32, size: Int64, file: Int32 = -1) throws {
        var target: [UInt8]?
        var hardlink: [UInt8]?
        if case .link(let path) = entry.kind { target = path }
        if case .hardlink(let path) = entry.kind { hardlink = path }
        let result = Self.withText(entry.path) { path in
            Self.withText(target) { target in
                Self.withText(hardlink) { hardlink in
                    entry.owner.user.withCString { user in
                        entry.owner.group.withCString { group in
                            var raw = carchive_entry(
                                path: path, target: target, hardlink: hardlink, user: user, group: group,
                                mode: type | entry.mode, uid: Int64(entry.owner.uid), gid: Int64(entry.owner.gid),
                                seconds: entry.modified.seconds, nanoseconds: Int(entry.modified.nanoseconds),
                                size: size)
                            return carchive_add(handle, &raw, file)
                        }
                    }
                }
            }
        }
        guard result == CARCHIVE_OK else { throw failure() }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard carchive_write(handle, bytes.baseAddress, bytes.count) == CARCHIVE_OK else { throw failure() }
    }

    func finish() throws { guard carchive_finish(handle) == CARCHIVE_OK else { throw failure() } }

    private func failure() -> ArchiveFailure {
        let text = String(cString: carchive_problem(handle)).lowercased()
        return ArchiveFailure("the archive could not be written: \(text.isEmpty ? "unknown reason" : text)")
    }

    private static func withText<Result>(_ bytes: [UInt8]?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
        bytes.map { $0.withCString { body($0) } } ?? body(nil)
    }
}

private enum ArchiveLibrary {
    static func load() throws {
        var problem: UnsafePointer<CChar>?
        guard carchive_load(&problem) else {
            throw ArchiveFailure(problem.map { String(cString: $0) } ?? "no libarchive")
        }
    }
}

/// SHA-256 of content that comes in pieces, with zeros between them.
struct ContentDigest {
    private var context = SHA2_CTX()
    /// Bytes taken so far.
    private(set) var length: Int64 = 0
    private static let zeros = [UInt8](repeating: 0, count: 1 << 16)

    init() { SHA256Init(&context) }

    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        SHA256Update(&context, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count)
        length += Int64(bytes.count)
    }

    /// Takes zeros up to a length.
    mutating func fill(to end: Int64) {
        while length < end {
            let count = min(Int64(Self.zeros.count), end - length)
            SHA256Update(&context, Self.zeros, Int(count))
            length += count
        }
    }

    mutating func hexadecimal() -> String {
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        SHA256Final(&digest, &context)
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
