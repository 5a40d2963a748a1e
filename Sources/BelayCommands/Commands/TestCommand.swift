import Diagnostics
import Glibc
import RunEngine
import RunHost
import RunReport
import RunbookLoading
import RunbookTesting

/// `belay test`.
struct TestCommand: Command {
    static let declaration = CommandDeclaration(
        "test", "play the tests of runbooks (NAME.test.yml), with mocks in place of the host",
        details:
            "Nothing is run, written or asked for: the same engine plays the runbook against the mocks of each test. "
            + "Exit code 0: all passed; 1: a test failed, or too little is covered; 2: a file is wrong.",
        [
            ArgumentDeclaration(
                "PATH", .any, "files, directories or names of runbooks; by default everything in the runbook paths")
        ],
        [
            .value("filter", "TEXT", "only tests whose name contains it"),
            .value("coverage-min", "PERCENT", "fail where the tests of a runbook cover less of its steps and undos"),
        ])

    private let paths: [String]
    private let filter: String?
    private let coverage: Int?

    init(_ words: ParsedWords) throws(UsageProblem) {
        paths = words.arguments
        filter = words.value("filter")
        coverage = try words.number("coverage-min", atLeast: 0).map { Int($0) }
        if let coverage, coverage > 100 { throw UsageProblem(Wording.tooMuchCoverage(coverage)) }
        if coverage != nil, filter != nil { throw UsageProblem(Wording.coverageOfSome) }
    }

    func perform(_ session: Session) throws -> Int32 {
        // Times of day in runbooks mean the same wherever a test is played.
        setenv("TZ", "UTC", 1)
        tzset()
        let workspace = try session.workspace()
        let files = try files(workspace)
        let tester = RunbookTester(
            loader: workspace.loader(),
            profilePath: { workspace.profilePath($0).flatMap { access($0, R_OK) == 0 ? $0 : nil } },
            profileNames: { workspace.profileNames }, directory: workspace.directory)
        let report = TestReport(files.map { tester.run($0, filter: filter) }, coverageWanted: coverage)
        guard filter == nil || report.passed + report.failed > 0 || report.exitCode == 2 else {
            throw ServiceFailure.refused(Wording.noTestLike(filter ?? ""), help: nil)
        }
        if !session.isJSON, !report.diagnostics.isEmpty {
            let text = DiagnosticText(isColoured: session.streams.errorStyle.isColoured)
            session.streams.printError(text.render(DiagnosticReport(report.diagnostics)))
        }
        session.show(report) { report.text($0) }
        return report.exitCode
    }

    // MARK: Files

    private func files(_ workspace: Workspace) throws(ServiceFailure) -> [String] {
        guard !paths.isEmpty else { return Self.unique(workspace.runbookPaths.flatMap(Self.tests)) }
        var found: [String] = []
        for path in paths { found += try files(path, workspace) }
        return Self.unique(found)
    }

    private func files(_ path: String, _ workspace: Workspace) throws(ServiceFailure) -> [String] {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else { return [Self.beside(path)] }
            let found = Self.tests(in: path)
            guard found.isEmpty else { return found }
            throw .refused(Wording.noTests(path), help: Wording.testsHelp)
        }
        if path.hasSuffix(Self.suffix) { return [path] }
        if let runbook = workspace.loader().find(path), case let tests = Self.beside(runbook), access(tests, F_OK) == 0
        {
            return [tests]
        }
        let names = workspace.runbookPaths.flatMap(Self.tests).map(Self.name)
        let near = nearest(to: path, in: names).map { "did you mean '\($0)'? " } ?? ""
        throw .refused(Wording.noTestsOf(path), help: near + Wording.testsHelp)
    }

    private static let suffix = ".test.yml"

    /// The tests of a runbook, or the file itself where it is one of tests.
    private static func beside(_ path: String) -> String {
        if path.hasSuffix(suffix) { return path }
        for ending in [".yml", ".yaml"] where path.hasSuffix(ending) { return path.dropLast(ending.count) + suffix }
        return path
    }

    private static func tests(in directory: String) -> [String] {
        HostFiles.names(in: directory).sorted().filter { $0.hasSuffix(suffix) && !$0.hasPrefix(".") }
            .map { "\(directory)/\($0)" }
    }

    private static func name(_ path: String) -> String {
        String((path.split(separator: "/").last ?? "").dropLast(suffix.count))
    }

    private static func unique(_ paths: [String]) -> [String] {
        var seen: Set<String> = []
        return paths.filter { seen.insert($0).inserted }
    }
}

extension Wording {
    static func tooMuchCoverage(_ percent: Int) -> String { "--coverage-min is a percentage, not \(percent)" }
    static let coverageOfSome = "--coverage-min needs all tests, and --filter leaves some out"
    static func noTestLike(_ filter: String) -> String { "no test has '\(filter)' in its name" }
    static func noTests(_ path: String) -> String { "there are no files of tests in '\(path)'" }
    static func noTestsOf(_ path: String) -> String { "there are no tests of '\(path)'" }
    static let testsHelp = "the tests of a runbook NAME stand beside it in NAME.test.yml"
}
