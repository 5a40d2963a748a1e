import Diagnostics
import Glibc
import RunEngine
import RunHost
import RunbookLoading
import RunbookModel

/// `belay validate`.
struct ValidateCommand: Command {
    static let declaration = CommandDeclaration(
        "validate", "check runbooks, system profiles and belay.yml",
        details:
            "Everything that is wrong is reported in one go; 'belay explain CODE' tells more. Exit code 2 on errors.",
        [ArgumentDeclaration("PATH", .any, "files, directories or names; by default everything in the runbook paths")],
        [.value("system", "NAME", "the system profile that runbooks are checked against")])

    private let paths: [String]
    private let system: String?

    init(_ words: ParsedWords) {
        paths = words.arguments
        system = words.value("system")
    }

    func perform(_ session: Session) throws -> Int32 {
        let workspace = try session.workspace()
        var bag = DiagnosticBag()
        let loader = workspace.loader(profile: try profile(workspace))
        let files =
            try paths.isEmpty
            ? workspace.runbookPaths.flatMap(RunbookFiles.all) : paths.flatMap { try Self.files($0, loader) }
        for file in files { bag.add(contentsOf: Self.check(file, loader)) }
        let report = DiagnosticReport(bag)
        let coloured = session.streams.outputStyle.isColoured
        session.isJSON
            ? session.streams.printJSON(report.json())
            : session.streams.print(
                DiagnosticText(isColoured: coloured).render(report) + Self.summary(files.count, bag))
        return bag.hasErrors ? 2 : 0
    }

    private static func summary(_ count: Int, _ bag: DiagnosticBag) -> String {
        bag.isEmpty ? "\(count) file\(count == 1 ? "" : "s"), nothing wrong\n" : ""
    }

    private func profile(_ workspace: Workspace) throws -> SystemProfile? {
        guard let system else { return nil }
        guard let path = workspace.profilePath(system) else {
            throw ServiceFailure.refused(Wording.noProfile(system), help: nil)
        }
        let (profile, bag) = workspace.loader().loadProfile(path)
        guard let profile else { throw ServiceFailure.diagnostics(bag) }
        return profile
    }

    private static func files(_ path: String, _ loader: RunbookLoader) throws -> [String] {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            let found = RunbookFiles.all(in: path)
            guard !found.isEmpty else { throw ServiceFailure.refused(Wording.noFiles(path), help: nil) }
            return found
        }
        return [loader.find(path) ?? path]
    }

    private static func check(_ path: String, _ loader: RunbookLoader) -> DiagnosticBag {
        let name = path.split(separator: "/").last ?? ""
        if name == "belay.yml" { return loader.loadConfiguration(path).diagnostics }
        if HostFiles.parent(of: path).split(separator: "/").last == "systems" {
            return loader.loadProfile(path).diagnostics
        }
        if name.hasSuffix(".test.yml") { return loader.loadTests(path).diagnostics }
        return loader.load(path).diagnostics
    }
}

/// The YAML files of a directory that Belay reads.
enum RunbookFiles {
    /// Runbooks, and the profiles in `systems/`.
    static func all(in directory: String) -> [String] { runbooks(in: directory) + runbooks(in: directory + "/systems") }

    static func runbooks(in directory: String) -> [String] {
        HostFiles.names(in: directory).sorted().filter { name in
            (name.hasSuffix(".yml") || name.hasSuffix(".yaml")) && !name.hasSuffix(".test.yml") && !name.hasPrefix(".")
        }.map { "\(directory)/\($0)" }
    }
}

extension Wording {
    static func noProfile(_ name: String) -> String { "there is no system profile '\(name)'" }
}
