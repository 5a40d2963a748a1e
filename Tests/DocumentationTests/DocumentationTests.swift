import Diagnostics
import FoundationEssentials
import RunbookLoading
import Testing
import belaydev

/// The pages under docs/ say what the code declares, and lead where they say.
struct DocumentationTests {
    private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    @Test(arguments: GeneratedPage.all.map(\.path))
    func `what is generated is up to date`(path: String) throws {
        let page = try #require(GeneratedPage.all.first { $0.path == path })
        #expect(try page.current(in: root) == page.expected(in: root), "run 'belaydev docs'")
    }

    @Test func `every link of the documentation leads to a file`() throws {
        for page in try pages() {
            let directory = page.split(separator: "/").dropLast().joined(separator: "/")
            let text = try String(contentsOfFile: "\(root)/\(page)", encoding: .utf8)
            for target in Self.links(in: text) {
                let path = "\(root)/\(directory)/\(target)"
                #expect(FileManager.default.fileExists(atPath: path), "\(page) links to \(target)")
            }
        }
    }

    @Test func `every test that the failure matrix names exists`() throws {
        let matrix = try String(contentsOfFile: "\(root)/docs/failure-matrix.md", encoding: .utf8)
        let names = matrix.split(separator: "\n").flatMap(Self.proofs)
        #expect(names.count > 40)
        let tests = try sources(below: "Tests")
        for name in names { #expect(tests.contains(name), "there is no test '\(name)'") }
    }

    @Test func `every whole runbook in the documentation can be loaded`() throws {
        var count = 0
        for page in try pages() {
            let text = try String(contentsOfFile: "\(root)/\(page)", encoding: .utf8)
            for runbook in text.split(separator: "```yaml\n").dropFirst() where runbook.hasPrefix("runbook: ") {
                let source = String(runbook[..<(runbook.firstRange(of: "```")?.lowerBound ?? runbook.endIndex)])
                let name = source.prefix { $0 != "\n" }.dropFirst("runbook: ".count)
                let files = SourceProvider.pinned(["\(name).yml": Array(source.utf8)])
                let (loaded, diagnostics) = RunbookLoader(provider: files).load("\(name).yml")
                #expect(loaded != nil, "\(page): \(DiagnosticText().render(DiagnosticReport(diagnostics)))")
                count += 1
            }
        }
        #expect(count >= 3)
    }

    @Test func `links are found as Markdown writes them`() {
        let text = "see [a](b.md), [c](d/e.md#part), [f](#here) and [g](https://example.com)"
        #expect(Self.links(in: text) == ["b.md", "d/e.md"])
    }

    /// The names in the last cell of a row of the matrix.
    private static func proofs(_ row: Substring) -> [String] {
        guard row.hasPrefix("|"), let cell = row.split(separator: "|").last else { return [] }
        return cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .compactMap { $0.offset % 2 == 1 ? String($0.element) : nil }
    }

    /// All Swift text below a directory, without backticks.
    private func sources(below directory: String) throws -> String {
        let names = try FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(directory)")
        let texts = try names.filter { $0.hasSuffix(".swift") }.map {
            try String(contentsOfFile: "\(root)/\(directory)/\($0)", encoding: .utf8)
        }
        return texts.joined().filter { $0 != "`" }
    }

    private func pages() throws -> [String] {
        let below = try FileManager.default.subpathsOfDirectory(atPath: root + "/docs")
        return ["README.md", "CHANGELOG.md"] + below.filter { $0.hasSuffix(".md") }.map { "docs/" + $0 }
    }

    /// The files that a page links to, relative to it.
    private static func links(in text: String) -> [String] {
        text.split(separator: "](", omittingEmptySubsequences: false).dropFirst().compactMap { rest in
            let target = rest.prefix { $0 != ")" && $0 != "#" }
            return target.isEmpty || target.contains("://") ? nil : String(target)
        }
    }
}
