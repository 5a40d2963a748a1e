import Expressions
import Glibc
import RunHost

/// What goes into one archive, entry after entry, with the sums of exactly what was written.
struct BackupContent {
    private let writer: ArchiveWriter
    private let now: Int64
    private var ownDigest = ContentDigest()
    private var entries: [ArchiveEntry] = []
    private var names: Set<[UInt8]> = []
    private var directories: Set<[UInt8]> = []
    private var owners = OwnerNames()
    /// The first name of files that have several.
    private var linked: [FileIdentity: [UInt8]] = [:]
    /// What a person should know although it went well.
    private(set) var notes: [String] = []

    private struct FileIdentity: Hashable {
        let device: UInt
        let inode: UInt
    }

    init(writer: ArchiveWriter, now: Int64) {
        self.writer = writer
        self.now = now
    }

    /// A part of the archive's own: its header, its manifest, their sum.
    private mutating func add(own name: [UInt8], _ bytes: [UInt8]) throws {
        bytes.withUnsafeBytes { ownDigest.take($0) }
        let owner = ArchiveEntry.Owner(uid: geteuid(), gid: getegid(), user: "", group: "")
        let entry = ArchiveEntry(
            path: name, kind: .file(size: Int64(bytes.count), sha256: ""), mode: 0o600, owner: owner,
            modified: ArchiveEntry.Time(seconds: now / 1_000, nanoseconds: 0))
        try writer.add(entry, type: UInt32(S_IFREG), size: Int64(bytes.count))
        try bytes.withUnsafeBytes { try writer.write($0) }
    }

    mutating func add(_ header: ArchiveHeader) throws { try add(own: ArchiveHeader.name, header.value.jsonBytes()) }

    mutating func finish() throws {
        try add(own: ArchiveManifest.name, ArchiveManifest(entries: entries).value.jsonBytes())
        try add(own: ArchiveManifest.sumName, Array(ownDigest.hexadecimal().utf8))
        try writer.finish()
    }

    // MARK: Trees

    /// A file, link or directory with what is in it.
    mutating func add(tree root: String, _ survey: TreeSurvey, leavingOut own: Set<[UInt8]>) throws {
        for entry in survey.entries {
            let path = survey.absolute(entry.path)
            let name = Array(path.dropFirst())
            // Of includes that overlap each entry is there once.
            guard !own.contains(name), !names.contains(name) else { continue }
            try add(path, name, isRoot: entry.path.isEmpty)
        }
        for path in survey.skipped { note("\(survey.absolute(path).text): left out, a socket or another filesystem") }
    }

    private mutating func add(_ path: [UInt8], _ name: [UInt8], isRoot: Bool) throws {
        var status = stat()
        guard path.withCString({ lstat($0, &status) }) == 0 else {
            guard errno == ENOENT, !isRoot else { throw SystemError.last("examine \(path.text)") }
            return note("\(path.text): vanished meanwhile")
        }
        var entry = ArchiveEntry(
            path: name, kind: .directory, mode: status.st_mode & 0o7777, owner: owners.owner(of: status),
            modified: status.modified)
        switch status.kind {
        case S_IFREG: return try add(file: path, as: entry, status)
        case S_IFDIR:
            let descriptor = path.withCString { open($0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
            defer { if descriptor >= 0 { close(descriptor) } }
            try begin(entry, type: S_IFDIR, file: descriptor)
        case S_IFLNK:
            entry.kind = .link(target: try Self.target(of: path))
            try begin(entry, type: S_IFLNK)
        default: note("\(path.text): left out, neither a file, a directory nor a link")
        }
    }

    private mutating func begin(_ entry: ArchiveEntry, type: mode_t, size: Int64 = 0, file: Int32 = -1) throws {
        try writer.add(entry, type: UInt32(type), size: size, file: file)
        if case .file = entry.kind { return }
        entries.append(entry)
        names.insert(entry.path)
    }

    private static func target(of path: [UInt8]) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 4_097)
        let count = path.withCString { path in
            buffer.withUnsafeMutableBytes {
                readlink(path, $0.assumingMemoryBound(to: CChar.self).baseAddress!, $0.count)
            }
        }
        guard count >= 0 else { throw SystemError.last("read the link \(path.text)") }
        return Array(buffer.prefix(count))
    }

    // MARK: Files

