import Checks
import Expressions
import Glibc
import RunHost
import RunbookModel

/// Gathers evidence into the artifacts, one item after the other; one that fails never stops the others.
///
/// It fails only where nothing at all could be collected.
struct CollectAction: ActionPerformer {
    let kind = "collect"

    func perform(_ argument: Argument, in context: ActionContext) -> ActionResult {
        guard case .record(let fields) = argument else { return .failed("expected a mapping of items") }
        var items: [EvidenceItem] = []
        do {
            try HostFiles.makeDirectories(context.evidence)
            for field in fields {
                let collector = EvidenceCollector(name: field.key, context)
                let item = collector.collect(ArgumentReader(field.value, context.checks))
                guard !context.checks.cancellation.isCancelled else { return ActionResult(.interrupted) }
                items.append(item)
                context.show(item.words)
                // After each item, so that an interrupted collection tells what it has.
                try writeManifest(items, context)
            }
        } catch {
            return .failed(context.mask(Problem.text(error)))
        }
        let failures = items.filter { $0.problem != nil }.map(\.words)
        guard failures.count < items.count || items.isEmpty else {
            return .failed("nothing could be collected: \(failures.joined(separator: "; "))")
        }
        return ActionResult(.done, notes: failures)
    }

    private func writeManifest(_ items: [EvidenceItem], _ context: ActionContext) throws {
        let identity = context.identity
        let manifest: Value = [
            "version": 1, "run": .int(identity.run), "runbook": .string(identity.runbook),
            "step": .string(identity.step), "host": .string(identity.host), "items": .list(items.map(\.value)),
        ]
        let text = context.mask(manifest.json(pretty: true) + "\n")
        try HostFiles.writeAtomically(Array(text.utf8), to: context.evidence + "/manifest.json")
    }
}

/// What became of one item.
struct EvidenceItem: Sendable {
    let name: String
    /// `run`, `command`, `copy` or `http`.
    let kind: String
    /// What was asked for, on one line and without secrets.
    let source: String
    /// Milliseconds since 1970.
    let started: Int64
    var elapsed: Duration = .zero
    var exit: Int?
    var status: Int?
    var files: [File] = []
    /// Why there is nothing, or not all; nil where all went well.
    var problem: String?

    struct File: Sendable {
        /// Below the directory of the step.
        let path: String
        let size: Int
        let sha256: String
        /// Whether only its end is kept; of an output, its beginning.
        let isCut: Bool
        /// The size of the original, where it is known and not all is kept.
        let originalSize: Int?
    }

    /// One line for a person.
    var words: String {
        if let problem { return "\(name): \(problem)" }
        let bytes = files.reduce(0) { $0 + $1.size }
        return "\(name): \(files.count == 1 ? "1 file" : "\(files.count) files"), \(SizeText.render(Int64(bytes)))"
    }

    var value: Value {
        var map: ValueMap = [
            "name": .string(name), "kind": .string(kind), "source": .string(source),
            "started": Timestamp(seconds: started / 1_000, nanoseconds: Int32(started % 1_000) * 1_000_000)
                .map { .timestamp($0) } ?? .null,
            "elapsed_ms": .int(elapsed.inMilliseconds), "ok": .bool(problem == nil),
        ]
        if let exit { map["exit"] = .int(Int64(exit)) }
        if let status { map["status"] = .int(Int64(status)) }
        if let problem { map["problem"] = .string(problem) }
        map["files"] = .list(
            files.map { file in
                var entry: ValueMap = [
                    "path": .string(file.path), "size": .int(Int64(file.size)), "sha256": .string(file.sha256),
                ]
                if file.isCut { entry["cut"] = true }
                if let size = file.originalSize { entry["cut_from"] = .int(Int64(size)) }
                return .map(entry)
            })
        return .map(map)
    }
}
