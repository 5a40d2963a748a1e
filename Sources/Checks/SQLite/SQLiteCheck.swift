import Expressions
import RunbookModel

/// A query on a SQLite database gives what is expected, or its integrity holds.
///
/// A database that is not there is "not met": that was seen. One that is locked, or cannot be opened or asked, is
/// inconclusive; a damaged one too, unless its integrity is what was asked for.
struct SQLiteCheck: CheckPerformer {
    let kind = "sqlite"

    func title(_ argument: ArgumentReader) -> String {
        let path = argument.shown("path") ?? ""
        guard let query = argument.shown("query") else { return "sqlite \(path) integrity" }
        return "sqlite \(path) \(query.prefix(60))" + (argument.shown("equals").map { " = \($0)" } ?? "")
    }

    func look(_ look: CheckLook) throws -> CheckFinding {
        let argument = look.argument
        do {
            let database = try Self.open(argument, look)
            if try argument.bool("integrity") == true {
                let finding = try integrity(database)
                if finding.answer != .met || !argument.has("query") { return finding }
            }
            return try judge(database.query(try argument.required("query")), argument)
        } catch let failure as ReadOnlyDatabase.Failure {
            return try finding(failure, asksIntegrity: argument.bool("integrity") == true)
        }
    }

    static func open(_ argument: ArgumentReader, _ look: CheckLook) throws -> ReadOnlyDatabase {
        try ReadOnlyDatabase(
            look.context.path(argument.required("path")), timeout: look.timeout,
            cancellation: look.context.cancellation, forbidden: look.context.forbiddenDatabases)
    }

    private func integrity(_ database: ReadOnlyDatabase) throws -> CheckFinding {
        let first = try database.query("PRAGMA integrity_check(1)").first
        let isSound = first == .string("ok")
        return CheckFinding(isSound ? .met : .notMet, isSound ? "integrity ok" : first?.plainText ?? "no answer")
    }

    private func judge(_ result: ReadOnlyDatabase.Rows, _ argument: ArgumentReader) throws -> CheckFinding {
        let seen = result.first.map { "found \(String($0.plainText.prefix(100)))" } ?? "no rows"
        if let expect = argument.expression("expect") {
            let variables: [String: Value] = ["rows": .list(result.rows), "value": result.first ?? .null]
            let holds = try expect.evaluate(LayeredBindings(variables, over: argument.bindings)).asBool == true
            guard holds else {
                return CheckFinding(.notMet, "\(seen), and '\(expect.source)' does not hold", value: result.first)
            }
        }
        guard let wanted = try argument.value("equals") else {
            let holds = argument.has("expect") || !result.rows.isEmpty
            return CheckFinding(holds ? .met : .notMet, seen, value: result.first)
        }
        let holds = result.first.map { Self.isSame($0, wanted) } ?? false
        return CheckFinding(
            holds ? .met : .notMet, holds ? seen : "\(seen), expected \(wanted.plainText)", value: result.first)
    }

    /// Numbers by value, truth values as SQLite stores them, and otherwise by the text.
    private static func isSame(_ found: Value, _ wanted: Value) -> Bool {
        if found.celEquals(wanted) { return true }
        switch (found, wanted) {
        case (.null, _), (_, .null): return false
        case (_, .bool(let flag)): return found.asInt == (flag ? 1 : 0)
        default: return found.plainText == wanted.plainText
        }
    }

    private func finding(_ failure: ReadOnlyDatabase.Failure, asksIntegrity: Bool) -> CheckFinding {
        switch failure {
        case .missing: CheckFinding(.notMet, "the database is not there")
        case .damaged(let text): CheckFinding(asksIntegrity ? .notMet : .inconclusive, text)
        case .other(let text): CheckFinding(.inconclusive, text)
        }
    }
}
