import Expressions
import Glibc
import RunHost

/// Which archives of a series stay. Those that go are set aside under another name first, so that the undo of the
/// backup brings them back; the next backup of the series removes them for good.
struct Retention {
    /// An archive stays where any part of the rule keeps it.
    struct Rule {
        var count: Int?
        /// Milliseconds.
        var age: Int64?

        init?(_ value: Value) {
            count = value["count"]?.asInt.map(Int.init)
            age = value["age"]?.asInt
            if count == nil, age == nil { return nil }
        }
    }

    let directory: String
    let header: ArchiveHeader
    /// The archive that was just made and found good: it stays whatever the rule says.
    let newest: String

    private static let mark = ".expired-"

    /// Names of the archives that went.
    func apply(_ rule: Rule, now: Int64) throws -> [String] {
        let others = archives().sorted { ($0.created, $0.name) > ($1.created, $1.name) }
        let going = others.enumerated().filter { position, archive in
            // The newest one is the first that is kept.
            let isOfTheLast = rule.count.map { position + 1 < $0 } ?? false
            let isYoung = rule.age.map { now - archive.created <= $0 } ?? false
            return !isOfTheLast && !isYoung
        }.map(\.element.name)
        try removeSetAside()
        for name in going {
            guard rename(path(name), path(setAside(name, header.token))) == 0 || errno == ENOENT else {
                throw SystemError.last("set the old archive \(path(name)) aside")
            }
        }
        if !going.isEmpty { try HostFiles.syncDirectory(directory) }
        return going.sorted()
    }

    /// Brings back what this backup had set aside, as far as it is still there.
    func undo() throws {
        for name in HostFiles.names(in: directory) {
            guard let (archive, token) = Self.parse(name), token == header.token, isNamedAlike(archive) else {
                continue
            }
            // What has come under the old name since is not replaced.
            guard access(path(archive), F_OK) != 0 else { continue }
            guard rename(path(name), path(archive)) == 0 || errno == ENOENT else {
                throw SystemError.last("bring the old archive \(path(archive)) back")
            }
        }
        try HostFiles.syncDirectory(directory)
    }

    /// Whether a name belongs to the series, as far as a name can tell.
    func isNamedAlike(_ name: String) -> Bool {
        !name.hasPrefix(".") && fnmatch(header.series, name, FNM_PATHNAME) == 0
    }

    private func archives() -> [(name: String, created: Int64)] {
        HostFiles.names(in: directory).compactMap { name in
            guard name != newest, isNamedAlike(name), isRegular(name),
                let found = ArchiveScan.header(of: path(name)), found.series == header.series
            else { return nil }
            return (name, found.created)
        }
    }

    private func isRegular(_ name: String) -> Bool {
        (try? Location.status(of: path(name)))?.map { $0.kind == S_IFREG } ?? false
    }

    /// What earlier backups of the series had set aside.
    private func removeSetAside() throws {
        for name in HostFiles.names(in: directory) {
            guard let (archive, token) = Self.parse(name), token != header.token, isNamedAlike(archive),
                ArchiveScan.header(of: path(name))?.series == header.series
            else { continue }
            guard unlink(path(name)) == 0 || errno == ENOENT else {
                throw SystemError.last("remove the old archive \(path(name))")
            }
        }
    }

    private func path(_ name: String) -> String { "\(directory)/\(name)" }

    private func setAside(_ name: String, _ token: String) -> String { ".\(name)\(Self.mark)\(token)" }

    /// The archive's name and the token of the backup that set it aside.
    private static func parse(_ name: String) -> (archive: String, token: String)? {
        guard name.hasPrefix("."), let range = name.firstRange(of: mark) else { return nil }
        return (String(name[..<range.lowerBound].dropFirst()), String(name[range.upperBound...]))
    }
}
