import Glibc
import RunHost

/// What is at a path: every entry that a snapshot saves, and those that it leaves alone. No file is opened.
struct TreeSurvey: Sendable {
    /// One entry that is saved.
    struct Entry: Hashable, Sendable {
        /// Below the root, without a leading slash; empty for the root itself.
        var path: [UInt8]
        var isDirectory: Bool
    }

    /// What is saved: sorted, a directory before its content, the root first.
    private(set) var entries: [Entry] = []
    /// What is excluded, by its path below the root: neither saved nor touched.
    private(set) var excluded: [[UInt8]] = []
    /// Sockets, filesystems mounted inside: not saved nor touched either.
    private(set) var skipped: [[UInt8]] = []
    /// Of `skipped`, what is on another filesystem.
    private(set) var mountPoints: [[UInt8]] = []
    /// Bytes on the disk, what has several names counted once.
    private(set) var bytes: UInt64 = 0
    /// The first entry that this user could not make again as it is.
    private(set) var foreign: [UInt8]?

    private let root: [UInt8]
    private let realRoot: [UInt8]
    private let exclusions: Exclusions
    private let mounts: MountTable
    private let device: UInt
    private var linked: Set<UInt> = []

    /// Examines a path, which must be there.
    init(of path: String, excluding exclusions: Exclusions) throws {
        root = Array(path.utf8)
        realRoot = try Self.realPath(ofEntry: path)
        self.exclusions = exclusions
        mounts = try MountTable()
        guard let status = try Self.status(of: root) else { throw SystemError("examine \(path)", errno: ENOENT) }
        device = status.st_dev
        try add([], status)
        var pending: [[UInt8]] = status.isDirectory ? [[]] : []
        while let directory = pending.popLast() {
            for name in try Self.names(in: absolute(directory)) {
                let path = directory.isEmpty ? name : directory + [UInt8(ascii: "/")] + name
                if try examine(path) { pending.append(path) }
            }
        }
        entries.sort { $0.path.lexicographicallyPrecedes($1.path) }
    }

    var isDirectory: Bool { entries[0].isDirectory }
    /// Whether there is something that must stay where it is.
    var hasUntouched: Bool { !excluded.isEmpty || !skipped.isEmpty }

    /// The absolute path of an entry.
    func absolute(_ path: [UInt8]) -> [UInt8] { path.isEmpty ? root : root + [UInt8(ascii: "/")] + path }

    /// Takes one entry in; true for a directory that is to be walked.
    private mutating func examine(_ path: [UInt8]) throws -> Bool {
        // What vanishes while we look was not there.
        guard let status = try Self.status(of: absolute(path)) else { return false }
        if exclusions.contain(path) {
            excluded.append(path)
            return false
        }
        // Only for directories: on overlayfs, files report the device of their layer.
        let isMount =
            status.isDirectory && status.st_dev != device
            || mounts.contains(realRoot + [UInt8(ascii: "/")] + path)
        if isMount { mountPoints.append(path) }
        if isMount || status.kind == S_IFSOCK {
            skipped.append(path)
            return false
        }
        try add(path, status)
        return status.isDirectory
    }

    private mutating func add(_ path: [UInt8], _ status: stat) throws {
        entries.append(Entry(path: path, isDirectory: status.isDirectory))
        if foreign == nil && !Self.canMake(status) { foreign = path }
        let isCounted = status.isDirectory || status.st_nlink == 1 || linked.insert(status.st_ino).inserted
        if isCounted { bytes += UInt64(status.st_blocks) * 512 }
    }

    /// Only root gives files away and makes devices.
    private static func canMake(_ status: stat) -> Bool {
        if geteuid() == 0 { return true }
        if status.kind == S_IFCHR || status.kind == S_IFBLK { return false }
        return status.st_uid == geteuid() && ownGroups.contains(status.st_gid)
    }

    private static var ownGroups: [gid_t] {
        var groups = [gid_t](repeating: 0, count: max(Int(getgroups(0, nil)), 1))
        let count = getgroups(Int32(groups.count), &groups)
        return [getegid()] + groups.prefix(Int(max(count, 0)))
    }

    // MARK: System calls on paths that are bytes

    private static func status(of path: [UInt8]) throws -> stat? {
        var status = stat()
        if path.withCString({ lstat($0, &status) }) == 0 { return status }
        guard errno == ENOENT else { throw SystemError.last("examine \(path.text)") }
        return nil
    }

    private static func names(in directory: [UInt8]) throws -> [[UInt8]] {
        guard let stream = directory.withCString({ opendir($0) }) else {
            if errno == ENOENT { return [] }
            throw SystemError.last("read the directory \(directory.text)")
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [UInt8(ascii: ".")] && name != Array("..".utf8) { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw SystemError.last("read the directory \(directory.text)") }
        return names
    }

    /// The path without links in its parents; a link at its end stays.
    private static func realPath(ofEntry path: String) throws -> [UInt8] {
        let location = Location(path)
        guard let resolved = realpath(location.parent, nil) else {
            throw SystemError.last("resolve \(location.parent)")
        }
        defer { free(resolved) }
        let parent = String(cString: resolved)
        return Array((parent == "/" ? "/\(location.name)" : "\(parent)/\(location.name)").utf8)
    }
}

extension stat {
    var kind: mode_t { st_mode & S_IFMT }
    var isDirectory: Bool { kind == S_IFDIR }
}

extension TreeSurvey {
    /// Whether a directory is part of what is saved.
    func saves(_ directory: String) throws -> Bool {
        guard let resolved = realpath(directory, nil) else { throw SystemError.last("resolve \(directory)") }
        defer { free(resolved) }
        let path = Array(String(cString: resolved).utf8)
        guard path.starts(with: realRoot + [UInt8(ascii: "/")]) else { return path == realRoot }
        let below = Array(path.dropFirst(realRoot.count + 1))
        return entries.contains { $0.path == below }
    }

    /// Writes the names for tar, as seen from the directory that holds the root.
    func writeNames(to path: String) throws(ProtectionFailure) {
        let start = Array("./".utf8) + Array(root[(root.lastIndex(of: UInt8(ascii: "/"))! + 1)...])
        var list: [UInt8] = []
        for entry in entries {
            list += start
            if !entry.path.isEmpty { list += [UInt8(ascii: "/")] + entry.path }
            if entry.isDirectory { list.append(UInt8(ascii: "/")) }
            list.append(0)
        }
        try protecting(path) { try HostFiles.writeAtomically(list, to: path) }
    }
}
