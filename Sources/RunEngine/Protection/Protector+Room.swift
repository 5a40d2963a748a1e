import Glibc
import RunHost

extension Protector {
    /// About how many bytes a snapshot takes.
    package func room(for items: [ProtectedItem]) throws(ProtectionFailure) -> UInt64 {
        var total: UInt64 = 0
        for item in items {
            try Self.check(item)
            switch item {
            case .path(let path, _):
                guard try Location.status(of: item.path) != nil else { continue }
                let exclusions = Exclusions(of: item, among: items)
                let survey = try protecting(path) { try TreeSurvey(of: item.path, excluding: exclusions) }
                total += survey.bytes + UInt64(survey.entries.count) * Self.bytesPerEntry
            case .sqlite:
                let files = DatabaseFiles(following: item.path)
                for file in [files.database, files.log] {
                    total += try Location.status(of: file).map { UInt64($0.st_size) } ?? 0
                }
            }
        }
        return total
    }

    /// Fails with both figures where the filesystem of `directory`, which must exist, has no room for a snapshot.
    package func checkRoom(for items: [ProtectedItem], in directory: String) throws(ProtectionFailure) {
        try checkRoom(try room(for: items), in: directory)
    }

    /// The same for so many bytes.
    package func checkRoom(_ needed: UInt64, in directory: String) throws(ProtectionFailure) {
        let free = try protecting(directory) { try Filesystem.holding(directory).free }
        guard needed > free else { return }
        throw ProtectionFailure(
            "no room for what is saved before the step: it takes about \(Self.mebibytes(needed)), and the filesystem "
                + "of \(directory) has \(Self.mebibytes(free)) free", path: directory,
            help: "make room there, or exclude what need not be restored")
    }

    /// A header, its extension for times and attributes, and padding.
    private static let bytesPerEntry: UInt64 = 2_048

    private static func mebibytes(_ bytes: UInt64) -> String { "\((bytes + (1 << 20) - 1) >> 20) MiB" }

    /// Only an entry of a directory can be renamed; and a relative path would depend on who runs.
    static func check(_ item: ProtectedItem) throws(ProtectionFailure) {
        let name = Location(item.path).name
        guard item.path.hasPrefix("/"), !["", ".", ".."].contains(name) else {
            throw ProtectionFailure(
                "'\(item.path)' cannot be protected", path: item.path,
                help: "name a file or a directory by its absolute path")
        }
    }
}
