import Glibc
import RunHost
import RunbookModel

/// An entry of a directory that is held open: what is done to it is done there, whatever becomes of the path.
final class FilePlace {
    /// Without links in it but perhaps at its end.
    let path: String
    let name: String
    let directory: Int32

    /// Opens the directory of a path that `locate` has given.
    init(_ path: String) throws {
        self.path = path
        let parent = HostFiles.parent(of: path)
        name = String(path[path.index(after: path.lastIndex(of: "/") ?? path.startIndex)...])
        directory = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else {
            if errno == ENOENT || errno == ENOTDIR {
                throw ArgumentProblem("there is no directory \(parent) (make it first: `mkdir: \(parent)`)")
            }
            throw SystemError.last("open \(parent)")
        }
        // A link that was put in the way meanwhile would lead elsewhere.
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink("/proc/self/fd/\(directory)", &buffer, buffer.count - 1)
        guard length > 0, String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self) == parent
        else {
            close(directory)
            throw ArgumentProblem("\(parent) was replaced while it was being opened")
        }
    }

    deinit { close(directory) }

    /// What is there now, a link not followed; nil where nothing is.
    func status() throws -> stat? {
        var status = stat()
        if fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { return status }
        guard errno == ENOENT else { throw SystemError.last("examine \(path)") }
        return nil
    }

    /// The text of the link that is there; nil where none is.
    func linkText() -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlinkat(directory, name, &buffer, buffer.count - 1)
        return length < 0 ? nil : String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Makes the names in the directory durable.
    func sync() throws {
        guard fsync(directory) == 0 else { throw SystemError.last("sync \(HostFiles.parent(of: path))") }
    }

    // MARK: - Names beside it

    /// What is being made, before it takes its place.
    var incoming: String { beside("new") }
    /// What was there, before it is removed.
    var outgoing: String { beside("gone") }

    /// A name has at most 255 bytes.
    private func beside(_ purpose: String) -> String {
        ".\(String(decoding: name.utf8.prefix(200), as: UTF8.self)).belay-\(purpose)"
    }

    func absolute(_ name: String) -> String { Self.join(HostFiles.parent(of: path), name) }

    static func join(_ parent: String, _ name: String) -> String { parent == "/" ? "/\(name)" : "\(parent)/\(name)" }
}

extension FilePlace {
    /// The path of an entry without links in its parents; parents that are missing stay as they are written.
    ///
    /// `following`: a link at the end is followed, too, unless somebody else may have put it there.
    static func locate(_ text: String, following: Bool) throws -> String {
        var path = text
        for _ in 0..<40 {
            path = try resolved(path)
            guard following, let target = try linkTarget(path) else { return path }
            path = target.hasPrefix("/") ? target : join(HostFiles.parent(of: path), target)
        }
        throw ArgumentProblem("\(text): too many links")
    }

    private static func resolved(_ text: String) throws -> String {
        let parts = text.split(separator: "/").map(String.init).filter { $0 != "." }
        guard let name = parts.last, name != ".." else {
            throw ArgumentProblem("'\(text)' is not a file or directory that can be changed")
        }
        var present = parts.dropLast()
        var missing: [String] = []
        while true {
            if let real = realpath("/" + present.joined(separator: "/"), nil) {
                defer { free(real) }
                guard !missing.contains("..") else {
                    throw ArgumentProblem("'\(text)' leads through a missing directory")
                }
                return (missing + [name]).reduce(String(cString: real), join)
            }
            guard errno == ENOENT, let last = present.popLast() else { throw SystemError.last("resolve \(text)") }
            missing.insert(last, at: 0)
        }
    }

    /// Where the link at a path leads; nil where there is no link.
    ///
    /// In a sticky directory that all may write, only one's own links and those of its owner are followed, as the kernel
    /// does with fs.protected_symlinks.
    private static func linkTarget(_ path: String) throws -> String? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return nil }
        let parent = try HostFiles.status(of: HostFiles.parent(of: path))
        let isOpenToAll = parent.st_mode & (S_ISVTX | S_IWOTH) == S_ISVTX | S_IWOTH
        guard !isOpenToAll || status.st_uid == geteuid() || status.st_uid == parent.st_uid else {
            throw ArgumentProblem("\(path) is a link that another user made in a directory open to all")
        }
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink(path, &buffer, buffer.count - 1)
        guard length >= 0 else { throw SystemError.last("read the link \(path)") }
        return String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension stat {
    var kind: mode_t { st_mode & S_IFMT }
    var isDirectory: Bool { kind == S_IFDIR }
    var permissions: mode_t { st_mode & 0o7777 }
}
