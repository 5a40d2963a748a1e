import Checks
import Glibc
import RunHost
import RunbookModel

extension FileOperation {
    /// Brings about what it says; false where it is so already. Every change is one move that is whole or not there.
    func perform(in context: ActionContext) throws -> Bool {
        switch self {
        case .copy(let from, let to):
            try FileTrees(context).copy(from, to: try Self.place(to))
            return true
        case .move(let from, let to): return try FileTrees(context).move(from, to: try Self.place(to))
        case .write(let path, let content):
            let wanted = FileWriter.Wanted(
                bytes: content.bytes, mode: content.mode, owner: content.owner, isSecret: content.holdsSecrets)
            return try FileWriter(context: context).write(wanted, to: try Self.place(path, following: true))
        case .link(let path, let to): return try Self.link(try Self.place(path), to)
        case .makeDirectory(let path, let mode, let owner):
            return try Self.makeDirectory(path, mode, owner, context)
        case .mode(let path, let mode): return try Self.setMode(mode, try Self.place(path, following: true))
        case .owner(let path, let owner): return try Self.setOwner(owner, try Self.place(path, following: true))
        case .delete(let path): return try FileTrees(context).delete(path)
        }
    }

    static func place(_ path: String, following: Bool = false) throws -> FilePlace {
        try FilePlace(try FilePlace.locate(path, following: following))
    }

    // MARK: - Links and directories

    private static func link(_ place: FilePlace, _ text: String) throws -> Bool {
        if try place.status() != nil {
            guard let present = place.linkText() else {
                throw ArgumentProblem("\(place.path) is no link (take it away first: `delete: \(place.path)`)")
            }
            if present == text { return false }
        }
        unlinkat(place.directory, place.incoming, 0)
        guard symlinkat(text, place.directory, place.incoming) == 0 else {
            throw SystemError.last("link \(place.path)")
        }
        guard renameat(place.directory, place.incoming, place.directory, place.name) == 0 else {
            throw SystemError.last("link \(place.path)")
        }
        try place.sync()
        return true
    }

    private static func makeDirectory(
        _ path: String, _ mode: mode_t?, _ owner: FileOwner?, _ context: ActionContext
    ) throws -> Bool {
        var isChanged = false
        for directory in try missingDirectories(path) {
            let place = try FilePlace(directory)
            guard mkdirat(place.directory, place.name, 0o700) == 0 else { throw SystemError.last("mkdir \(directory)") }
            _ = try setMode(0o777 & ~mode_t(context.checks.process.umask), place)
            if let user = context.checks.process.user, user.uid != geteuid() {
                guard fchownat(place.directory, place.name, user.uid, user.gid, AT_SYMLINK_NOFOLLOW) == 0 else {
                    throw SystemError.last("set the owner of \(directory)")
                }
            }
            try place.sync()
            isChanged = true
        }
        let place = try place(path, following: true)
        guard try place.status()?.isDirectory == true else { throw ArgumentProblem("\(path) is no directory") }
        if let owner, try setOwner(owner, place) { isChanged = true }
        if let mode, try setMode(mode, place) { isChanged = true }
        return isChanged
    }

    /// The directories of a path that are not there, the uppermost first.
    static func missingDirectories(_ path: String) throws -> [String] {
        var missing: [String] = []
        var here = try FilePlace.locate(path, following: true)
        while access(here, F_OK) != 0, errno == ENOENT {
            missing.insert(here, at: 0)
            here = HostFiles.parent(of: here)
        }
        return missing
    }

    // MARK: - Modes and owners

    private static func setMode(_ mode: mode_t, _ place: FilePlace) throws -> Bool {
        try change(place) { status, entry in
            if status.permissions == mode { return false }
            guard chmod(entry, mode) == 0 else { throw SystemError.last("set the mode of \(place.path)") }
            return true
        }
    }

    private static func setOwner(_ owner: FileOwner, _ place: FilePlace) throws -> Bool {
        try change(place) { status, entry in
            if owner.isMet(by: status) { return false }
            guard chown(entry, owner.user, owner.group) == 0 else {
                throw SystemError.last("set the owner of \(place.path)")
            }
            return true
        }
    }

    /// O_PATH of open(2), which Swift's Glibc hides: a handle on the entry itself, whatever its mode allows.
    private static let pathOnly: Int32 = 0o10000000

    private static func change(_ place: FilePlace, _ body: (stat, String) throws -> Bool) throws -> Bool {
        let descriptor = openat(place.directory, place.name, pathOnly | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError.last("open \(place.path)") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemError.last("examine \(place.path)") }
        guard status.kind != S_IFLNK else { throw ArgumentProblem("\(place.path) became a link meanwhile") }
        return try body(status, "/proc/self/fd/\(descriptor)")
    }
}
