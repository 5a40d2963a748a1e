import Expressions
import Glibc
import RunHost

/// Reads an archive from its beginning to its end and trusts nothing: names, types, links, sizes and sums are checked
/// before anything is made of it.
struct ArchiveScan {
    enum Demand: String {
        /// Every entry must be what the manifest says.
        case manifest
        /// It must be readable to its end; a manifest that is there must fit.
        case archive
    }

    /// What an archive holds, in its own order.
    struct Contents: Sendable {
        var header: ArchiveHeader?
        var entries: [ArchiveEntry] = []
        var hasManifest = false
        /// Bytes of all files.
        var bytes: Int64 { entries.reduce(0) { $0 + $1.size } }
        var files: Int { entries.count { !$0.isDirectory } }
    }

    /// Takes the content of files that are wanted.
    protocol Sink: AnyObject {
        /// Before the content of a file; nil: it is only read.
        func begin(_ path: [UInt8]) throws -> ((UnsafeRawBufferPointer, Int64) throws -> Void)?
        func end(_ entry: ArchiveEntry, _ reader: ArchiveReader) throws
    }

    private static let mostEntries = 20_000_000
    private static let longestManifest = 2 << 30
    private static let longestFile: Int64 = 16 << 40

    private var contents = Contents()
    private var names = SafeNames()
    private var manifest: ArchiveManifest?
    private var ownDigest = ContentDigest()
    private var isSealed = false
    private let reader: ArchiveReader
    private let sink: (any Sink)?

    private init(_ path: String, _ sink: (any Sink)?) throws {
        reader = try ArchiveReader(path)
        self.sink = sink
    }

    /// Reads all of it. Errors: `ArchiveFailure` at the first thing that is wrong.
    static func read(_ path: String, demanding demand: Demand, into sink: (any Sink)? = nil) throws -> Contents {
        var scan = try ArchiveScan(path, sink)
        while let raw = try scan.reader.next() { try scan.take(raw) }
        return try scan.finished(demand)
    }

    /// The first entry of an archive, where it says that Belay made it; nil for all other files.
    static func header(of path: String) -> ArchiveHeader? {
        guard var scan = try? ArchiveScan(path, nil), let raw = try? scan.reader.next(),
            raw.path == ArchiveHeader.name
        else { return nil }
        try? scan.take(raw)
        return scan.contents.header
    }

    private mutating func take(_ raw: ArchiveReader.RawEntry) throws {
        guard contents.entries.count < Self.mostEntries else { throw ArchiveFailure("it has too many entries") }
        switch raw.path {
        case ArchiveHeader.name:
            guard contents.header == nil, contents.entries.isEmpty, manifest == nil else {
                throw ArchiveFailure("what should be first stands inside the archive")
            }
            contents.header = try own(1 << 24, "its first entry", ArchiveHeader.init)
        case ArchiveManifest.name:
            guard manifest == nil else { throw ArchiveFailure("it has two manifests") }
            manifest = try own(Self.longestManifest, "its manifest", ArchiveManifest.init)
        case ArchiveManifest.sumName:
            let sum = try small(64)
            guard manifest != nil, !isSealed, sum == Array(ownDigest.hexadecimal().utf8) else {
                throw ArchiveFailure("its header or its manifest is damaged")
            }
            isSealed = true
        default:
            guard manifest == nil else { throw ArchiveFailure("there is more in the archive behind its manifest") }
            if let path = try names.checked(raw.path) { try take(raw, path) }
        }
    }

    /// A part of the archive's own.
    private mutating func own<Part>(_ limit: Int, _ what: String, _ make: (Value) -> Part?) throws -> Part {
        let bytes = try small(limit)
        bytes.withUnsafeBytes { ownDigest.take($0) }
        guard let value = try? JSONText.parse(bytes), let part = make(value) else {
            throw ArchiveFailure("\(what) is damaged, or of a newer version")
        }
        return part
    }

    private mutating func take(_ raw: ArchiveReader.RawEntry, _ path: [UInt8]) throws {
        let kind = try kind(of: raw, path)
        try names.insert(path, isDirectory: kind == .directory, isFile: kind.isFile)
        guard let uid = UInt32(exactly: raw.uid), let gid = UInt32(exactly: raw.gid) else {
            throw ArchiveFailure("'\(path.text)' has an impossible owner")
        }
        let entry = ArchiveEntry(
            path: path, kind: kind, mode: raw.mode & 0o7777,
            owner: ArchiveEntry.Owner(uid: uid, gid: gid, user: raw.user, group: raw.group), modified: raw.modified)
        contents.entries.append(entry)
        if kind.isFile { try sink?.end(entry, reader) }
    }

    private func kind(of raw: ArchiveReader.RawEntry, _ path: [UInt8]) throws -> ArchiveEntry.Kind {
        if let target = raw.hardlink {
            var target = target
            if target.starts(with: Array("./".utf8)) { target.removeFirst(2) }
            guard names.isFile(target) else {
                throw ArchiveFailure(
                    "'\(path.text)' is a link to '\(target.text)', which is no earlier file of the archive")
            }
            return .hardlink(to: target)
        }
        switch raw.mode & UInt32(S_IFMT) {
        case UInt32(S_IFREG): return try file(raw, path)
        case UInt32(S_IFDIR): return .directory
        case UInt32(S_IFLNK):
            guard let target = raw.target, !target.isEmpty, target.count <= 4_096 else {
                throw ArchiveFailure("the link '\(path.text)' points nowhere")
            }
            return .link(target: target)
        default:
            throw ArchiveFailure("'\(path.text)' is neither a file, a directory nor a link: such entries are refused")
        }
    }

