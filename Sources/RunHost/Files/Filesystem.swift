import CSupervisor
import Glibc

/// The filesystem that holds a path.
package struct Filesystem: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case ext4, xfs, btrfs, zfs, f2fs, overlay, tmpfs, network, other
    }

    package var kind: Kind
    /// Of statfs(2), for a message about an `other`.
    package var magic: UInt32
    /// Bytes that this user can still write.
    package var free: UInt64
    /// Bytes in all.
    package var size: UInt64
    /// Files that can still be made; nil where the filesystem has no limit.
    package var freeFiles: UInt64?

    /// The one that holds `path`, which must exist.
    package static func holding(_ path: String) throws -> Filesystem {
        var status = statfs()
        guard statfs(path, &status) == 0 else { throw SystemError.last("examine the filesystem of \(path)") }
        let block = UInt64(status.f_bsize)
        let magic = UInt32(truncatingIfNeeded: status.f_type)
        return Filesystem(
            kind: kinds[magic] ?? .other, magic: magic, free: UInt64(status.f_bavail) * block,
            size: UInt64(status.f_blocks) * block,
            freeFiles: status.f_files == 0 ? nil : UInt64(status.f_ffree))
    }

    /// From linux/magic.h and the filesystems that are not in it.
    private static let kinds: [UInt32: Kind] = [
        0xEF53: .ext4, 0x5846_5342: .xfs, 0x9123_683E: .btrfs, 0x2FC1_2FC1: .zfs, 0xF2F5_2010: .f2fs,
        0x794C_7630: .overlay, 0x0102_1994: .tmpfs,
        0x6969: .network,  // NFS
        0xFF53_4D42: .network, 0xFE53_4D42: .network, 0x517B: .network,  // CIFS, SMB 2, SMB
        0x0102_1997: .network, 0x00C3_6400: .network,  // 9P, Ceph
        0x5346_414F: .network, 0x7375_7245: .network,  // AFS, Coda
        0x0116_1970: .network, 0x7461_636F: .network, 0x0BD0_0BD0: .network,  // GFS2, OCFS2, Lustre
    ]
}
