import CDigest
import Glibc
import RunHost

extension Protector {
    /// Saves the items into a directory of their own, made where it is missing; durable on return.
    ///
    /// What an earlier call left in the directory is replaced, complete or not.
    package func snapshot(
        _ items: [ProtectedItem], into directory: String
    ) throws(ProtectionFailure) -> SnapshotManifest {
        try save(items, into: directory, settingAside: false)
    }

    /// `settingAside`: what is no database any more is saved as the files that are there, a socket as nothing, and what
    /// only root could restore as well as can be.
    func save(
        _ items: [ProtectedItem], into directory: String, settingAside: Bool
    ) throws(ProtectionFailure) -> SnapshotManifest {
        for item in items { try Self.check(item) }
        try Self.makeEmpty(directory)
        var entries: [SnapshotManifest.Entry] = []
        for (number, item) in items.enumerated() {
            let place = SnapshotPlace(directory: directory, number: number)
            switch item {
            case .path:
                let exclusions = Exclusions(of: item, among: items)
                entries.append(try savePath(item, exclusions, in: place, settingAside: settingAside))
            case .sqlite: entries.append(try saveDatabase(item, in: place, settingAside: settingAside))
            }
        }
        let manifest = SnapshotManifest(entries: entries)
        try manifest.write(to: directory)
        return manifest
    }

    /// The manifest goes first, so that a directory that is being emptied is not complete.
    private static func makeEmpty(_ directory: String) throws(ProtectionFailure) {
        try protecting(directory) {
            try makeDurableDirectory(directory)
            guard chmod(directory, 0o700) == 0 else { throw SystemError.last("set the mode of \(directory)") }
            let names = HostFiles.names(in: directory)
            for name in [SnapshotManifest.fileName] + names { unlink("\(directory)/\(name)") }
            try HostFiles.syncDirectory(directory)
        }
    }

    /// Makes a directory and those above it, whose names are durable on return; false where it was there.
    @discardableResult
    static func makeDurableDirectory(_ path: String) throws -> Bool {
        let parent = HostFiles.parent(of: path)
        if access(parent, F_OK) != 0 && parent != path { try makeDurableDirectory(parent) }
        guard try HostFiles.makeDirectory(path) else { return false }
        try HostFiles.syncDirectory(parent)
        return true
    }

    // MARK: Paths

    private func savePath(
        _ item: ProtectedItem, _ exclusions: Exclusions, in place: SnapshotPlace, settingAside: Bool
    ) throws(ProtectionFailure) -> SnapshotManifest.Entry {
        guard let status = try Location.status(of: item.path) else { return .absent(item) }
        if status.kind == S_IFSOCK {
            if settingAside { return .absent(item) }
            throw ProtectionFailure(
                "cannot protect \(item.path): a socket cannot be saved", path: item.path,
                help: "let the program that listens there make it again")
        }
        var attempt = 1
        while true {
            let survey = try survey(item.path, exclusions, place)
            if !settingAside { try Self.checkOwners(survey, item.path) }
            try survey.writeNames(to: place.names)
            let outcome = try archive(HostFiles.parent(of: item.path), place)
            if outcome.exit == 0 {
                return SnapshotManifest.Entry(
                    item: item, form: .archive, files: try place.seal([place.archive, place.names]),
                    skipped: survey.skipped.map { survey.absolute($0).text })
            }
            // 1 is tar's "file changed as we read it". Other trouble may come from a file that has gone meanwhile.
            let isMoving =
                outcome.exit == 1 || (try? self.survey(item.path, exclusions, place))?.entries != survey.entries
            attempt += 1
            guard isMoving, attempt <= 3 else {
                var failure = Self.failure("cannot save", item.path, outcome, program: "tar")
                if isMoving { failure.help = "stop what writes there before this step, or exclude those files" }
                throw failure
            }
        }
    }

    private func survey(
        _ path: String, _ exclusions: Exclusions, _ place: SnapshotPlace
    ) throws(ProtectionFailure) -> TreeSurvey {
        let survey = try protecting(path) { try TreeSurvey(of: path, excluding: exclusions) }
        if try protecting(path, { try survey.saves(place.directory) }) {
            throw ProtectionFailure(
                "cannot protect \(path): the snapshot itself would be inside, in \(place.directory)", path: path,
                help: "exclude the state directory, or move it elsewhere")
        }
        return survey
    }

