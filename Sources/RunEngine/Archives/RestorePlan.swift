import Glibc
import RunHost

/// What of an archive is restored, and where.
struct RestorePlan {
    /// An entry and the directory below which it is put: one that is there, and is not left through links below it.
    struct Placement {
        let entry: ArchiveEntry
        /// Absolute.
        let anchor: String
        /// The names below the anchor; its own, or none for the anchor itself.
        let below: [[UInt8]]
    }

    let placements: [Placement]
    let databases: [Placement]
    /// What is replaced or made, for the undo.
    let items: [ProtectedItem]
    /// Where all of it goes, instead of where it came from.
    private let destination: String?
    private let header: ArchiveHeader?

    init(_ contents: ArchiveScan.Contents, only: [[String]], to destination: String?) throws {
        self.destination = destination
        header = contents.header
        guard destination != nil || header != nil else {
            throw ArchiveFailure(
                "where its entries belong is not known: Belay has not made this archive",
                help: "give a directory with `to`")
        }
        let wanted = try Self.selections(only, contents.entries)
        let selected =
            wanted.isEmpty
            ? contents.entries
            : contents.entries.filter { entry in
                wanted.contains { entry.isWithin($0) }
            }
        guard !selected.isEmpty else { throw ArchiveFailure("there is nothing in the archive to restore") }
        let roots = ((header?.include ?? []) + (header?.sqlite ?? [])).map { Array($0.utf8.dropFirst()).trimmed }
        if destination == nil, let stray = selected.first(where: { entry in !roots.contains { entry.isWithin($0) } }) {
            throw ArchiveFailure("'\(stray.path.text)' is in the archive, and does not belong to what it says it saved")
        }
        let all = selected.map { Self.placement($0, roots: roots, destination) }
        placements = all.filter { !$0.entry.isDatabase }
        databases = all.filter { $0.entry.isDatabase }
        items = Self.items(selected, wanted: wanted, roots: roots, header, destination)
    }

    /// The paths of the archive that are named: as they were included, or as they stand in it.
    private static func selections(_ only: [[String]], _ entries: [ArchiveEntry]) throws -> [[UInt8]] {
        try only.map { names in
            let paths = names.map { Array($0.utf8.drop { $0 == UInt8(ascii: "/") }).trimmed }
            guard let path = paths.first(where: { path in entries.contains { $0.isWithin(path) } }) else {
                throw ArchiveFailure("there is nothing under '\(names.first ?? "")' in the archive")
            }
            return path
        }
    }

    private static func placement(
        _ entry: ArchiveEntry, roots: [[UInt8]], _ destination: String?
    ) -> Placement {
        if let destination {
            let (anchor, missing) = nearestDirectory(Array(destination.utf8))
            return Placement(entry: entry, anchor: anchor, below: missing + entry.path.components)
        }
        // The longest root: what is above it is as this host has it.
        let root = roots.filter { entry.isWithin($0) }.max { $0.count < $1.count } ?? []
        let place = [UInt8(ascii: "/")] + (entry.path == root && !entry.isDirectory ? root.parents.last ?? [] : root)
        let (anchor, missing) = nearestDirectory(place)
        let count = place.components.count
        return Placement(entry: entry, anchor: anchor, below: missing + entry.path.components.dropFirst(count))
    }

    /// The nearest directory that is there, and the names below it that are not.
    ///
    /// A link at the end of the path is no directory: where the archive has one, it replaces the link.
    static func nearestDirectory(_ path: [UInt8]) -> (anchor: String, missing: [[UInt8]]) {
        var above = path.components
        var missing: [[UInt8]] = []
        while !above.isEmpty {
            var status = stat()
            let absolute = above.flatMap { [UInt8(ascii: "/")] + $0 }
            let isThere = absolute.withCString { missing.isEmpty ? lstat($0, &status) : stat($0, &status) } == 0
            if isThere, status.kind == S_IFDIR { return (absolute.text, missing) }
            missing.insert(above.removeLast(), at: 0)
        }
        return ("/", missing)
    }