    /// The copy of a database, under the name and with the mode, owner and time of the database itself.
    mutating func add(file copy: String, as name: [UInt8], like status: stat) throws {
        let descriptor = open(copy, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError.last("open \(copy)") }
        defer { close(descriptor) }
        var copied = stat()
        guard fstat(descriptor, &copied) == 0 else { throw SystemError.last("examine \(copy)") }
        var entry = ArchiveEntry(
            path: name, kind: .directory, mode: status.st_mode & 0o7777, owner: owners.owner(of: status),
            modified: status.modified)
        entry.isDatabase = true
        try write(descriptor, entry, size: Int64(copied.st_size), name.text)
    }

    private mutating func add(file path: [UInt8], as plain: ArchiveEntry, _ listed: stat) throws {
        var entry = plain
        let identity = FileIdentity(device: listed.st_dev, inode: listed.st_ino)
        if listed.st_nlink > 1, let first = linked[identity] {
            entry.kind = .hardlink(to: first)
            return try begin(entry, type: S_IFREG)
        }
        let descriptor = path.withCString { open($0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw SystemError.last("open \(path.text)") }
            return note("\(path.text): vanished meanwhile")
        }
        defer { close(descriptor) }
        var before = stat()
        guard fstat(descriptor, &before) == 0 else { throw SystemError.last("examine \(path.text)") }
        guard before.kind == S_IFREG else { return note("\(path.text): left out, no file any more") }
        entry.mode = before.st_mode & 0o7777
        entry.owner = owners.owner(of: before)
        entry.modified = before.modified
        try write(descriptor, entry, size: Int64(before.st_size), path.text)
        if before.st_nlink > 1 { linked[identity] = entry.path }
        var after = stat()
        let isSame =
            fstat(descriptor, &after) == 0 && after.modified == before.modified && after.st_size == before.st_size
        if !isSame { note("\(path.text): changed while it was read") }
    }

    private mutating func write(_ descriptor: Int32, _ entry: ArchiveEntry, size: Int64, _ path: String) throws {
        var entry = entry
        entry.kind = .file(size: size, sha256: "")
        try begin(entry, type: S_IFREG, size: size, file: descriptor)
        var digest = ContentDigest()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { buffer.deallocate() }
        var isDatabase = false
        while digest.length < size {
            let wanted = Int(min(Int64(buffer.count), size - digest.length))
            let count = read(descriptor, buffer.baseAddress, wanted)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError.last("read \(path)") }
            guard count > 0 else {
                throw ArchiveFailure(
                    "\(path) became shorter while it was read", help: "stop what writes there before, or exclude it")
            }
            let piece = UnsafeRawBufferPointer(start: buffer.baseAddress, count: count)
            if digest.length == 0 { isDatabase = piece.starts(with: "SQLite format 3\0".utf8) }
            digest.take(piece)
            try writer.write(piece)
        }
        if isDatabase, !entry.isDatabase {
            note("\(path): a database that was copied as a file; under `sqlite` it would be saved as of one moment")
        }
        entry.kind = .file(size: size, sha256: digest.hexadecimal())
        entries.append(entry)
        names.insert(entry.path)
    }

    private mutating func note(_ text: String) {
        if notes.count < 20 { notes.append(text) }
        if notes.count == 20 { notes.append("and more") }
    }
}

/// Names of users and groups, each looked up once.
private struct OwnerNames {
    private var users: [UInt32: String] = [:]
    private var groups: [UInt32: String] = [:]

    mutating func owner(of status: stat) -> ArchiveEntry.Owner {
        if users[status.st_uid] == nil {
            users[status.st_uid] = getpwuid(status.st_uid).map { String(cString: $0.pointee.pw_name) } ?? ""
        }
        if groups[status.st_gid] == nil {
            groups[status.st_gid] = getgrgid(status.st_gid).map { String(cString: $0.pointee.gr_name) } ?? ""
        }
        return ArchiveEntry.Owner(
            uid: status.st_uid, gid: status.st_gid, user: users[status.st_uid] ?? "",
            group: groups[status.st_gid] ?? "")
    }
}

extension stat {
    var modified: ArchiveEntry.Time {
        ArchiveEntry.Time(seconds: Int64(st_mtim.tv_sec), nanoseconds: Int64(st_mtim.tv_nsec))
    }
}
