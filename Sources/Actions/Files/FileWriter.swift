import Checks
import Glibc
import RunHost
import RunbookModel

/// Replaces the content of a file in one move; what else the file has stays: mode, owner, attributes.
struct FileWriter {
    let context: ActionContext

    /// The largest file whose present content is looked at.
    static let limit = 64 << 20

    /// What a file is to be; nil of mode and owner: as it is, or as usual for a new file.
    struct Wanted {
        var bytes: [UInt8]
        var mode: mode_t?
        var owner: FileOwner?
        /// A new file that holds secrets is for its owner only.
        var isSecret = false
        /// The content that was looked at; where there is another by now, nothing is done.
        var replacing: [UInt8]?
    }

    /// The content of a regular file; nil where there is none.
    static func content(_ place: FilePlace, limit: Int = FileWriter.limit) throws -> [UInt8]? {
        guard let status = try place.status() else { return nil }
        guard status.kind == S_IFREG else { throw ArgumentProblem("\(place.path) is not a regular file") }
        let descriptor = openat(place.directory, place.name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw SystemError.last("open \(place.path)") }
        defer { close(descriptor) }
        return try HostFiles.read("/proc/self/fd/\(descriptor)", limit: limit)
    }

    /// False where the file is as wanted already.
    func write(_ wanted: Wanted, to place: FilePlace) throws -> Bool {
        let status = try place.status()
        if let status, status.kind != S_IFREG { throw ArgumentProblem("\(place.path) is not a regular file") }
        if let status, try isMet(wanted, status, place) { return false }
        unlinkat(place.directory, place.incoming, 0)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let descriptor = openat(place.directory, place.incoming, flags, 0o600)
        guard descriptor >= 0 else { throw SystemError.last("write \(place.path)") }
        defer { close(descriptor) }
        do {
            try HostFiles.write(wanted.bytes, to: descriptor, path: place.path)
            if status != nil { copyAttributes(place) }
            try setOwner(wanted.owner, descriptor, status, place)
            try setMode(wanted, descriptor, status, place)
            guard fsync(descriptor) == 0 else { throw SystemError.last("sync \(place.path)") }
            if let before = wanted.replacing, try Self.content(place) != before {
                throw ArgumentProblem("\(place.path) was changed by somebody else meanwhile; nothing was written")
            }
            guard renameat(place.directory, place.incoming, place.directory, place.name) == 0 else {
                throw SystemError.last("replace \(place.path)")
            }
        } catch {
            unlinkat(place.directory, place.incoming, 0)
            throw error
        }
        try place.sync()
        return true
    }

    private func isMet(_ wanted: Wanted, _ status: stat, _ place: FilePlace) throws -> Bool {
        guard Int(status.st_size) == wanted.bytes.count, wanted.mode == nil || wanted.mode == status.permissions,
            wanted.owner?.isMet(by: status) ?? true
        else { return false }
        return try Self.content(place) == wanted.bytes
    }

    /// Extended attributes and access lists, as far as the filesystem has them.
    private func copyAttributes(_ place: FilePlace) {
        _ = try? HelperProcess.run(
            [
                "cp", "--attributes-only", "--preserve=mode,xattr", "--no-target-directory", "--", place.path,
                place.absolute(place.incoming),
            ], context)
    }

    /// Before the mode: chown(2) takes away set-user-ID bits.
    private func setOwner(_ wanted: FileOwner?, _ descriptor: Int32, _ status: stat?, _ place: FilePlace) throws {
        let process = context.checks.process.user
        var user = status?.st_uid ?? process?.uid ?? .max
        var group = status?.st_gid ?? process?.gid ?? .max
        if let wanted {
            if wanted.user != .max { user = wanted.user }
            if wanted.group != .max { group = wanted.group }
        }
        var present = stat()
        fstat(descriptor, &present)
        let differs = user != .max && user != present.st_uid || group != .max && group != present.st_gid
        guard !differs || fchown(descriptor, user, group) == 0 else {
            throw SystemError.last("set the owner of \(place.path)")
        }
    }

    private func setMode(_ wanted: Wanted, _ descriptor: Int32, _ status: stat?, _ place: FilePlace) throws {
        let usual = wanted.isSecret ? 0o600 : 0o666 & ~mode_t(context.checks.process.umask)
        guard fchmod(descriptor, wanted.mode ?? status?.permissions ?? usual) == 0 else {
            throw SystemError.last("set the mode of \(place.path)")
        }
    }
}

/// Programs of the host that do what needs no process of a step: copies and removals of trees.
enum HelperProcess {
    /// Runs one as Belay itself, to its end.
    static func run(_ words: [String], _ context: ActionContext) throws {
        let environment = ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"]
        let settings = ProcessContext(environment: environment, shell: [])
        let probe = ProcessProbe(words, in: "/", settings, timeout: context.timeout ?? .seconds(24 * 3_600))
        let result = context.checks.runProcess(probe, context.checks.cancellation)
        guard result.end != .exited(0) else { return }
        if result.end == .interrupted { throw ActionInterrupted() }
        let said = String(decoding: result.stderr, as: UTF8.self).split(separator: "\n").prefix(3).joined(
            separator: "; ")
        throw ArgumentProblem(said.isEmpty ? "'\(words[0])': \(result.detail)" : said)
    }
}

/// The cancellation came before it was done.
struct ActionInterrupted: Error {}
