import RunHost
import TestSupport
import Testing

/// What holds for every shipped runbook.
@Suite struct ShippedTests {
    private static let directory = LibraryHome.root + "/runbooks"
    private static let names = HostFiles.names(in: directory).sorted()
    static let runbooks = names.filter { $0.hasSuffix(".yml") && !$0.hasSuffix(".test.yml") }.map { $0.dropLast(4) }

    private static func text(_ file: String) throws -> String {
        String(decoding: try HostFiles.read("\(directory)/\(file)", limit: 1 << 20), as: UTF8.self)
    }

    @Test func theTestsOfAllRunbooksPass() throws {
        let scratch = try ScratchDirectory()
        let belay = BelayBinary(in: scratch)
        #expect(Self.runbooks.count >= 20)
        #expect(try belay.start(["test", Self.directory]).wait() == .exited(0), "\(belay.output)")
    }

    @Test func theDemoProfileHasWhatEveryRunbookWants() throws {
        let scratch = try ScratchDirectory()
        let belay = BelayBinary(in: scratch)
        let end = try belay.start(["validate", Self.directory, "--system", Self.directory + "/systems/demo.yml"]).wait()
        #expect(end == .exited(0), "\(belay.output)")
    }

    @Test(arguments: runbooks)
    func aRunbookIsDescribedAndTestedForSuccessFailureAndACrash(name: Substring) throws {
        let runbook = try Self.text("\(name).yml")
        for key in ["title: ", "description: |", "labels: ", "estimate: "] {
            #expect(runbook.contains("\n\(key)"), "\(name) has no '\(key)'")
        }
        let tests = try Self.text("\(name).test.yml")
        #expect(tests.split(separator: "  - name: ").count > 3, "\(name) has fewer than three tests")
        for word in ["outcome: succeeded", "crash_at: "] { #expect(tests.contains(word), "\(name): no '\(word)'") }
        #expect(
            ["rolled_back", "outcome: failed", "attention"].contains { tests.contains($0) }, "\(name): nothing fails")
    }

    @Test func everyScriptIsUsedAndStrict() throws {
        let runbooks = try Self.runbooks.map { try Self.text("\($0).yml") }.joined()
        let scripts = HostFiles.names(in: Self.directory + "/scripts").filter { $0.hasSuffix(".sh") }
        for script in scripts {
            let text = try Self.text("scripts/\(script)")
            #expect(runbooks.contains("scripts/\(script)"), "\(script) is not used")
            #expect(text.hasPrefix("#!/usr/bin/env bash\n") && text.contains("\nset -euo pipefail\n"), "\(script)")
        }
    }
}
