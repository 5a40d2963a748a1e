import Glibc
import RunHost
import RunbookModel

/// A file is as it should be; all keys that are given must hold.
struct FileCheck: CheckPerformer {
    let kind = "file"

    func title(_ argument: ArgumentReader) -> String {
        let keys = ["exists", "mode", "owner", "max_age", "min_size", "contains", "sha256"]
        let demands = keys.compactMap { key in argument.shown(key).map { "\(key) \($0.prefix(24))" } }
        return (["file", argument.shown("path") ?? ""] + demands).joined(separator: " ")
    }

    func look(_ look: CheckLook) throws -> CheckFinding {
        let path = try look.context.path(look.argument.required("path"))
        var status = stat()
        guard stat(path, &status) == 0 else { return try missing(errno, look) }
        if try look.argument.bool("exists") == false { return CheckFinding(.notMet, "it is there") }
        let demands = FileDemands(look: look, path: path, status: status)
        let findings = try demands.findings()
        let answer = CheckAnswer.all(findings.map(\.answer))
        let told = findings.filter { $0.answer == answer }.map(\.detail)
        return CheckFinding(answer, told.isEmpty ? "it is there" : told.joined(separator: ", "))
    }

    private func missing(_ error: Int32, _ look: CheckLook) throws -> CheckFinding {
        guard error == ENOENT || error == ENOTDIR else {
            return CheckFinding(.inconclusive, SystemError.text(of: error).lowercased())
        }
        let wanted = try look.argument.bool("exists") ?? true
        return CheckFinding(wanted ? .notMet : .met, "it is not there")
    }
}

/// The demands on a file that is there.
private struct FileDemands {
    let look: CheckLook
    let path: String
    let status: stat

    func findings() throws -> [CheckFinding] {
        let argument = look.argument
        return try [
            argument.text("mode").map(mode), argument.text("owner").map(owner), argument.duration("max_age").map(age),
            argument.int("min_size").map(size), argument.text("contains").map(contains),
            argument.text("sha256").map(digest),
        ].compactMap { $0 }
    }

    private func mode(_ wanted: String) throws -> CheckFinding {
        guard let mode = UInt32(wanted, radix: 8) else { throw ArgumentProblem("'\(wanted)' is not an octal mode") }
        let found = status.st_mode & 0o7777
        return finding(found == mode, "mode 0\(String(found, radix: 8))")
    }

    private func owner(_ wanted: String) throws -> CheckFinding {
        let parts = wanted.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        var holds = true
        if !parts[0].isEmpty { holds = try Owner.user(parts[0]) == status.st_uid }
        if parts.count > 1, !parts[1].isEmpty { holds = try holds && Owner.group(parts[1]) == status.st_gid }
        return finding(holds, "owner \(Owner.name(status.st_uid)):\(Owner.groupName(status.st_gid))")
    }

    private func age(_ limit: Duration) -> CheckFinding {
        let modified = Int64(status.st_mtim.tv_sec) * 1_000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
        let age = max(0, look.context.clock.wall() - modified)
        return finding(age <= limit.inMilliseconds, "\(DurationText.render(.milliseconds(age))) old")
    }

    private func size(_ least: Int64) -> CheckFinding {
        finding(Int64(status.st_size) >= least, SizeText.render(Int64(status.st_size)))
    }

    private func contains(_ text: String) throws -> CheckFinding {
        let found = try content.contains(Array(text.utf8))
        return finding(found, found ? "it contains the text" : "it does not contain the text")
    }

    private func digest(_ wanted: String) throws -> CheckFinding {
        let digest = try content.sha256()
        return finding(digest == wanted.lowercased(), "sha256 \(digest)")
    }

    private var content: FileContent {
        FileContent(
            path: path, timeout: look.timeout, cancellation: look.context.cancellation,
            forbidden: look.context.forbiddenDatabases)
    }

    private func finding(_ holds: Bool, _ detail: String) -> CheckFinding {
        CheckFinding(holds ? .met : .notMet, detail)
    }
}
