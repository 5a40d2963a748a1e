import Checks
import ConfigFiles
import Expressions
import RunbookModel

/// Makes the changes of a `config` action on the text of its file; nothing is written.
struct ConfigEditing {
    struct Edited {
        var bytes: [UInt8]
        /// Without secrets, and without the values that they replace.
        var diff: String
        /// What a person should know of a preview.
        var notes: [String]
    }

    private let file: ConfigFile
    private let argument: Argument
    private let context: ActionContext
    /// Values that are not known yet get a stand-in, secrets too.
    private let isPreview: Bool
    private var text: ConfigText
    /// Texts that a secret has replaced: most likely secrets themselves.
    private var replaced: Set<String> = []
    private var notes: [String] = []

    init(_ file: ConfigFile, _ argument: Argument, _ context: ActionContext, isPreview: Bool) throws {
        self.file = file
        self.argument = argument
        self.context = context
        self.isPreview = isPreview
        text = try Self.explained(file.place.path) { try ConfigText(file.bytes, file.format) }
    }

    private static func explained<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let problem as ConfigProblem { throw ArgumentProblem("\(path): \(problem)") }
    }

    /// The text with all changes.
    func edited() throws -> Edited {
        var editing = self
        try Self.explained(file.place.path) { try editing.make() }
        let bytes = editing.text.bytes
        let path = file.place.path
        let diff = UnifiedDiff.text(file.bytes, bytes, from: path, to: path)
        return Edited(
            bytes: bytes, diff: DiffMask(replaced: editing.replaced).masked(context.mask(diff)), notes: editing.notes)
    }

    private mutating func make() throws {
        if let migrate = argument["migrate"] {
            try migrateVersion(migrate)
        } else {
            try make(changes: argument["changes"])
        }
    }

    // MARK: - Changes

    private mutating func make(changes: Argument?) throws {
        for (number, change) in (try items(changes)).enumerated() {
            do {
                try make(ArgumentReader(change, context.checks))
            } catch let problem as ConfigProblem {
                throw problem
            } catch {
                throw ArgumentProblem("change \(number + 1): \(Problem.text(error))")
            }
        }
    }

    private func items(_ argument: Argument?) throws -> [Argument] {
        switch argument {
        case .list(let items)?: return items
        case .constant(.list(let items))?: return items.map(Argument.constant)
        case let template?:
            let list = try ArgumentReader(template, context.checks).value()?.asList
            guard let list else { throw ArgumentProblem("expected a list of changes") }
            return list.map(Argument.constant)
        case nil: return []
        }
    }

    private mutating func make(_ change: ArgumentReader) throws {
        let doc = ["doc": text.data]
        let reader = ArgumentReader(
            change.argument, bindings: LayeredBindings(doc, over: context.checks.bindings),
            secretBindings: LayeredBindings(doc, over: context.checks.secretBindings))
        guard try isWanted(reader) else { return }
        let made = try self.change(reader)
        if made.holdsSecrets { remember(made.change) }
        try text.apply(made.change)
    }

    private mutating func isWanted(_ reader: ArgumentReader) throws -> Bool {
        guard let when = reader.expression("when") else { return true }
        do {
            guard case .bool(let isWanted) = try when.evaluate(reader.bindings) else {
                throw ArgumentProblem("`when` is neither true nor false")
            }
            return isWanted
        } catch {
            guard isPreview else { throw error }
            notes.append("(only if \(when.source), which is not known yet)")
            return true
        }
    }

    private func change(_ reader: ArgumentReader) throws -> (change: ConfigChange, holdsSecrets: Bool) {
        func body(_ key: String) throws -> (path: ConfigPath, value: Value, holdsSecrets: Bool)? {
            guard let record = reader.record(key), reader.has(key) else { return nil }
            let value = try value(record, "value")
            return (try ConfigPath(try record.required("path")), value.value, value.holdsSecrets)
        }
        if let set = try body("set") { return (.set(set.path, set.value), set.holdsSecrets) }
        if let set = try body("default") { return (.setDefault(set.path, set.value), set.holdsSecrets) }
        if let set = try body("merge") { return (.merge(set.path, set.value), set.holdsSecrets) }
        if let set = try body("append") { return (.append(set.path, set.value), set.holdsSecrets) }
        if let move = reader.record("move"), reader.has("move") {
            let orElse = move.has("else") ? try value(move, "else") : nil
            let (from, to) = (try ConfigPath(try move.required("from")), try ConfigPath(try move.required("to")))
            return (.move(from: from, to: to, orElse: orElse?.value), orElse?.holdsSecrets ?? false)
        }
        guard reader.has("delete") else { throw ArgumentProblem("expected a change such as {set: …}") }
        return (.delete(try ConfigPath(try reader.required("delete"))), false)
    }

    private func value(_ reader: ArgumentReader, _ key: String) throws -> (value: Value, holdsSecrets: Bool) {
        do {
            let value = try reader.secretValue(key) ?? .null
            let isOpen = (try? reader.value(key)) != nil
            let text = value.json()
            return (value, !isOpen || context.mask(text) != text)
        } catch {
            guard isPreview else { throw error }
            return ("(not known yet)", false)
        }
    }

    /// What a secret takes the place of.
    private mutating func remember(_ change: ConfigChange) {
        switch change {
        case .set(let path, _), .setDefault(let path, _), .merge(let path, _), .append(let path, _):
            if let old = text.value(at: path) { replaced.formUnion(old.texts) }
        case .move, .delete: break
        }
    }

    // MARK: - Migration

    private mutating func migrateVersion(_ argument: Argument) throws {
        let reader = ArgumentReader(argument, context.checks)
        guard let wanted = isPreview ? (try? reader.text("to")) ?? nil : try reader.required("to") else {
            notes.append("(to which version is not known yet)")
            return
        }
        let migration = try ConfigMigration(reader)
        let present = text.scalarText(at: migration.path) ?? text.value(at: migration.path)?.plainText
        for hop in try migration.hops(from: present, to: wanted) {
            if try isWanted(documentReader(hop.argument)) { try make(changes: hop.argument["changes"]) }
            try text.apply(.set(migration.path, .string(hop.version)))
        }
    }

    private func documentReader(_ argument: Argument) -> ArgumentReader {
        let doc = LayeredBindings(["doc": text.data], over: context.checks.bindings)
        return ArgumentReader(argument, bindings: doc, secretBindings: doc)
    }
}

extension Value {
    /// The texts and numbers in it.
    fileprivate var texts: [String] {
        switch self {
        case .list(let items): items.flatMap(\.texts)
        case .map(let map): map.flatMap(\.value.texts)
        case .null, .bool: []
        default: plainText.split(separator: "\n").map(String.init).filter { !$0.isEmpty }
        }
    }
}

/// Takes what secrets have replaced out of a diff.
struct DiffMask {
    let replaced: Set<String>
    /// Shorter texts are taken out only where they were removed: they stand in many lines.
    private static let telling = 4

    func masked(_ diff: String) -> String {
        guard !replaced.isEmpty else { return diff }
        let lines = diff.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map { line in
            guard !line.hasPrefix("--- "), !line.hasPrefix("+++ "), !line.hasPrefix("@@ ") else { return String(line) }
            return replaced.sorted { $0.utf8.count > $1.utf8.count }.reduce(String(line)) { text, old in
                old.utf8.count >= Self.telling || text.hasPrefix("-") ? text.replacing(old, with: "***") : text
            }
        }.joined(separator: "\n")
    }
}
