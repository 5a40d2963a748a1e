import Diagnostics
import Expressions
import RunEngine
import RunbookLoading
import RunbookModel

/// Runs files of runbook tests: loads them and their runbooks, plays every test, and judges it.
package struct RunbookTester: Sendable {
    private let loader: RunbookLoader
    private let profilePath: @Sendable (String) -> String?
    private let profileNames: @Sendable () -> [String]
    private let directory: String

    /// `directory` is the base of relative paths; `profilePath` finds a system profile by its name.
    package init(
        loader: RunbookLoader, profilePath: @escaping @Sendable (String) -> String?,
        profileNames: @escaping @Sendable () -> [String] = { [] }, directory: String
    ) {
        self.directory = directory
        self.loader = loader
        self.profilePath = profilePath
        self.profileNames = profileNames
    }

    /// One test and what came of it.
    package struct Result: Sendable {
        package let name: String
        package let mismatches: [Mismatch]
        /// One line an event, with the made-up time since the start.
        package let timeline: [String]
        /// Milliseconds of made-up time.
        package let length: Int64
        package var passed: Bool { mismatches.isEmpty }
    }

    /// A file and what came of its tests.
    package struct FileResult: Sendable {
        package let path: String
        package var runbook: String?
        /// What is wrong with the file or the runbook (then nothing was played), and mocks that were never used.
        package var diagnostics: DiagnosticBag
        package var results: [Result] = []
        /// Nil where only some of the tests were played.
        package var coverage: TestCoverage?
    }

    /// Plays the tests of a file whose names contain the filter.
    package func run(_ path: String, filter: String? = nil) -> FileResult {
        let (file, bag) = loader.loadTests(path)
        var result = FileResult(path: path, diagnostics: bag)
        guard let file else { return result }
        result.runbook = file.runbook.value.text
        guard let profile = profile(of: file, path, &result.diagnostics),
            let loaded = runbook(of: file, path, profile, &result.diagnostics)
        else { return result }
        let index = StepIndex(loaded)
        var check = TestFileCheck(loaded, index)
        check.check(file)
        result.diagnostics.add(contentsOf: check.bag)
        guard !result.diagnostics.hasErrors else { return result }
        play(file, loaded, profile, index, filter, &result)
        return result
    }

    private func play(
        _ file: RunbookTestFile, _ loaded: LoadedRunbook, _ profile: SystemProfile?, _ index: StepIndex,
        _ filter: String?, _ result: inout FileResult
    ) {
        var coverage = TestCoverage(index)
        var usedOfFile: Set<Int> = []
        for test in file.tests where filter.map({ test.name.value.contains($0) }) ?? true {
            let run = TestRun(loaded: loaded, profile: profile, shared: file.shared, test: test)
            do {
                let observed = try run.play()
                let mismatches = TestJudge.judge(observed, by: test.expect)
                result.results.append(
                    Result(
                        name: test.name.value, mismatches: mismatches, timeline: observed.timeline,
                        length: observed.length))
                coverage.add(observed)
                usedOfFile.formUnion(observed.usedOfFile)
                // A test that failed may have gone another way than its mocks.
                if mismatches.isEmpty { for unused in observed.unused { result.diagnostics.add(unused) } }
            } catch {
                let problem = Mismatch(problem: "\(error)", help: (error as? TestFailure)?.help)
                result.results.append(Result(name: test.name.value, mismatches: [problem], timeline: [], length: 0))
            }
        }
        guard filter == nil else { return }
        result.coverage = coverage
        guard result.results.allSatisfy(\.passed) else { return }
        for (position, entry) in file.shared.mocks.enumerated() where !usedOfFile.contains(position) {
            result.diagnostics.add(.unusedMock(entry.pattern.value, nil, entry.pattern.span))
        }
    }

    // MARK: What the tests are about

    /// The directory of a file with the slash at its end; empty for a bare name.
    private static func place(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }

    private func exists(_ path: String) -> Bool { (try? loader.provider.read(path, 0)) != nil }

    /// The profile, which may be none; nil where it cannot be had.
    private func profile(of file: RunbookTestFile, _ path: String, _ bag: inout DiagnosticBag) -> SystemProfile?? {
        guard let name = file.system else { return .some(file.profile?.named("test")) }
        let beside = "\(Self.place(of: path))systems/\(name.value).yml"
        guard let path = exists(beside) ? beside : profilePath(name.value) else {
            bag.add(.noSuchSystem(name, near: nearest(to: name.value, in: profileNames())))
            return nil
        }
        let (profile, problems) = loader.loadProfile(path)
        bag.add(contentsOf: problems)
        guard let profile else { return nil }
        return .some(file.profile.map { profile.replacing($0) } ?? profile)
    }

    /// The runbook beside the file, else one of that name in the runbook paths.
    private func runbook(
        of file: RunbookTestFile, _ path: String, _ profile: SystemProfile?, _ bag: inout DiagnosticBag
    ) -> LoadedRunbook? {
        let name = file.runbook.value.text
        let beside = [".yml", ".yaml"].map { Self.place(of: path) + name + $0 }.first(where: exists)
        guard let found = beside ?? self.loader.find(name) else {
            bag.add(.noSuchRunbook(file.runbook, near: nil))
            return nil
        }
        var loader = loader
        loader.profile = profile
        let (loaded, problems) = loader.load(found)
        guard let loaded else {
            bag.add(contentsOf: problems)
            return nil
        }
        let runbooks = [loaded.root] + loaded.included.values
        if profile == nil, runbooks.contains(where: { $0.requires.system.contains { !$0.isOptional } }) {
            bag.add(.noSystem(file.runbook))
            return nil
        }
        do throws(ServiceFailure) { try RehearsedRun.checkFiles(loaded, in: directory) } catch {
            bag.add(.missingFile(file.runbook, error))
        }
        return loaded
    }
}

extension SystemProfile {
    /// The same profile under a name, where it has none.
    fileprivate func named(_ other: String) -> SystemProfile {
        var value = value
        if value["name"] == nil { value["name"] = .string(name.isEmpty ? other : name) }
        return SystemProfile(
            name: name.isEmpty ? other : name, title: title, value: value, services: services, span: span)
    }

    /// The same profile with the keys of another in place of its own; mappings are merged.
    fileprivate func replacing(_ other: SystemProfile) -> SystemProfile {
        SystemProfile(
            name: name, title: title, value: value.merging(other.value),
            services: services.merging(other.services) { $1 }, span: span)
    }
}

extension ValueMap {
    fileprivate func merging(_ other: ValueMap) -> ValueMap {
        var merged = self
        for entry in other {
            guard let key = entry.key.asString else { continue }
            if case .map(let inner) = entry.value, case .map(let own)? = merged[key] {
                merged[key] = .map(own.merging(inner))
            } else {
                merged[key] = entry.value
            }
        }
        return merged
    }
}