    /// What cannot be restored as it is must not be relied upon.
    private static func checkOwners(_ survey: TreeSurvey, _ path: String) throws(ProtectionFailure) {
        guard let foreign = survey.foreign else { return }
        throw ProtectionFailure(
            "cannot protect \(path): only root can restore \(survey.absolute(foreign).text), which is not this user's",
            path: path, help: "run belay as root, or exclude it")
    }

    /// Writes the archive of the names in the list, in the order given there.
    private func archive(_ parent: String, _ place: SnapshotPlace) throws(ProtectionFailure) -> ChildOutcome {
        try outcome(
            of: [
                "tar", "--create", "--file=\(place.archive)", "--format=posix",
                "--pax-option=delete=atime,delete=ctime", "--xattrs", "--xattrs-include=*", "--acls",
                "--numeric-owner", "--sparse", "--directory=\(parent)", "--no-recursion", "--null",
                "--files-from=\(place.names)",
            ], about: parent)
    }

    // MARK: Databases

    private func saveDatabase(
        _ item: ProtectedItem, in place: SnapshotPlace, settingAside: Bool
    ) throws(ProtectionFailure) -> SnapshotManifest.Entry {
        var status = stat()
        guard stat(item.path, &status) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else {
                throw ProtectionFailure("cannot examine", path: item.path, errno: errno)
            }
            return .absent(item)
        }
        // Made here, so that its mode does not depend on a umask.
        try protecting(place.database) { try HostFiles.writeAtomically([], to: place.database) }
        let outcome = try runSQLite("snapshot", item.path, place.database, about: item.path)
        if outcome.exit == 0 {
            let ownership = SnapshotManifest.Ownership(
                mode: status.st_mode & 0o7777, user: status.st_uid, group: status.st_gid)
            return SnapshotManifest.Entry(
                item: item, form: .database(ownership), files: try place.seal([place.database]))
        }
        guard settingAside, outcome.exit == SQLiteChild.damagedExit else {
            throw databaseFailure("cannot save", item.path, outcome)
        }
        unlink(place.database)
        return try saveRaw(item, in: place)
    }

    private func saveRaw(
        _ item: ProtectedItem, in place: SnapshotPlace
    ) throws(ProtectionFailure) -> SnapshotManifest.Entry {
        var list: [UInt8] = []
        let files = DatabaseFiles(following: item.path)
        for file in files.all where try Location.status(of: file) != nil {
            list += Array("./\(Location(file).name)".utf8) + [0]
        }
        try protecting(place.names) { try HostFiles.writeAtomically(list, to: place.names) }
        let outcome = try archive(HostFiles.parent(of: files.database), place)
        guard outcome.exit == 0 else { throw Self.failure("cannot set aside", item.path, outcome, program: "tar") }
        return SnapshotManifest.Entry(
            item: item, form: .rawDatabase, files: try place.seal([place.archive, place.names]))
    }
}

/// The files of one item in a snapshot directory.
struct SnapshotPlace: Sendable {
    let directory: String
    let number: Int

    var archive: String { "\(directory)/\(number).tar" }
    /// What is in the archive: paths from `./`, directories with a slash at the end, each ended by a zero byte.
    var names: String { "\(directory)/\(number).names" }
    var database: String { "\(directory)/\(number).db" }

    /// Makes files durable and takes their digests.
    func seal(_ paths: [String]) throws(ProtectionFailure) -> [SnapshotManifest.SavedFile] {
        var files: [SnapshotManifest.SavedFile] = []
        for path in paths {
            try protecting(path) { try HostFiles.syncFile(path) }
            files.append(try SnapshotManifest.SavedFile(of: path))
        }
        return files
    }
}

extension SnapshotManifest.SavedFile {
    /// What a file of a snapshot is now; nobody has it open in SQLite.
    init(of path: String) throws(ProtectionFailure) {
        var digest = [CChar](repeating: 0, count: 2 * Int(SHA256_DIGEST_LENGTH) + 1)
        var status = stat()
        guard lstat(path, &status) == 0, SHA256File(path, &digest) != nil else {
            throw ProtectionFailure("cannot read", path: path, errno: errno)
        }
        self.init(
            name: Location(path).name, length: Int64(status.st_size),
            sha256: String(decoding: digest.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}
