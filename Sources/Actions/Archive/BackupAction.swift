import Checks
import Expressions
import RunHost
import RunbookModel

/// Writes an archive with a manifest, verifies it, and then applies the retention.
struct BackupAction: ActionPerformer {
    let kind = "backup"

    func perform(_ argument: Argument, in context: ActionContext) -> ActionResult {
        do {
            let reader = ArgumentReader(argument, context.checks)
            let to = try context.checks.path(reader.required("to"))
            let token = context.undoData?["token"]?.asString ?? ArchiveToken.random()
            let series = try ArchiveSeries.pattern(of: argument["to"], path: to, context.checks.bindings)
            let made: Value = ["to": .string(to), "token": .string(token), "series": .string(series)]
            guard context.undoData != nil || context.recordUndoData(made) else { return .notJournaled }
            return ArchiveWork(context).run("backup", try order(reader, made, context))
        } catch {
            return .failed(Problem.text(error))
        }
    }

    func undo(_ data: Value, in context: ActionContext) -> ActionResult? {
        ArchiveWork(context).run("unbackup", data)
    }

    private func order(_ reader: ArgumentReader, _ made: Value, _ context: ActionContext) throws -> Value {
        func paths(_ key: String) throws -> Value {
            .list(try reader.texts(key)?.map { .string(try context.checks.path($0)) } ?? [])
        }
        var order = made.asMap ?? [:]
        order["include"] = try paths("include")
        order["sqlite"] = try paths("sqlite")
        order["exclude"] = .list(try reader.texts("exclude")?.map { .string($0) } ?? [])
        order["host"] = .string(context.identity.host)
        order["run"] = .int(context.identity.run)
        order["runbook"] = .string(context.identity.runbook)
        order["step"] = .string(context.identity.step)
        if let keep = reader.record("keep") {
            var rule: ValueMap = [:]
            if let count = try keep.int("count") { rule["count"] = .int(count) }
            if let age = try keep.duration("age") { rule["age"] = .int(age.inMilliseconds) }
            order["keep"] = .map(rule)
        }
        return .map(order)
    }
}

/// Restores from an archive, in place or into another directory.
struct RestoreAction: ActionPerformer {
    let kind = "restore"

    func perform(_ argument: Argument, in context: ActionContext) -> ActionResult {
        do {
            let reader = ArgumentReader(argument, context.checks)
            let from = try context.checks.path(reader.required("from"))
            let token = context.undoData?["token"]?.asString ?? ArchiveToken.random()
            let state = context.undoData?["state"]?.asString ?? "\(context.snapshots)/restore"
            let mark: Value = ["state": .string(state), "token": .string(token)]
            guard context.undoData != nil || context.recordUndoData(mark) else { return .notJournaled }
            var order = mark.asMap ?? [:]
            order["from"] = .string(from)
            // As it stands in the archive, or as it was included: relative to the runbook.
            order["only"] = .list(
                try reader.texts("only")?.map { .list([.string($0), .string(try context.checks.path($0))]) } ?? [])
            if let verify = try reader.text("verify") { order["verify"] = .string(verify) }
            if let to = try reader.text("to") { order["to"] = .string(try context.checks.path(to)) }
            return ArchiveWork(context).run("restore", .map(order))
        } catch {
            return .failed(Problem.text(error))
        }
    }

    func undo(_ data: Value, in context: ActionContext) -> ActionResult? {
        ArchiveWork(context).run("unrestore", data)
    }
}

/// An archive's work as an action's result.
private struct ArchiveWork {
    private let context: ActionContext
    /// Large archives take long; who wants a limit says so.
    private static let longest = Duration.seconds(7 * 86_400)

    init(_ context: ActionContext) { self.context = context }

    func run(_ operation: String, _ order: Value) -> ActionResult {
        let timeout = context.timeout ?? Self.longest
        switch ArchiveCommand(context.checks, timeout: timeout).run(operation, order) {
        case .done(let result):
            return ActionResult(
                .done, outputs: result["outputs"]?.asMap ?? [:],
                notes: result["notes"]?.asList?.compactMap(\.asString) ?? [])
        case .failed(let reason): return .failed(reason)
        case .timedOut: return .failed("timed out after \(DurationText.render(timeout))", .timeout)
        case .interrupted: return ActionResult(.interrupted)
        }
    }
}

private enum ArchiveToken {
    static func random() -> String { String(UInt64.random(in: .min ... .max), radix: 36) }
}

extension ActionResult {
    fileprivate static let notJournaled = ActionResult.failed("what its undo needs could not be journaled")
}
