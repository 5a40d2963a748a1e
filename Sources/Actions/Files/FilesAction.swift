import Checks
import Expressions
import Glibc
import RunHost
import RunbookModel

/// Changes files, one operation after the other; each states how things are to be, so that a repetition is harmless.
///
/// Its undo brings back, byte for byte, what was there before the first effect.
struct FilesAction: ActionPerformer {
    let kind = "files"

    func perform(_ argument: Argument, in context: ActionContext) -> ActionResult {
        do {
            let operations = try Self.items(argument, context).map { try FileOperation($0, context) }
            let effects = try FileEffects(operations, context)
            let undoData = try effects.record()
            // What has been done may have been the source of something else, so that it cannot be done again.
            for (number, operation) in operations.enumerated().dropFirst(FileProgress.done(context)) {
                guard !context.checks.cancellation.isCancelled else { return ActionResult(.interrupted) }
                try perform(operation, effects, context)
                try FileProgress.note(done: number + 1, context)
            }
            return ActionResult(.done, undoData: undoData)
        } catch is ActionInterrupted {
            return ActionResult(.interrupted)
        } catch {
            return .failed(Problem.text(error))
        }
    }

    private func perform(_ operation: FileOperation, _ effects: FileEffects, _ context: ActionContext) throws {
        do {
            try effects.check(operation)
            let change = FilePreview.lines(operation, context)
            if try operation.perform(in: context) {
                context.show(change.joined(separator: "\n"))
            } else {
                context.show("\(operation.words): it is so already")
            }
        } catch let error where !(error is ActionInterrupted) {
            throw ArgumentProblem("\(operation.words): \(Problem.text(error))")
        }
    }

    func undo(_ data: Value, in context: ActionContext) -> ActionResult? {
        do {
            try FileProgress.forget(context)
            return try FileEffects.undo(data, context)
        } catch is ActionInterrupted {
            return ActionResult(.interrupted)
        } catch {
            return .failed(Problem.text(error))
        }
    }

    func preview(_ argument: Argument, in context: ActionContext) -> ActionPreview? {
        guard let items = try? Self.items(argument, context) else { return ActionPreview(lines: ["(not known yet)"]) }
        return ActionPreview(
            lines: items.flatMap { item -> [String] in
                guard let operation = try? FileOperation(item, context) else {
                    return ["\(Self.words(item)) (not known yet)"]
                }
                return FilePreview.lines(operation, context)
            })
    }

    private static func items(_ argument: Argument, _ context: ActionContext) throws -> [ArgumentReader] {
        switch try argument.isTemplate ? ArgumentReader(argument, context.checks).resolved() : argument {
        case .list(let items): return items.map { ArgumentReader($0, context.checks) }
        case .constant(.list(let items)): return items.map { ArgumentReader(.constant($0), context.checks) }
        default: throw ArgumentProblem("expected a list of operations")
        }
    }

    /// The operation as it is written.
    private static func words(_ item: ArgumentReader) -> String {
        guard case .record(let fields) = item.argument, let field = fields.first else { return "…" }
        let body = ArgumentReader(field.value, bindings: item.bindings, secretBindings: item.bindings)
        let parts = ["path", "from", "to"].compactMap { body.shown($0) }
        return "\(field.key) \(parts.isEmpty ? body.shown() : parts.joined(separator: " to "))"
    }
}

/// How many operations of a list are done, so that a later attempt goes on behind them.
private enum FileProgress {
    static func done(_ context: ActionContext) -> Int {
        guard context.undoData != nil, let file = context.progressFile else { return 0 }
        return HostFiles.firstLine(of: file).flatMap { Int($0) } ?? 0
    }

    static func note(done count: Int, _ context: ActionContext) throws {
        guard let file = context.progressFile else { return }
        try HostFiles.writeAtomically(Array("\(count)\n".utf8), to: file)
    }

    static func forget(_ context: ActionContext) throws {
        guard let file = context.progressFile, access(file, F_OK) == 0 else { return }
        unlink(file)
        try HostFiles.syncDirectory(HostFiles.parent(of: file))
    }
}

extension Argument {
    fileprivate var isTemplate: Bool { if case .template = self { true } else { false } }
}