    // MARK: What it touches

    private static func items(
        _ selected: [ArchiveEntry], wanted: [[UInt8]], roots: [[UInt8]], _ header: ArchiveHeader?,
        _ destination: String?
    ) -> [ProtectedItem] {
        let databases = selected.filter(\.isDatabase).map(\.path)
        var paths: [[UInt8]]
        if destination != nil {
            paths = Array(Set(selected.compactMap(\.path.components.first)))
        } else if wanted.isEmpty {
            paths = roots.filter { root in selected.contains { $0.isWithin(root) && !$0.isDatabase } }
        } else {
            paths = wanted.filter { path in selected.contains { $0.isWithin(path) && !$0.isDatabase } }
        }
        paths = paths.filter { path in !databases.contains(path) }.sorted { $0.lexicographicallyPrecedes($1) }
        // What was left out of the archive is not touched, and need not be kept.
        let exclude = destination == nil && wanted.isEmpty ? header?.exclude ?? [] : []
        let base = destination ?? ""
        func absent(_ path: [UInt8]) -> String? {
            let place = Array(base.utf8) + [UInt8(ascii: "/")] + path
            let (anchor, missing) = nearestDirectory(place)
            guard let first = missing.first else { return nil }
            let topmost = "\(anchor == "/" ? "" : anchor)/\(first.text)"
            let isThere = (try? Location.status(of: topmost)).flatMap { $0 } != nil
            return isThere ? nil : topmost
        }
        var items: [ProtectedItem] = []
        func add(_ item: ProtectedItem) { if !items.contains(item) { items.append(item) } }
        for path in paths {
            add(.path(absent(path) ?? "\(base)/\(path.text)", exclude: absent(path) == nil ? exclude : []))
        }
        for path in databases { add(absent(path).map { .path($0, exclude: []) } ?? .sqlite("\(base)/\(path.text)")) }
        return items
    }

    /// Where a database is put.
    func path(of database: Placement) -> String { "\(destination ?? "")/\(database.entry.path.text)" }

    // MARK: Whether it can be done

    /// Refuses what could only be done halfway, before anything is touched. Gives what a person should know.
    func check() throws -> [String] {
        var notes: [String] = []
        let foreign = (placements + databases).first { !$0.entry.owner.isOwn }
        if geteuid() != 0, let foreign {
            guard destination != nil else {
                throw ArchiveFailure(
                    "only root can restore '/\(foreign.entry.path.text)', which belongs to another user",
                    help: "run belay as root, or restore into another directory with `to`")
            }
            notes.append("owners are not restored, because only root could do that")
        }
        for (anchor, needed) in Dictionary(grouping: placements + databases, by: \.anchor) {
            let bytes = needed.reduce(UInt64(0)) { $0 + UInt64($1.entry.size) }
            var status = statvfs()
            guard statvfs(anchor, &status) == 0 else { throw SystemError.last("examine \(anchor)") }
            let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
            guard bytes <= free else {
                throw ArchiveFailure(
                    "there is no room in \(anchor): \(bytes) bytes are needed, and \(free) are free",
                    help: "make room there, or restore less with `only`")
            }
        }
        return notes
    }
}

extension ArchiveEntry.Owner {
    /// Whether this user may give files to that owner.
    fileprivate var isOwn: Bool {
        guard uid == geteuid() else { return false }
        var groups = [gid_t](repeating: 0, count: max(Int(getgroups(0, nil)), 1))
        let count = getgroups(Int32(groups.count), &groups)
        return gid == getegid() || groups.prefix(Int(max(count, 0))).contains(gid)
    }
}

extension [UInt8] {
    /// Without slashes at the end.
    fileprivate var trimmed: [UInt8] {
        var path = self
        while path.last == UInt8(ascii: "/") { path.removeLast() }
        return path
    }
}
