import Expressions
import RunHost

extension SnapshotManifest {
    static let fileName = "manifest.json"
    private static let version: Int64 = 1

    /// Completes a snapshot directory, durably.
    func write(to directory: String) throws(ProtectionFailure) {
        let value: Value = ["version": .int(Self.version), "entries": .list(entries.map(\.value))]
        let path = "\(directory)/\(Self.fileName)"
        try protecting(path) { try HostFiles.writeAtomically(Array("\(value.json(pretty: true))\n".utf8), to: path) }
    }

    /// Reads the manifest of a complete snapshot directory.
    package init(of directory: String) throws(ProtectionFailure) {
        let path = "\(directory)/\(Self.fileName)"
        guard let bytes = try? HostFiles.read(path) else {
            throw ProtectionFailure(
                "there is no complete snapshot in \(directory)", path: directory,
                help: "what was protected must be restored by hand")
        }
        guard let value = try? JSONText.parse(bytes), value["version"]?.asInt == Self.version,
            let entries = value["entries"]?.asList?.map(Entry.init), !entries.contains(nil)
        else { throw ProtectionFailure("the list of what was saved is damaged: \(path)", path: path) }
        self.init(entries: entries.compactMap { $0 })
    }
}

extension SnapshotManifest.Entry {
    static func absent(_ item: ProtectedItem) -> Self { Self(item: item, form: .absent, files: []) }

    init(
        item: ProtectedItem, form: SnapshotManifest.Form, files: [SnapshotManifest.SavedFile]
    ) { self.init(item: item, form: form, files: files, skipped: []) }

    fileprivate var value: Value {
        var map: ValueMap = [:]
        switch item {
        case .path(let path, let exclude):
            map["path"] = .string(path)
            map["exclude"] = .list(exclude.map { .string($0) })
        case .sqlite(let path): map["sqlite"] = .string(path)
        }
        switch form {
        case .absent: map["form"] = "absent"
        case .archive: map["form"] = "archive"
        case .rawDatabase: map["form"] = "raw"
        case .database(let ownership):
            map["form"] = "database"
            map["mode"] = .int(Int64(ownership.mode))
            map["user"] = .int(Int64(ownership.user))
            map["group"] = .int(Int64(ownership.group))
        }
        map["files"] = .list(
            files.map { ["name": .string($0.name), "length": .int($0.length), "sha256": .string($0.sha256)] })
        map["skipped"] = .list(skipped.map { .string($0) })
        return .map(map)
    }

    fileprivate init?(_ value: Value) {
        guard let item = Self.item(value), let form = Self.form(value), let files = value["files"]?.asList,
            let skipped = value["skipped"]?.asList
        else { return nil }
        let saved = files.compactMap(SnapshotManifest.SavedFile.init)
        guard saved.count == files.count else { return nil }
        self.init(item: item, form: form, files: saved, skipped: skipped.compactMap(\.asString))
    }

    private static func item(_ value: Value) -> ProtectedItem? {
        if let path = value["sqlite"]?.asString { return .sqlite(path) }
        guard let path = value["path"]?.asString, let exclude = value["exclude"]?.asList else { return nil }
        return .path(path, exclude: exclude.compactMap(\.asString))
    }

    private static func form(_ value: Value) -> SnapshotManifest.Form? {
        switch value["form"]?.asString {
        case "absent": return .absent
        case "archive": return .archive
        case "raw": return .rawDatabase
        case "database":
            let numbers = ["mode", "user", "group"].compactMap { value[$0]?.asInt.flatMap(UInt32.init(exactly:)) }
            guard numbers.count == 3 else { return nil }
            return .database(SnapshotManifest.Ownership(mode: numbers[0], user: numbers[1], group: numbers[2]))
        default: return nil
        }
    }
}

extension SnapshotManifest.SavedFile {
    fileprivate init?(_ value: Value) {
        guard let name = value["name"]?.asString, let length = value["length"]?.asInt,
            let sha256 = value["sha256"]?.asString
        else { return nil }
        self.init(name: name, length: length, sha256: sha256)
    }
}
