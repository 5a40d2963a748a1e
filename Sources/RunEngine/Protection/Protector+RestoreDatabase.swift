import Glibc
import RunHost

extension Protector {
    /// Gives a database the content of its copy, mode and owner too; `isDamaged`: what is there now is no database.
    func restoreDatabase(
        _ link: String, _ ownership: SnapshotManifest.Ownership, from place: SnapshotPlace, isDamaged: Bool
    ) throws(ProtectionFailure) -> RestoreReport.Outcome {
        let path = DatabaseFiles(following: link).database
        if isDamaged { _ = try removeDatabase(path) }
        if access(path, F_OK) != 0 {
            // SQLite takes an empty file for an empty database, and removes a stale log or journal beside it.
            try protecting(path) { try Self.create(path) }
            try apply(ownership, to: path)
        }
        let outcome = try runSQLite("restore", place.database, path, about: path)
        guard outcome.exit == 0 else { throw databaseFailure("cannot restore", path, outcome) }
        try apply(ownership, to: path)
        try syncFilesystem(of: path)
        return .databaseRestored
    }

    private static func create(_ path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError.last("create \(path)") }
        close(descriptor)
        try HostFiles.syncDirectory(HostFiles.parent(of: path))
    }

    /// Sets only what differs: an owner may be kept by one who could not set it.
    private func apply(_ ownership: SnapshotManifest.Ownership, to path: String) throws(ProtectionFailure) {
        try protecting(path) {
            let status = try HostFiles.status(of: path)
            if status.st_uid != ownership.user || status.st_gid != ownership.group {
                guard chown(path, ownership.user, ownership.group) == 0 else {
                    throw SystemError.last("set the owner of \(path)")
                }
            }
            guard status.st_mode & 0o7777 == ownership.mode || chmod(path, ownership.mode) == 0 else {
                throw SystemError.last("set the mode of \(path)")
            }
        }
    }

    /// Removes a database with its other files, the database first: without it the others mean nothing.
    func removeDatabase(_ path: String) throws(ProtectionFailure) -> RestoreReport.Outcome {
        var outcome = RestoreReport.Outcome.alreadyAbsent
        for file in DatabaseFiles(path).all {
            if unlink(file) == 0 {
                outcome = .removed
            } else if errno != ENOENT && errno != ENOTDIR {
                throw ProtectionFailure("cannot remove", path: file, errno: errno)
            }
        }
        if outcome == .removed { try protecting(path) { try HostFiles.syncDirectory(HostFiles.parent(of: path)) } }
        return outcome
    }

    /// Puts back the files of what was no sound database, as they were.
    func restoreRawDatabase(
        _ link: String, from place: SnapshotPlace
    ) throws(ProtectionFailure) -> RestoreReport.Outcome {
        let path = DatabaseFiles(following: link).database
        _ = try removeDatabase(path)
        try extract(place, into: HostFiles.parent(of: path), path)
        try syncFilesystem(of: HostFiles.parent(of: path))
        return .replacedInPlace
    }
}