    private func file(_ raw: ArchiveReader.RawEntry, _ path: [UInt8]) throws -> ArchiveEntry.Kind {
        // What is claimed is hashed, holes included; no file of this host is longer.
        guard 0...Self.longestFile ~= raw.size else { throw ArchiveFailure("'\(path.text)' has an impossible size") }
        var digest = ContentDigest()
        let write = try sink?.begin(path)
        try reader.content { bytes, offset in
            guard offset >= digest.length, offset + Int64(bytes.count) <= raw.size else {
                throw ArchiveFailure("'\(path.text)' is longer than it says")
            }
            digest.fill(to: offset)
            digest.take(bytes)
            try write?(bytes, offset)
        }
        digest.fill(to: raw.size)
        return .file(size: raw.size, sha256: digest.hexadecimal())
    }

    private func small(_ limit: Int) throws -> [UInt8] {
        var content: [UInt8] = []
        try reader.content { bytes, _ in
            guard content.count + bytes.count <= limit else {
                throw ArchiveFailure("the archive's own list is too long")
            }
            content += bytes
        }
        return content
    }

    // MARK: The end

    private consuming func finished(_ demand: Demand) throws -> Contents {
        guard let manifest, isSealed else {
            if demand == .manifest || contents.header != nil || manifest != nil {
                let isBelays = contents.header != nil || manifest != nil
                throw ArchiveFailure(
                    isBelays ? "the archive is cut off: its manifest is missing" : "the archive has no manifest",
                    help: isBelays ? nil : "with `verify: archive` one that others made is taken as it is")
            }
            return contents
        }
        contents.hasManifest = true
        try compare(with: manifest)
        // Which of them are databases stands only there.
        contents.entries = manifest.entries
        return contents
    }

    private func compare(with manifest: ArchiveManifest) throws {
        for (found, named) in zip(contents.entries, manifest.entries) where found != named.asTar {
            let what =
                found.path == named.path ? "is not what the manifest says" : "stands where '\(named.path.text)' should"
            throw ArchiveFailure("'\(found.path.text)' \(what)")
        }
        guard contents.entries.count == manifest.entries.count else {
            throw ArchiveFailure(
                "the manifest names \(manifest.entries.count) entries, and \(contents.entries.count) are there")
        }
    }
}

extension ArchiveEntry {
    /// The entry as tar can tell it: it knows no databases.
    fileprivate var asTar: ArchiveEntry {
        var entry = self
        entry.isDatabase = false
        return entry
    }
}

extension ArchiveEntry.Kind {
    fileprivate var isFile: Bool { if case .file = self { true } else { false } }
}

/// The names of an archive: none leads out of the place where it is restored, and none is there twice.
struct SafeNames {
    private var directories: Set<[UInt8]> = []
    private var files: Set<[UInt8]> = []
    private var links: Set<[UInt8]> = []
    /// What is above some entry, named itself or not.
    private var above: Set<[UInt8]> = []

    func isFile(_ path: [UInt8]) -> Bool { files.contains(path) }

    /// The name without `./` before and a slash behind it; nil for the place itself.
    func checked(_ raw: [UInt8]?) throws -> [UInt8]? {
        guard var path = raw, !path.isEmpty else { throw ArchiveFailure("an entry has no name that can be read") }
        let slash = UInt8(ascii: "/")
        while path.starts(with: [UInt8(ascii: "."), slash]) { path.removeFirst(2) }
        if path.last == slash { path.removeLast() }
        if path.isEmpty || path == [UInt8(ascii: ".")] { return nil }
        let parts = path.split(separator: slash, omittingEmptySubsequences: false)
        let isSafe = parts.allSatisfy { part in
            !part.isEmpty && part.count <= 255 && part != [UInt8(ascii: ".")] && part != Array("..".utf8)[...]
        }
        guard isSafe, path.count <= 4_096, !path.contains(0) else {
            throw ArchiveFailure("the name '\(path.text)' is refused: it leads out of the archive, or nowhere")
        }
        return path
    }

    mutating func insert(_ path: [UInt8], isDirectory: Bool, isFile: Bool) throws {
        guard !directories.contains(path), !files.contains(path), !links.contains(path) else {
            throw ArchiveFailure("'\(path.text)' is there twice")
        }
        for parent in path.parents {
            guard !files.contains(parent), !links.contains(parent) else {
                throw ArchiveFailure("'\(path.text)' stands inside '\(parent.text)', which is no directory")
            }
            above.insert(parent)
        }
        if isDirectory {
            directories.insert(path)
        } else if above.contains(path) {
            throw ArchiveFailure("'\(path.text)' is no directory, and has entries inside")
        } else if isFile {
            files.insert(path)
        } else {
            links.insert(path)
        }
    }
}
