import Testing

/// The layers of the house: Package.swift says who may use whom, and SwiftPM alone does not enforce it, because a
/// sibling that happens to be built can be imported.
struct LayeringTests {
    private let package = Package.current
    /// What comes with the toolchain and may be used everywhere.
    private let platform: Set = ["Dispatch", "FoundationEssentials", "Glibc", "Synchronization", "Testing"]

    @Test func `the manifest is read in full`() {
        #expect(package.targets.count > 30)
        #expect(package.target("Diagnostics")?.dependencies == [])
        #expect(package.target("Expressions")?.dependencies == ["CPCRE2", "Diagnostics"])
        #expect(package.target("TestSupport")?.directory == "Tests/TestSupport")
    }

    @Test func `every target stands behind what it uses`() throws {
        for target in package.targets {
            let own = try #require(package.layer(of: target.name))
            for name in target.dependencies {
                let used = try #require(package.layer(of: name), "\(target.name) uses \(name), which is no target")
                #expect(used < own, "\(target.name) uses \(name), which stands below it in Package.swift")
            }
        }
    }

    @Test func `every import is declared in the manifest`() {
        for target in package.targets {
            for file in SourceTree.root.files(below: target.directory, endingIn: [".swift"]) {
                let undeclared = Set(file.imports).subtracting(platform).subtracting(target.dependencies)
                #expect(undeclared.isEmpty, "\(file.path) imports what \(target.name) does not declare")
            }
        }
    }

    @Test func `imports are found in every form`() {
        let lines = [
            "import Glibc", "@testable import Expressions", "package import struct RunPlan.Plan",
            "@preconcurrency import Foundation", "let text = \"import Nothing\"",
            "let script = \"\"\"", "    import sys, os", "    \"\"\"",
        ]
        let file = SourceTree.File(path: "", text: lines.joined(separator: "\n"))
        #expect(file.imports == ["Glibc", "Expressions", "RunPlan", "Foundation"])
    }

    @Test func `every directory of sources belongs to a target`() {
        let directories = Set(package.targets.map(\.directory))
        for base in ["Sources", "Tests"] {
            for file in SourceTree.root.files(below: base, endingIn: [".swift", ".c", ".h"]) {
                let directory = file.path.split(separator: "/").prefix(2).joined(separator: "/")
                #expect(directories.contains(directory), "\(file.path) is built by nobody")
            }
        }
    }
}
