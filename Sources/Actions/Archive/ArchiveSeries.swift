import Expressions
import RunbookModel

/// Which archives belong together: those whose names differ only in what differs from run to run.
enum ArchiveSeries {
    /// The last part of the path as a pattern of fnmatch(3): `*` stands for what depends on the run or on its steps.
    static func pattern(of argument: Argument?, path: String, _ bindings: any Bindings) throws -> String {
        var pattern = escaped(path)
        if case .template(let template, _)? = argument {
            let pieces = try template.pieces(leavingOpen: ["run", "steps"], bindings)
            pattern = pieces.map { $0.map(escaped) ?? "*" }.joined()
        }
        return String(pattern.split(separator: "/").last ?? "*")
    }

    private static func escaped(_ text: String) -> String {
        String(text.flatMap { "*?[\\".contains($0) ? ["\\", $0] : [$0] })
    }
}
