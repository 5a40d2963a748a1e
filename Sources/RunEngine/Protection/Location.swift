import Glibc
import RunHost

/// A protected path as the place of an entry in its directory, with the names that a restore uses beside it.
struct Location: Sendable {
    /// Absolute, without trailing slashes.
    let path: String
    let parent: String
    let name: String

    init(_ path: String) {
        self.path = path
        parent = HostFiles.parent(of: path)
        name = String(path[path.index(after: path.lastIndex(of: "/") ?? path.startIndex)...])
    }

    /// A directory in which the saved state is unpacked, before it takes the place of what is there.
    var incoming: String { sibling("restore") }
    /// What was there, for the moment between two moves; it has been set aside before.
    var outgoing: String { sibling("old") }

    private func sibling(_ purpose: String) -> String {
        "\(parent == "/" ? "" : parent)/.\(name).belay-\(purpose)"
    }

    /// Of the entry itself, a link not followed; nil where there is none.
    func status() throws(ProtectionFailure) -> stat? { try Self.status(of: path) }

    /// lstat(2); nil where nothing is there.
    static func status(of path: String) throws(ProtectionFailure) -> stat? {
        var status = stat()
        if lstat(path, &status) == 0 { return status }
        guard errno == ENOENT || errno == ENOTDIR else {
            throw ProtectionFailure("cannot examine", path: path, errno: errno)
        }
        return nil
    }
}
