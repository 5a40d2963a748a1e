import Diagnostics
import FoundationEssentials
import Testing

@testable import RunbookLoading

/// Files beside the tests.
enum Fixture {
    static let directory = String(#filePath[..<#filePath.lastIndex(of: "/")!]) + "/Fixtures"

    static func path(_ name: String) -> String { directory + "/" + name }

    static func bytes(_ name: String) throws -> [UInt8] {
        try SourceProvider.disk.read(path(name), 8 << 20)
    }

    /// The names of the files in a directory, in order.
    static func list(_ name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(name)).sorted()
    }

    /// Reads files by their names relative to a directory of fixtures.
    static func provider(_ name: String) -> SourceProvider {
        let root = path(name)
        return SourceProvider { path, limit throws(SourceProblem) in
            try SourceProvider.disk.read(root + "/" + path, limit)
        }
    }

    /// Loads files that exist in memory only; the first is the root.
    static func load(_ files: [(path: String, text: String)], profile: String? = nil) -> (LoadedRunbook?, String) {
        let pinned = Dictionary(uniqueKeysWithValues: files.map { ($0.path, Array($0.text.utf8)) })
        var loader = RunbookLoader(provider: .pinned(pinned))
        if let profile { loader.profile = loader.loadProfile(profile).profile }
        let (runbook, bag) = loader.load(files[0].path)
        return (runbook, DiagnosticText().render(DiagnosticReport(bag)))
    }
}
