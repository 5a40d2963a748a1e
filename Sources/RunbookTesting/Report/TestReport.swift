import Diagnostics
import RunReport

/// What came of all tests, as `belay test` shows it.
package struct TestReport: Encodable, Sendable {
    package struct File: Encodable, Sendable {
        package let path: String
        package let runbook: String?
        package let tests: [Test]
        package let coverage: Coverage?
        /// Nothing of it could be played.
        package let isInvalid: Bool
    }

    package struct Test: Encodable, Sendable {
        package let name: String
        package let passed: Bool
        package let mismatches: [Difference]
        /// Only of a test that failed.
        package let timeline: [String]
        /// Milliseconds of the made-up time.
        package let length: Int64
    }

    package struct Difference: Encodable, Sendable {
        package let what: String
        package let expected: String
        package let actual: String
        package let lines: [String]
        package let help: String?
        package let line: Int?
    }

    package struct Coverage: Encodable, Sendable {
        package let steps: Int
        package let stepsCovered: Int
        package let undos: Int
        package let undosCovered: Int
        package let percent: Int
        package let missingSteps: [String]
        package let missingUndos: [String]
    }

    package let version = 1
    package let passed: Int
    package let failed: Int
    package let files: [File]
    /// In hundredths of steps and undos; nil where it was not asked for.
    package let coverageWanted: Int?
    /// What is wrong with files, and what of them was never used.
    package let diagnostics: DiagnosticBag

    private enum CodingKeys: String, CodingKey { case version, passed, failed, files, coverageWanted, exit, problems }

    package init(_ results: [RunbookTester.FileResult], coverageWanted: Int? = nil) {
        files = results.map(File.init)
        passed = files.reduce(0) { $0 + $1.tests.count(where: \.passed) }
        failed = files.reduce(0) { $0 + $1.tests.count { !$0.passed } }
        self.coverageWanted = coverageWanted
        var bag = DiagnosticBag()
        for result in results { bag.add(contentsOf: result.diagnostics) }
        diagnostics = bag
    }

    /// 0 all passed, 1 a test failed or too little is covered, 2 a file is wrong.
    package var exitCode: Int32 {
        if files.contains(where: \.isInvalid) { return 2 }
        return failed > 0 || !uncovered.isEmpty ? 1 : 0
    }

    /// Files whose tests cover less than is wanted.
    var uncovered: [File] {
        guard let wanted = coverageWanted else { return [] }
        return files.filter { file in file.coverage.map { $0.percent < wanted } ?? false }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(passed, forKey: .passed)
        try container.encode(failed, forKey: .failed)
        try container.encode(files, forKey: .files)
        try container.encodeIfPresent(coverageWanted, forKey: .coverageWanted)
        try container.encode(exitCode, forKey: .exit)
        try container.encode(diagnostics.diagnostics.map(Problem.init), forKey: .problems)
    }

    /// A diagnostic in short; `belay validate` gives all of it.
    private struct Problem: Encodable {
        let code: String
        let severity: String
        let message: String
        let file: String?
        let line: Int?
        let help: [String]

        init(_ diagnostic: Diagnostic) {
            code = diagnostic.code.id
            severity = diagnostic.severity.rawValue
            message = diagnostic.message
            file = diagnostic.span?.file.name
            line = diagnostic.span?.position.line
            help = diagnostic.help
        }
    }
}

extension TestReport.File {
    fileprivate init(_ result: RunbookTester.FileResult) {
        path = result.path
        runbook = result.runbook
        isInvalid = result.diagnostics.hasErrors
        tests = result.results.map { test in
            TestReport.Test(
                name: test.name, passed: test.passed,
                mismatches: test.mismatches.map {
                    TestReport.Difference(
                        what: $0.what, expected: $0.expected, actual: $0.actual, lines: $0.lines, help: $0.help,
                        line: $0.line)
                }, timeline: test.passed ? [] : test.timeline, length: test.length)
        }
        coverage = result.coverage.map { coverage in
            TestReport.Coverage(
                steps: coverage.steps.count, stepsCovered: coverage.startedSteps.count, undos: coverage.undos.count,
                undosCovered: coverage.madeUndos.count, percent: coverage.percent, missingSteps: coverage.missing.steps,
                missingUndos: coverage.missing.undos)
        }
    }
}
