import Glibc
import RunHost

extension Protector {
    /// Makes a path what its archive says; `present` is what is there now.
    func restorePath(
        _ path: String, present: TreeSurvey?, from place: SnapshotPlace
    ) throws(ProtectionFailure) -> RestoreReport.Outcome {
        let location = Location(path)
        let names = try ArchiveNames(of: place)
        if let present, let mount = present.mountPoints.first(where: { names.contain($0) }) {
            throw ProtectionFailure(
                "cannot restore \(path): a filesystem has been mounted at \(present.absolute(mount).text) meanwhile",
                path: path, help: "unmount it and try again")
        }
        if present?.hasUntouched != true, try swap(location, present, names, place) { return .replaced }
        if let present, present.isDirectory || names.rootIsDirectory { try clear(present, keeping: names) }
        // A file that could not be renamed cannot be removed either: it may be a mount point.
        let keepsFile = present?.isDirectory == false && !names.rootIsDirectory
        try extract(place, into: location.parent, path, options: keepsFile ? ["--overwrite"] : [])
        try syncFilesystem(of: location.parent)
        if names.rootIsDirectory { try syncFilesystem(of: path) }
        return .replacedInPlace
    }

    // MARK: In one move

    /// Unpacks beside the path and renames; false, with all as it was, where nothing can be made or renamed there.
    private func swap(
        _ location: Location, _ present: TreeSurvey?, _ names: ArchiveNames, _ place: SnapshotPlace
    ) throws(ProtectionFailure) -> Bool {
        // mkdir(2) follows no link and takes nothing over that is there.
        guard mkdir(location.incoming, 0o700) == 0 else {
            if Self.isRefusal(errno) { return false }
            throw ProtectionFailure("cannot make", path: location.incoming, errno: errno)
        }
        try extract(place, into: location.incoming, location.path)
        try syncFilesystem(of: location.incoming)
        // A directory only takes the place of an empty one, and a file never that of a directory.
        let movesAway = present != nil && (present?.isDirectory == true || names.rootIsDirectory)
        if movesAway, try !move(location.path, to: location.outgoing) {
            try delete([location.incoming], "cannot clear")
            return false
        }
        guard rename("\(location.incoming)/\(location.name)", location.path) == 0 else {
            // Also for a directory that this user may not write: its `..` would change.
            let error = errno
            let isBack = !movesAway || rename(location.outgoing, location.path) == 0
            try delete([location.incoming], "cannot clear")
            if isBack && Self.isRefusal(error) { return false }
            throw ProtectionFailure("cannot put in place", path: location.path, errno: error)
        }
        try protecting(location.path) { try HostFiles.syncDirectory(location.parent) }
        try delete([location.incoming, location.outgoing], "cannot clear")
        return true
    }

    /// Renames; false where this place refuses it.
    private func move(_ path: String, to target: String) throws(ProtectionFailure) -> Bool {
        if rename(path, target) == 0 { return true }
        if Self.isRefusal(errno) { return false }
        throw ProtectionFailure("cannot rename to \(target)", path: path, errno: errno)
    }

    /// A mount point, or a directory in which this user makes no entries.
    private static func isRefusal(_ error: Int32) -> Bool { [EBUSY, EXDEV, EACCES, EPERM, EROFS].contains(error) }

    // MARK: In place

    /// Removes what the archive does not bring, from the leaves up. What it brings anew, tar replaces.
    private func clear(_ present: TreeSurvey, keeping names: ArchiveNames) throws(ProtectionFailure) {
        for entry in present.entries where entry.isDirectory {
            // For users other than root; tar sets the mode that was saved. What cannot be changed is named below.
            present.absolute(entry.path).withCString { _ = access($0, W_OK | X_OK) == 0 ? 0 : chmod($0, 0o700) }
        }
        for entry in present.entries.reversed() {
            let path = present.absolute(entry.path)
            if entry.isDirectory {
                if names.directories.contains(entry.path) || path.withCString(rmdir) == 0 { continue }
                // Something in it is not to be touched.
                if errno == ENOTEMPTY && !names.others.contains(entry.path) { continue }
            } else if names.others.contains(entry.path) || path.withCString(unlink) == 0 {
                continue
            }
            throw ProtectionFailure(
                "cannot remove", path: path.text, errno: errno,
                help: "a mounted filesystem or an excluded file there is in the way of what was saved")
        }
    }

    func extract(
        _ place: SnapshotPlace, into directory: String, _ path: String, options: [String] = []
    ) throws(ProtectionFailure) {
        try run(
            [
                "tar", "--extract", "--file=\(place.archive)", "--directory=\(directory)", "--xattrs",
                "--xattrs-include=*", "--acls", "--numeric-owner", "--same-owner", "--preserve-permissions",
                "--delay-directory-restore",
            ] + options, "cannot restore", path)
    }

    // MARK: What was not there

    /// Removes what is at a path now.
    func remove(_ path: String) throws(ProtectionFailure) -> RestoreReport.Outcome {
        let location = Location(path)
        guard try location.status() != nil else { return .alreadyAbsent }
        let item = ProtectedItem.path(path, exclude: [])
        let survey = try protecting(path) { try TreeSurvey(of: path, excluding: Exclusions(of: item, among: [])) }
        if let mount = survey.mountPoints.first {
            throw ProtectionFailure(
                "cannot remove \(path): a filesystem is mounted at \(survey.absolute(mount).text)", path: path,
                help: "unmount it and try again")
        }
        guard try move(path, to: location.outgoing) else {
            throw ProtectionFailure("cannot remove", path: path, errno: errno)
        }
        try protecting(path) { try HostFiles.syncDirectory(location.parent) }
        try delete([location.outgoing], "cannot remove")
        return .removed
    }
}

/// The names in an archive, as paths below its root.
private struct ArchiveNames {
    var rootIsDirectory: Bool { directories.contains([]) }
    private(set) var directories: Set<[UInt8]> = []
    private(set) var others: Set<[UInt8]> = []

    func contain(_ path: [UInt8]) -> Bool { directories.contains(path) || others.contains(path) }

    init(of place: SnapshotPlace) throws(ProtectionFailure) {
        let list = try protecting(place.names) { try HostFiles.read(place.names, limit: 1 << 30) }
        let slash = UInt8(ascii: "/")
        for name in list.split(separator: 0) {
            let below = name.split(separator: slash).dropFirst(2).joined(separator: [slash])
            if name.last == slash { directories.insert(Array(below)) } else { others.insert(Array(below)) }
        }
    }
}
