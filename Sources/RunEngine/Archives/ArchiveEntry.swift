import Glibc

/// One entry of an archive, as its manifest names it.
struct ArchiveEntry: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case file(size: Int64, sha256: String)
        case directory
        case link(target: [UInt8])
        /// Another name of an earlier file.
        case hardlink(to: [UInt8])
    }

    struct Owner: Hashable, Sendable {
        var uid: UInt32
        var gid: UInt32
        /// As they were called where the archive was made; only for people.
        var user: String
        var group: String
    }

    struct Time: Hashable, Sendable {
        var seconds: Int64
        var nanoseconds: Int64
    }

    /// Absolute, without the leading slash; names are bytes, which need not be UTF-8.
    var path: [UInt8]
    var kind: Kind
    /// Permissions, without the type.
    var mode: UInt32
    var owner: Owner
    var modified: Time
    /// A copy of an SQLite database, made through its backup API.
    var isDatabase = false

    var isDirectory: Bool { kind == .directory }
    /// Bytes of content.
    var size: Int64 { if case .file(let size, _) = kind { size } else { 0 } }

    /// Whether the path is this one, or inside it.
    func isWithin(_ root: [UInt8]) -> Bool { path.isWithin(root) }
}

extension [UInt8] {
    private static let slash = UInt8(ascii: "/")

    /// Whether a path without a leading slash is another one, or inside it; everything is inside the empty one.
    func isWithin(_ root: [UInt8]) -> Bool {
        root.isEmpty || (starts(with: root) && (count == root.count || self[root.count] == Self.slash))
    }

    /// The paths above this one, the nearest last, without the empty one.
    var parents: [[UInt8]] { indices.filter { self[$0] == Self.slash }.map { Array(self[..<$0]) } }

    /// The names from the top.
    var components: [[UInt8]] { split(separator: Self.slash).map(Array.init) }
}
