import Checks
import Expressions
import RunbookModel

/// A migration file as the loader has put it into the action: where the version stands, and the hops between versions.
struct ConfigMigration {
    let name: String
    /// Where the version stands in the file.
    let path: ConfigPath
    /// The version of a file that names none.
    private let missing: String?
    private let all: [Hop]

    struct Hop {
        let version: String
        fileprivate let order: SemanticVersion
        let argument: Argument
    }

    init(_ reader: ArgumentReader) throws {
        name = try reader.required("using")
        path = try ConfigPath(try reader.required("path"))
        missing = try reader.text("missing")
        guard case .list(let items)? = reader.argument["hops"] else {
            throw ArgumentProblem("the migration '\(name)' was not loaded")
        }
        all = try items.map { item in
            let version = try ArgumentReader(item, bindings: reader.bindings, secretBindings: reader.bindings)
                .required("to")
            return Hop(version: version, order: try Self.order(version), argument: item)
        }.sorted { $0.order < $1.order }
    }

    private static func order(_ text: String) throws -> SemanticVersion {
        guard let version = SemanticVersion(text) else {
            throw ArgumentProblem("'\(text)' is not a version such as 1.2.0")
        }
        return version
    }

    /// The hops that lead from one version to another, in order; none where the file is there already.
    ///
    /// Errors: a version that the migration does not know; a way back, which there is not.
    func hops(from present: String?, to wanted: String) throws -> [Hop] {
        let target = try order(known: wanted, "there is no hop to \(wanted)")
        guard let text = present ?? missing else {
            throw ArgumentProblem(
                "the file names no version at \(path.source), and the migration '\(name)' no `missing`")
        }
        let current = try order(known: text, "the file is at \(text), which no hop leads to or from")
        guard current <= target else {
            throw ArgumentProblem(
                "the file is at \(text), and a migration does not go back to \(wanted) (restore what was there before)")
        }
        return all.filter { current < $0.order && $0.order <= target }
    }

    private func order(known text: String, _ problem: String) throws -> SemanticVersion {
        let version = try Self.order(text)
        let isKnown = all.contains { $0.order == version } || missing.flatMap(SemanticVersion.init) == version
        guard isKnown else {
            let versions = ([missing].compactMap { $0 } + all.map(\.version)).joined(separator: ", ")
            throw ArgumentProblem("\(problem): the migration '\(name)' knows \(versions)")
        }
        return version
    }
}
