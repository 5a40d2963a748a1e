import ConfigFiles
import Glibc
import RunHost
import RunbookModel

/// What an operation would change now, for a person.
enum FilePreview {
    /// Bytes of a text of which differences are shown.
    private static let limit = 1 << 20

    static func lines(_ operation: FileOperation, _ context: ActionContext) -> [String] {
        guard let change = change(operation, context) else { return ["\(operation.words): it is so already"] }
        return [operation.words + (change.words.isEmpty ? "" : " (\(change.words))")] + change.diff
    }

    private struct Change {
        var words = ""
        var diff: [String] = []
    }

    /// Nil where nothing would change.
    private static func change(_ operation: FileOperation, _ context: ActionContext) -> Change? {
        switch operation {
        case .write(let path, let content): return write(path, content, context)
        case .link(let path, let to):
            let present = (try? FileOperation.place(path)).flatMap { $0.linkText() }
            if present == to { return nil }
            return Change(words: present.map { "now to \($0)" } ?? "")
        case .makeDirectory(let path, let mode, let owner):
            let isThere = ((try? FileOperation.missingDirectories(path)) ?? []).isEmpty
            return isThere && mode == nil && owner == nil ? nil : Change()
        case .delete(let path):
            var status = stat()
            return lstat(path, &status) == 0 ? Change(words: status.isDirectory ? "with all in it" : "") : nil
        case .mode(let path, let mode):
            var status = stat()
            guard stat(path, &status) == 0 else { return Change() }
            return status.permissions == mode ? nil : Change(words: "now 0\(String(status.permissions, radix: 8))")
        case .owner(let path, let owner):
            var status = stat()
            guard stat(path, &status) == 0 else { return Change() }
            return owner.isMet(by: status) ? nil : Change()
        case .copy(_, let to):
            var status = stat()
            return Change(words: lstat(to, &status) == 0 ? "replaces what is there" : "")
        case .move(let from, let to):
            var status = stat()
            if lstat(from, &status) != 0, lstat(to, &status) == 0 { return nil }
            return Change(words: lstat(to, &status) == 0 ? "replaces what is there" : "")
        }
    }

    private static func write(_ path: String, _ content: FileContentToWrite, _ context: ActionContext) -> Change? {
        let present = (try? FileOperation.place(path, following: true)).flatMap { try? FileWriter.content($0) }
        if present == content.bytes, content.mode == nil, content.owner == nil { return nil }
        if content.holdsSecrets { return Change(words: "not shown, as it holds secrets") }
        let old = present ?? []
        guard old.count <= limit, content.bytes.count <= limit, String(validating: old, as: UTF8.self) != nil else {
            return Change(words: "\(content.bytes.count) bytes")
        }
        let diff = UnifiedDiff.text(old, content.bytes, from: present == nil ? "/dev/null" : path, to: path)
        return Change(words: present == nil ? "new" : "", diff: DiffLines.lines(diff))
    }
}

/// A diff as lines for a person.
enum DiffLines {
    static func lines(_ diff: String) -> [String] {
        var lines = diff.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}
