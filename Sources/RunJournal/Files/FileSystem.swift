import CFileSystem
import Glibc

/// The calls on files that the state directory needs, with failures that say where.
enum FileSystem {
    /// Refuses a directory whose filesystem does not keep SQLite's promises (locks, shared memory, sync).
    static func checkKind(of path: String, allowsTmpfs: Bool) throws(JournalFailure) {
        let magic = cfs_magic(path)
        guard magic != -1 else { throw failure(path, "examine") }
        if kept.contains(magic) || (allowsTmpfs && magic == tmpfs) { return }
        let kind = others[magic] ?? "an unknown filesystem (0x\(String(magic, radix: 16)))"
        throw .unsupportedFilesystem(path: path, kind: kind)
    }

    /// ext2 to ext4, xfs, btrfs, zfs, f2fs, overlay.
    private static let kept: Set<Int> = [0xef53, 0x5846_5342, 0x9123_683e, 0x2fc1_2fc1, 0xf2f5_2010, 0x794c_7630]
    private static let tmpfs = 0x0102_1994
    private static let others: [Int: String] = [
        tmpfs: "tmpfs", 0x8584_58f6: "ramfs", 0x6969: "NFS", 0xff53_4d42: "CIFS", 0xfe53_4d42: "SMB", 0x517b: "SMB",
        0x6573_5546: "FUSE", 0x0102_1997: "9p", 0x00c3_6400: "Ceph", 0x5346_414f: "AFS", 0x0116_1970: "GFS2",
        0x7461_636f: "OCFS2", 0x4d44: "FAT", 0x2011_bab0: "exFAT",
    ]

    /// What stands at a path, links not followed; nil where nothing does.
    static func status(of path: String) throws(JournalFailure) -> stat? {
        var status = stat()
        if lstat(path, &status) == 0 { return status }
        guard errno == ENOENT || errno == ENOTDIR else { throw failure(path, "examine") }
        return nil
    }

    static func isDirectory(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFDIR }
    static func isLink(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFLNK }
    static func isRegular(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFREG }

    /// Whether anything stands in a directory.
    static func holdsEntries(_ path: String) -> Bool {
        guard let directory = opendir(path) else { return false }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [UInt8(ascii: ".")], name != [UInt8(ascii: "."), UInt8(ascii: ".")] { return true }
        }
        return false
    }

    /// Makes a directory with exactly this mode; false where it was there.
    @discardableResult
    static func makeDirectory(_ path: String, mode: mode_t, group: gid_t? = nil) throws(JournalFailure) -> Bool {
        guard mkdir(path, 0o700) == 0 else {
            if errno == EEXIST { return false }
            throw failure(path, "create")
        }
        if let group, chown(path, uid_t.max, group) != 0 { throw failure(path, "give to its group") }
        // mkdir(2) takes the umask off; chmod(2) does not.
        guard chmod(path, mode) == 0 else { throw failure(path, "protect") }
        return true
    }

    /// Makes a file with exactly this mode where there is none.
    static func makeFile(_ path: String, mode: mode_t, group: gid_t? = nil) throws(JournalFailure) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            if errno == EEXIST { return }
            throw failure(path, "create")
        }
        defer { Glibc.close(descriptor) }
        if let group, fchown(descriptor, uid_t.max, group) != 0 { throw failure(path, "give to its group") }
        guard fchmod(descriptor, mode) == 0 else { throw failure(path, "protect") }
    }

    /// Syncs a directory, so that the names in it survive a power loss.
    static func syncDirectory(_ path: String) throws(JournalFailure) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, "open") }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(path, "sync") }
    }

    /// What `errno` says about a path.
    static func failure(_ path: String, _ operation: String) -> JournalFailure {
        switch errno {
        case EROFS, EACCES, EPERM: .readOnly(path: path)
        case ENOSPC, EDQUOT, EFBIG: .full(path: path)
        case ELOOP: .symbolicLink(path: path)
        case ENOTDIR: .notADirectory(path: path)
        case let code: .io(path: path, operation: operation, why: String(cString: strerror(code)))
        }
    }
}
