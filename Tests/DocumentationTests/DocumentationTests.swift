import FoundationEssentials
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

    @Test func `links are found as Markdown writes them`() {
        let text = "see [a](b.md), [c](d/e.md#part), [f](#here) and [g](https://example.com)"
        #expect(Self.links(in: text) == ["b.md", "d/e.md"])
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
