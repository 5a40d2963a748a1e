import Checks
import Expressions
import Glibc
import RunHost
import RunbookModel

/// Everything that a list of operations may change, saved before the first of them.
struct FileEffects {
    private let context: ActionContext
    /// Whose content, or presence, may change; none is inside another.
    private var paths: [String] = []
    /// Of which only mode or owner change.
    private var attributes: [String] = []

    init(_ operations: [FileOperation], _ context: ActionContext) throws {
        self.context = context
        for operation in operations {
            do {
                try add(operation)
            } catch {
                throw ArgumentProblem("\(operation.words): \(Problem.text(error)); nothing was done")
            }
        }
        for path in paths where isForbidden(path) {
            throw ArgumentProblem("\(path) belongs to Belay's journal; nothing was done")
        }
    }

    private mutating func add(_ operation: FileOperation) throws {
        switch operation {
        case .copy(_, let to): cover(try FilePlace.locate(to, following: false))
        case .move(let from, let to):
            cover(try FilePlace.locate(from, following: false))
            cover(try FilePlace.locate(to, following: false))
        case .write(let path, _): cover(try FilePlace.locate(path, following: true))
        case .link(let path, _), .delete(let path): cover(try FilePlace.locate(path, following: false))
        case .makeDirectory(let path, let mode, let owner):
            if let first = try FileOperation.missingDirectories(path).first {
                cover(first)
            } else if mode != nil || owner != nil {
                attributes.append(try FilePlace.locate(path, following: true))
            }
        case .mode(let path, _), .owner(let path, _):
            attributes.append(try FilePlace.locate(path, following: true))
        }
    }

    private mutating func cover(_ path: String) {
        guard !covers(path) else { return }
        paths.removeAll { $0.hasPrefix(path + "/") }
        paths.append(path)
    }

    private func covers(_ path: String) -> Bool { paths.contains { path == $0 || path.hasPrefix($0 + "/") } }

    private func isForbidden(_ path: String) -> Bool {
        context.checks.forbiddenDatabases.contains { database in
            ["", "-wal", "-shm", "-journal"].contains { path == database + $0 } || database.hasPrefix(path + "/")
        }
    }

    /// Saves and journals, once for all attempts of the step; what comes back is the data for the undo.
    func record() throws -> Value {
        if let data = context.undoData { return data }
        let modes = attributes.filter { !covers($0) }
        let data: Value = [
            "saved": paths.isEmpty ? .null : try context.keeper.save(paths),
            "paths": .list(paths.map { .string($0) }), "attributes": .list(try modes.map(Self.attributes)),
        ]
        guard context.recordUndoData(data) else {
            throw ArgumentProblem("nothing was done, as the state before could not be journaled")
        }
        return data
    }

    private static func attributes(_ path: String) throws -> Value {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw SystemError.last("examine \(path)") }
        return [
            "path": .string(path), "mode": .int(Int64(status.permissions)), "user": .int(Int64(status.st_uid)),
            "group": .int(Int64(status.st_gid)),
        ]
    }

    /// Refuses an operation that would reach something else than what was saved, through a link that an earlier one made.
    func check(_ operation: FileOperation) throws {
        var now = FileEffects(context)
        try now.add(operation)
        let saved = context.undoData?["paths"]?.asList?.compactMap(\.asString) ?? paths
        let isSaved = now.paths.allSatisfy { path in saved.contains { path == $0 || path.hasPrefix($0 + "/") } }
        guard isSaved else {
            throw ArgumentProblem(
                "its path leads elsewhere since this step has begun, to what was not saved; make a step of its own of it"
            )
        }
    }

    private init(_ context: ActionContext) { self.context = context }

    // MARK: - Back

    static func undo(_ data: Value, _ context: ActionContext) throws -> ActionResult {
        guard let paths = data["paths"]?.asList?.compactMap(\.asString), let saved = data["saved"] else {
            return .failed("what was recorded before the step cannot be read")
        }
        var notes: [String] = []
        if !saved.isNull {
            notes.append("what was there before is kept in \(try context.keeper.restore(saved))")
            for path in paths { try FileTrees(context).clear(path) }
        }
        for entry in (data["attributes"]?.asList ?? []).reversed() { try restoreAttributes(entry) }
        return ActionResult(.done, notes: notes)
    }

    private static func restoreAttributes(_ entry: Value) throws {
        guard let path = entry["path"]?.asString, let mode = entry["mode"]?.asInt, let user = entry["user"]?.asInt,
            let group = entry["group"]?.asInt
        else { return }
        var status = stat()
        guard lstat(path, &status) == 0, status.kind != S_IFLNK else { return }
        if status.st_uid != uid_t(user) || status.st_gid != gid_t(group) {
            guard lchown(path, uid_t(user), gid_t(group)) == 0 else {
                throw SystemError.last("set the owner of \(path)")
            }
        }
        guard chmod(path, mode_t(mode)) == 0 else { throw SystemError.last("set the mode of \(path)") }
    }
}
