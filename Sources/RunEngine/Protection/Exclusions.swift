import Glibc

/// What inside a protected directory is neither saved nor touched.
struct Exclusions: Sendable {
    /// Matched against the path below the directory.
    private let anchored: [String]
    /// Matched against the name at any depth.
    private let names: [String]
    /// Paths below the directory, as they are.
    private let literal: Set<[UInt8]>

    /// The patterns of an item, and the databases inside it that are protected as such: their files are SQLite's.
    ///
    /// `skipped` are absolute paths of what a snapshot could not save: a restore leaves those alone as well.
    init(of item: ProtectedItem, among items: [ProtectedItem], skipped: [String] = []) {
        guard case .path(_, let patterns) = item else {
            (anchored, names, literal) = ([], [], [])
            return
        }
        let trimmed = patterns.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        anchored = trimmed.filter { $0.utf8.contains(UInt8(ascii: "/")) }.map {
            $0.hasPrefix("/") ? String($0.dropFirst()) : $0
        }
        names = trimmed.filter { !$0.utf8.contains(UInt8(ascii: "/")) }
        let prefix = Array("\(item.path)/".utf8)
        let databases = items.compactMap { if case .sqlite = $0 { DatabaseFiles($0.path).all } else { nil } }
        literal = Set(
            (databases.flatMap { $0 } + skipped).filter { $0.utf8.starts(with: prefix) }
                .map { Array($0.utf8.dropFirst(prefix.count)) })
    }

    /// Whether an entry, named by its path below the directory, is excluded; what is in it then is too.
    func contain(_ path: [UInt8]) -> Bool {
        if literal.contains(path) { return true }
        guard !anchored.isEmpty || !names.isEmpty else { return false }
        let name = path.split(separator: UInt8(ascii: "/")).last.map(Array.init) ?? []
        return anchored.contains { Self.matches($0, path) } || names.contains { Self.matches($0, name) }
    }

    private static func matches(_ pattern: String, _ path: [UInt8]) -> Bool {
        path.withCString { fnmatch(pattern, $0, FNM_PATHNAME) == 0 }
    }
}
