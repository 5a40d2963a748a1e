import Checks
import Expressions
import Glibc
import RunHost
import RunbookModel

/// One operation of `files`, its values known; paths are absolute.
enum FileOperation: Sendable {
    case copy(from: String, to: String)
    case move(from: String, to: String)
    /// `write` and `template`; a mode or owner that is nil stays, or is the usual one for a new file.
    case write(path: String, FileContentToWrite)
    /// `to` is the text of the link.
    case link(path: String, to: String)
    case makeDirectory(path: String, mode: mode_t?, owner: FileOwner?)
    case mode(path: String, mode_t)
    case owner(path: String, FileOwner)
    case delete(path: String)

    /// Reads one item of the list.
    init(_ item: ArgumentReader, _ context: ActionContext) throws {
        let checks = context.checks
        if let copy = item.record("copy") {
            self = .copy(
                from: try Self.source(copy.required("from"), checks), to: try checks.path(copy.required("to")))
        } else if let move = item.record("move") {
            self = .move(from: try checks.path(move.required("from")), to: try checks.path(move.required("to")))
        } else if let write = item.record("write") {
            self = .write(
                path: try checks.path(write.required("path")), try FileContentToWrite(write, key: "content", context))
        } else if let template = item.record("template") {
            self = .write(
                path: try checks.path(template.required("to")), try FileContentToWrite(template, key: "text", context))
        } else if let link = item.record("link") {
            self = .link(path: try checks.path(link.required("path")), to: try link.required("to"))
        } else if let directory = item.record("mkdir") {
            let isLone = directory.has("path") == false
            self = .makeDirectory(
                path: try checks.path(isLone ? try item.required("mkdir") : try directory.required("path")),
                mode: try isLone ? nil : Self.mode(directory), owner: try isLone ? nil : FileOwner(directory))
        } else if let mode = item.record("mode") {
            self = .mode(path: try checks.path(mode.required("path")), try Self.mode(mode) ?? 0)
        } else if let owner = item.record("owner") {
            guard let wanted = try FileOwner(owner) else { throw ArgumentProblem("'owner' is missing") }
            self = .owner(path: try checks.path(owner.required("path")), wanted)
        } else if item.has("delete") {
            self = .delete(path: try checks.path(item.required("delete")))
        } else {
            throw ArgumentProblem("expected an operation such as {copy: …} or {write: …}")
        }
    }

    /// What the run has pinned under `files:`, else the file in the runbook's directory.
    private static func source(_ text: String, _ checks: CheckContext) throws -> String {
        if !text.hasPrefix("/"), let pinned = checks.filesDirectory, access("\(pinned)/\(text)", F_OK) == 0 {
            return "\(pinned)/\(text)"
        }
        return try checks.path(text)
    }

    fileprivate static func mode(_ reader: ArgumentReader) throws -> mode_t? {
        guard let text = try reader.text("mode") else { return nil }
        guard let mode = mode_t(text, radix: 8), mode <= 0o7777 else {
            throw ArgumentProblem("'\(text)' is not a file mode such as \"0640\"")
        }
        return mode
    }

    /// What it does, in the words of the runbook.
    var words: String {
        switch self {
        case .copy(let from, let to): "copy \(from) to \(to)"
        case .move(let from, let to): "move \(from) to \(to)"
        case .write(let path, _): "write \(path)"
        case .link(let path, let to): "link \(path) to \(to)"
        case .makeDirectory(let path, _, _): "mkdir \(path)"
        case .mode(let path, let mode): "mode 0\(String(mode, radix: 8)) of \(path)"
        case .owner(let path, let owner): "owner \(owner.text) of \(path)"
        case .delete(let path): "delete \(path)"
        }
    }
}

/// The content of a file that is written.
struct FileContentToWrite: Sendable {
    let bytes: [UInt8]
    let holdsSecrets: Bool
    let mode: mode_t?
    let owner: FileOwner?

    init(_ reader: ArgumentReader, key: String, _ context: ActionContext) throws {
        guard let text = try reader.secretValue(key)?.asString else { throw ArgumentProblem("'\(key)' is missing") }
        bytes = Array(text.utf8)
        holdsSecrets = ((try? reader.text(key)) ?? nil) == nil || context.mask(text) != text
        mode = try FileOperation.mode(reader)
        owner = try FileOwner(reader)
    }
}

/// Whose a file is to be.
struct FileOwner: Sendable {
    let text: String
    /// -1 of chown(2) where it stays.
    let user: uid_t
    let group: gid_t

    init?(_ reader: ArgumentReader) throws {
        guard let text = try reader.text("owner") else { return nil }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        self.text = text
        user = parts[0].isEmpty ? .max : try Owner.user(parts[0])
        group = parts.count < 2 || parts[1].isEmpty ? .max : try Owner.group(parts[1])
    }

    func isMet(by status: stat) -> Bool {
        (user == .max || user == status.st_uid) && (group == .max || group == status.st_gid)
    }
}
