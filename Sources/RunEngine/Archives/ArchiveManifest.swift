import Expressions
import Glibc
import RunHost

/// What an archive says about itself, in its first entry.
struct ArchiveHeader: Hashable, Sendable {
    static let name = Array(".belay-archive.json".utf8)
    private static let format = "belay-archive"

    /// Names the step that made it, so that a step knows its own.
    var token: String
    /// The name with a `*` for what differs from run to run; retention counts within one series only.
    var series: String
    /// Milliseconds since 1970.
    var created: Int64
    var host: String
    var run: Int64
    var runbook: String
    var step: String
    /// Absolute paths.
    var include: [String]
    var exclude: [String]
    var sqlite: [String]

    var value: Value {
        [
            "format": .string(Self.format), "version": 1, "token": .string(token), "series": .string(series),
            "created": .int(created), "host": .string(host), "run": .int(run), "runbook": .string(runbook),
            "step": .string(step), "include": .texts(include), "exclude": .texts(exclude), "sqlite": .texts(sqlite),
        ]
    }

    /// Nil where it is none that this version understands.
    init?(_ value: Value) {
        guard value["format"]?.asString == Self.format, value["version"]?.asInt == 1,
            let token = value["token"]?.asString, let series = value["series"]?.asString,
            let created = value["created"]?.asInt
        else { return nil }
        self.token = token
        self.series = series
        self.created = created
        host = value["host"]?.asString ?? ""
        run = value["run"]?.asInt ?? 0
        runbook = value["runbook"]?.asString ?? ""
        step = value["step"]?.asString ?? ""
        include = value["include"]?.asTexts ?? []
        exclude = value["exclude"]?.asTexts ?? []
        sqlite = value["sqlite"]?.asTexts ?? []
    }

    /// RFC 3339.
    var createdText: String { Timestamp(milliseconds: created)?.description ?? "" }

    /// Of an archive that is about to be made.
    init(_ request: Value, created: Int64) {
        token = request["token"]?.asString ?? ""
        series = request["series"]?.asString ?? ""
        self.created = created
        host = request["host"]?.asString ?? ""
        run = request["run"]?.asInt ?? 0
        runbook = request["runbook"]?.asString ?? ""
        step = request["step"]?.asString ?? ""
        include = (request["include"]?.asTexts ?? []).map(Self.normal)
        exclude = request["exclude"]?.asTexts ?? []
        sqlite = (request["sqlite"]?.asTexts ?? []).map(Self.normal)
    }
}

extension ArchiveHeader {
    /// An absolute path without `.`, `..` and empty parts: its names are those in the archive.
    static func normal(_ path: String) -> String {
        let parts = path.split(separator: "/").filter { $0 != "." }
        let plain = "/" + parts.joined(separator: "/")
        guard parts.contains("..") else { return plain }
        // What `..` means depends on links; the last name itself may be one.
        let isUpward = parts.last == ".."
        let above = isUpward ? plain : "/" + parts.dropLast().joined(separator: "/")
        guard let resolved = realpath(above, nil) else { return plain }
        defer { free(resolved) }
        let base = String(cString: resolved)
        return isUpward ? base : (base == "/" ? "" : base) + "/" + (parts.last ?? "")
    }
}

/// Every entry of an archive with its sums, in its last entry but one.
struct ArchiveManifest: Sendable {
    static let name = Array(".belay-manifest.json".utf8)
    /// The last entry: the SHA-256 of header and manifest together.
    static let sumName = Array(".belay-manifest.sha256".utf8)

    var entries: [ArchiveEntry]

    var value: Value { ["version": 1, "entries": .list(entries.map(\.value))] }

    init(entries: [ArchiveEntry]) { self.entries = entries }

    /// Nil where it is damaged.
    init?(_ value: Value) {
        guard value["version"]?.asInt == 1, let list = value["entries"]?.asList else { return nil }
        entries = list.compactMap(ArchiveEntry.init)
        guard entries.count == list.count else { return nil }
    }
}

extension ArchiveEntry {
    fileprivate var value: Value {
        var map: ValueMap = [:]
        map.set("path", path)
        switch kind {
        case .file(let size, let sha256):
            map["type"] = "file"
            map["size"] = .int(size)
            map["sha256"] = .string(sha256)
        case .directory: map["type"] = "directory"
        case .link(let target):
            map["type"] = "link"
            map.set("target", target)
        case .hardlink(let target):
            map["type"] = "hardlink"
            map.set("target", target)
        }
        let octal = String(mode, radix: 8)
        map["mode"] = .string(String(repeating: "0", count: max(0, 4 - octal.count)) + octal)
        map["uid"] = .int(Int64(owner.uid))
        map["gid"] = .int(Int64(owner.gid))
        map["user"] = .string(owner.user)
        map["group"] = .string(owner.group)
        map["modified"] = .list([.int(modified.seconds), .int(modified.nanoseconds)])
        if isDatabase { map["sqlite"] = true }
        return .map(map)
    }

    fileprivate init?(_ value: Value) {
        guard let path = value.bytes("path"), let kind = Self.kind(value),
            let mode = value["mode"]?.asString.flatMap({ UInt32($0, radix: 8) }),
            let uid = value["uid"]?.asInt.flatMap(UInt32.init(exactly:)),
            let gid = value["gid"]?.asInt.flatMap(UInt32.init(exactly:)),
            let modified = value["modified"]?.asList?.compactMap(\.asInt), modified.count == 2
        else { return nil }
        let owner = Owner(
            uid: uid, gid: gid, user: value["user"]?.asString ?? "", group: value["group"]?.asString ?? "")
        self.init(
            path: path, kind: kind, mode: mode, owner: owner,
            modified: Time(seconds: modified[0], nanoseconds: modified[1]),
            isDatabase: value["sqlite"]?.asBool ?? false)
    }

    private static func kind(_ value: Value) -> Kind? {
        switch value["type"]?.asString {
        case "file":
            guard let size = value["size"]?.asInt, let sha256 = value["sha256"]?.asString else { return nil }
            return .file(size: size, sha256: sha256)
        case "directory": return .directory
        case "link": return value.bytes("target").map { .link(target: $0) }
        case "hardlink": return value.bytes("target").map { .hardlink(to: $0) }
        default: return nil
        }
    }
}

extension ValueMap {
    /// A name: as text where it is UTF-8, else its bytes in hexadecimal under another key.
    fileprivate mutating func set(_ key: String, _ bytes: [UInt8]) {
        if let text = String(validating: bytes, as: UTF8.self) {
            self[key] = .string(text)
        } else {
            self[key + "_hex"] = .string(bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined())
        }
    }
}

extension Value {
    static func texts(_ texts: [String]) -> Value { .list(texts.map { .string($0) }) }

    var asTexts: [String]? { asList?.compactMap(\.asString) }

    fileprivate func bytes(_ key: String) -> [UInt8]? {
        if let text = self[key]?.asString { return Array(text.utf8) }
        guard let digits = self[key + "_hex"]?.asString.map({ Array($0.utf8) }), digits.count % 2 == 0 else {
            return nil
        }
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
        return bytes.count * 2 == digits.count ? bytes : nil
    }
}
