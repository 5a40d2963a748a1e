import CArchive
import Expressions
import Glibc
import RunHost

/// Makes one archive: written beside its place, read back and compared, then put in its place; old ones go last.
struct BackupJob {
    let target: String
    let header: ArchiveHeader
    private let keep: Retention.Rule?
    private let lockTimeout: Duration
    private let host: ArchiveHost

    init(_ request: Value, _ host: ArchiveHost) throws {
        guard let to = request["to"]?.asString, to.hasPrefix("/"), !to.hasSuffix("/") else {
            throw ArchiveFailure("there is no place for the archive")
        }
        target = to
        header = ArchiveHeader(request, created: host.now)
        keep = request["keep"].flatMap(Retention.Rule.init)
        lockTimeout = .seconds(30)
        self.host = host
    }

    private var directory: String { HostFiles.parent(of: target) }
    private var name: String { Location(target).name }
    /// Known from the token alone, so that a later try finds what a killed one left.
    var part: String { "\(directory)/.\(name).\(header.token).part" }
    private var copy: String { "\(directory)/.\(name).\(header.token).db" }

    func perform() throws -> Value {
        guard !header.include.isEmpty || !header.sqlite.isEmpty else {
            throw ArchiveFailure("nothing is to be saved: neither `include` nor `sqlite` names anything")
        }
        let compression = try ArchiveWriter.compression(of: name)
        try HostFiles.makeDirectories(directory)
        clear()
        if try isMade() {
            let contents = try ArchiveScan.read(target, demanding: .manifest)
            return try result(contents, retire(), [])
        }
        let notes: [String]
        do {
            notes = try write(compression)
        } catch {
            clear()
            throw error
        }
        host.crashPoint("archive.written")
        let contents: ArchiveScan.Contents
        do {
            contents = try ArchiveScan.read(part, demanding: .manifest)
        } catch {
            clear()
            throw ArchiveFailure("the new archive could not be read back: \(ArchiveFailure(error).message)")
        }
        host.crashPoint("archive.verified")
        try publish()
        host.crashPoint("archive.published")
        let removed = try retire()
        return try result(contents, removed, notes)
    }

    /// Whether an earlier try of this step has got as far as its end. Another file is never replaced.
    private func isMade() throws -> Bool {
        guard try Location(target).status() != nil else { return false }
        if ArchiveScan.header(of: target)?.token == header.token { return true }
        throw ArchiveFailure(
            "there is already a file \(target), which is not replaced",
            help: "let the name hold something that differs, such as ${{ run.id }}, or move the file away")
    }

    private func clear() {
        for path in [part] + DatabaseFiles(copy).all { unlink(path) }
    }

    /// link(2) replaces nothing that came in the meantime.
    private func publish() throws {
        if link(part, target) == 0 {
            unlink(part)
        } else {
            guard [EPERM, EOPNOTSUPP, EMLINK].contains(errno) else {
                throw SystemError.last("put \(target) in its place")
            }
            guard try Location(target).status() == nil, rename(part, target) == 0 else {
                throw SystemError.last("put \(target) in its place")
            }
        }
        try HostFiles.syncDirectory(directory)
    }

    private func retire() throws -> [String] {
        guard let keep else { return [] }
        return try Retention(directory: directory, header: header, newest: name).apply(keep, now: host.now)
    }

    private func result(_ contents: ArchiveScan.Contents, _ removed: [String], _ notes: [String]) throws -> Value {
        let file = try SnapshotManifest.SavedFile(of: target)
        return [
            "outputs": [
                "path": .string(target), "name": .string(name), "sha256": .string(file.sha256),
                "size": .int(file.length), "files": .int(Int64(contents.files)), "bytes": .int(contents.bytes),
                "databases": .int(Int64(contents.entries.count(where: \.isDatabase))), "removed": .texts(removed),
                "created": .string(contents.header?.createdText ?? ""),
            ], "notes": .texts(notes),
        ]
    }

    /// Removes what this step made, whole or not, and brings back what it had set aside.
    func undo() throws {
        clear()
        if ArchiveScan.header(of: target)?.token == header.token {
            guard unlink(target) == 0 || errno == ENOENT else { throw SystemError.last("remove \(target)") }
        }
        guard access(directory, F_OK) == 0 else { return }
        try HostFiles.syncDirectory(directory)
        try Retention(directory: directory, header: header, newest: name).undo()
    }

    // MARK: Writing

    private func write(_ compression: carchive_compression) throws -> [String] {
        let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError.last("create \(part)") }
        defer { close(descriptor) }
        var content = BackupContent(writer: try ArchiveWriter(descriptor, compression), now: host.now)
        try content.add(header)
        for path in header.sqlite { try add(database: path, to: &content) }
        let own = try ownFiles()
        for path in header.include { try content.add(tree: path, survey(path), leavingOut: own) }
        try content.finish()
        guard fsync(descriptor) == 0 else { throw SystemError.last("sync \(part)") }
        return content.notes
    }

    /// What is in the tree and not excluded; the files of databases that are saved as such are SQLite's.
    private func survey(_ path: String) throws -> TreeSurvey {
        let item = ProtectedItem.path(path, exclude: header.exclude)
        guard try Location(item.path).status() != nil else { throw ArchiveFailure("\(path) is not there") }
        return try TreeSurvey(
            of: item.path, excluding: Exclusions(of: item, among: header.sqlite.map { .sqlite($0) } + [item]))
    }

    /// An archive does not hold itself, nor those of its series before it.
    private func ownFiles() throws -> Set<[UInt8]> {
        let retention = Retention(directory: directory, header: header, newest: name)
        let names = HostFiles.names(in: directory).filter(retention.isNamedAlike)
        return Set((names.map { "\(directory)/\($0)" } + [part, target]).map { Array($0.utf8.dropFirst()) })
    }

    private func add(database path: String, to content: inout BackupContent) throws {
        var status = stat()
        guard stat(path, &status) == 0 else { throw SystemError.last("find the database \(path)") }
        try HostFiles.writeAtomically([], to: copy)
        defer { for file in DatabaseFiles(copy).all { unlink(file) } }
        let patience = "\(lockTimeout.inMilliseconds)"
        let (exit, message) = SQLiteChild.perform(["backup", path, copy, patience])
        guard exit == 0 else {
            let isBusy = exit == SQLiteChild.busyExit
            throw ArchiveFailure(
                "cannot save the database \(path): \(isBusy ? "another process kept it locked" : message)",
                help: isBusy ? "find who holds a transaction open (fuser \(path)), end it, and try again" : nil)
        }
        try content.add(file: copy, as: Array(path.utf8.dropFirst()), like: status)
    }
}
