/// What one entry of a step's `protect:` names.
package enum ProtectedItem: Hashable, Sendable {
    /// A file, link or directory tree, absolute; a link is protected itself, not what it points to.
    ///
    /// `exclude` are patterns of fnmatch(3), where `*` stops at a slash: one with a slash is matched against the path
    /// below the directory, one without against the name at any depth. What is excluded is neither saved nor, where
    /// it is present at a restore, touched.
    case path(String, exclude: [String])
    /// An SQLite database, absolute; inside a protected directory its files are excluded from that one.
    case sqlite(String)

    /// The absolute path, without trailing slashes.
    package var path: String {
        switch self {
        case .path(let path, _), .sqlite(let path):
            let end = path.utf8.lastIndex { $0 != UInt8(ascii: "/") }
            return end.map { String(path[...$0]) } ?? "/"
        }
    }
}
